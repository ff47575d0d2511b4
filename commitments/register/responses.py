"""What departments and proposing units answer: receipts, disputes, grades; and forms that are done once.

Each verb takes the chain's lock before it looks, so that of two that come at once the second sees the first. None of
them is told to a reader outside: these are words between the organisation and who answers.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from commitments import validation
from commitments.calendar.deadlines import LIVE_STATES
from commitments.calendar.months import first_day
from commitments.errors import BadValue, LeadNeeded, NoDispute, NotInFuture, NotYours, WhyNeeded
from commitments.history import chain
from commitments.models import (
    GRADES,
    Answer,
    Commitment,
    Department,
    Dispute,
    Receipt,
    Submission,
)
from commitments.queries import lookup
from commitments.register import editing
from commitments.register.context import Register

# -- departments ---------------------------------------------------------------------------------------------


def acknowledge(register: Register, ref: str, department: Department) -> Receipt:
    """Record that a department has seen its commitment (签收); a second time returns the first and writes nothing.

    Raises NoSuchCommitment, WrongState, NotYours.
    """
    commitment = own(register, ref, "acknowledge", department)
    known = register.session.get(Receipt, (commitment.id, department.id))
    if known is not None:
        return known
    receipt = Receipt(commitment_id=commitment.id, department_id=department.id, at=register.now)
    register.session.add(receipt)
    register.note("acknowledge", commitment.ref, changes={"department": department.name})
    return receipt


def dispute(register: Register, ref: str, department: Department, reason: str) -> Dispute:
    """Record that a commitment is not a department's to do (不属本单位职责); it stays theirs until a person decides.

    A newer one takes the place of the one that waits.
    Raises NoSuchCommitment, WrongState, NotYours, WhyNeeded, BadText.
    """
    commitment = own(register, ref, "dispute", department)
    _check_reason(ref, reason, needed=True)
    if (earlier := _waiting(register, commitment, department)) is not None:
        _settle(register, earlier, "refused", register.actor)
    raised = Dispute(commitment_id=commitment.id, department_id=department.id, reason=reason, raised_at=register.now)
    register.session.add(raised)
    register.session.flush()
    register.note("dispute", commitment.ref, reason, {"department": department.name})
    return raised


def decide_dispute(
    register: Register,
    ref: str,
    *,
    department: Department,
    accept: bool,
    by: str,
    note: str = "",
    lead: Department | None = None,
) -> Dispute:
    """Accept a waiting dispute (another leads, or it supports no longer) or refuse it.

    Raises NoSuchCommitment, WrongState, NoDispute, BadText; LeadNeeded unless ``lead`` names another for a lead.
    """
    commitment = _live(register, ref, "dispute")
    waiting = _waiting(register, commitment, department)
    if waiting is None:
        raise NoDispute(ref=ref, name=department.name)
    _check_reason(ref, note, needed=False)
    _settle(register, waiting, "accepted" if accept else "refused", by, note)
    facts = {"department": department.name, "decided_by": by}
    register.note(f"dispute_{waiting.state}", commitment.ref, note, facts)
    if accept:
        _release(register, commitment, department, lead)
    return waiting


def _release(register: Register, commitment: Commitment, department: Department, lead: Department | None) -> None:
    """Take a commitment off a department; whoever leads it instead supports it no longer."""
    if department is commitment.lead:
        if lead is None or lead is department:
            raise LeadNeeded(ref=commitment.ref, name=department.name)
        support = [each for each in commitment.support if each is not lead]
        editing.edit(register, commitment.ref, _moved([department], [lead]), lead=lead, support=support)
    elif department in commitment.support:
        support = [each for each in commitment.support if each is not department]
        editing.edit(register, commitment.ref, _moved(commitment.support, support), support=support)


def _moved(old: Sequence[Department], new: Sequence[Department]) -> str:
    """Give the correction a reason that a reader outside may see: what was said inside is none of theirs."""
    return " → ".join("、".join(each.name for each in some) or "—" for some in (old, new))


def _settle(register: Register, waiting: Dispute, state: str, by: str, note: str = "") -> None:
    waiting.state, waiting.note = state, note
    waiting.decided_by, waiting.decided_at = by, register.now


def _waiting(register: Register, commitment: Commitment, department: Department) -> Dispute | None:
    query = select(Dispute).where(Dispute.commitment_id == commitment.id, Dispute.department_id == department.id)
    return register.session.scalars(query.where(Dispute.state == "waiting")).first()


def own(register: Register, ref: str, verb: str, department: Department) -> Commitment:
    """Return a live commitment that a department leads or supports, and keep other writers out until this is done.

    Raises NoSuchCommitment, WrongState, NotYours.
    """
    commitment = _live(register, ref, verb)
    if department not in (commitment.lead, *commitment.support):
        raise NotYours(ref=ref, name=department.name)
    return commitment


def _live(register: Register, ref: str, verb: str) -> Commitment:
    chain.lock(register.session)
    commitment = lookup.find(register.session, ref)
    validation.need_state(commitment, verb, LIVE_STATES)
    return commitment


# -- proposing units -----------------------------------------------------------------------------------------


def answer(register: Register, unit: Department, month: str, grade: str, reason: str) -> Answer:
    """Record what a proposing unit thinks of a month such as ``2019-07``; its newest of the month counts.

    ``not_satisfied`` needs a reason. Raises BadValue, NotInFuture, WhyNeeded, BadText.
    """
    chain.lock(register.session)
    _check_month(register, month)
    validation.check_word("grade", grade, GRADES)
    _check_reason(unit.name, reason, needed=grade == "not_satisfied")
    given = Answer(unit_id=unit.id, month=month, grade=grade, reason=reason, at=register.now)
    register.session.add(given)
    register.session.flush()
    register.note("unit_answer", unit.name, reason, {"month": month, "grade": grade})
    return given


def _check_month(register: Register, month: str) -> None:
    try:
        first = first_day(month)
    except ValueError:
        raise BadValue(what="month", value=month, allowed="months such as 2019-07") from None
    if first > register.today:
        raise NotInFuture(what=month, day=first)


def _check_reason(what: str, reason: str, *, needed: bool) -> None:
    if needed and not reason.strip():
        raise WhyNeeded(ref=what)
    validation.check_reason(what, reason)


# -- forms ---------------------------------------------------------------------------------------------------


def once(register: Register, key: str) -> int | None:
    """Return the history entry that a form wrote when it came before, or None; ask before doing what it says."""
    chain.lock(register.session)
    known = register.session.get(Submission, key)
    return known.seq if known else None


def remember(register: Register, key: str, seq: int) -> None:
    """Note that a form was done, in the transaction that did it; ``seq`` is its history entry, 0 when it wrote none."""
    register.session.add(Submission(key=key, seq=seq, at=register.now))
    register.session.flush()


def forget(session: Session, before: datetime) -> None:
    """Drop forms done before an instant: nobody sends them again."""
    session.execute(delete(Submission).where(Submission.at < before))
