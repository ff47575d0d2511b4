"""Lists against taskwarrior's, the usual tool for tasks at a terminal.

It is Debian's package ``taskwarrior``; the figures are left out where it is not installed.
"""

import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from functools import partial
from pathlib import Path

from benchmarks import seeds
from benchmarks.figures import Figure
from benchmarks.sizes import Sizes
from benchmarks.timing import ENVIRONMENT, TRACKER, command, least, output
from tracker.app import system_clock

RC = "data.location={data}\nconfirmation=no\nverbose=nothing\ngc=off\nhooks=off\ndefaultwidth=200\ndefaultheight=0\n"


def taskwarrior(sizes: Sizes, folder: Path) -> Iterator[Figure]:
    """The same number of hits among the same number of rows; then all rows, with memory."""
    task = shutil.which("task")
    if task is None:
        print("taskwarrior is not installed; its figures are left out", file=sys.stderr)
        return
    theirs = (*_home(folder), task, f"rc:{_their_data(folder / 'taskwarrior', sizes)}")
    ours = _our_data(folder / "ours", sizes)
    rows = f"{sizes.listed_mid:,} rows"
    due = (partial(command, *ours, "--due-within", "7d"), partial(command, *theirs, "due.before:7d", "list"))
    mine, task_time = least(sizes.rounds, *due)
    yield Figure(
        what=f"`tracker list` of {sizes.hits} due among {rows} / taskwarrior's", ours=mine, floor=task_time, goal=0.3
    )
    mine, task_time = least(2, partial(command, *ours), partial(command, *theirs, "list"))
    yield Figure(what=f"`tracker list` of all {rows} / taskwarrior's", ours=mine, floor=task_time, goal=0.25)
    memory = [_peak(*line) for line in (ours, (*theirs, "list"))]
    what = f"`tracker list` of all {rows} / taskwarrior's: peak memory"
    yield Figure(what=what, ours=memory[0], floor=memory[1], goal=0.25, unit="MiB")


def _home(folder: Path) -> tuple[str, str]:
    """Without a home taskwarrior 2.6 dies."""
    return "env", f"HOME={folder}"


def _our_data(home: Path, sizes: Sizes) -> tuple[str, ...]:
    today = system_clock().date()
    seed = seeds.Seed(
        rows=sizes.listed_mid, today=today, due=sizes.hits, due_on=lambda k: today + timedelta(days=k % 7)
    )
    seeds.ledger(home, seed).engine.dispose()
    return (TRACKER, "--config", str(home / "config.toml"), "list")


def _their_data(home: Path, sizes: Sizes) -> Path:
    """Write taskwarrior's own file of pending tasks; return its configuration."""
    home.mkdir()
    today = datetime.combine(system_clock().date(), time(12))
    with (home / "pending.data").open("w", encoding="utf-8") as file:
        for n in range(sizes.listed_mid):
            day = today + timedelta(days=n % 6 if n < sizes.hits else 60 + n % 1000)
            file.write(
                f'[description:"村居事项清单第{n}项" due:"{day.timestamp():.0f}" entry:"1500000000"'
                f' project:"市第{n % 100}局"'
                f' status:"pending" uuid:"{uuid.UUID(int=n + 1)}"]\n'
            )
    (home / "taskrc").write_text(RC.format(data=home), encoding="utf-8")
    found = len(output(*_home(home), "task", f"rc:{home}/taskrc", "due.before:7d", "list").splitlines())
    if found != sizes.hits:
        raise AssertionError(f"taskwarrior finds {found}, not {sizes.hits}")
    return home / "taskrc"


def _peak(*line: str) -> float:
    """Return the most memory a command had, in MiB.

    It is measured in a child of a small process, since a child's figure includes its parent's before exec.
    """
    script = (
        "import resource, subprocess, sys; subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True);"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    shown = subprocess.run(
        [sys.executable, "-c", script, *line], env=ENVIRONMENT, cwd="/", check=True, capture_output=True, text=True
    )
    return int(shown.stdout) / 1024
