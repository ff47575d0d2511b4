"""In which mailbox notices end: held where there is none, escalations following the one that is registered now."""

from collections.abc import Mapping, Sequence

from sqlalchemy import and_, select, update
from sqlalchemy.orm import Session

from commitments.damage import visible
from commitments.models import Department
from commitments.storage import stored
from notifications.context import Context
from notifications.keys import ORGANISATION, Addressee
from notifications.models import NO_MAILBOX, UNSENT, Notice
from notifications.outbox import holds


def escalation_addressee(escalation: str, organisation: str) -> str:
    """Return who gets an escalation: the mailbox in which it ends names it, the organisation's by default.

    However many departments share a mailbox, and whichever way it is written, it gets one message a day.
    """
    mailbox = visible(escalation or organisation).strip().casefold()
    return str(Addressee("escalation", mailbox or ORGANISATION))


def hold_without_mailbox(session: Session, context: Context) -> None:
    """Hold the notices of whoever has no mailbox, and free them once there is one. Nothing is dropped."""
    _follow_mailboxes(session, context)
    without = select(Department.id).where(Department.mailbox == "")
    to_department = Notice.role.in_(("lead", "support", "unit"))
    holds.hold(session, NO_MAILBOX, to_department, Notice.department_id.in_(without))
    holds.unhold(session, NO_MAILBOX, to_department, Notice.department_id.not_in(without))
    others = Notice.role.not_in(("lead", "support", "unit"))
    if context.mailbox:
        holds.unhold(session, NO_MAILBOX, others)
        return
    escalated = and_(Notice.role == "escalation", Notice.department_id.in_(
        select(Department.id).where(Department.escalation != "")))  # fmt: skip
    holds.hold(session, NO_MAILBOX, others, ~escalated)


def _follow_mailboxes(session: Session, context: Context) -> None:
    """Let unsent escalations follow the mailbox in which they end: it may have been changed since they were planned."""
    waiting = (Notice.role == "escalation", Notice.state.in_(UNSENT), Notice.token.is_(None))
    found = select(Notice.department_id, Department.escalation, Notice.addressee).join(Department).where(*waiting)
    for department, escalation, addressee in session.execute(found.distinct()).all():
        now = escalation_addressee(escalation, context.mailbox)
        if now != addressee:
            mine = (*waiting, Notice.department_id == department, Notice.addressee == stored(addressee))
            session.execute(update(Notice).where(*mine).values(addressee=now))


def readdress(session: Session, moved: Mapping[str, Sequence[int]]) -> None:
    """Give owed notices to another addressee: ``{"boss@gz.example/escalation": ids}``."""
    for addressee, ids in moved.items():
        owed = update(Notice).where(Notice.id.in_(ids), Notice.state == "owed")
        session.execute(owed.values(addressee=addressee, token=None, leased_until=None))
