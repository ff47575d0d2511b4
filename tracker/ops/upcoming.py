"""What will be told in the days to come, as things stand now: the planner asked about the future.

It supposes that each notice is told on its day and that nobody answers. What is late already is told today. Of repeats,
which have no end, the next one stands for all.
"""

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select

from commitments.i18n import format_date, say, signed_distance, word
from commitments.models import Commitment, Department
from notifications.keys import Addressee
from notifications.models import UNSENT, Notice
from notifications.plan import planner, schedule, subjects

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

    from tracker.app import App

BATCH = 500


class Began(NamedTuple):
    """The day from which a commitment's rungs are counted, and whether it was overdue already then."""

    on: date | None
    late: bool


def upcoming(app: "App", last: date, locale: str) -> list[dict[str, object]]:
    """Return the notices told from today to ``last``, by day: who, what, why."""
    rows: dict[str, dict[str, object]] = {}
    began: dict[str, Began] = {}
    with app.reading() as session:
        opened = session.execute(select(Commitment.id, Commitment.title).where(Commitment.state == "open"))
        titles = {key: title for key, title in opened}  # noqa: C416 - rows are not pairs to the type checker
        ids = list(titles)
        for start in range(0, len(ids), BATCH):
            batch = ids[start : start + BATCH]
            settled = planner.settled(session, batch)
            for subject in subjects.load(session, batch, app.policy, app.zone):
                day = schedule.counted_from(subject, app.policy, app.today, app.workdays)
                began[subject.ref] = Began(day, late=subject.late(app.today))
                for required in schedule.upcoming(subject, app.policy, app.today, last, app.workdays, settled):
                    key = required.key
                    rows[str(key)] = {
                        "slot": required.send_on, "kind": key.kind, "ref": subject.ref, "title": titles[subject.id],
                        "to": str(required.addressee), "role": key.role, "rung": key.step, "due_on": key.day,
                    }  # fmt: skip
        rows |= _owed(session, last, app.today)
    ordered = sorted(rows.values(), key=lambda row: (str(row["slot"]), str(row["ref"]), str(row["to"])))
    return [
        {**row, "provisional": _provisional(row, app), "why": _why(row, began, app, locale)}
        for row in _without_repeats(ordered, app)
    ]


def _without_repeats(rows: list[dict[str, object]], app: "App") -> "Iterator[dict[str, object]]":
    """Yield every rung, and of the repeats of each kind the first."""
    once = {str(rung) for ladder in (app.ladder, app.policy.review) for rung in ladder.rungs} | {""}
    seen: set[tuple[object, ...]] = set()
    for row in rows:
        series = (row["ref"], row["kind"], row["to"], row["due_on"])
        if row["rung"] in once or series not in seen:
            yield row
        if row["rung"] not in once:
            seen.add(series)


def _owed(session: "Session", last: date, today: date) -> dict[str, dict[str, object]]:
    """Return by key what is owed already and has not gone out."""
    query = (
        select(Notice, Commitment.ref, Commitment.title, Department.name)
        .outerjoin(Commitment, Commitment.id == Notice.commitment_id)
        .outerjoin(Department, Department.id == Notice.department_id)
        .where(Notice.state.in_(UNSENT), Notice.slot <= last)
    )
    return {
        notice.key: {
            "slot": max(notice.slot, today), "kind": notice.kind, "ref": ref or "", "title": title or "",
            "to": str(Addressee("escalation", name)) if notice.role == "escalation" else notice.addressee,
            "role": notice.role, "rung": notice.rung, "due_on": notice.due_on,
        }
        for notice, ref, title, name in session.execute(query)
    }  # fmt: skip


def _provisional(row: dict[str, object], app: "App") -> bool:
    """Say whether the day was counted in working days of a year that is not published."""
    slot, due = row["slot"], row["due_on"]
    years = {day.year for day in (slot, due) if isinstance(day, date)}
    return any(app.workdays.provisional(year) for year in years)


def _why(row: dict[str, object], began: dict[str, Began], app: "App", locale: str) -> str:
    """Say how the day was found: the kind, the date it hangs on, the distance."""
    kind, its = word(locale, "notice", str(row["kind"])), began.get(str(row["ref"]), Began(None, late=False))
    day = its.on or row["due_on"]
    if not isinstance(day, date) or not row["rung"]:
        return kind
    marks = [name for name, holds in (("late", its.late), ("provisional", _provisional(row, app))) if holds]
    notes = "".join(word(locale, "noun", name) for name in marks)
    counted = f"{format_date(locale, day)} {signed_distance(locale, str(row['rung']))} {notes}".rstrip()
    return say(locale, "cli.common.pair", name=kind, value=counted)
