"""Letters and departments: entering and correcting them, each change with its history entry.

A department's name goes into the keys of notices, where ``|`` parts the fields, and into CSV cells that hold
several names parted by ``；``: neither sign may stand in a name.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import cast

from sqlalchemy import select

from commitments import addresses
from commitments.canonical import name_key
from commitments.errors import AlreadyExists, BadMailbox, BadValue, NothingToChange
from commitments.i18n import LOCALES
from commitments.models import Department, Letter
from commitments.queries.lookup import canonical_number, find_department, letter_numbered
from commitments.register import Register
from commitments.validation import TITLE, check_days, check_reason, check_text, check_word, is_text

_PARTING = re.compile(r"[|;；\x00-\x1f\x7f]")
Names = Iterable[str]


def is_name(name: str) -> bool:
    """Say whether this can stand in a notice's key."""
    return is_text(name, TITLE) and _PARTING.search(name) is None


def is_department(name: str) -> bool:
    """Say whether this can name a department, whose name is also a line of post beside ours."""
    return is_name(name) and "/" not in name and name != "organisation"


# -- departments -------------------------------------------------------------------------------------------


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
    _change(register, department, department.name, reason, new)
    return department


def revoke_links(register: Register, name: str, reason: str = "") -> Department:
    """Make every link given to a department so far void. Raises NoSuchDepartment."""
    department = find_department(register.session, name)
    old, department.link_generation = department.link_generation, department.link_generation + 1
    register.note("links_revoked", department.name, reason, {"link_generation": [old, old + 1]})
    return department


def _check_department(facts: Mapping[str, object]) -> None:
    for key in ("mailbox", "escalation"):
        address = str(facts.get(key, ""))
        if address and not addresses.is_mailbox(address):
            raise BadMailbox(what=key, value=address)
    check_word("locale", facts.get("locale", LOCALES[0]), LOCALES)


def _check_names(register: Register, own: Department | None, names: Names) -> None:
    """A name or short name leads to one department only."""
    others = [department for department in register.session.scalars(select(Department)) if department is not own]
    taken = {name_key(known) for other in others for known in (other.name, *other.short_names)}
    for name in names:
        if not is_department(name):
            raise BadValue(what="name", value=name, allowed=f"up to {TITLE} characters without | ; ；")
        if name_key(name) in taken:
            raise AlreadyExists(what="department", name=name)


# -- letters -----------------------------------------------------------------------------------------------


def add_letter(  # noqa: PLR0913 - a letter has as many facts
    register: Register,
    *,
    document_number: str,
    proposal_number: str,
    proposing_unit: Department,
    replying_unit: Department,
    signed_on: date,
    published_on: date | None = None,
    proposal_title: str = "",
    session: str = "",
    class_mark: str = "",
    contact: str = "",
    source_sha256: str = "",
    reason: str = "",
) -> Letter:
    """Enter a reply letter, its number written with six-cornered brackets. Raises AlreadyExists, BadValue.

    The history, which nobody can erase, is not told the contact: that is a person's name and number.
    """
    number = canonical_number(document_number)
    for what, name in (("document_number", number), ("proposal_number", proposal_number)):
        if not is_name(name):
            raise BadValue(what=what, value=name, allowed=f"up to {TITLE} characters without | ; ；")
    if (known := letter_numbered(register.session, number)) is not None:
        raise AlreadyExists(what="letter", name=known.document_number)
    letter = Letter(
        document_number=number,
        proposal_number=proposal_number.strip(),
        proposal_title=proposal_title,
        session=session,
        proposing_unit=proposing_unit,
        replying_unit=replying_unit,
        signed_on=signed_on,
        published_on=published_on,
        class_mark=class_mark,
        contact=contact,
        source_sha256=source_sha256,
    )
    check_days(number, {"signed_on": signed_on, "published_on": published_on})
    told = {"proposal_title": proposal_title, "session": session, "class_mark": class_mark, "contact": contact}
    _check_words(number, reason, told)
    register.session.add(letter)
    units = {"proposing_unit": proposing_unit.name, "replying_unit": replying_unit.name}
    stated = ("proposal_title", "session", "published_on", "class_mark", "source_sha256")
    rest = {key: getattr(letter, key) for key in stated}
    facts = {"proposal_number": letter.proposal_number, **units, "signed_on": signed_on, **rest}
    register.note("letter_add", number, reason, facts)
    return letter


def edit_letter(register: Register, letter: Letter, reason: str = "", **new: object) -> Letter:
    """Correct a letter's facts; its document number stands. Raises NothingToChange."""
    _change(register, letter, letter.document_number, reason, new)
    return letter


# -- both --------------------------------------------------------------------------------------------------


def _change(
    register: Register, thing: Department | Letter, subject: str, reason: str, new: Mapping[str, object]
) -> None:
    check_days(subject, new)
    _check_words(subject, reason, new)
    changes: dict[str, object] = {}
    for key, value in new.items():
        old = getattr(thing, key)
        if old != value:
            changes[key] = [_plain(old), _plain(value)]
            setattr(thing, key, value)
    if not changes:
        raise NothingToChange(ref=subject)
    register.note(f"{thing.__tablename__}_edit", subject, reason, changes)


def _check_words(subject: str, reason: str, facts: Mapping[str, object]) -> None:
    """Raise BadText for what is no line of text: all of it stands in subjects of mails and in the history."""
    check_reason(subject, reason)
    for key, value in facts.items():
        if isinstance(value, str) and value:
            check_text(f"{subject} {key}", value, TITLE)


def _plain(value: object) -> object:
    return value.name if isinstance(value, Department) else value
