"""A ledger in a folder with messages to send today, and daemons over it that tests may kill."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, func, select, text, update

from commitments import schema
from commitments.calendar.deadlines import Offset
from commitments.calendar.workdays import WorkCalendar
from commitments.models import Commitment, Department, Letter
from commitments.register import opening
from commitments.register.context import Register
from commitments.storage import open_engine, reading, writing
from notifications.models import Attempt, Instance, Message, Notice

ROOT = Path(__file__).parents[2]
CANARY = "kanarienvogel-7f3a"  # a secret that may appear nowhere
LIVELY = {
    "MAIL__CHANNEL": "smtp",
    "MAIL__HOST": "127.0.0.1",
    "MAIL__SECURITY": "none",
    "MAIL__SENDER": "tracker@yinuo.test",
    "MAIL__MAX_PER_MINUTE": "0",
    "MAIL__RETRY_UNKNOWN_AFTER": "1s",
    "REMINDERS__SEND_AT": "00:00",
    "DIGEST__STATUS_WEEKDAY": "",
    "DAEMON__TICK_SECONDS": "1",
    "GUARD__RECIPIENTS": "100000",
    "GUARD__NOTICES": "100000",
    "CALENDAR__FILE": "calendar.toml",
}


class DaemonHarness:
    """``messages`` departments, each owed one assignment today; ``url`` is PostgreSQL's, else SQLite in the folder."""

    def __init__(self, folder: Path, port: int, messages: int, url: str, settings: dict[str, str]) -> None:
        self.folder = folder
        self.url = url or f"sqlite:///{folder}/yinuo.db"
        self.messages = messages
        self.daemons: list[subprocess.Popen[str]] = []
        folder.mkdir(parents=True)
        (folder / "calendar.toml").write_text(_always_worked())
        (folder / "config.toml").write_text("")
        place = {"TIMEZONE": where_it_is(12), "MAIL__PORT": str(port), "DATABASE__URL": self.url}
        chosen = {**LIVELY, **place, **settings}
        self.zone = ZoneInfo(chosen["TIMEZONE"])
        self.env = {**os.environ, "PYTHONPATH": str(ROOT), "TRACKER_CONFIG": str(folder / "config.toml"),
                    **{f"TRACKER_{name}": value for name, value in chosen.items()}}  # fmt: skip
        self.engine: Engine = open_engine(self.url, create=True)
        self._found()

    @property
    def expected(self) -> list[str]:
        """Return who must be told."""
        return [f"d{n}@gz.example" for n in range(self.messages)]

    def start(self, *arguments: str, **env: str) -> subprocess.Popen[str]:
        """Start a daemon (or another command) with faults: ``start(FAULT_DIE="…")``. Its log is in ``log``."""
        log = (self.folder / f"log{len(self.daemons)}").open("w")
        process = subprocess.Popen(
            self.line(*(arguments or ("--verbose", "daemon"))),
            cwd=self.folder, env={**self.env, **env}, stdout=log, stderr=log, text=True,
        )  # fmt: skip
        log.close()
        self.daemons.append(process)
        return process

    def log(self, n: int = -1) -> str:
        """Return what the n-th process said."""
        return (self.folder / f"log{n % len(self.daemons)}").read_text()

    @staticmethod
    def line(*arguments: str) -> list[str]:
        """Return the command line of the program with faults built in."""
        return [sys.executable, "-m", "tests.faults.launcher", *arguments]

    def command(self, *arguments: str, before: Sequence[str] = (), **env: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end, perhaps by way of another."""
        return subprocess.run(
            [*before, *self.line(*arguments)],
            cwd=self.folder,
            env={**self.env, **env},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def stop(self, process: subprocess.Popen[str]) -> int:
        """Ask a daemon to stop; return its exit code."""
        process.send_signal(signal.SIGTERM)
        return process.wait(60)

    def halted(self, process: subprocess.Popen[str]) -> bool:
        """Say whether a process stands still after SIGSTOP."""
        return Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"

    def close(self) -> None:
        """End what still runs."""
        for process in self.daemons:
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGCONT)
            process.kill()
            process.wait()
        self.engine.dispose()

    # -- what the books say ------------------------------------------------------------------------------------

    def states(self) -> dict[str, int]:
        """Count the messages by state."""
        return self._count(Message.state)

    def notices(self) -> dict[str, int]:
        """Count the notices by state."""
        return self._count(Notice.state)

    def outcomes(self) -> dict[str, int]:
        """Count the attempts by outcome; one under way counts as ""."""
        return self._count(func.coalesce(Attempt.outcome, ""))

    def _count(self, what: object) -> dict[str, int]:
        with reading(self.engine) as session:
            return dict(session.execute(select(what, func.count()).group_by(what)).all())  # type: ignore[call-overload]

    def done(self) -> bool:
        """Say whether everything that was owed has been told."""
        return self.notices() == {"told": self.messages}

    def planned_at(self) -> datetime | None:
        """Return when a pass last planned."""
        with reading(self.engine) as session:
            return session.get_one(Instance, 1).planned_at

    def await_passes(self, count: int = 1) -> None:
        """Wait until this many passes have planned from now on; the last of them may still be sending."""
        for _ in range(count):
            before = self.planned_at()
            until(lambda before=before: self.planned_at() != before)  # type: ignore[misc]

    def await_ticks(self, count: int = 2) -> None:
        """Wait until the last daemon has said so often that a tick went wrong, or that its channel rests."""
        said = ("a pass fails at", "rests for", "cannot be composed", "tick:")
        until(lambda: "rests for" in self.log() or sum(map(self.log().count, said)) >= count, 20)

    def unhold(self) -> None:
        """Let what could not be composed be tried now, not tomorrow."""
        with writing(self.engine) as session:
            session.execute(update(Notice).where(Notice.reason == "poison").values(state="owed", reason=""))

    def frozen(self) -> dict[str, bytes]:
        """Return the bytes kept for each message by address."""
        with reading(self.engine) as session:
            return dict(session.execute(select(Message.mailbox, Message.frozen)).all())

    def books(self) -> list[tuple[object, ...]]:
        """Return all that is written about messages and attempts, to compare with what is written later."""
        messages = select(Message.id, Message.state, Message.attempts, Message.sent_at, Message.error)
        tries = select(Attempt.id, Attempt.message_id, Attempt.n, Attempt.worker, Attempt.outcome, Attempt.answer)
        with reading(self.engine) as session:
            rows = [*session.execute(messages.order_by(Message.id)), *session.execute(tries.order_by(Attempt.id))]
        return [tuple(row) for row in rows]

    def workers(self) -> set[str]:
        """Return who made attempts."""
        with reading(self.engine) as session:
            return set(session.scalars(select(Attempt.worker)))

    def hurry(self) -> None:
        """Let every message that waits for its next try be tried now."""
        with writing(self.engine) as session:
            waiting = Message.state.in_(("retry", "unknown"))
            session.execute(update(Message).where(waiting).values(next_at=datetime(2000, 1, 1, tzinfo=UTC)))
            session.execute(update(Instance).values(paused_until=None))

    # -- making it ---------------------------------------------------------------------------------------------

    def _found(self) -> None:
        if self.engine.dialect.name == "postgresql":
            with self.engine.begin() as connection:
                connection.execute(text("DROP SCHEMA IF EXISTS public CASCADE"))
                connection.execute(text("CREATE SCHEMA public"))
        schema.upgrade(self.engine)
        now = datetime.now(UTC)
        today = now.astimezone(self.zone).date()
        with writing(self.engine) as session:
            session.add(Instance(uuid="0" * 32, environment="production", created_at=now))
            departments = [Department(name=f"单位{n}", mailbox=f"d{n}@gz.example") for n in range(self.messages)]
            unit = Department(name="市台联", mailbox="tl@gz.example")
            session.add_all([*departments, unit])
            session.flush()
            letter = Letter(
                document_number="穗民案〔2019〕89号", proposal_number="1007", proposal_title="智慧社区",
                signed_on=date(2019, 6, 26), proposing_unit=unit, replying_unit=unit,
            )  # fmt: skip
            session.add(letter)
            register = Register(
                session, actor="办公室", now=now, today=today, workdays=WorkCalendar.load(),
                review_every=Offset.parse("3m"), evidence_folder=self.folder / "evidence",
            )  # fmt: skip
            for each in (*departments, unit):
                register.note("department_add", each.name)
            register.note("letter_add", letter.document_number)
            for n, lead in enumerate(departments):
                due = today + timedelta(days=300)
                opening.add(
                    register,
                    Commitment(
                        ref="", letter=letter, title=f"事项{n}", ordinal=str(n), lead=lead, due_on=due, due_basis="set"
                    ),
                )


def where_it_is(hour: int) -> str:
    """Return a zone in which this hour of the day runs now.

    Tests run at noon unless they say otherwise: near midnight an hour back is a day back, and what is dated today
    rightly waits for the day to come again.
    """
    ahead = (hour - datetime.now(UTC).hour + 11) % 24 - 11
    return f"Etc/GMT{-ahead:+d}"  # POSIX signs: GMT-8 is Shanghai's


def _always_worked() -> str:
    """Return a calendar in which every day is a working day, so that tests can send on any."""
    years = []
    for year in range(datetime.now(UTC).year - 1, datetime.now(UTC).year + 4):
        first = date(year, 1, 1)
        days = (first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days))
        years.append(f"[years.{year}]\nwork = [{', '.join(map(str, days))}]\n")
    return "".join(years)


def until(what: Callable[[], bool], patience: float = 60.0) -> None:
    """Wait for a condition; fail when it does not come true in ``patience`` seconds."""
    end = time.monotonic() + patience
    while not what():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)
