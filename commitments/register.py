"""The verbs of the ledger. A Register serves one transaction; it never commits.

Every verb checks the rules, changes the rows, writes one history entry with actor and reason, and marks the commitment
for the planner (``next_action_on``), which decides who must be told. Longer than most files: the verbs share these
steps, and are read best side by side.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, cast

from sqlalchemy import bindparam, inspect, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from commitments import entry_words, evidence, history, quotes, validation
from commitments.damage import is_damaged
from commitments.deadlines import LIVE_STATES, Offset, Workdays, is_meant
from commitments.errors import (
    LeadUnknown,
    NoDeadline,
    NoRequest,
    NoSuchTarget,
    NothingToChange,
    NotInFuture,
    NotInLetter,
    NotLater,
)
from commitments.models import (
    OUTCOMES,
    Commitment,
    Evidence,
    Extension,
    Letter,
    Progress,
    Source,
)
from commitments.queries import lookup

SHOWN = 60  # characters of a quote that is refused


class Register:
    """The ledger as one actor writes it at one moment.

    ``today`` is the civil date of ``now`` in the organisation's zone. ``review_every`` gives the review date of
    commitments without a deadline. ``evidence_folder`` is where files are kept.
    """

    def __init__(
        self,
        session: Session,
        *,
        actor: str,
        now: datetime,
        today: date,
        workdays: Workdays,
        review_every: Offset,
        evidence_folder: Path,
    ) -> None:
        self.session = session
        self.actor = actor
        self.now = now
        self.today = today
        self.workdays = workdays
        self.review_every = review_every
        self.evidence_folder = evidence_folder
        self._last_numbers: dict[str, int] = {}
        self._texts: dict[int, str | None] = {}

    # -- opening -----------------------------------------------------------------------------------------------

    def add(self, commitment: Commitment, reason: str = "") -> Commitment:
        """Enter a new commitment: gives it a ref, a first date or a review date, and opens it unless it is a draft.

        Raises DueBeforeLetter, DueAndReview, LeadSupports, FarDate, BadFigure, BadValue, BadRef, NotInLetter.
        """
        if commitment.ref:
            validation.check_ref(commitment.ref)
        commitment.ref = commitment.ref or self._next_ref(commitment.letter)
        commitment.first_due_on = commitment.first_due_on or commitment.due_on
        self._set_review(commitment)
        if commitment.state != "draft":
            commitment.opened_at = self.now
        validation.change(commitment, **self._with_own_words(commitment, {"quote": commitment.quote}))
        validation.check_days(commitment.ref, validation.days(commitment))
        validation.check_targets(commitment.ref, commitment.targets)
        validation.check(commitment)
        self._mark(commitment)
        self.session.add(commitment)
        self.note("add", commitment.ref, reason, validation.facts(commitment))
        return commitment

    def confirm(self, ref: str) -> Commitment:
        """Open a draft. Raises LeadUnknown while nobody has chosen who leads."""
        commitment = self._in_state(ref, "confirm", "draft")
        source = self.session.get(Source, commitment.letter_id)
        if source and "lead" in source.asks(ref):
            raise LeadUnknown(ref=ref)
        changes = validation.change(commitment, state="open", opened_at=self.now, first_due_on=commitment.due_on)
        changes |= self._set_review(commitment)
        validation.check_days(ref, validation.days(commitment))
        validation.check(commitment)
        return self._done(commitment, "confirm", "", changes)

    def drop(self, ref: str, reason: str = "") -> None:
        """Remove a draft; the history keeps what it was."""
        commitment = self._in_state(ref, "drop", "draft")
        validation.check_reason(ref, reason)
        self.note("drop", commitment.ref, reason, validation.facts(commitment))
        if source := self.session.get(Source, commitment.letter_id):
            source.place(ref, gone=True)
        for target in commitment.targets:
            self.session.delete(target)
        self.session.delete(commitment)

    def edit(self, ref: str, reason: str, **new: object) -> Commitment:
        """Correct fields (lead, support, title, due_on, review_on …). A new date is basis ``set`` unless given."""
        commitment = lookup.find(self.session, ref)
        validation.need_reason(ref, "edit", reason)
        validation.check_days(ref, new)
        fields = self._with_support(commitment, self._with_dates(commitment, new))
        changes = validation.change(commitment, **self._with_own_words(commitment, fields))
        if not changes and not self._answers(commitment, new):
            raise NothingToChange(ref=ref)
        self._answered(commitment, new)
        changes |= self._set_review(commitment)
        validation.check(commitment)
        return self._done(commitment, "edit", reason, changes)

    def _with_own_words(self, commitment: Commitment, new: Mapping[str, object]) -> dict[str, object]:
        """Write a quote as the letter says it; without a stored text it stays as it was entered. Raises NotInLetter."""
        quote, text = str(new.get("quote") or ""), self._text(commitment.letter)
        if not quote or text is None:
            return dict(new)
        found = quotes.own_words(quote, text)
        if found is None:
            raise NotInLetter(ref=commitment.ref, quote=quote[:SHOWN])
        return {**new, "quote": found}

    def _text(self, letter: Letter) -> str | None:
        if letter.id is not None and letter.id not in self._texts:
            source = self.session.get(Source, letter.id)
            self._texts[letter.id] = source.text if source else None
        return self._texts.get(letter.id)

    def _with_support(self, commitment: Commitment, new: Mapping[str, object]) -> dict[str, object]:
        """Forget how a unit was known that supports no longer."""
        fields = dict(new)
        if isinstance(units := fields.get("support"), list):
            known = {**commitment.support_basis, **dict(cast("Mapping[str, str]", fields.get("support_basis", {})))}
            names = [unit.name for unit in units]
            fields["support_basis"] = {name: basis for name, basis in known.items() if name in names}
        return fields

    def _answers(self, commitment: Commitment, new: Mapping[str, object]) -> bool:
        """Say whether an edit decides what reading the letter left open, be it with the very value proposed."""
        source = self.session.get(Source, commitment.letter_id)
        return bool(source and set(source.asks(commitment.ref)) & _decided(new))

    def _answered(self, commitment: Commitment, new: Mapping[str, object]) -> None:
        source = self.session.get(Source, commitment.letter_id)
        if source and self._answers(commitment, new):
            left = [each for each in source.asks(commitment.ref) if each not in _decided(new)]
            source.place(commitment.ref, ask=left)

    def _with_dates(self, commitment: Commitment, new: Mapping[str, object]) -> dict[str, object]:
        fields = dict(new)
        if fields.get("due_on") is not None:
            computed = {"due_basis": "set", "due_rule": "", "due_from": None, "due_offset": None, "review_on": None}
            fields = {**computed, **self._first_due(commitment, fields["due_on"]), **fields}
        elif fields.get("review_on") is not None:
            undated = {"due_on": None, "due_basis": None, "due_from": None, "due_offset": None}
            fields = {**undated, **self._first_due(commitment, None), **fields}
        elif "due_on" in fields:
            fields = {**self._first_due(commitment, None), **fields}
        return fields

    def _first_due(self, commitment: Commitment, due_on: object) -> dict[str, object]:
        """Correct the first date with the date, unless an extension was ever approved: then it stands for ever."""
        query = select(Extension.id).where(Extension.commitment_id == commitment.id, Extension.state == "approved")
        extended = self.session.scalars(query.limit(1)).first() is not None
        return {} if extended and commitment.first_due_on else {"first_due_on": due_on}

    # -- work --------------------------------------------------------------------------------------------------

    def progress(
        self,
        ref: str,
        note: str,
        *,
        on: date | None = None,
        figures: Mapping[str, float] | None = None,
        proofs: Sequence[evidence.Given] = (),
    ) -> Progress:
        """Record what was done; moves the review date of an undated commitment to ``on`` + review_every."""
        commitment = self._in_state(ref, "progress", *LIVE_STATES)
        validation.check_text(f"{ref} note", note, validation.PROSE, lines=True)
        row = Progress(
            commitment_id=commitment.id,
            on=self._past(ref, on),
            note=note,
            figures=self._figures(commitment, figures or {}),
            by=self.actor,
            recorded_at=self.now,
        )
        self.session.add(row)
        self.session.flush()
        kept = self._take(commitment, proofs, progress_id=row.id)
        changes: dict[str, object] = {"on": row.on, "figures": row.figures, "evidence": kept}
        if commitment.review_on is not None:
            changes |= validation.change(commitment, review_on=self.review_every.after(row.on, self.workdays))
        self._done(commitment, "progress", note, changes)
        return row

    def ask_extension(self, ref: str, to: date, reason: str) -> Extension:
        """Ask for a later deadline; the present one stands until somebody approves."""
        commitment = self._in_state(ref, "extend", *LIVE_STATES)
        validation.need_reason(ref, "extend", reason)
        if commitment.due_on is None:
            raise NoDeadline(ref=ref)
        validation.check_days(ref, {"due_on": to})
        if to <= commitment.due_on:
            raise NotLater(ref=ref, new=to, old=commitment.due_on)
        self._withdraw_waiting(commitment)
        asked = Extension(
            commitment_id=commitment.id,
            old_due=commitment.due_on,
            new_due=to,
            reason=reason,
            asked_by=self.actor,
            asked_at=self.now,
        )
        self.session.add(asked)
        self._done(commitment, "extension_asked", reason, {"to": to, "old_due": commitment.due_on})
        return asked

    def decide_extension(self, ref: str, *, approve: bool, by: str) -> Extension:
        """Approve the waiting request (the deadline moves, the ladder is armed anew) or refuse it."""
        commitment = self._in_state(ref, "extend", *LIVE_STATES)
        request = self._waiting(commitment)
        if request is None:
            raise NoRequest(ref=ref)
        if approve:
            validation.check_days(ref, {"due_on": request.new_due})
        request.state = "approved" if approve else "refused"
        request.decided_by, request.decided_at = by, self.now
        changes: dict[str, object] = {"decided_by": by}
        if approve:
            moved = {
                "due_on": request.new_due,
                "due_basis": "set",
                "due_from": None,
                "due_offset": None,
                "review_on": None,
            }
            changes |= validation.change(commitment, **moved, due_rule="")
        self._done(commitment, "extended" if approve else "extension_refused", request.reason, changes)
        return request

    def _waiting(self, commitment: Commitment) -> Extension | None:
        query = select(Extension).where(Extension.commitment_id == commitment.id, Extension.state == "waiting")
        return self.session.scalars(query).first()

    def _withdraw_waiting(self, commitment: Commitment) -> None:
        """A second request takes the place of the first."""
        if (earlier := self._waiting(commitment)) is not None:
            earlier.state, earlier.decided_by, earlier.decided_at = "refused", self.actor, self.now

    # -- closing -----------------------------------------------------------------------------------------------

    def report_done(
        self, ref: str, *, note: str = "", proofs: Sequence[evidence.Given] = (), on: date | None = None
    ) -> Commitment:
        """A department says it is done: the ladder stops until somebody accepts (close) or sends back (reopen)."""
        commitment = self._in_state(ref, "report-done", "open")
        validation.check_reason(ref, note)
        kept = self._take(commitment, proofs)
        changes = validation.change(commitment, state="reported_done", reported_done_on=self._past(ref, on))
        return self._done(commitment, "report_done", note, {**changes, "evidence": kept})

    def close(
        self,
        ref: str,
        outcome: str,
        *,
        proofs: Sequence[evidence.Given] = (),
        waiver: str = "",
        note: str = "",
        next_due: date | None = None,
    ) -> Commitment:
        """Close out (销号) with an outcome; kept and partly_kept need evidence or a waiver.

        ``next_due`` opens the following year's commitment of a recurring one.
        Raises BadValue, EvidenceNeeded, UnreadableEvidence, WrongState.
        """
        commitment = self._in_state(ref, "close", *LIVE_STATES)
        validation.check_word("--outcome", outcome, OUTCOMES)
        validation.check_days(ref, {"due_on": next_due})
        for words in (note, waiver):
            validation.check_reason(ref, words)
        self._withdraw_waiting(commitment)
        kept = self._take(commitment, proofs)
        validation.need_proof(commitment, outcome, proven=bool(kept) or self._proven(commitment), waiver=waiver)
        changes = validation.change(
            commitment, state="closed", outcome=outcome, closed_on=self.today, closing_note=note or waiver
        )
        facts = {**changes, "evidence": kept, **({"waiver": waiver} if waiver else {})}
        self._done(commitment, "close", note or waiver, facts)
        commitment.next_action_on = self.today  # once more, for the closing notices
        if next_due is not None:
            self.add(validation.following_year(commitment, next_due), reason=f"follows {ref}")
        return commitment

    def reopen(self, ref: str, reason: str) -> Commitment:
        """Open again what was closed or reported done; its notices are owed anew."""
        commitment = self._in_state(ref, "reopen", "closed", "reported_done")
        validation.need_reason(ref, "reopen", reason)
        changes = validation.change(
            commitment, state="open", outcome=None, closed_on=None, reported_done_on=None, closing_note="",
            arming=commitment.arming + 1, reopened_at=self.now,
        )  # fmt: skip
        changes |= self._set_review(commitment)
        return self._done(commitment, "reopen", reason, changes)

    def _proven(self, commitment: Commitment) -> bool:
        """Evidence handed in with the report counts; that of a progress note or before a reopening does not."""
        query = select(Evidence.id).where(Evidence.commitment_id == commitment.id, Evidence.progress_id.is_(None))
        if commitment.reopened_at is not None:
            query = query.where(Evidence.recorded_at > commitment.reopened_at)
        return self.session.scalars(query.limit(1)).first() is not None

    # -- the calendar ------------------------------------------------------------------------------------------

    def recompute(self) -> list[tuple[str, date, date]]:
        """Compute again every deadline that rests on working days; return (ref, old, new) of those that moved."""
        query = select(Commitment).where(
            Commitment.state.in_(LIVE_STATES), Commitment.due_from.is_not(None), Commitment.due_offset.is_not(None)
        )
        return [moved for commitment in self.session.scalars(query) if (moved := self._recomputed(commitment))]

    def _recomputed(self, commitment: Commitment) -> tuple[str, date, date] | None:
        start, offset, old = commitment.due_from, commitment.due_offset, commitment.due_on
        if start is None or offset is None or old is None or is_damaged(offset):
            return None
        new = Offset.parse(offset).after(start, self.workdays)
        if new == old or not is_meant(new):
            return None
        changes = validation.change(commitment, due_on=new)
        if commitment.first_due_on == old:
            changes |= validation.change(commitment, first_due_on=new)
        self._done(commitment, "due_moved", entry_words.RECOMPUTED, changes)
        return commitment.ref, old, new

    # -- what every verb does ----------------------------------------------------------------------------------

    def note(self, action: str, subject: str, reason: str = "", changes: Mapping[str, object] | None = None) -> None:
        """Write a history entry in this actor's name."""
        history.append(
            self.session,
            at=self.now,
            actor=self.actor,
            action=action,
            subject=subject,
            reason=reason,
            changes=changes,
        )

    def _done(self, commitment: Commitment, action: str, reason: str, changes: Mapping[str, object]) -> Commitment:
        self._mark(commitment)
        self.note(action, commitment.ref, reason, changes)
        return commitment

    def _mark(self, commitment: Commitment) -> None:
        """Ask the planner to look at this commitment on its next pass; drafts and the closed are left as they are.

        The mark is written even when it seems to stand: the planner may have moved it since the row was read.
        """
        if commitment.state in LIVE_STATES:
            commitment.next_action_on = self.today
            if inspect(commitment).persistent:
                flag_modified(commitment, "next_action_on")

    def _in_state(self, ref: str, verb: str, *states: str) -> Commitment:
        commitment = lookup.find(self.session, ref)
        validation.need_state(commitment, verb, states)
        return commitment

    def _set_review(self, commitment: Commitment) -> dict[str, object]:
        """What has no deadline has a review date, so that nothing is forgotten; return the change."""
        if commitment.due_on or commitment.review_on or commitment.state not in LIVE_STATES:
            return {}
        return validation.change(commitment, review_on=self.review_every.after(self.today, self.workdays))

    def _past(self, ref: str, on: date | None) -> date:
        if on is not None and on > self.today:
            raise NotInFuture(what=ref, day=on)
        validation.check_days(ref, {"--on": on})
        return on or self.today

    def _figures(self, commitment: Commitment, figures: Mapping[str, float]) -> dict[str, Any]:
        validation.check_figures(commitment.ref, figures)
        known = [target.what for target in commitment.targets]
        for what in figures:
            if what not in known:
                raise NoSuchTarget(ref=commitment.ref, what=what, near=lookup.near(what, known))
        return dict(figures)

    def _take(
        self, commitment: Commitment, sources: Sequence[evidence.Given], progress_id: int | None = None
    ) -> list[str]:
        """Keep evidence; return one word per piece for the history."""
        proofs = [evidence.take(self.evidence_folder, source) for source in sources]
        for proof in proofs:
            self.session.add(
                Evidence(
                    commitment_id=commitment.id,
                    progress_id=progress_id,
                    name=proof.name,
                    sha256=proof.sha256,
                    size=proof.size,
                    url=proof.url,
                    given_by=self.actor,
                    recorded_at=self.now,
                )
            )
        return [proof.url or f"{proof.name} sha256:{proof.sha256}" for proof in proofs]

    def _next_ref(self, letter: Letter) -> str:
        prefix = f"{lookup.ref_head(self.session, letter)}-"
        if prefix not in self._last_numbers:
            self._last_numbers[prefix] = lookup.last_number(self.session, prefix)
        self._last_numbers[prefix] += 1
        return f"{prefix}{self._last_numbers[prefix]:02d}"


def move_next_action(session: Session, days: Mapping[int, date | None]) -> None:
    """Set the day on which the planner must look again; ``days`` maps commitment id to a date or None."""
    if not days:
        return
    moved = update(Commitment).where(Commitment.id == bindparam("key")).values(next_action_on=bindparam("day"))
    session.connection().execute(moved, [{"key": key, "day": day} for key, day in days.items()])


def rearm_all(session: Session, today: date) -> None:
    """Let the planner look at every live commitment again: rungs, calendar, send time or zone changed."""
    session.execute(update(Commitment).where(Commitment.state.in_(LIVE_STATES)).values(next_action_on=today))


def _decided(new: Mapping[str, object]) -> set[str]:
    """Return which questions of reading an edit answers."""
    dated = {"date"} if {"due_on", "review_on"} & set(new) else set()
    return dated | ({"lead"} if "lead" in new else set())
