"""What was measured, the table of it, and the page it is written to."""

import os
import platform
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).parent.parent / "docs" / "performance.md"
HEADINGS = ("what", "ours", "floor", "ratio", "goal", "met")
INTRODUCTION = """\
# Performance

Written by `python -m benchmarks --write`; [benchmarks/README.md](../benchmarks/README.md) says how each figure is
taken. Times are the least of several rounds. Each floor was measured in the same run, in turn with ours, so that a
ratio says more than the times it is made of.
"""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One measurement. With a floor the goal is the highest ratio allowed, without one the most of ``unit``.

    ``at_least`` turns it round: rates, of which more is better.
    """

    what: str
    ours: float
    floor: float | None = None
    goal: float
    unit: str = "s"
    at_least: bool = False

    @property
    def met(self) -> bool:
        """Say whether the goal was reached."""
        found = self.ours / (self.floor or 1)
        return found >= self.goal if self.at_least else found <= self.goal

    def cells(self) -> tuple[str, ...]:
        """Return the figure as a row of the table."""
        floor = f"{self._number(self.floor)} {self.unit}" if self.floor else "—"
        ratio = f"{self.ours / self.floor:.2f}" if self.floor else "—"
        sign = "≥" if self.at_least else "≤"
        goal = f"{sign} {self.goal:g}" if self.floor else f"{sign} {self.goal:g} {self.unit}"
        return self.what, f"{self._number(self.ours)} {self.unit}", floor, ratio, goal, "yes" if self.met else "NO"

    def _number(self, value: float) -> str:
        return f"{value:.3f}" if self.unit in ("s", "ms", "ms/s") else f"{value:.0f}"


def table(figures: Sequence[Figure]) -> Iterator[str]:
    """Yield the lines of a Markdown table whose columns line up."""
    rows = [HEADINGS, *(figure.cells() for figure in figures)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    rows.insert(1, tuple("-" * width for width in widths))
    for row in rows:
        yield f"| {' | '.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))} |"


def machine() -> str:
    """Describe where this was measured, naming neither host nor folder."""
    python = f"{platform.python_implementation()} {platform.python_version()}"
    kernel = f"{platform.system()} {platform.release()} ({platform.machine()})"
    return f"{os.cpu_count()} cores, {python}, SQLite {sqlite3.sqlite_version}, {kernel}"


def write(figures: Sequence[Figure]) -> None:
    """Put these figures into the page; what a person wrote below them stays."""
    _, heading, below = PAGE.read_text(encoding="utf-8").partition("\n## ")
    page = "\n".join([INTRODUCTION, f"Machine: {machine()}.", "", *table(figures), ""])
    PAGE.write_text(page + heading + below, encoding="utf-8")
