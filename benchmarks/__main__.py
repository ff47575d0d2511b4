"""``python -m benchmarks [--quick] [--write]``."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import commands, figures, folder_channel, idle_daemon, pages, planning, postgres, sending, taskwarrior
from benchmarks.sizes import FULL, QUICK, Sizes


def measure(sizes: Sizes, folder: Path) -> Iterator[figures.Figure]:
    """Yield every figure; ledgers are made in ``folder``."""
    yield from commands.list_due(sizes, folder)
    yield from commands.start_up(sizes)
    yield from planning.planning(sizes, folder)
    yield from folder_channel.folder_channel(sizes, folder)
    yield from sending.sending(sizes, folder)
    yield from idle_daemon.idle_daemon(sizes, folder)
    yield from pages.pages(sizes, folder)
    yield from taskwarrior.taskwarrior(sizes, folder)
    yield from postgres.postgres(sizes, folder)
    yield from commands.load(sizes, folder)
    yield from commands.export(sizes, folder)
    yield from commands.demo(folder)


def _announced(measured: Iterator[figures.Figure]) -> Iterator[figures.Figure]:
    for figure in measured:
        print(" ".join(figure.cells()), file=sys.stderr)
        yield figure


def main() -> None:
    """Measure, print the table, and write it down when asked to."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("--quick", action="store_true", help="smaller sizes, for trying things out")
    parser.add_argument("--write", action="store_true", help="put the table into docs/performance.md")
    asked = parser.parse_args()
    with TemporaryDirectory(prefix="yinuo-benchmarks-") as folder:
        found = list(_announced(measure(QUICK if asked.quick else FULL, Path(folder))))
    print(figures.machine(), *figures.table(found), sep="\n")
    if asked.write:
        figures.write(found)


if __name__ == "__main__":
    main()
