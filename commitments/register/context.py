"""What every verb of the ledger works in: one transaction, one actor, one moment; it never commits.

Every verb checks the rules, changes the rows, writes one history entry with actor and reason, and marks the commitment
for the planner (``next_action_on``), which decides who must be told.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import inspect
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from commitments import evidence, validation
from commitments.calendar.deadlines import LIVE_STATES, Offset, Workdays
from commitments.errors import NothingToChange, NotInFuture
from commitments.history import chain
from commitments.models import Commitment, Department, Evidence, Letter, Source
from commitments.queries import lookup


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

    def note(self, action: str, subject: str, reason: str = "", changes: Mapping[str, object] | None = None) -> None:
        """Write a history entry in this actor's name."""
        chain.append(
            self.session,
            at=self.now,
            actor=self.actor,
            action=action,
            subject=subject,
            reason=reason,
            changes=changes,
        )

    def correct(self, row: Department | Letter, subject: str, reason: str, new: Mapping[str, object]) -> None:
        """Set fields of a department or a letter, with an entry. Raises NothingToChange, BadText, FarDate."""
        validation.check_days(subject, new)
        validation.check_line_facts(subject, reason, new)
        changes = validation.change(row, **new)
        if not changes:
            raise NothingToChange(ref=subject)
        self.note(f"{row.__tablename__}_edit", subject, reason, changes)

    def record(self, commitment: Commitment, action: str, reason: str, changes: Mapping[str, object]) -> Commitment:
        """Write the history entry of a change to a commitment, and mark it for the planner."""
        self.mark(commitment)
        self.note(action, commitment.ref, reason, changes)
        return commitment

    def mark(self, commitment: Commitment) -> None:
        """Ask the planner to look at this commitment on its next pass; drafts and the closed are left as they are.

        The mark is written even when it seems to stand: the planner may have moved it since the row was read.
        """
        if commitment.state in LIVE_STATES:
            commitment.next_action_on = self.today
            if inspect(commitment).persistent:
                flag_modified(commitment, "next_action_on")

    def in_state(self, ref: str, verb: str, *states: str) -> Commitment:
        """Return the commitment that a verb is about. Raises NoSuchCommitment, WrongState."""
        commitment = lookup.find(self.session, ref)
        validation.need_state(commitment, verb, states)
        return commitment

    def set_review(self, commitment: Commitment) -> dict[str, object]:
        """What has no deadline has a review date, so that nothing is forgotten; return the change."""
        if commitment.due_on or commitment.review_on or commitment.state not in LIVE_STATES:
            return {}
        return validation.change(commitment, review_on=self.review_every.after(self.today, self.workdays))

    def past_day(self, ref: str, on: date | None) -> date:
        """Return the day on which something happened, today unless given. Raises NotInFuture, FarDate."""
        if on is not None and on > self.today:
            raise NotInFuture(what=ref, day=on)
        validation.check_days(ref, {"on": on})
        return on or self.today

    def keep_evidence(
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

    def next_ref(self, letter: Letter) -> str:
        """Return the next free ref of a letter, such as ``2019-1007-09``."""
        prefix = f"{lookup.ref_head(self.session, letter)}-"
        if prefix not in self._last_numbers:
            self._last_numbers[prefix] = lookup.last_number(self.session, prefix)
        self._last_numbers[prefix] += 1
        return f"{prefix}{self._last_numbers[prefix]:02d}"

    def letter_text(self, letter: Letter) -> str | None:
        """Return the stored text of a letter, or None where none was kept, or only what was recognised in a scan."""
        if letter.id is not None and letter.id not in self._texts:
            source = self.session.get(Source, letter.id)
            self._texts[letter.id] = source.text if source and not source.recognised else None
        return self._texts.get(letter.id)
