"""The numbers a digest or a status page states, each with its denominator: pure functions over rows as of an instant.

``commitments.queries.as_of`` reads them from the ledger.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple, TypedDict

from commitments.calendar.deadlines import LIVE_STATES
from commitments.models import KINDS, OUTCOMES, PROVEN_OUTCOMES, VOID_OUTCOMES
from commitments.queries.targets import TargetFigure

MOVING = {"progress", "report_done", "closed"}


@dataclass(frozen=True)
class Period:
    """``[start, end)``, aware instants in the organisation's zone; bands are named as of ``day``.

    ``day`` is the period's last civil day, or today while the period still runs.
    """

    start: datetime
    end: datetime
    day: date

    def holds(self, day: date | None) -> bool:
        """Say whether a civil day lies in the period, up to ``day``."""
        return day is not None and self.start.date() <= day <= self.day


class Proof(TypedDict):
    """One piece of evidence; only an address can be followed."""

    name: str
    url: str | None


class Happening(TypedDict):
    """One thing that happened in the period; ``what`` is a word of ``commitments.queries.as_of.TOLD``."""

    on: date
    what: str
    note: str
    evidence: list[Proof]


Slip = TypedDict("Slip", {"from": date, "to": date, "reason": str, "on": date})
# A field that was corrected (更正) in the period: what it said before it, what it says now. No extension.
Correction = TypedDict("Correction", {"field": str, "from": Any, "to": Any, "reason": str, "on": date})


@dataclass(frozen=True, kw_only=True)
class CommitmentAsOf:
    """One commitment as of the end of a period, with what happened in it. Departments are names.

    ``band`` and the days left are there only while it is open: who has reported done waits for an answer.
    ``verbatim`` says that the quote was compared with the letter's stored text. ``waiting`` names what waits for our
    own office: ``extension``, ``dispute``. ``entered_late_on`` is the day it became open, if its date had passed by
    then: nobody was reminded before. *Silent* means live, and the department was not heard in the period, though it had
    the time to answer and nothing waited for us.
    """

    ref: str
    kind: str
    strength: str
    title: str
    quote: str
    summary: str
    verbatim: bool
    letter: str
    section: str
    ordinal: str | None
    lead: str
    support: list[str]
    due_on: date | None
    first_due_on: date | None
    due_text: str
    due_basis: str | None
    due_rule: str
    provisional: bool
    review_on: date | None
    condition: str
    state: str
    outcome: str | None
    reported_done_on: date | None
    closed_on: date | None
    band: str | None
    days_left: int | None
    working_days_left: int | None
    happened: list[Happening]
    slips: list[Slip]
    corrections: list[Correction]
    waiting: list[str]
    new: bool
    entered_late_on: date | None
    silent: bool
    targets: tuple[TargetFigure, ...]

    def done_by(self, day: date | None) -> bool:
        """Say whether it was reported done, or closed as (partly) kept, by ``day``.

        A report counts while it waits for acceptance, and no longer once it is sent back.
        """
        done = self.state == "reported_done" or self.outcome in PROVEN_OUTCOMES
        on = self.reported_done_on or self.closed_on
        return done and day is not None and on is not None and on <= day

    def void_by(self, day: date | None) -> bool:
        """Say whether it was merged or withdrawn by ``day``: then it did not fall due."""
        closed = self.closed_on if self.outcome in VOID_OUTCOMES else None
        return closed is not None and day is not None and closed <= day


class Rate(NamedTuple):
    """A share with its denominator; ``whole`` may be 0."""

    name: str
    part: int
    whole: int


def totals(rows: Sequence[CommitmentAsOf]) -> dict[str, Any]:
    """Count commitments by state, band, kind, outcome and by what the period brought.

    ``due_soon`` includes those due today. *Moved*: progress, a report, a closing; *slipped*: an extension approved.
    """
    states, bands, kinds, outcomes = (
        Counter(getattr(one, field) for one in rows) for field in ("state", "band", "kind", "outcome")
    )
    return {
        "all": len(rows),
        **{state: states[state] for state in (*LIVE_STATES, "closed")},
        **{name: bands[name] for name in ("overdue", "due_today", "review_due")},
        "due_soon": bands["due_soon"] + bands["due_today"],
        "silent": sum(one.silent for one in rows),
        "moved": sum(any(line["what"] in MOVING for line in one.happened) for one in rows),
        "slipped": sum(bool(one.slips) for one in rows),
        "by_kind": {kind: kinds[kind] for kind in KINDS},
        "by_outcome": {outcome: outcomes[outcome] for outcome in OUTCOMES},
    }


def rates(rows: Sequence[CommitmentAsOf], period: Period) -> list[Rate]:
    """Return on-time rate (按期率) by first and by current date, and completion rate (办结率).

    按期率 = items due in the period and done by that date ÷ items due in the period, without those that were merged or
    withdrawn before; 办结率 = closed ÷ all.
    """
    first = [one for one in rows if period.holds(one.first_due_on) and not one.void_by(one.first_due_on)]
    current = [one for one in rows if period.holds(one.due_on) and not one.void_by(one.due_on)]
    return [
        Rate("on_time_first", sum(one.done_by(one.first_due_on) for one in first), len(first)),
        Rate("on_time_current", sum(one.done_by(one.due_on) for one in current), len(current)),
        Rate("completion", sum(one.state == "closed" for one in rows), len(rows)),
    ]
