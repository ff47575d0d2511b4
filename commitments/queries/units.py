"""Which unit somebody means, and which units of a letter there are to choose from."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from commitments.errors import NoSuchDepartment
from commitments.letters.text.simplified import simplify
from commitments.models import Commitment, Department, Letter
from commitments.queries import lookup
from commitments.text.canonical import name_key

NEAR = 3


def is_same(name: str, known: str) -> bool:
    """Say whether two names are one, with or without the place in front: 广州市民政局, 市民政局."""
    longer, shorter = sorted((name, known), key=len, reverse=True)
    if longer == shorter:
        return True
    level = shorter[:1] in tuple("省市区县州盟旗镇乡")
    return level and len(shorter) > 2 and longer.endswith(shorter) and len(longer) - len(shorter) <= 3  # noqa: PLR2004


def meant(session: Session, name: str) -> Department | None:
    """Return the department of this name or short name, else the only one that has it with another place in front."""
    try:
        return lookup.find_department(session, name)
    except NoSuchDepartment:
        same = [each for each in _everyone(session) if any(is_same(simplify(name), one) for one in _names(each))]
        return same[0] if len(same) == 1 else None


def near(session: Session, name: str) -> list[str]:
    """Return the names of up to NEAR departments that hold the words typed or look like them."""
    known = {one: each.name for each in _everyone(session) for one in _names(each)}
    wanted = name_key(name)
    holding = [one for one in known if wanted and wanted in one]
    return list(dict.fromkeys(known[one] for one in [*holding, *lookup.near(wanted, known, NEAR)]))[:NEAR]


def of_letter(session: Session, letter: Letter) -> list[str]:
    """Return who works on a letter: who replies, whom its opening names, who owns what of it; a name may be no unit."""
    named = [unit.name if (unit := meant(session, name)) else name for name in letter.co_units]
    rows = session.scalars(select(Commitment).where(Commitment.letter_id == letter.id).order_by(Commitment.ref)).all()
    replying = [letter.replying_unit.name] if letter.replying_unit else []
    return list(dict.fromkeys([*replying, *named, *_owners(rows)]))


def _owners(rows: Iterable[Commitment]) -> Iterable[str]:
    for row in rows:
        yield from [row.lead.name] * (row.owner_basis != "unassigned")
        yield from (unit.name for unit in row.support)


def _everyone(session: Session) -> list[Department]:
    return list(session.scalars(select(Department).order_by(Department.id)))


def _names(department: Department) -> list[str]:
    return [simplify(name) for name in (department.name, *department.short_names)]
