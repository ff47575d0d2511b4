"""Extensions: a department asks for a later deadline, the office approves or refuses."""

from datetime import date

from sqlalchemy import select

from commitments import validation
from commitments.calendar.deadlines import LIVE_STATES
from commitments.errors import NoDeadline, NoRequest, NotLater
from commitments.models import Commitment, Extension
from commitments.register.context import Register


def ask(register: Register, ref: str, to: date, reason: str) -> Extension:
    """Ask for a later deadline; the present one stands until somebody approves."""
    commitment = register.in_state(ref, "extend", *LIVE_STATES)
    validation.need_reason(ref, "extend", reason)
    if commitment.due_on is None:
        raise NoDeadline(ref=ref)
    validation.check_days(ref, {"due_on": to})
    if to <= commitment.due_on:
        raise NotLater(ref=ref, new=to, old=commitment.due_on)
    withdraw_waiting(register, commitment)
    asked = Extension(
        commitment_id=commitment.id,
        old_due=commitment.due_on,
        new_due=to,
        reason=reason,
        asked_by=register.actor,
        asked_at=register.now,
    )
    register.session.add(asked)
    register.record(commitment, "extension_asked", reason, {"to": to, "old_due": commitment.due_on})
    return asked


def decide(register: Register, ref: str, *, approve: bool, by: str) -> Extension:
    """Approve the waiting request (the deadline moves, so its notices have new keys) or refuse it."""
    commitment = register.in_state(ref, "extend", *LIVE_STATES)
    request = _waiting(register, commitment)
    if request is None:
        raise NoRequest(ref=ref)
    if approve:
        validation.check_days(ref, {"due_on": request.new_due})
    request.state = "approved" if approve else "refused"
    request.decided_by, request.decided_at = by, register.now
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
    register.record(commitment, "extended" if approve else "extension_refused", request.reason, changes)
    return request


def _waiting(register: Register, commitment: Commitment) -> Extension | None:
    query = select(Extension).where(Extension.commitment_id == commitment.id, Extension.state == "waiting")
    return register.session.scalars(query).first()


def withdraw_waiting(register: Register, commitment: Commitment) -> None:
    """Refuse the waiting request: a newer one, or closing, takes its place."""
    if (earlier := _waiting(register, commitment)) is not None:
        earlier.state, earlier.decided_by, earlier.decided_at = "refused", register.actor, register.now
