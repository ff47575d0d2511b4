"""Making links void: the coordinator's, and what was void before a restore stays so.

A department's links are revoked by ``commitments.register.departments.revoke_links``.
"""

from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from commitments.errors import DatabaseUnusable, StorageTrouble
from commitments.models import Department
from commitments.register.context import Register
from commitments.register.departments import revoke_links
from commitments.storage import is_busy, open_engine, reading
from notifications.models import Instance
from tracker.config.values import DatabaseUrl

COORDINATOR = "organisation"  # no department can have this name


def revoke_coordinator(register: Register, reason: str = "") -> int:
    """Make every link to the organisation's own page void; return the new generation."""
    instance = register.session.get_one(Instance, 1)
    old, instance.link_generation = instance.link_generation, instance.link_generation + 1
    register.note("links_revoked", COORDINATOR, reason, {"link_generation": [old, old + 1]})
    return instance.link_generation


def generations(database: Path) -> dict[str, int]:
    """Return the generation of each department's links and of COORDINATOR's in a ledger; nothing when it is damaged.

    Raises DatabaseUnusable when somebody keeps it locked.
    """
    if not database.exists():
        return {}
    engine = open_engine(DatabaseUrl.at(database).address)
    try:
        with reading(engine) as session:
            known = dict(session.execute(select(Department.name, Department.link_generation)).all())
            return known | {COORDINATOR: session.scalar(select(Instance.link_generation)) or 0}
    except (StorageTrouble, DBAPIError) as trouble:
        if is_busy(trouble):
            raise DatabaseUnusable(path=database, problem=trouble) from trouble
        return {}  # damaged, or of a time before links
    finally:
        engine.dispose()


def keep_void(register: Register, source: str, known: Mapping[str, int]) -> None:
    """Revoke again in a restored copy what was revoked since; ``known`` are the generations of the ledger before."""
    for department in register.session.scalars(select(Department).order_by(Department.id)):
        while department.link_generation < known.get(department.name, 0):
            revoke_links(register, department.name, source)
    instance = register.session.get_one(Instance, 1)
    while instance.link_generation < known.get(COORDINATOR, 0):
        revoke_coordinator(register, source)
