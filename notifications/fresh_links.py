"""What a reader can open today: fresh links, as the next mail would bring them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from commitments.calendar.deadlines import LIVE_STATES
from commitments.models import Commitment, Department
from commitments.queries.listing import Filter
from commitments.queries.lookup import find_department
from notifications.links import DESK, FEED, OWNER, UNIT, Links
from notifications.models import Digest, Instance


@dataclass(frozen=True, kw_only=True)
class Given:
    """A fresh link: the purpose it serves, what it is about (a ref, a month or nothing), and the URL."""

    purpose: str
    about: str
    url: str


def of_department(session: Session, links: Links, name: str, today: date) -> list[Given]:
    """Return the page of its most urgent live item, that of the newest digest if it proposes, and its calendar.

    Raises NoSuchDepartment.
    """
    department = find_department(session, name)
    return [*_owner(session, links, department), *_unit(session, links, department, today), _feed(links, department)]


def of_desk(session: Session, links: Links, today: date) -> Given:
    """Return the coordinator's page."""
    generation = session.get_one(Instance, 1).link_generation
    return Given(purpose=DESK, about="", url=links.desk(generation, today))


def _owner(session: Session, links: Links, department: Department) -> Iterator[Given]:
    mine = Filter(department=department.id, states=LIVE_STATES).conditions(Commitment)
    urgent = func.coalesce(Commitment.due_on, Commitment.review_on)
    open_first = (Commitment.state, urgent, Commitment.ref)  # of the two live states "open" sorts before the other
    query = select(Commitment.id, Commitment.ref).where(*mine).order_by(*open_first).limit(1)
    for commitment, ref in session.execute(query):
        url = links.owner(department.id, department.link_generation, commitment)
        yield Given(purpose=OWNER, about=ref, url=url)


def _unit(session: Session, links: Links, department: Department, today: date) -> Iterator[Given]:
    made = select(func.max(Digest.period)).where(Digest.unit_id == department.id, Digest.number.is_not(None))
    month = session.scalar(made)
    if month is not None:
        url = links.unit(department.id, department.link_generation, month, today)
        yield Given(purpose=UNIT, about=month, url=url)


def _feed(links: Links, department: Department) -> Given:
    return Given(purpose=FEED, about="", url=links.feed(department.id, department.link_generation))
