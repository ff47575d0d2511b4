"""What the planner must know of commitments, read from the ledger."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from commitments.models import Commitment, Department, support_table
from notifications.plan import tellings
from notifications.plan.schedule import Policy, ReminderSubject

COLUMNS = (
    Commitment.id, Commitment.ref, Commitment.state, Commitment.arming.label("generation"), Commitment.due_on,
    Commitment.review_on, Commitment.reported_done_on, Commitment.closed_on, Commitment.opened_at,
    Commitment.reopened_at, Department.name.label("lead"),
)  # fmt: skip


def load(session: Session, ids: Sequence[int], policy: Policy, zone: ZoneInfo) -> list[ReminderSubject]:
    """Load what the planner must know of these commitments, in three statements."""
    query = select(*COLUMNS).join(Department, Commitment.lead_id == Department.id).where(Commitment.id.in_(ids))
    supports, told = _supports(session, ids), tellings.deciding(session, ids, zone, policy.escalate_after_reviews)
    found = []
    for row in session.execute(query).mappings():
        known = dict(row)
        opened, again = known.pop("opened_at"), known.pop("reopened_at")
        since = (again or opened).astimezone(zone).date()
        support, heard = tuple(supports[row["id"]]), told.get(row["id"], ())
        found.append(ReminderSubject(**known, since=since, support=support, told=heard))
    return found


def _supports(session: Session, ids: Sequence[int]) -> Mapping[int, list[str]]:
    query = (
        select(support_table.c.commitment_id, Department.name)
        .join(Department, Department.id == support_table.c.department_id)
        .where(support_table.c.commitment_id.in_(ids))
        .order_by(Department.id)
    )
    supports: dict[int, list[str]] = defaultdict(list)
    for commitment, name in session.execute(query):
        supports[commitment].append(name)
    return supports
