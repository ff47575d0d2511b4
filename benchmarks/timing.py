"""Taking times: of work in this process and of commands, in turn, the least counts."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

TRACKER = str(Path(sys.executable).with_name("tracker"))
ENVIRONMENT = {"PATH": os.defpath, "LANG": "C.UTF-8"}  # nothing of ours: no configuration, no PYTHONPATH


def stopwatch(work: Callable[[], object]) -> float:
    """Return the seconds that ``work`` takes."""
    start = perf_counter()
    work()
    return perf_counter() - start


def command(*line: str) -> float:
    """Return the seconds a command takes from start to exit. Raises CalledProcessError when it fails."""
    return stopwatch(lambda: output(*line))


def output(*line: str) -> str:
    """Run a command outside the checkout, so that the installed package answers; return what it prints."""
    return subprocess.run(line, env=ENVIRONMENT, cwd="/", check=True, capture_output=True, text=True).stdout


def least(rounds: int, *runs: Callable[[], float]) -> list[float]:
    """Let ``runs``, which return their own seconds, take turns; return the least of each.

    Whatever else the machine does meanwhile hits all of them alike.
    """
    taken = [[run() for run in runs] for _ in range(rounds)]
    return [min(times) for times in zip(*taken, strict=True)]
