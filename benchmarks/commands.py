"""Figures of whole commands, run as a person runs them: start-up, list, ledger load, export, demo."""

import csv
import sys
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

from benchmarks import seeds
from benchmarks.figures import Figure
from benchmarks.sizes import Sizes
from benchmarks.timing import TRACKER, command, least, output
from commitments.exchange import xlsx_book
from commitments.i18n import word
from tracker.app import system_clock

COLUMNS = ("letter", "section", "ordinal", "title", "quote", "lead", "due_on", "due_basis")


def start_up(sizes: Sizes) -> Iterator[Figure]:
    """Against a Python that does nothing."""
    version, nothing = partial(command, TRACKER, "--version"), partial(command, sys.executable, "-c", "pass")
    ours, floor = least(4 * sizes.rounds, version, nothing)
    yield Figure(what="`tracker --version` / `python -c pass`", ours=ours, floor=floor, goal=8)


def list_due(sizes: Sizes, folder: Path) -> Iterator[Figure]:
    """The same number of hits among many rows and among few."""
    many, few = (_list_command(folder / f"list-{rows}", rows, sizes.hits) for rows in (sizes.listed, sizes.listed_few))
    ours, floor = least(3 * sizes.rounds, partial(command, *many), partial(command, *few))
    what = f"`tracker list --due-within 7d`, {sizes.hits} hits among {sizes.listed:,} / {sizes.listed_few:,}"
    yield Figure(what=what, ours=ours, floor=floor, goal=1.15)


def _list_command(home: Path, rows: int, hits: int) -> tuple[str, ...]:
    """Make a ledger; return the command on it, having seen that it finds what it should."""
    today = system_clock().date()
    seeds.ledger(home, seeds.Seed(rows=rows, today=today, due=hits, due_on=lambda k: today + timedelta(days=k % 7)))
    line = (TRACKER, "--config", str(home / "config.toml"), "list", "--due-within", "7d")
    found = len(output(*line, "--csv").splitlines()) - 1
    if found != hits:
        raise AssertionError(f"{found} hits, not {hits}")
    return line


def load(sizes: Sizes, folder: Path) -> Iterator[Figure]:
    """A CSV with known letters and departments, into an empty ledger."""
    sheet = folder / "rows.csv"
    seed = seeds.Seed(bare_letters=sizes.loaded // seeds.PER_LETTER)
    _write_rows(sheet, sizes.loaded, seed.departments)
    home = folder / "load"
    seeds.ledger(home, seed).engine.dispose()
    ours = command(TRACKER, "--config", str(home / "config.toml"), "ledger", "load", str(sheet))
    yield Figure(what=f"`tracker ledger load`, {sizes.loaded:,} rows of CSV", ours=ours, goal=10)


def _write_rows(sheet: Path, rows: int, departments: int) -> None:
    with sheet.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for n in range(rows):
            letter, place = divmod(n, seeds.PER_LETTER)
            lead, due_on = f"市第{n % departments + 1}局", seeds.TODAY + timedelta(days=30 + n % 600)
            number = seeds.document_number(letter + 1)
            writer.writerow((number, "三", place + 1, f"村居事项清单第{n}项", seeds.QUOTE, lead, due_on, "stated"))


def export(sizes: Sizes, folder: Path) -> Iterator[Figure]:
    """The whole ledger as a workbook of thirty columns."""
    home, file = folder / "export", folder / "ledger.xlsx"
    seeds.ledger(home, seeds.Seed(rows=sizes.exported))
    line = (TRACKER, "--config", str(home / "config.toml"), "export", "xlsx", str(file))
    (ours,) = least(sizes.rounds, lambda: command(*line))
    sheet = xlsx_book.read(file.read_bytes(), (word("zh-Hans", "workbook", "sheet"),))
    found = len(sheet.rows) - 2 if sheet else 0  # without the title and the headings
    if found != sizes.exported:
        raise AssertionError(f"{found} rows, not {sizes.exported}")
    yield Figure(what=f"`tracker export xlsx`, {sizes.exported:,} rows", ours=ours, goal=3)


def demo(folder: Path) -> Iterator[Figure]:
    """Nine months of mail."""
    ours = command(TRACKER, "demo", str(folder / "demo"))
    yield Figure(what="`tracker demo`", ours=ours, goal=10)
