"""What ``FAULT_PATCH`` can break in a daemon: each function is called before the program starts."""

import importlib
import os
import signal
import smtplib
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

from jinja2 import TemplateError
from sqlalchemy.exc import DataError, OperationalError
from sqlalchemy.orm import Session

from commitments import storage

LONG = 1000  # bytes; no command is as long, every message is longer


def die_in_the_middle_of_data() -> None:
    """Put the first half of the first message on the wire, then die."""
    original = smtplib.SMTP.send

    def send(self: smtplib.SMTP, data: Any) -> None:
        if len(data) < LONG:
            original(self, data)
            return
        original(self, data[: len(data) // 2])
        os.kill(os.getpid(), signal.SIGKILL)

    smtplib.SMTP.send = send  # type: ignore[assignment, method-assign]


def take_few() -> None:
    """Lease a handful at a time, so that several daemons have something to share."""
    from notifications.outbox import outbox

    outbox.ADDRESSEES_PER_CLAIM = 6


def lose_the_commit() -> None:
    """Cut the connection before the first COMMIT that settles something is said."""
    _break_commit(done=False)


def lose_the_answer_to_commit() -> None:
    """Cut the connection after the first COMMIT that settles something was done, before we are told."""
    _break_commit(done=True)


def _break_commit(*, done: bool) -> None:
    from notifications.outbox import attempts

    whole, finish_accepted = storage.commit, attempts._finish_accepted
    settled: list[int] = []

    def remember(session: Session, *rest: Any) -> int:
        count = finish_accepted(session, *rest)
        settled.extend([count] if count else [])
        return count

    def commit(session: Session) -> None:
        if len(settled) != 1:
            whole(session)
            return
        settled.append(0)
        if done:
            whole(session)
        raise OperationalError("COMMIT", {}, OSError("server closed the connection unexpectedly"))

    attempts._finish_accepted, storage.commit = remember, commit  # type: ignore[assignment]


def hang_in_planning() -> None:
    """Let a pass never come back from the database."""
    from notifications.plan import planner

    be_impatient()
    planner.plan_next = _hang  # type: ignore[assignment]


def hang_in_sending() -> None:
    """Let a carrier never come back, against all its timeouts."""
    from notifications.channels.smtp import SmtpConnection

    be_impatient()
    SmtpConnection.send = _hang  # type: ignore[assignment, method-assign]


def lose_the_scheduler() -> None:
    """Let the scheduler's thread die in its second round."""
    from apscheduler.schedulers.base import BaseScheduler

    be_impatient()
    original, rounds = BaseScheduler._process_jobs, iter(range(1))

    def process_jobs(self: BaseScheduler) -> object:
        if next(rounds, None) is None:
            raise MemoryError
        return original(self)

    BaseScheduler._process_jobs = process_jobs


def _hang(*_: object, **__: object) -> None:
    threading.Event().wait()


def be_impatient() -> None:
    """Let the daemon end itself after three seconds without a sign of life, not after half an hour."""
    from tracker import daemon

    daemon.LONGEST_STEP = 3.0


def wait_little_for_locks() -> None:
    """Let SQLite give up after a fifth of a second, not after fifteen."""
    kept = (pragma for pragma in storage.PRAGMAS if "busy" not in pragma)
    storage.PRAGMAS = (*kept, "busy_timeout=200")


def count_busy_commits() -> None:
    """Write into the file ``busy`` how often a COMMIT had to be said again."""
    wait_little_for_locks()
    original, times = storage.is_busy, count(1)

    def is_busy(trouble: BaseException) -> bool:
        Path("busy").write_text(str(next(times)))
        return original(trouble)

    storage.is_busy = is_busy


def need_room_for_each_commit() -> None:
    """Let no journal keep its place on the disk, so that a commit fails when the disk is full."""
    storage.PRAGMAS = (*storage.PRAGMAS, "journal_size_limit=0")


def fail_to_copy() -> None:
    """Let no nightly copy succeed."""
    from tracker.ops import backup

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    backup.copy_ledger = full  # type: ignore[assignment]


def break_the_login() -> None:
    """Let the login fail in a way nobody foresaw."""

    def login(*_: object) -> None:
        raise RuntimeError("nobody foresaw this")

    smtplib.SMTP.login = login  # type: ignore[assignment, method-assign]


def _break(module: str, path: str, trouble: str, only: str = "") -> None:
    """Let a function raise at every call, or only where its arguments speak of ``only``."""
    *owners, name = path.split(".")
    place: Any = importlib.import_module(module)
    for owner in owners:
        place = getattr(place, owner)
    original = getattr(place, name)

    def speaks(argument: object) -> bool:
        with suppress(Exception):  # some rows cannot be shown without their session
            return only in repr(argument)
        return False

    def broken(*arguments: Any, **named: Any) -> Any:
        if any(map(speaks, arguments)):
            raised = TROUBLES[trouble]()
            raise raised
        return original(*arguments, **named)

    setattr(place, name, broken)


def break_a_step() -> None:
    """Break what ``FAULT_STEP`` names as ``module:path:trouble`` or ``module:path:trouble:only``; call out often."""
    from tracker import daemon

    daemon.HOOKS_SECONDS = 1
    _break(*os.environ["FAULT_STEP"].split(":"))


TROUBLES: dict[str, Callable[[], Exception]] = {
    "KeyError": lambda: KeyError("x"),
    "MemoryError": MemoryError,
    "UnicodeError": lambda: UnicodeEncodeError("ascii", "！", 0, 1, "ordinal not in range(128)"),
    "OSError": lambda: OSError(5, "Input/output error"),
    "SMTPException": lambda: smtplib.SMTPException("nobody foresaw this"),
    "SSLError": lambda: ssl.SSLError(1, "wrong version number"),
    "TemplateError": lambda: TemplateError("nobody foresaw this"),
    "DataError": lambda: DataError("SELECT 1", {}, ValueError("bad value")),
    "OperationalError": lambda: OperationalError("SELECT 1", {}, OSError("disk I/O error")),
    "RuntimeError": lambda: RuntimeError("nobody foresaw this"),
}
