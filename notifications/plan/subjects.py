"""What the planner must know of commitments, read from the ledger."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from commitments.models import Commitment, Department
from commitments.queries.listing import support_names
from notifications.plan import told_days
from notifications.plan.schedule import Policy, ReminderSubject

COLUMNS = (
    Commitment.id, Commitment.ref, Commitment.state, Commitment.arming.label("generation"), Commitment.due_on,
    Commitment.review_on, Commitment.reported_done_on, Commitment.closed_on, Commitment.opened_at,
    Commitment.reopened_at, Department.name.label("lead"),
)  # fmt: skip


def load(session: Session, ids: Sequence[int], policy: Policy, zone: ZoneInfo) -> list[ReminderSubject]:
    """Load what the planner must know of these commitments, in three statements."""
    query = select(*COLUMNS).join(Department, Commitment.lead_id == Department.id).where(Commitment.id.in_(ids))
    supports = support_names(session.connection(), ids)
    told = told_days.deciding(session, ids, zone, policy.escalate_after_reviews)
    found = []
    for row in session.execute(query).mappings():
        known = dict(row)
        opened, again = known.pop("opened_at"), known.pop("reopened_at")
        since = (again or opened).astimezone(zone).date()
        support, heard = tuple(supports.get(row["id"], ())), told.get(row["id"], ())
        found.append(ReminderSubject(**known, since=since, support=support, told=heard))
    return found
