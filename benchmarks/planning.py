"""Figures of one planning pass: time by what is stored and what was told, peak memory.

``python -m benchmarks.planning FOLDER`` plans once on a ledger and prints the peak memory of its process in kB.
"""

import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from subprocess import run

from sqlalchemy import delete, update

from benchmarks import seeds
from benchmarks.figures import Figure
from benchmarks.sizes import Sizes
from benchmarks.timing import least, stopwatch
from commitments.models import Commitment
from commitments.storage import writing
from notifications import delivery
from notifications.models import Notice
from notifications.passes import Report

YESTERDAY = seeds.NOW - timedelta(days=1)
DUE_ON = seeds.TODAY + timedelta(days=30)  # the first rung is today
ROOT = Path(__file__).parent.parent


class Planner:
    """A ledger on which the same morning is planned again and again."""

    def __init__(self, home: Path, rows: int, due: int, overdue: int = 0) -> None:
        self.home, self.due = home, due
        seed = seeds.Seed(rows=rows, due=due, due_on=lambda _: DUE_ON, overdue=overdue, overdue_from=YESTERDAY.date())
        self.context = seeds.ledger(home, seed, lambda: YESTERDAY).context()
        delivery.plan(self.context, YESTERDAY, Report())
        delivery.plan(self.context, seeds.NOW, Report())
        self._tell()

    def _tell(self) -> None:
        """Let everything planned so far be told: assignments, the overdue ones' rungs, the status."""
        with writing(self.context.engine) as session:
            session.execute(update(Notice).values(state="told", reason="", told_at=YESTERDAY))

    def rewind(self) -> None:
        """Undo this morning's planning."""
        with writing(self.context.engine) as session:
            session.execute(delete(Notice).where(Notice.kind == "reminder", Notice.due_on == DUE_ON))
            morning = update(Commitment).where(Commitment.due_on == DUE_ON, Commitment.state == "open")
            session.execute(morning.values(next_action_on=seeds.TODAY))

    def plan(self) -> float:
        """Plan this morning; return the seconds it takes, having seen that it finds what it should."""
        self.rewind()
        report = Report()
        taken = stopwatch(lambda: delivery.plan(self.context, seeds.NOW, report))
        if report.planned != self.due:
            raise AssertionError(f"{report.planned} notices, not {self.due}")
        return taken


def planning(sizes: Sizes, folder: Path) -> Iterator[Figure]:
    """One pass by what is stored, by what was told; its memory."""
    few = Planner(folder / "few", sizes.stored_few, sizes.due)
    overdue = Planner(folder / "overdue", sizes.stored_few, sizes.due, sizes.overdue)
    many = Planner(folder / "many", sizes.stored, sizes.due)
    told, stored, floor = least(2 * sizes.rounds, overdue.plan, many.plan, few.plan)
    what = f"one planning pass, {sizes.due} due among"
    yield Figure(what=f"{what} {sizes.stored:,} / {sizes.stored_few:,}", ours=stored, floor=floor, goal=1.25)
    yield Figure(
        what=f"{what} {sizes.stored_few:,}, with / without {sizes.overdue:,} long overdue and told",
        ours=told, floor=floor, goal=1.2,
    )  # fmt: skip
    many.rewind()
    yield Figure(what=f"{what} {sizes.stored:,}: peak memory", ours=_peak(many.home), goal=100, unit="MB")


def _peak(home: Path) -> float:
    """Plan in a process of its own; return the megabytes it took at most."""
    line = (sys.executable, "-m", "benchmarks.planning", str(home))
    return int(run(line, cwd=ROOT, check=True, capture_output=True, text=True).stdout) / 1024


def _plan_and_print_peak(home: Path) -> None:
    """Ask the kernel about this program alone: what ``getrusage`` says includes the parent before exec."""
    delivery.plan(seeds.opened(home, lambda: seeds.NOW).context(), seeds.NOW, Report())
    status = Path("/proc/self/status").read_text(encoding="ascii")
    print(status.partition("VmHWM:")[2].split()[0])


if __name__ == "__main__":
    _plan_and_print_peak(Path(sys.argv[1]))
