"""Departments: entering and correcting them, each change with its history entry."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

from sqlalchemy import Select, select

from commitments import addresses
from commitments.base import Base
from commitments.errors import AlreadyExists, BadMailbox, BadValue
from commitments.i18n import LOCALES
from commitments.models import Department
from commitments.queries.lookup import find_department
from commitments.register.context import Register
from commitments.text.canonical import name_key
from commitments.validation import TITLE, check_word, is_department

Names = Iterable[str]


def add_department(
    register: Register,
    name: str,
    *,
    mailbox: str = "",
    escalation: str = "",
    locale: str = "zh-Hans",
    short_names: Names = (),
    reason: str = "",
) -> Department:
    """Enter a department. Raises AlreadyExists when a name or short name is taken, BadValue."""
    facts = {"mailbox": mailbox, "escalation": escalation, "locale": locale, "short_names": list(short_names)}
    _check_department(facts)
    _check_names(register, None, [name, *short_names])
    department = Department(
        name=name, mailbox=mailbox, escalation=escalation, locale=locale, short_names=list(short_names)
    )
    register.session.add(department)
    register.note("department_add", name, reason, {**facts, "link_generation": 1})
    return department


def edit_department(register: Register, name: str, reason: str = "", **new: object) -> Department:
    """Correct mailbox, escalation, locale or short_names; the name stands.

    Raises NoSuchDepartment, NothingToChange, AlreadyExists, BadValue.
    """
    department = find_department(register.session, name)
    if "short_names" in new:
        new["short_names"] = short_names = list(cast("Names", new["short_names"]))
        _check_names(register, department, short_names)
    _check_department(new)
    register.correct(department, department.name, reason, new)
    return department


def drop_department(register: Register, name: str, reason: str = "") -> bool:
    """Remove a department unless something in the ledger refers to it; say whether it is gone."""
    department = find_department(register.session, name)
    if any(register.session.scalars(query).first() is not None for query in _referring(department)):
        return False
    facts = {key: getattr(department, key) for key in ("mailbox", "escalation", "locale", "short_names")}
    register.note("department_drop", department.name, reason, {**facts, "link_generation": department.link_generation})
    register.session.delete(department)
    return True


def _referring(department: Department) -> Iterator[Select[tuple[Any]]]:
    """Yield for each column that holds a department what asks for this one."""
    for table in Base.metadata.tables.values():
        for key in table.foreign_keys:
            if key.column.table is Department.__table__:
                yield select(key.parent).where(key.parent == department.id).limit(1)


def revoke_links(register: Register, name: str, reason: str = "") -> Department:
    """Make every link given to a department so far void. Raises NoSuchDepartment."""
    department = find_department(register.session, name)
    old, department.link_generation = department.link_generation, department.link_generation + 1
    register.note("links_revoked", department.name, reason, {"link_generation": [old, old + 1]})
    return department


def _check_department(facts: Mapping[str, object]) -> None:
    for key in ("mailbox", "escalation"):
        address = str(facts.get(key, ""))
        if address and (why := addresses.problem(address)):
            raise BadMailbox(what=key, value=address, why=why)
    check_word("locale", facts.get("locale", LOCALES[0]), LOCALES)


def _check_names(register: Register, own: Department | None, names: Names) -> None:
    """A name or short name leads to one department only."""
    others = [department for department in register.session.scalars(select(Department)) if department is not own]
    taken = {name_key(known) for other in others for known in (other.name, *other.short_names)}
    for name in names:
        if not is_department(name):
            raise BadValue(what="name", value=name, allowed=f"up to {TITLE} characters without | ; ；")
        if name_key(name) in taken:
            raise AlreadyExists(kind="department", name=name)
