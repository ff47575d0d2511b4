"""The dates of commitments as calendar events: what ``ics`` writes, read from the ledger.

A deadline rings on the days of the ladder's rungs up to it, a review on its day. Drafts are tentative; what is reported
done or closed stays without a bell, so that a subscriber's calendar does not forget it; what has no date is left out.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, func, select
from sqlalchemy.orm import Session

from commitments.calendar.deadlines import LIVE_STATES, Ladder, Workdays, provisional
from commitments.i18n import word
from commitments.models import VOID_OUTCOMES, Commitment, Department, HistoryEntry, Letter
from commitments.queries.listing import Filter, supports
from commitments.text import privacy
from notifications.mail.ics import Event, Status
from notifications.models import Instance

BEFORE = timedelta(days=400)  # the earliest rung that can ring
_COLUMNS = (
    Commitment.id, Commitment.ref, Commitment.title, Commitment.quote, Commitment.summary, Commitment.due_text,
    Commitment.due_on, Commitment.due_from, Commitment.due_offset, Commitment.review_on, Commitment.state,
    Commitment.outcome, Commitment.version,
    Letter.name.label("letter"), Department.name.label("lead"),
)  # fmt: skip
_TOLD = ("ref", "letter", "lead", "support", "due_text", "state", "quote", "summary")


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What an event takes from the office: its ladder and working days, and the language its reader has."""

    ladder: Ladder
    workdays: Workdays
    locale: str


def department_events(session: Session, department: int, rules: Rules) -> list[Event]:
    """Return the live commitments that this department (its id) leads or supports, by ref."""
    wanted = Filter(department=department, states=LIVE_STATES)
    return events(session, *wanted.conditions(Commitment), rules=rules)


def events(session: Session, *wanted: ColumnElement[bool], rules: Rules) -> list[Event]:
    """Return the dates of the commitments that meet all conditions, by ref."""
    dated = func.coalesce(Commitment.due_on, Commitment.review_on).is_not(None)
    chosen = select(Commitment.id).where(dated, *wanted)
    stamps = _stamps(session, chosen)
    uuid = session.scalars(select(Instance.uuid)).one()
    query = select(*_COLUMNS).join_from(Commitment, Letter).join(Department, Commitment.lead_id == Department.id)
    rows = session.execute(query.where(Commitment.id.in_(chosen)).order_by(Commitment.ref)).mappings().all()
    names = supports(session.connection(), [row["id"] for row in rows])
    return [_event(row, names.get(row["id"], ()), stamps.get(row["ref"]), uuid, rules) for row in rows]


def _stamps(session: Session, chosen: Select[Any]) -> Mapping[str, datetime]:
    """Return when each commitment last changed."""
    refs = select(Commitment.ref).where(Commitment.id.in_(chosen))
    query = select(HistoryEntry.subject, func.max(HistoryEntry.at, type_=HistoryEntry.at.type))
    found = session.execute(query.where(HistoryEntry.subject.in_(refs)).group_by(HistoryEntry.subject))
    return dict(found.all())


def _event(row: RowMapping, support: Sequence[str], stamp: datetime | None, uuid: str, rules: Rules) -> Event:
    day: date = row["due_on"] or row["review_on"]
    return Event(
        uid=f"{row['ref']}@{uuid}",
        ref=row["ref"],
        title=_public(_title(row, rules)),
        on=day,
        sequence=row["version"],
        stamp=stamp or datetime.fromtimestamp(0, UTC),
        description=_public("\n".join(_lines(row, support, rules.locale))),
        alarms=alarms(row["due_on"], rules) if row["state"] == "open" else (),
        status=_status(row),
    )


def _public(text: str) -> str:
    """Mask personal data: whoever has the address of a feed can read it."""
    return privacy.mask(text)[0]


def alarms(due_on: date | None, rules: Rules) -> tuple[int, ...]:
    """Return how many days before a deadline its rungs are told, farthest first; a review rings on its day."""
    if due_on is None:
        return (0,)
    first = due_on - min(BEFORE, due_on - date.min)
    days = {(due_on - step.send_on).days for step in rules.ladder.steps(due_on, first, due_on, rules.workdays)}
    return tuple(sorted(days, reverse=True))


def _status(row: RowMapping) -> Status:
    if row["state"] == "draft":
        return "tentative"
    if row["state"] == "open":
        return "confirmed"
    return "cancelled" if row["outcome"] in VOID_OUTCOMES else "completed"


def _title(row: RowMapping, rules: Rules) -> str:
    """Say first what the day is: 到期：…, and that it may still move; what is no longer open says so too."""
    locale = rules.locale
    what = word(locale, "noun", "due" if row["due_on"] else "review")
    if row["state"] != "open":
        what = word(locale, "outcome", row["outcome"]) if row["outcome"] else word(locale, "state", row["state"])
    elif provisional(row["due_from"], row["due_offset"], row["due_on"], rules.workdays):
        what += f"{' ' if locale == 'en' else ''}{word(locale, 'noun', 'provisional')}"
    return f"{what}: {row['title']}" if locale == "en" else f"{what}：{row['title']}"


def _lines(row: RowMapping, support: Sequence[str], locale: str) -> Iterator[str]:
    told = {**row, "support": ("、" if locale != "en" else ", ").join(support)}
    told["state"] = word(locale, "state", row["state"])
    for field in _TOLD:
        if told[field]:
            yield f"{word(locale, 'field', field)}{'：' if locale != 'en' else ': '}{told[field]}"
