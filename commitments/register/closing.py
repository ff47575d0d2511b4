"""Ending a commitment and opening it again: reported done, closed (销号), reopened."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from commitments import codes, evidence, validation
from commitments.calendar.deadlines import LIVE_STATES
from commitments.models import OUTCOMES, Commitment, Evidence
from commitments.register import opening
from commitments.register.context import Register
from commitments.register.extensions import withdraw_waiting


def report_done(
    register: Register, ref: str, *, note: str = "", proofs: Sequence[evidence.Given] = (), on: date | None = None
) -> Commitment:
    """A department says it is done: the ladder stops until somebody accepts (close) or sends back (reopen)."""
    commitment = register.in_state(ref, "report-done", "open")
    validation.check_reason(ref, note)
    kept = register.keep_evidence(commitment, proofs)
    changes = validation.change(commitment, state="reported_done", reported_done_on=register.past_day(ref, on))
    return register.record(commitment, "report_done", note, {**changes, "evidence": kept})


def close(
    register: Register,
    ref: str,
    outcome: str,
    *,
    proofs: Sequence[evidence.Given] = (),
    waiver: str = "",
    note: str = "",
    next_due: date | None = None,
) -> Commitment:
    """Close out (销号) with an outcome; kept and partly_kept need evidence or a waiver.

    ``next_due`` opens the following year's commitment of a recurring one.
    Raises BadValue, EvidenceNeeded, UnreadableEvidence, WrongState.
    """
    commitment = register.in_state(ref, "close", *LIVE_STATES)
    validation.check_word("--outcome", outcome, OUTCOMES)
    validation.check_days(ref, {"due_on": next_due})
    for words in (note, waiver):
        validation.check_reason(ref, words)
    withdraw_waiting(register, commitment)
    kept = register.keep_evidence(commitment, proofs)
    validation.need_proof(commitment, outcome, proven=bool(kept) or _proven(register, commitment), waiver=waiver)
    changes = validation.change(
        commitment, state="closed", outcome=outcome, closed_on=register.today, closing_note=note or waiver
    )
    facts = {**changes, "evidence": kept, **({"waiver": waiver} if waiver else {})}
    register.record(commitment, "close", note or waiver, facts)
    commitment.next_action_on = register.today  # once more, for the closing notices
    if next_due is not None:
        opening.add(register, validation.following_year(commitment, next_due), reason=codes.reason("follows", ref=ref))
    return commitment


def reopen(register: Register, ref: str, reason: str) -> Commitment:
    """Open again what was closed or reported done; its notices are owed anew."""
    commitment = register.in_state(ref, "reopen", "closed", "reported_done")
    validation.need_reason(ref, "reopen", reason)
    changes = validation.change(
        commitment, state="open", outcome=None, closed_on=None, reported_done_on=None, closing_note="",
        arming=commitment.arming + 1, reopened_at=register.now,
    )  # fmt: skip
    changes |= register.set_review(commitment)
    return register.record(commitment, "reopen", reason, changes)


def _proven(register: Register, commitment: Commitment) -> bool:
    """Evidence handed in with the report counts; that of a progress note or before a reopening does not."""
    query = select(Evidence.id).where(Evidence.commitment_id == commitment.id, Evidence.progress_id.is_(None))
    if commitment.reopened_at is not None:
        query = query.where(Evidence.recorded_at > commitment.reopened_at)
    return register.session.scalars(query.limit(1)).first() is not None
