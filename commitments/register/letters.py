"""Letters: entering and correcting them, each change with its history entry."""

from collections.abc import Sequence
from datetime import date

from commitments.errors import AlreadyExists, BadValue, NoIdentity
from commitments.models import Department, Letter
from commitments.queries.lookup import canonical_number, letter_named
from commitments.register.context import Register
from commitments.text.letter_name import letter_name
from commitments.validation import TITLE, check_days, check_line_facts, is_name

STATED = ("proposal_number", "signed_on", "proposal_title", "session", "published_on", "class_mark", "source_sha256")


def add_letter(  # noqa: PLR0913 - a letter has as many facts
    register: Register,
    *,
    name: str = "",
    document_number: str = "",
    proposal_number: str = "",
    proposing_unit: Department | None = None,
    replying_unit: Department | None = None,
    signed_on: date | None = None,
    published_on: date | None = None,
    proposal_title: str = "",
    session: str = "",
    class_mark: str = "",
    contact: str = "",
    source_sha256: str = "",
    co_units: Sequence[str] = (),
    reason: str = "",
) -> Letter:
    """Enter a reply letter, its number written with six-cornered brackets; what it does not say stays empty.

    The history, which nobody can erase, is not told the contact: that is a person's name and number. Raises
    AlreadyExists, BadValue, NoIdentity.
    """
    letter = Letter(
        name="",
        document_number=canonical_number(document_number),
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
        co_units=list(co_units),
    )
    _check_numbers(document_number, proposal_number)
    letter.name = _new_name(register, letter, name.strip())
    check_days(letter.name, {"signed_on": signed_on, "published_on": published_on})
    told = {"proposal_title": proposal_title, "session": session, "class_mark": class_mark, "contact": contact}
    check_line_facts(letter.name, reason, told)
    register.session.add(letter)
    register.note("letter_add", letter.name, reason, _facts(letter))
    return letter


def _facts(letter: Letter) -> dict[str, object]:
    """Return what the history is told of a new letter; the document number only where it is not the name."""
    units = {"proposing_unit": letter.proposing_unit, "replying_unit": letter.replying_unit}
    facts: dict[str, object] = {key: unit.name if unit else None for key, unit in units.items()}
    if letter.document_number != letter.name:
        facts["document_number"] = letter.document_number
    if letter.co_units:
        facts["co_units"] = letter.co_units
    return {**facts, **{key: getattr(letter, key) for key in STATED}}


def edit_letter(register: Register, letter: Letter, reason: str = "", **new: object) -> Letter:
    """Correct a letter's facts; who gives it a document number gives it its name. Raises NothingToChange."""
    known = letter.name
    if "document_number" in new:
        new["document_number"] = canonical_number(str(new["document_number"]))
        if new["document_number"]:
            new["name"] = new["document_number"]
            _check_free(register, str(new["name"]), letter)
    register.correct(letter, known, reason, new)
    return letter


def _check_numbers(document_number: str, proposal_number: str) -> None:
    for what, text in (("document_number", document_number), ("proposal_number", proposal_number)):
        if text and not is_name(canonical_number(text)):
            raise BadValue(what=what, value=text, allowed=f"up to {TITLE} characters without | ; ；")


def _new_name(register: Register, letter: Letter, name: str) -> str:
    name = name or letter_name(
        letter.document_number,
        letter.proposal_number,
        letter.session,
        letter.signed_on or letter.published_on,
        letter.replying_unit.name if letter.replying_unit else "",
        letter.source_sha256,
    )
    if not name:
        raise NoIdentity
    _check_free(register, name, letter)
    return name


def _check_free(register: Register, name: str, letter: Letter) -> None:
    known = letter_named(register.session, name)
    if known is not None and known is not letter:
        raise AlreadyExists(kind="letter", name=known.name)
