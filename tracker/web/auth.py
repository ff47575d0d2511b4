"""Who holds a link: it is read and checked against the ledger, or there is no such page.

Tampered, expired, revoked and foreign links are told apart nowhere: the same statements run for each, and each is
answered by the same 404.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from commitments.calendar.deadlines import LIVE_STATES
from commitments.i18n import LOCALES
from commitments.models import Commitment, Department, support_table
from notifications.links import DESK, OWNER, Claim
from notifications.models import Instance

if TYPE_CHECKING:
    from tracker.app import App

NOBODY = Claim("", -1, -1, -1)


@dataclass(frozen=True, kw_only=True)
class LinkHolder:
    """Who came with which link. ``name`` signs what is done; ``item`` is the ref an owner's link was made for."""

    purpose: str
    token: str
    name: str
    locale: str
    department_id: int = 0
    item: str = ""
    month: str = ""


def authenticate(app: "App", purpose: str, token: str) -> LinkHolder | None:
    """Return the holder of a link, or None."""
    claim = (app.links.read(purpose, token) if app.links else None) or NOBODY
    with app.reading() as session:
        department = session.get(Department, claim.department_id)
        coordinator = session.scalar(select(Instance.link_generation))
        item = _live_item(session, claim)
    if claim is NOBODY or (claim.until and claim.until < app.today):
        return None
    known = (app.signature, app.config.language, coordinator) if purpose == DESK else _known(department)
    name, locale, generation = known
    locale = locale if locale in LOCALES else app.config.language  # damaged, it is no language
    if generation != claim.generation or (purpose == OWNER and item is None):
        return None
    return LinkHolder(
        purpose=purpose, token=token, name=name, locale=locale, department_id=claim.department_id, item=item or "",
        month=claim.month,
    )  # fmt: skip


def _known(department: Department | None) -> tuple[str, str, int | None]:
    return (department.name, department.locale, department.link_generation) if department else ("", "", None)


def _live_item(session: Session, claim: Claim) -> str | None:
    """Return the ref of a commitment that is live and this department's; its link is void as soon as it is not."""
    supports = exists().where(
        support_table.c.commitment_id == Commitment.id, support_table.c.department_id == claim.department_id
    )
    query = select(Commitment.ref).where(
        Commitment.id == claim.commitment_id,
        Commitment.state.in_(LIVE_STATES),
        or_(Commitment.lead_id == claim.department_id, supports),
    )
    return session.scalar(query)
