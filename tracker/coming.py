"""What will be told in the days to come, as things stand now: the planner asked about the future."""

import re
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import select

from commitments.glossary import format_date, word
from commitments.models import Commitment
from notifications import planner, planning
from notifications.models import UNSENT, Notice

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tracker.app import App

BATCH = 500


def coming(app: "App", last: date, locale: str) -> list[dict[str, object]]:
    """Return the notices told from today to ``last``, by day: who, what, why."""
    rows: list[dict[str, object]] = []
    with app.reading() as session:
        rows += _owed(session, last)
        opened = session.execute(select(Commitment.id, Commitment.title).where(Commitment.state == "open"))
        titles = {key: title for key, title in opened}  # noqa: C416 - rows are not pairs to the type checker
        ids = list(titles)
        for start in range(0, len(ids), BATCH):
            for facts in planning.facts(session, ids[start : start + BATCH], app.zone):
                for duty in planner.coming(facts, app.policy, app.today, last, app.workdays):
                    rows.append(_row(facts, duty, titles[facts.id]))
    unique = {(row["slot"], row["kind"], row["ref"], row["to"], row["rung"]): row for row in rows}
    ordered = sorted(unique.values(), key=lambda row: (str(row["slot"]), str(row["ref"]), str(row["to"])))
    return [{**row, "provisional": _provisional(row, app), "why": _why(row, app, locale)} for row in ordered]


def _owed(session: "Session", last: date) -> list[dict[str, object]]:
    """What is owed already and has not gone out."""
    query = (
        select(Notice, Commitment.ref, Commitment.title)
        .outerjoin(Commitment, Commitment.id == Notice.commitment_id)
        .where(Notice.state.in_(UNSENT), Notice.slot <= last)
    )
    return [
        {
            "slot": notice.slot, "kind": notice.kind, "ref": ref or "", "title": title or "", "to": notice.addressee,
            "role": notice.role, "rung": notice.rung, "due_on": notice.due_on,
        }
        for notice, ref, title in session.execute(query)
    ]  # fmt: skip


def _row(facts: planner.Facts, duty: planner.Duty, title: str) -> dict[str, object]:
    return {
        "slot": duty.slot,
        "kind": duty.kind,
        "ref": facts.ref,
        "title": title,
        "to": duty.addressee,
        "role": duty.role,
        "rung": duty.rung,
        "due_on": duty.due_on,
    }


def _provisional(row: dict[str, object], app: "App") -> bool:
    """Say whether the day was counted in working days of a year that is not published."""
    slot, due = row["slot"], row["due_on"]
    years = {day.year for day in (slot, due) if isinstance(day, date)}
    return any(app.workdays.provisional(year) for year in years)


def _why(row: dict[str, object], app: "App", locale: str) -> str:
    """Say how the day was found: the kind, the date it hangs on, the distance."""
    kind, day = word(locale, "notice", str(row["kind"])), row["due_on"]
    if not isinstance(day, date) or not row["rung"]:
        return kind
    chinese = locale.startswith("zh")
    units, space = {"wd": "working_days", "d": "days"}, "" if chinese else " "
    distance = re.sub(r"wd|d", lambda unit: space + word(locale, "distance", units[unit[0]]), str(row["rung"]))
    mark = word(locale, "noun", "provisional") if _provisional(row, app) else ""
    return f"{kind}{'：' if chinese else ': '}{format_date(locale, day)} {distance} {mark}".rstrip()
