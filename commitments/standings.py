"""The ledger as of an instant: as it stands now, with every later history entry undone.

What is recorded after a period's end belongs to a later period, and what became open after it is not there at
all (docs/design.md). Core queries, a handful whatever the number of commitments.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from commitments.deadlines import LIVE_STATES, Ladder, Workdays, band, provisional
from commitments.figures import Happening, Period, Proof, Slip, Standing, TargetFigure, percent
from commitments.models import (
    Commitment,
    Department,
    HistoryEntry,
    Letter,
    Progress,
    Target,
    support_table,
)

# History actions a reader outside is told of, in the words templates know. Refusals, receipts and disputes stay inside.
TOLD = {
    "confirm": "confirmed",
    "edit": "edited",
    "due_moved": "due_moved",
    "progress": "progress",
    "extension_asked": "extension_asked",
    "extended": "extended",
    "report_done": "report_done",
    "close": "closed",
    "reopen": "reopened",
}
HEARD = {
    "progress", "report_done", "close", "reopen", "extension_asked", "extended", "extension_refused", "acknowledge",
    "dispute",
}  # fmt: skip
FACTS = (
    "ref", "section", "ordinal", "kind", "strength", "title", "quote", "due_text", "due_on", "first_due_on",
    "due_basis", "due_rule", "due_from", "due_offset", "condition", "review_on", "state", "outcome",
    "reported_done_on", "closed_on",
)  # fmt: skip
K = TypeVar("K")
V = TypeVar("V")


class Entry(NamedTuple):
    """What is needed of a history entry."""

    subject: str
    at: datetime
    actor: str
    action: str
    reason: str
    changes: Mapping[str, Any]


def standings(
    session: Session, unit: Department | None, period: Period, ladder: Ladder, workdays: Workdays
) -> list[Standing]:
    """Return the commitments to a proposing unit (None: to all) as of the period's end, in order of ref."""
    chosen = _chosen(unit, period)
    entries = _entries(session, chosen, period)
    support = _support(session, chosen)
    targets = _targets(session, chosen, period)
    found = []
    for row in session.execute(_rows(chosen)).mappings():
        now = {field: _plain(row[field]) for field in (*FACTS, "lead")}
        now["support"] = support.get(row["id"], [])
        own = entries.get(row["ref"], [])
        facts = undone(now, (entry.changes for entry in reversed(own) if entry.at >= period.end))
        stood = _stood(facts, period, ladder, workdays)
        brought = _brought(facts, [entry for entry in own if entry.at < period.end], period)
        found.append(Standing(letter=row["letter"], targets=targets.get(row["id"], []), **stood, **brought))
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
    """Return the fields of a Standing that follow from its facts, bands as of ``period.day``."""
    stood: dict[str, Any] = {
        field: _day(value) if field.endswith(("_on", "_from")) else value for field, value in facts.items()
    }
    start, offset, due_on = stood.pop("due_from"), stood.pop("due_offset"), stood["due_on"]
    is_open = stood["state"] == "open"
    left = due_on if is_open else None
    return {
        **stood,
        "provisional": provisional(start, offset, due_on, workdays),
        "band": band(due_on, stood["review_on"], period.day, ladder, workdays) if is_open else None,
        "days_left": (left - period.day).days if left else None,
        "working_days_left": workdays.between(period.day, left) if left else None,
    }


def _brought(facts: Mapping[str, Any], month: Sequence[Entry], period: Period) -> dict[str, Any]:
    """Return the fields of a Standing that say what the period brought."""
    return {
        "happened": [_happening(entry, period) for entry in month if entry.action in TOLD],
        "slips": [slip for entry in month if (slip := _slip(entry, period))],
        "silent": facts["state"] in LIVE_STATES and not any(entry.action in HEARD for entry in month),
    }


def _happening(entry: Entry, period: Period) -> Happening:
    """Date work by the day the entry states, all else by the day it was recorded."""
    stated = entry.changes.get("on") or entry.changes.get("reported_done_on", (None, None))[1]
    return Happening(
        on=_day(stated) or _recorded_on(entry, period),
        what=TOLD[entry.action],
        note=entry.reason,
        evidence=[_proof(word) for word in entry.changes.get("evidence", ())],
    )


def _proof(word: str) -> Proof:
    """Read what the register writes of evidence: an address, or ``name sha256:…``."""
    name, file, _ = word.rpartition(" sha256:")
    return Proof(name=name, url=None) if file else Proof(name=word, url=word)


def _slip(entry: Entry, period: Period) -> Slip | None:
    """Return a deadline moved later by approval or correction; one moved by the calendar is nobody's slip."""
    old, new = (_day(value) for value in entry.changes.get("due_on", (None, None)))
    if entry.action not in ("extended", "edit") or old is None or new is None or new <= old:
        return None
    by, on = entry.changes.get("decided_by", entry.actor), _recorded_on(entry, period)
    return Slip({"from": old, "to": new, "reason": entry.reason, "approved_by": by, "on": on})


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
    columns = [getattr(Commitment, field) for field in FACTS]
    names = (Letter.document_number.label("letter"), Department.name.label("lead"))
    query = chosen.add_columns(*columns, *names)
    return query.join(Department, Commitment.lead_id == Department.id).order_by(Commitment.ref)


def _support(session: Session, chosen: Select[Any]) -> dict[int, list[str]]:
    query = select(support_table.c.commitment_id, Department.name).join(Department)
    query = query.where(support_table.c.commitment_id.in_(chosen)).order_by(Department.id)
    return _grouped(session.execute(query))


def _entries(session: Session, chosen: Select[Any], period: Period) -> dict[str, list[Entry]]:
    """Return the entries since the period began by ref, oldest first; an ``add`` changed nothing."""
    columns = [getattr(HistoryEntry, field) for field in Entry._fields]
    query = select(*columns).where(HistoryEntry.at >= period.start, HistoryEntry.action != "add")
    query = query.where(HistoryEntry.subject.in_(chosen.with_only_columns(Commitment.ref)))
    return _grouped((row.subject, Entry(*row)) for row in session.execute(query.order_by(HistoryEntry.seq)))


def _targets(session: Session, chosen: Select[Any], period: Period) -> dict[int, list[TargetFigure]]:
    figures = _figures(session, chosen, period)
    targets = session.scalars(select(Target).where(Target.commitment_id.in_(chosen)).order_by(Target.id))
    return _grouped((one.commitment_id, _target(one, figures[one.commitment_id].get(one.what))) for one in targets)


def _target(target: Target, figure: float | None) -> TargetFigure:
    return TargetFigure(
        what=target.what,
        unit=target.unit,
        baseline=target.baseline,
        goal=target.goal,
        figure=figure,
        percent=percent(target.baseline, target.goal, figure),
    )


def _figures(session: Session, chosen: Select[Any], period: Period) -> dict[int, dict[str, float]]:
    """Return by commitment and target the figure of the latest day among those recorded before the end."""
    counted = select(Target.commitment_id).where(Target.commitment_id.in_(chosen))
    query = select(Progress.commitment_id, Progress.figures).where(Progress.commitment_id.in_(counted))
    query = query.where(Progress.recorded_at < period.end).order_by(Progress.on, Progress.id)
    figures: dict[int, dict[str, float]] = defaultdict(dict)
    for key, moved in session.execute(query):
        figures[key].update(moved)
    return figures


def _grouped(pairs: Iterable[tuple[K, V]]) -> dict[K, list[V]]:
    groups: dict[K, list[V]] = defaultdict(list)
    for key, value in pairs:
        groups[key].append(value)
    return groups
