"""The ledger as of an instant: as it stands now, with every later history entry undone.

What is recorded after a period's end belongs to a later period, and what became open after it is not there at
all (docs/design.md). Core queries, a handful whatever the number of commitments. Longer than most files: what is read
of a commitment and what is said of it stand together.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from commitments import evidence
from commitments.calendar.deadlines import LIVE_STATES, Ladder, Workdays, status
from commitments.damage import whole
from commitments.models import (
    Commitment,
    Department,
    Dispute,
    Extension,
    HistoryEntry,
    Letter,
    Progress,
    Source,
    Target,
)
from commitments.queries.grouping import grouped
from commitments.queries.listing import StatusRow, support_names
from commitments.queries.statistics import CommitmentAsOf, Correction, Happening, Period, Proof, Slip
from commitments.queries.targets import TargetFigure, target_figures

# History actions a reader outside is told of, in the words templates know. Refusals, receipts and disputes stay inside,
# and so does all that happened to a draft.
TOLD = {
    "confirm": "confirmed",
    "progress": "progress",
    "extension_asked": "extension_asked",
    "extended": "extended",
    "report_done": "report_done",
    "close": "closed",
    "reopen": "reopened",
}
HEARD = {
    "progress", "report_done", "close", "extension_asked", "extended", "extension_refused", "acknowledge", "dispute",
    "dispute_accepted", "dispute_refused",
}  # fmt: skip
CORRECTING = ("edit", "due_moved")  # a person's correction, and a date counted again when the calendar was published
CORRECTED = ("title", "quote", "summary", "kind", "lead", "support", "due_on", "review_on", "condition")
TIME_TO_ANSWER = 5  # working days since a department was asked; who had fewer is not called silent
FACTS = (
    "ref", "section", "ordinal", "kind", "strength", "title", "quote", "summary", "due_text", "due_on", "first_due_on",
    "due_basis", "due_rule", "due_from", "due_offset", "condition", "review_on", "state", "outcome",
    "reported_done_on", "closed_on",
)  # fmt: skip
OF_STATUS = ("band", "days_left", "working_days_left", "provisional")


class Request(NamedTuple):
    """What waits for our own office: ``extension`` or ``dispute``, until when, and who asked ("" for the lead)."""

    kind: str
    decided_at: datetime | None
    department: str = ""

    def stands_at(self, end: datetime) -> bool:
        """Say whether it waited still when a period ended."""
        return self.decided_at is None or self.decided_at >= end


class Entry(NamedTuple):
    """What is needed of a history entry."""

    subject: str
    at: datetime
    actor: str
    action: str
    reason: str
    changes: Mapping[str, Any]


def commitments_as_of(
    session: Session, unit: Department | None, period: Period, ladder: Ladder, workdays: Workdays
) -> list[CommitmentAsOf]:
    """Return the commitments to a proposing unit (None: to all) as of the period's end, in order of ref."""
    chosen = _chosen(unit, period)
    entries = _entries(session, chosen, period)
    support = support_names(session.connection(), chosen)
    targets = _targets(session, chosen, period)
    found = []
    asked = _requests(session, chosen, period)
    for row in session.execute(_rows(chosen)).mappings():
        now = {field: _plain(row[field]) for field in (*FACTS, "lead")}
        now["support"] = support.get(row["id"], [])
        own = [entry for entry in entries.get(row["ref"], []) if entry.at >= row["opened_at"]]
        facts = undone(now, (entry.changes for entry in reversed(own) if entry.at >= period.end))
        stood = _stood(facts, period, ladder, workdays)
        month = _Month(row["opened_at"], [entry for entry in own if entry.at < period.end], asked.get(row["id"], []))
        brought = _brought(facts, month, period, workdays)
        verbatim = row["recognised"] is False
        figures = targets.get(row["id"], ())
        found.append(CommitmentAsOf(letter=row["letter"], verbatim=verbatim, targets=figures, **stood, **brought))
    return found


def undone(facts: Mapping[str, Any], newest_first: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Take back changes ``{field: [old, new]}``, newest first; what is no pair or no fact is passed over."""
    before = dict(facts)
    for changes in newest_first:
        for field, change in changes.items():
            match change:
                case [old, _] if field in before:
                    before[field] = old
    return before


# -- one commitment ------------------------------------------------------------------------------------------


def _stood(facts: Mapping[str, Any], period: Period, ladder: Ladder, workdays: Workdays) -> dict[str, Any]:
    """Return the fields of a CommitmentAsOf that follow from its facts, bands as of ``period.day``."""
    stood: dict[str, Any] = {
        field: _day(value) if field.endswith(("_on", "_from")) else value for field, value in facts.items()
    }
    dates = StatusRow(**{field: stood[field] for field in StatusRow._fields})
    kept = {field: value for field, value in stood.items() if field not in ("due_from", "due_offset")}
    stands = status(dates, period.day, ladder, workdays)
    return {**kept, **{field: getattr(stands, field) for field in OF_STATUS}}


@dataclass(frozen=True)
class _Month:
    """What a period brought to one commitment: its entries, and the requests to our office that stood in it."""

    opened_at: datetime
    entries: Sequence[Entry]
    requests: Sequence[Request]


def _brought(facts: Mapping[str, Any], month: _Month, period: Period, workdays: Workdays) -> dict[str, Any]:
    """Return the fields of a CommitmentAsOf that say what the period brought."""
    return {
        "happened": [_happening(entry, period) for entry in month.entries if entry.action in TOLD],
        "slips": [slip for entry in month.entries if (slip := _slip(entry, period))],
        "corrections": _corrections(month.entries, period),
        "waiting": _waiting(facts, month, period),
        "new": month.opened_at >= period.start,
        "entered_late_on": _entered_late_on(facts, month, period),
        "silent": _silent(facts, month, period, workdays),
    }


def _waiting(facts: Mapping[str, Any], month: _Month, period: Period) -> list[str]:
    """Name what the lead had asked and nobody had decided; on what is closed nothing waits."""
    asked = [each for each in month.requests if each.stands_at(period.end) and each.department in ("", facts["lead"])]
    return list(dict.fromkeys(each.kind for each in asked)) if facts["state"] in LIVE_STATES else []


def _silent(facts: Mapping[str, Any], month: _Month, period: Period, workdays: Workdays) -> bool:
    """Say whether a department was not heard, though it had the time to be and nothing of it waited for our office."""
    before = undone(facts, (entry.changes for entry in reversed(month.entries)))
    leads = ("", facts["lead"], before["lead"])
    ours = "reported_done" in (facts["state"], before["state"]) or any(r.department in leads for r in month.requests)
    heard = any(entry.action in HEARD for entry in month.entries)
    return facts["state"] in LIVE_STATES and not ours and not heard and _had_time(facts, month, period, workdays)


def _had_time(facts: Mapping[str, Any], month: _Month, period: Period, workdays: Workdays) -> bool:
    """Say whether it was open long enough to be answered; what was overdue when it became open was entered late."""
    if month.opened_at >= period.start and _entered_late_on(facts, month, period):
        return False
    opened = month.opened_at.astimezone(period.end.tzinfo).date()
    reopened = [_recorded_on(entry, period) for entry in month.entries if entry.action == "reopen"]
    return workdays.between(max([opened, *reopened]), period.day) >= TIME_TO_ANSWER


def _entered_late_on(facts: Mapping[str, Any], month: _Month, period: Period) -> date | None:
    """Return the day on which it became open, its date over by then; what is done may be done in time."""
    opened = month.opened_at.astimezone(period.end.tzinfo).date()
    late = facts["state"] == "open" and facts["due_on"] and facts["due_on"] < opened.isoformat()
    return opened if late else None


def _corrections(entries: Sequence[Entry], period: Period) -> list[Correction]:
    """Return what was corrected in the period, one line for each field; what came back to what it was is none.

    A deadline has one line before an extension and one after it: what was extended is not what was corrected.
    """
    found: dict[tuple[str, int], Correction] = {}
    slips = 0
    for entry in entries:
        if _slip(entry, period):
            slips += 1
        elif entry.action in (*CORRECTING, "extended"):  # approved for an earlier day than by now is due: no extension
            for field in CORRECTED:
                _correct(found, (field, slips if field == "due_on" else 0), entry, period)
    return [line for line in found.values() if line["from"] != line["to"]]


def _correct(found: dict[tuple[str, int], Correction], line: tuple[str, int], entry: Entry, period: Period) -> None:
    field = line[0]
    if field not in entry.changes:
        return
    old, new = entry.changes[field]
    first = found[line]["from"] if line in found else old
    found[line] = {"field": field, "from": first, "to": new, "reason": entry.reason, "on": _recorded_on(entry, period)}


def _happening(entry: Entry, period: Period) -> Happening:
    """Date work by the day the entry states, all else by the day it was recorded."""
    stated = entry.changes.get("on") or entry.changes.get("reported_done_on", (None, None))[1]
    return Happening(
        on=_day(stated) or _recorded_on(entry, period),
        what=TOLD[entry.action],
        note="" if entry.action == "extended" else entry.reason,  # it is that of who asked
        evidence=[_proof(word) for word in entry.changes.get("evidence", ())],
    )


def _proof(word: str) -> Proof:
    name, sha256 = evidence.named(word)
    return Proof(name=name, url=None if sha256 else name)


def _slip(entry: Entry, period: Period) -> Slip | None:
    """Return a deadline put off by an approved extension. Who approved it stays inside, as all names of persons do."""
    old, new = (_day(value) for value in entry.changes.get("due_on", (None, None)))
    if entry.action != "extended" or old is None or new is None or new <= old:
        return None
    return Slip({"from": old, "to": new, "reason": entry.reason, "on": _recorded_on(entry, period)})


def _recorded_on(entry: Entry, period: Period) -> date:
    return entry.at.astimezone(period.end.tzinfo).date()


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


# -- the queries ---------------------------------------------------------------------------------------------


def _chosen(unit: Department | None, period: Period) -> Select[Any]:
    """Select from the commitments to this unit that became open before the period's end."""
    query = select(Commitment.id).join(Letter, Commitment.letter_id == Letter.id)
    query = query.where(Commitment.opened_at < period.end)
    return query if unit is None else query.where(Letter.proposing_unit_id == unit.id)


def _rows(chosen: Select[Any]) -> Select[Any]:
    columns = [Commitment.opened_at, *(getattr(Commitment, field) for field in FACTS)]
    names = (
        Letter.name.label("letter"),
        Department.name.label("lead"),
        Source.recognised.label("recognised"),
    )
    query = chosen.add_columns(*columns, *names).outerjoin(Source, Source.letter_id == Commitment.letter_id)
    return query.join(Department, Commitment.lead_id == Department.id).order_by(Commitment.ref)


def _entries(session: Session, chosen: Select[Any], period: Period) -> dict[str, list[Entry]]:
    """Return the entries since the period began by ref, oldest first; an ``add`` changed nothing."""
    columns = [getattr(HistoryEntry, field) for field in Entry._fields]
    query = select(*columns).where(HistoryEntry.at >= period.start, HistoryEntry.action != "add")
    query = query.where(HistoryEntry.subject.in_(chosen.with_only_columns(Commitment.ref)))
    rows = session.execute(query.order_by(HistoryEntry.seq))
    return grouped((row.subject, Entry(*row)._replace(changes=whole(row.changes))) for row in rows)


def _requests(session: Session, chosen: Select[Any], period: Period) -> dict[int, list[Request]]:
    """Return by commitment what was asked before the period's end and was not decided before its start."""
    ids = chosen.with_only_columns(Commitment.id)
    extensions = select(Extension.commitment_id, Extension.decided_at).where(Extension.commitment_id.in_(ids))
    extensions = extensions.where(Extension.asked_at < period.end, _undecided(Extension.decided_at, period))
    disputes = select(Dispute.commitment_id, Dispute.decided_at, Department.name).join(Department)
    disputes = disputes.where(Dispute.commitment_id.in_(ids), Dispute.raised_at < period.end)
    disputes = disputes.where(_undecided(Dispute.decided_at, period)).order_by(Dispute.id)
    asked = [(key, Request("extension", at)) for key, at in session.execute(extensions.order_by(Extension.id))]
    return grouped([*asked, *((key, Request("dispute", at, by)) for key, at, by in session.execute(disputes))])


def _undecided(decided_at: InstrumentedAttribute[datetime | None], period: Period) -> ColumnElement[bool]:
    return or_(decided_at.is_(None), decided_at >= period.start)


def _targets(session: Session, chosen: Select[Any], period: Period) -> dict[int, tuple[TargetFigure, ...]]:
    """Return by commitment its targets, each with the figure of the latest day among those recorded before the end."""
    query = select(Target).where(Target.commitment_id.in_(chosen)).order_by(Target.id)
    targets = grouped((one.commitment_id, one) for one in session.scalars(query))
    counted = select(Target.commitment_id).where(Target.commitment_id.in_(chosen))
    moved = select(Progress.commitment_id, Progress.figures).where(Progress.commitment_id.in_(counted))
    moved = moved.where(Progress.recorded_at < period.end).order_by(Progress.on, Progress.id)
    moves = grouped((key, whole(figures)) for key, figures in session.execute(moved))
    return {key: target_figures(some, moves.get(key, ())) for key, some in targets.items()}
