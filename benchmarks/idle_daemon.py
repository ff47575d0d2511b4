"""The daemon with nothing to do: CPU and memory while it ticks every second."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from subprocess import DEVNULL, Popen

from benchmarks import seeds
from benchmarks.figures import Figure
from benchmarks.sizes import Sizes
from benchmarks.timing import ENVIRONMENT, TRACKER
from tracker.app import system_clock

TICKS = {"TRACKER_DAEMON__TICK_SECONDS": "1", "TRACKER_DIGEST__STATUS_WEEKDAY": ""}
SETTLES = 10  # seconds until the first whole passes, the backup and the imports are over


def idle_daemon(sizes: Sizes, folder: Path) -> Iterator[Figure]:
    """A daemon over a ledger of which nothing is due."""
    home = folder / "idle-daemon"
    seeds.ledger(home, seeds.Seed(rows=1_000, today=system_clock().date())).engine.dispose()
    line = [TRACKER, "--config", str(home / "config.toml"), "daemon"]
    with Popen(line, cwd="/", env=ENVIRONMENT | TICKS, stderr=DEVNULL) as daemon:
        try:
            time.sleep(SETTLES)
            before, start = cpu(daemon.pid), time.monotonic()
            time.sleep(sizes.idle_seconds)
            used = (cpu(daemon.pid) - before) / (time.monotonic() - start)
            peak = _peak(daemon.pid)
        finally:
            daemon.send_signal(signal.SIGTERM)
    yield Figure(what="idle daemon, a tick each second: CPU", ours=1000 * used, goal=2, unit="ms/s")
    yield Figure(what="idle daemon, peak memory", ours=peak, goal=80, unit="MiB")


def cpu(pid: int) -> float:
    """Return the seconds of CPU a process has used, threads included, to the nanosecond where the kernel says so."""
    tasks = Path(f"/proc/{pid}/task")
    if sys.platform == "linux" and all((task / "schedstat").exists() for task in tasks.iterdir()):
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks.iterdir()) / 1e9
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _peak(pid: int) -> float:
    return int(Path(f"/proc/{pid}/status").read_text().partition("VmHWM:")[2].split()[0]) / 1024
