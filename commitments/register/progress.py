"""Recording what was done for a commitment."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from commitments import evidence, validation
from commitments.calendar.deadlines import LIVE_STATES
from commitments.errors import NoSuchTarget
from commitments.models import Commitment, Progress
from commitments.queries import lookup
from commitments.register.context import Register


def record(
    register: Register,
    ref: str,
    note: str,
    *,
    on: date | None = None,
    figures: Mapping[str, float] | None = None,
    proofs: Sequence[evidence.Given] = (),
) -> Progress:
    """Record what was done; moves the review date of an undated commitment to ``on`` + review_every."""
    commitment = register.in_state(ref, "progress", *LIVE_STATES)
    validation.check_text(f"{ref} note", note, validation.PROSE, lines=True)
    row = Progress(
        commitment_id=commitment.id,
        on=register.past_day(ref, on),
        note=note,
        figures=_figures(commitment, figures or {}),
        by=register.actor,
        recorded_at=register.now,
    )
    register.session.add(row)
    register.session.flush()
    kept = register.keep_evidence(commitment, proofs, progress_id=row.id)
    changes: dict[str, object] = {"on": row.on, "figures": row.figures, "evidence": kept}
    if commitment.review_on is not None:
        changes |= validation.change(commitment, review_on=register.review_every.after(row.on, register.workdays))
    register.record(commitment, "progress", note, changes)
    return row


def _figures(commitment: Commitment, figures: Mapping[str, float]) -> dict[str, Any]:
    validation.check_figures(commitment.ref, figures)
    known = [target.what for target in commitment.targets]
    for what in figures:
        if what not in known:
            raise NoSuchTarget(ref=commitment.ref, what=what, near=lookup.near(what, known))
    return dict(figures)
