"""A process that does one whole pass over SMTP when it is told to.

``python -m benchmarks.pass_process HOME PORT LINES`` prints ``ready``, waits for a line, passes, and prints seconds,
messages sent, and peak memory in MB. TRACKER_DATABASE__URL may name another database.
"""

import os
import sys
from pathlib import Path
from subprocess import PIPE, Popen
from time import perf_counter
from typing import NamedTuple

from benchmarks import seeds
from tracker import config
from tracker.app import App

ROOT = Path(__file__).parent.parent


class Passed(NamedTuple):
    """What one pass took."""

    seconds: float
    sent: int
    peak_mb: float


def settings(port: int, lines: int) -> dict[str, str]:
    """Return the environment of a process that sends to a sink, as fast as it can."""
    values = {"CHANNEL": "smtp", "HOST": "127.0.0.1", "PORT": port, "SECURITY": "none", "SENDER": "office@yinuo.test"}
    values |= {"MAX_PER_MINUTE": 0, "CONNECTIONS": lines}
    mail = {f"TRACKER_MAIL__{name}": str(value) for name, value in values.items()}
    return {**seeds.OPEN_GUARD, **mail, "TRACKER_DIGEST__STATUS_WEEKDAY": ""}


def passes(
    home: Path, port: int, lines: int, *, daemons: int = 1, cpu: int | None = None, url: str = ""
) -> list[Passed]:
    """Let daemons, each in its own process, do one pass over a ledger at the same time."""
    env = {**os.environ, **({"TRACKER_DATABASE__URL": url} if url else {})}
    line = [
        sys.executable,
        "-m",
        "benchmarks.pass_process",
        str(home),
        str(port),
        str(lines),
        str(-1 if cpu is None else cpu),
    ]
    processes = [Popen(line, cwd=ROOT, env=env, stdin=PIPE, stdout=PIPE, text=True) for _ in range(daemons)]
    for process in processes:
        _answer(process)
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    return [_passed(process) for process in processes]


def _answer(process: Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def _passed(process: Popen[str]) -> Passed:
    seconds, sent, peak = _answer(process).split()
    process.communicate()
    return Passed(float(seconds), int(sent), float(peak))


def main(home: Path, port: int, lines: int, cpu: int) -> None:
    """Make everything ready, wait for the starting line, do one pass; print seconds, messages sent, peak MB."""
    if cpu >= 0 and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {cpu})
    url = {name: value for name, value in os.environ.items() if name == "TRACKER_DATABASE__URL"}
    known = config.load(home / "config.toml", settings(port, lines) | url, home)
    app = App(known, actor="benchmark", clock=lambda: seeds.NOW)
    app.context()
    print("ready", flush=True)
    sys.stdin.readline()
    begun = perf_counter()
    sent = app.run_once().sent
    print(perf_counter() - begun, sent, _peak())


def _peak() -> float:
    """Return the most memory this process had, in MB; what ``getrusage`` says includes the parent before exec."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:]))
