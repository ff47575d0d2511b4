"""The day on which the planner must look at a commitment again, and deadlines that move with the calendar."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from commitments import codes, validation
from commitments.calendar.deadlines import LIVE_STATES, Offset, is_meant
from commitments.damage import is_damaged
from commitments.models import Commitment
from commitments.register.context import Register


def recompute_deadlines(register: Register) -> list[tuple[str, date, date]]:
    """Compute again every deadline that rests on working days; return (ref, old, new) of those that moved."""
    query = select(Commitment).where(
        Commitment.state.in_(LIVE_STATES), Commitment.due_from.is_not(None), Commitment.due_offset.is_not(None)
    )
    return [moved for commitment in register.session.scalars(query) if (moved := _recomputed(register, commitment))]


def _recomputed(register: Register, commitment: Commitment) -> tuple[str, date, date] | None:
    start, offset, old = commitment.due_from, commitment.due_offset, commitment.due_on
    if start is None or offset is None or old is None or is_damaged(offset):
        return None
    new = Offset.parse(offset).after(start, register.workdays)
    if new == old or not is_meant(new):
        return None
    changes = validation.change(commitment, due_on=new)
    if commitment.first_due_on == old:
        changes |= validation.change(commitment, first_due_on=new)
    register.record(commitment, "due_moved", codes.reason("calendar_changed"), changes)
    return commitment.ref, old, new


def move_next_action(session: Session, days: Mapping[int, date | None]) -> None:
    """Set the day on which the planner must look again; ``days`` maps commitment id to a date or None."""
    if not days:
        return
    moved = update(Commitment).where(Commitment.id == bindparam("key")).values(next_action_on=bindparam("day"))
    session.connection().execute(moved, [{"key": key, "day": day} for key, day in days.items()])


def look_at_all_again(session: Session, today: date) -> None:
    """Let the planner look at every live commitment again: rungs, calendar, send time or zone changed."""
    session.execute(update(Commitment).where(Commitment.state.in_(LIVE_STATES)).values(next_action_on=today))
