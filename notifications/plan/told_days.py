"""What the present lead really was told of the present date: the ground of escalations and of what they say.

A telling counts when its notice is ``told``, of this generation and this due date. A question is answered by any
progress recorded after it. Correcting the lead or the date therefore starts anew.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, String, and_, cast, func, or_, select
from sqlalchemy.orm import Session

from commitments.models import Commitment, Progress
from notifications.keys import FIELDS_BY, GENERATION_BY
from notifications.models import STATE_NOT_INDEXED, Notice

_TURN = func.row_number().over(partition_by=Notice.commitment_id, order_by=(Notice.told_at, Notice.id))
_ANSWERED = (
    select(func.max(Progress.recorded_at)).where(Progress.commitment_id == Commitment.id).correlate(Commitment)
).scalar_subquery()


def _series(kind: str) -> ColumnElement[bool]:
    """Select the notices of a kind to the present lead, of the present generation."""
    present = Notice.key.like(f"{kind}{GENERATION_BY}" + cast(Commitment.arming, String) + f"{FIELDS_BY}%")
    return and_(Notice.kind == kind, Notice.role == "lead", Notice.department_id == Commitment.lead_id, present)


_REMINDED = and_(_series("reminder"), Notice.due_on == Commitment.due_on)
_ASKED = and_(
    _series("review"), Notice.due_on == Commitment.review_on, or_(_ANSWERED.is_(None), Notice.told_at > _ANSWERED)
)


def deciding(session: Session, ids: Sequence[int], zone: ZoneInfo, at_most: int) -> Mapping[int, tuple[date, ...]]:
    """Return for each commitment the first days, up to ``at_most``, that count towards an escalation."""
    counting = or_(and_(_REMINDED, Notice.rung.startswith("+")), _ASKED)
    return _days(session, ids, zone, counting, at_most)


def all_days(session: Session, ids: Iterable[int], zone: ZoneInfo, at_most: int) -> Mapping[int, tuple[date, ...]]:
    """Return for each commitment the newest days, up to ``at_most``, on which its lead was reminded or asked."""
    ids = list(ids)
    if not ids:  # an empty IN would still read every reminder ever told
        return {}
    found = _days(session, ids, zone, or_(_REMINDED, _ASKED), None)
    return {key: days[-at_most:] for key, days in found.items()}


def _days(
    session: Session, ids: Sequence[int], zone: ZoneInfo, which: ColumnElement[bool], at_most: int | None
) -> Mapping[int, tuple[date, ...]]:
    told = (
        select(Notice.commitment_id, Notice.told_at, _TURN.label("turn"))
        .join(Commitment, Commitment.id == Notice.commitment_id)
        .where(Notice.commitment_id.in_(ids), STATE_NOT_INDEXED == "told", Notice.told_at.is_not(None), which)
    ).subquery()
    query = select(told.c.commitment_id, told.c.told_at).order_by(told.c.commitment_id, told.c.turn)
    if at_most is not None:
        query = query.where(told.c.turn <= at_most)
    days: dict[int, tuple[date, ...]] = defaultdict(tuple)
    for commitment, at in session.execute(query):
        days[commitment] += (at.astimezone(zone).date(),)
    return days
