"""Nothing to do: what most ticks find, in one statement that writes nothing.

A whole pass writes that it planned, each time durably; a daemon that ticks every second would wear the disk for it.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Date, bindparam, exists, literal_column, select

from commitments.models import Commitment
from commitments.storage import UtcDateTime, looking
from notifications.context import Context
from notifications.models import APPROVAL, GUARD, WAITING, Instance, Message, Notice

PASS_SPEAKS_FOR = timedelta(minutes=1)  # how long a whole pass speaks for the ticks after it
_TODAY = bindparam("today", type_=Date)
_NOW = bindparam("now", type_=UtcDateTime)


def _written(words: Iterable[str]) -> list[ColumnElement[str]]:
    """Write words into the statement: bound, a list is rendered anew each time it runs."""
    return [literal_column(f"'{word}'") for word in words]


# What a person holds (guard, approval) waits for the person; everything else may change by itself.
_WORK = (
    exists().where(Commitment.next_action_on <= _TODAY),
    exists().where(Notice.state == literal_column("'owed'"), Notice.slot <= _TODAY),
    exists().where(Notice.state == literal_column("'held'"), Notice.reason.not_in(_written((GUARD, APPROVAL)))),
    exists().where(Message.state == literal_column("'sending'")),
    exists().where(Message.state.in_(_written(WAITING)), Message.next_at <= _NOW),
)
_LOOK = select(Instance.environment, Instance.rules_hash, Instance.planned_at, *_WORK)


def nothing_to_do(context: Context, now: datetime) -> bool:
    """Say whether a pass now would change nothing: a whole one was just done today, and nothing has come since."""
    with looking(context.engine) as connection:
        found = connection.execute(_LOOK, {"today": context.today(now), "now": now}).one()
    environment, rules, planned_at, *work = found
    if planned_at is None or not timedelta() <= now - planned_at < PASS_SPEAKS_FOR:
        return False
    unchanged = (environment, rules) == (context.environment, context.rules_hash)
    return unchanged and context.today(planned_at) == context.today(now) and not any(work)
