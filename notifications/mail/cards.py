"""The cards of a mail: each commitment as its recipient sees it on the day of the mail, worst first."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, tzinfo

from commitments.calendar.deadlines import status
from commitments.damage import whole
from commitments.models import Commitment
from commitments.queries.as_of import CORRECTING
from commitments.queries.detail import CommitmentDetail
from notifications.context import Context
from notifications.mail.gather import Material
from notifications.mail.render import CorrectionLine, Item, ProgressLine, RequestLine
from notifications.models import Notice
from notifications.plan.schedule import ReminderSubject

WORST = ("overdue", "due_today", "due_soon", "review_due", "on_track")  # worst band first
PRIORITY = ("escalation", "reminder", "review", "done", "assignment", "closed")  # of notices on one card


def cards(notices: Sequence[Notice], material: Material, context: Context, now: datetime) -> list[Item]:
    """One card per commitment, worst first."""
    by_commitment: dict[int, list[Notice]] = defaultdict(list)
    for notice in notices:
        by_commitment[notice.commitment_id or 0].append(notice)
    items = [_item(material.commitments[key], some, material, context, now) for key, some in by_commitment.items()]
    return sorted(items, key=_badness)


def _badness(item: Item) -> tuple[int, int, date, str]:
    place = WORST.index(item.band) if item.band in WORST else len(WORST)
    return (place, PRIORITY.index(item.notices[0]), item.due_on or item.review_on or date.max, item.ref)


def _rank(kind: str, light: str | None) -> int:
    """Order the notices on a card; while there is time, a task that is new says more than a reminder of it."""
    return -1 if kind == "assignment" and light == "on_track" else PRIORITY.index(kind)


def _item(
    detail: CommitmentDetail, notices: Sequence[Notice], material: Material, context: Context, now: datetime
) -> Item:
    row, today = detail.row, context.today(now)
    stands, is_open = status(row, today, context.policy.ladder, context.workdays), row.state == "open"
    for each in detail.progress:  # of a figure that cannot be read a mail must not say that there is none
        whole(each.figures)
    ordered = sorted(notices, key=lambda notice: _rank(notice.kind, stands.band))
    new = any(notice.kind == "assignment" for notice in notices)
    return Item(
        ref=row.ref,
        title=row.title,
        quote=row.quote,
        summary=row.summary,
        verbatim=detail.verbatim,
        letter=row.letter.name,
        letter_title=row.letter.proposal_title,
        section=row.section,
        ordinal=row.ordinal or "",
        kind=row.kind,
        strength=row.strength,
        lead=row.lead.name,
        support=tuple(department.name for department in row.support),
        role=ordered[0].role,
        notices=tuple(notice.kind for notice in ordered),
        rung=ordered[0].rung,
        state=row.state,
        band=stands.band,
        due_on=row.due_on,
        first_due_on=row.first_due_on,
        due_text=row.due_text,
        due_basis=row.due_basis or "",
        due_rule=row.due_rule,
        provisional=stands.provisional,
        review_on=row.review_on,
        condition=row.condition,
        days_left=stands.days_left,
        working_days_left=stands.working_days_left,
        targets=detail.targets,
        last_progress=_last_progress(detail),
        outcome=row.outcome or "",
        closed_on=row.closed_on,
        closing_note=row.closing_note,
        reopened_because=_reopened_because(detail) if new else "",
        told_before=material.told.get(row.id, ()) if ordered[0].kind == "escalation" else (),
        entered_on=_entered_on(material.facts[row.id], today) if new else None,
        waiting=_waiting(detail, context.zone) if is_open else (),
        corrected=_corrected(detail, context.zone) if is_open else None,
        listed=all(_is_listed(notice, material) for notice in notices),
        evidence=() if is_open else tuple(each.name for each in detail.evidence),
        link=_link(row, ordered[0], material, context, now),
    )


def _last_progress(detail: CommitmentDetail) -> ProgressLine | None:
    """Name the department that reported; a person who wrote it down for one is named inside only."""
    if not detail.progress:
        return None
    last = detail.progress[-1]
    return ProgressLine(on=last.on, note=last.note, by=last.by if last.by in detail.offices else "")


def _reopened_because(detail: CommitmentDetail) -> str:
    return next((entry.reason for entry in reversed(detail.history) if entry.action == "reopen"), "")


def _entered_on(known: ReminderSubject, today: date) -> date | None:
    """Return the day on which a new task became open, if it was overdue already."""
    return known.since if known.late(today) else None


def _waiting(detail: CommitmentDetail, zone: tzinfo) -> tuple[RequestLine, ...]:
    """Return what nobody has decided yet; a person who wrote a request down did so for the lead."""
    requests = [
        RequestLine(
            by=each.asked_by if each.asked_by in detail.offices else detail.row.lead.name,
            on=_day(each.asked_at, zone),
            to=each.new_due,
        )
        for each in detail.waiting_extensions
    ]
    disputes = [RequestLine(by=name, on=_day(each.raised_at, zone), to=None) for each, name in detail.waiting_disputes]
    return (*requests, *disputes)


def _corrected(detail: CommitmentDetail, zone: tzinfo) -> CorrectionLine | None:
    """Return the newest correction of a deadline, if it stands: no extension, and nothing of a draft."""
    for entry in reversed(detail.history):
        old, new = whole(entry.changes).get("due_on", (None, None)) if entry.action in CORRECTING else (None, None)
        if old and new and entry.at > (detail.row.opened_at or entry.at):
            stands = new == str(detail.row.due_on)
            return CorrectionLine(old=date.fromisoformat(old), on=_day(entry.at, zone)) if stands else None
    return None


def _day(at: datetime, zone: tzinfo) -> date:
    return at.astimezone(zone).date()


def _is_listed(notice: Notice, material: Material) -> bool:
    required = material.valid.get(notice.commitment_id or 0, {}).get(notice.key)
    return required is not None and required.listed


def coordinator_link(material: Material, context: Context, now: datetime) -> str:
    """Return what opens the coordinator's pages."""
    return context.links.desk(material.link_generation, context.today(now)) if context.links else ""


def _link(row: Commitment, notice: Notice, material: Material, context: Context, now: datetime) -> str:
    """Return what opens the page on which the reader of a card acts; nothing is left to do on what is closed."""
    department = material.departments.get(notice.department_id or 0)
    if context.links is None or row.state == "closed":
        return ""
    if department is None:
        return coordinator_link(material, context, now)
    return context.links.owner(department.id, department.link_generation, row.id)
