"""Daemons without the second that Python needs to begin: forked from a process that has everything imported.

Each is a process of its own with its own connections; killing sixty of them takes seconds instead of minutes.
"""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import IO, NoReturn, Self

from tests.faults import launcher
from tests.faults.daemon_harness import ROOT, DaemonHarness

LOADED = ("tracker.cli.root", "tracker.daemon", "notifications.channels.smtp", "notifications.delivery", "psycopg")


class ForkServer:
    """Starts and ends daemons over one harness; leaves none behind."""

    def __init__(self, here: DaemonHarness) -> None:
        self.here = here
        self.logs: dict[int, Path] = {}

    def __enter__(self) -> Self:
        self._mother = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.fork_server"],
            cwd=ROOT, env=self.here.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        return self

    def __exit__(
        self, kind: type[BaseException] | None, trouble: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._mother.communicate(timeout=60)  # at the end of its input it ends its children

    def start(self, **env: str) -> int:
        """Start a daemon with faults; return its process id."""
        log = self.here.folder / f"fork_server{len(self.logs)}"
        log.touch()
        pid = self._ask({"env": {**self.here.env, **env}, "folder": str(self.here.folder), "log": str(log)})
        self.logs[pid] = log
        return pid

    def log(self, pid: int) -> str:
        """Return what a daemon said."""
        return self.logs[pid].read_text()

    def end(self, pid: int, signum: signal.Signals) -> int:
        """Send a daemon a signal and wait for its end; return the exit code, negative for a signal."""
        return self._ask({"pid": pid, "signum": int(signum)})

    def _ask(self, question: dict[str, object]) -> int:
        assert self._mother.stdin is not None
        assert self._mother.stdout is not None
        self._mother.stdin.write(json.dumps(question) + "\n")
        self._mother.stdin.flush()
        return int(self._mother.stdout.readline())


def serve(questions: IO[str]) -> None:
    """Fork a daemon or end one for each line, and answer with its process id or exit code."""
    alive: set[int] = set()
    for line in questions:
        question = json.loads(line)
        if "env" in question:
            answer = os.fork()
            if not answer:
                _live(question)
            alive.add(answer)
        else:
            os.kill(question["pid"], question["signum"])
            answer = os.waitstatus_to_exitcode(os.waitpid(question["pid"], 0)[1])
            alive.discard(question["pid"])
        print(answer, flush=True)
    for pid in alive:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def _live(question: dict[str, str]) -> NoReturn:
    """Be a daemon from here on."""
    log = os.open(question["log"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for there, here in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(there, here)
    os.chdir(question["folder"])
    os.environ.clear()
    os.environ.update(question["env"])  # type: ignore[arg-type]
    sys.argv = ["tracker", "--verbose", "daemon"]
    code = launcher.main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    for module in LOADED:
        __import__(module)
    serve(sys.stdin)
