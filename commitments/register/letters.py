"""Letters: entering and correcting them, each change with its history entry."""

from datetime import date

from commitments.errors import AlreadyExists, BadValue
from commitments.models import Department, Letter
from commitments.queries.lookup import canonical_number, letter_numbered
from commitments.register.context import Register
from commitments.validation import TITLE, check_days, check_line_facts, is_name


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
        raise AlreadyExists(kind="letter", name=known.document_number)
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
    check_line_facts(number, reason, told)
    register.session.add(letter)
    units = {"proposing_unit": proposing_unit.name, "replying_unit": replying_unit.name}
    stated = ("proposal_title", "session", "published_on", "class_mark", "source_sha256")
    rest = {key: getattr(letter, key) for key in stated}
    facts = {"proposal_number": letter.proposal_number, **units, "signed_on": signed_on, **rest}
    register.note("letter_add", number, reason, facts)
    return letter


def edit_letter(register: Register, letter: Letter, reason: str = "", **new: object) -> Letter:
    """Correct a letter's facts; its document number stands. Raises NothingToChange."""
    register.correct(letter, letter.document_number, reason, new)
    return letter
