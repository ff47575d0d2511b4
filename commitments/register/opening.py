"""Opening a commitment: entering it, confirming a draft, dropping one."""

from commitments import validation
from commitments.errors import LeadUnknown
from commitments.models import Commitment, Source
from commitments.register.context import Register
from commitments.register.editing import with_own_words


def add(register: Register, commitment: Commitment, reason: str = "") -> Commitment:
    """Enter a new commitment: gives it a ref, a first date or a review date, and opens it unless it is a draft.

    Raises DueBeforeLetter, DueAndReview, LeadSupports, FarDate, BadFigure, BadValue, BadRef, NotInLetter.
    """
    if commitment.ref:
        validation.check_ref(commitment.ref)
    commitment.ref = commitment.ref or register.next_ref(commitment.letter)
    commitment.first_due_on = commitment.first_due_on or commitment.due_on
    register.set_review(commitment)
    if commitment.state != "draft":
        commitment.opened_at = register.now
    validation.change(commitment, **with_own_words(register, commitment, {"quote": commitment.quote}))
    validation.check_days(commitment.ref, validation.days(commitment))
    validation.check_targets(commitment.ref, commitment.targets)
    validation.check(commitment)
    register.mark(commitment)
    register.session.add(commitment)
    register.note("add", commitment.ref, reason, validation.facts(commitment))
    return commitment


def confirm(register: Register, ref: str) -> Commitment:
    """Open a draft. Raises LeadUnknown while nobody has chosen who leads."""
    commitment = register.in_state(ref, "confirm", "draft")
    source = register.session.get(Source, commitment.letter_id)
    if source and "lead" in source.asks(ref):
        raise LeadUnknown(ref=ref)
    changes = validation.change(commitment, state="open", opened_at=register.now, first_due_on=commitment.due_on)
    changes |= register.set_review(commitment)
    validation.check_days(ref, validation.days(commitment))
    validation.check(commitment)
    return register.record(commitment, "confirm", "", changes)


def drop(register: Register, ref: str, reason: str = "") -> None:
    """Remove a draft; the history keeps what it was."""
    commitment = register.in_state(ref, "drop", "draft")
    validation.check_reason(ref, reason)
    register.note("drop", commitment.ref, reason, validation.facts(commitment))
    if source := register.session.get(Source, commitment.letter_id):
        source.place(ref, gone=True)
    for target in commitment.targets:
        register.session.delete(target)
    register.session.delete(commitment)
