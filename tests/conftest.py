"""What tests share: a ledger on a real database, an office with a stepping clock, PostgreSQL of our own."""

import gc
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import freezegun
import pytest
from sqlalchemy import Engine, Executable, Pool, event, text

from commitments import schema
from commitments.base import Base
from commitments.calendar.deadlines import Ladder, Offset
from commitments.calendar.workdays import WorkCalendar
from commitments.models import Commitment, Department, Letter
from commitments.register import opening
from commitments.register.context import Register
from commitments.storage import open_engine, writing
from notifications import delivery
from notifications.channels import Channel
from notifications.channels.folder import FolderChannel
from notifications.context import Context, DigestRules, Guard
from notifications.mail.render import Renderer
from notifications.models import Instance
from notifications.passes import Report
from notifications.plan.schedule import Policy
from tests.ledgers import new_engine
from tests.transitions import allow_other_transitions, refuse_other_transitions

# Libraries that keep no time of ours: stopping the clock looks through every module that is not named here.
freezegun.configure(
    extend_ignore_list=["sqlalchemy", "alembic", "pydantic", "typer", "hypothesis", "openpyxl", "holidays"]
)
gc.set_threshold(
    100_000, 50, 1000
)  # the heap of a test run is large and hardly changes: looking through it takes a sixth
ZONE = ZoneInfo("Asia/Shanghai")
LADDER = Ladder(rungs=tuple(map(Offset.parse, ("-30d", "-7wd", "-3wd", "0d", "+1wd"))), repeat=Offset.parse("5wd"))
SIGNED = date(2019, 6, 26)


@pytest.fixture(autouse=True)
def _closed_connections() -> Iterator[None]:
    """Close what a test leaves open: CPython 3.13 complains of it at some later moment, in some other test."""
    opened: list[Any] = []

    def remember(connection: Any, _record: object) -> None:
        opened.append(connection)

    event.listen(Pool, "connect", remember)
    yield
    event.remove(Pool, "connect", remember)
    for connection in opened:
        connection.close()


@pytest.fixture(scope="session")
def workdays() -> WorkCalendar:
    return WorkCalendar.load()


@pytest.fixture(scope="session")
def renderer() -> Renderer:
    return Renderer()


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A PostgreSQL cluster of our own on a free socket; its URL. Skips with a reason where there is none."""
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not binaries:
        if os.environ.get("YINUO_REQUIRE_POSTGRES"):
            pytest.fail("PostgreSQL is required here and no initdb was found")
        pytest.skip("no PostgreSQL server on this machine")
    home = Path(tempfile.mkdtemp(prefix="yinuo-pg-"))
    cluster = Cluster(binaries[-1].parent, home)
    try:
        cluster.start()
        yield cluster.url
    finally:
        cluster.stop()
        shutil.rmtree(home, ignore_errors=True)


class Cluster:
    """A server that listens on a Unix socket in its own folder only, so no port can clash."""

    def __init__(self, binaries: Path, home: Path) -> None:
        self.binaries, self.home = binaries, home
        self.url = f"postgresql+psycopg://yinuo@/postgres?host={home}"

    def start(self) -> None:
        """Run as an unprivileged user: the server refuses root."""
        if os.geteuid() == 0:
            shutil.chown(self.home, "nobody")
            self.home.chmod(0o755)
        self._as_user("initdb", "-D", f"{self.home}/data", "-U", "yinuo", "-A", "trust", "-E", "UTF8", "--no-sync")
        options = f"-c listen_addresses='' -c unix_socket_directories={self.home} -c fsync=off"
        self._as_user("pg_ctl", "-D", f"{self.home}/data", "-w", "-l", f"{self.home}/log", "-o", options, "start")

    def stop(self) -> None:
        """End the server we started."""
        if (self.home / "data" / "postmaster.pid").exists():
            self._as_user("pg_ctl", "-D", f"{self.home}/data", "-m", "immediate", "stop")

    def _as_user(self, command: str, *arguments: str) -> None:
        line = [str(self.binaries / command), *arguments]
        if os.geteuid() == 0:
            line = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", *line]
        subprocess.run(line, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")


@pytest.fixture
def sqlite_engine(tmp_path: Path) -> Iterator[Engine]:
    engine = new_engine(tmp_path / "ledger.db")
    yield engine
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """A fresh ledger on each engine: the same tests must hold on both."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_engine")
        return
    engine = open_engine(request.getfixturevalue("postgres"))
    _emptied(engine)
    yield engine
    engine.dispose()


def _emptied(engine: Engine) -> None:
    """Truncate our tables, or make them where another test left none: what migrations take is paid once."""
    if schema.current(engine) == schema.HEAD:
        tables = ", ".join(table.name for table in Base.metadata.sorted_tables)
        with engine.begin() as connection:
            connection.execute(text(f"TRUNCATE {tables} RESTART IDENTITY"))
        return
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA IF EXISTS public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    schema.upgrade(engine)


class Scene:
    """An office with a ledger, and a clock that stands where it is put."""

    def __init__(self, engine: Engine, folder: Path, workdays: WorkCalendar, renderer: Renderer) -> None:
        self.engine = engine
        self.folder = folder
        self.workdays = workdays
        self.now = self.at(2019, 6, 27, 9)
        refuse_other_transitions(engine)
        self.context = _context(engine, folder, workdays, renderer)
        with writing(engine) as session:
            session.add(Instance(uuid="0" * 32, environment="production", created_at=self.now))
            session.add_all(
                [
                    Department(name="市民政局", mailbox="mzj@gz.example", escalation="mzj-lead@gz.example"),
                    Department(name="市委政法委", mailbox="zfw@gz.example"),
                    Department(name="各区政府", mailbox="gq@gz.example"),
                    Department(name="市台联", mailbox="tl@gz.example"),
                ]
            )
            session.flush()
            named = {row.name: row for row in session.query(Department)}
            session.add(
                Letter(
                    document_number="穗民案〔2019〕89号",
                    proposal_number="1007",
                    proposal_title="构建协同,打造共建共治共享智慧社区",
                    signed_on=SIGNED,
                    proposing_unit=named["市台联"],
                    replying_unit=named["市民政局"],
                )
            )

    def by_hand(self, *statements: Executable) -> None:
        """Change rows as no event does."""
        allow_other_transitions(self.engine)
        with writing(self.engine) as session:
            for statement in statements:
                session.execute(statement)
        refuse_other_transitions(self.engine)

    @staticmethod
    def at(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
        return datetime(year, month, day, hour, minute, tzinfo=ZONE).astimezone(UTC)

    def day(self, text: str, hour: int = 9, minute: int = 0) -> None:
        """Put the clock to a day, 09:00 unless told."""
        day = date.fromisoformat(text)
        self.now = self.at(day.year, day.month, day.day, hour, minute)

    def register(self, session: object, actor: str = "办公室") -> Register:
        return Register(
            session,  # type: ignore[arg-type]
            actor=actor,
            now=self.now,
            today=self.context.today(self.now),
            workdays=self.workdays,
            review_every=Offset.parse("3m"),
            evidence_folder=self.folder / "evidence",
        )

    def do(self, work: Callable[[Register], object], actor: str = "办公室") -> None:
        """Let ``work`` use the register in one transaction."""
        with writing(self.engine) as session:
            work(self.register(session, actor))

    def add(
        self,
        title: str = "村居事项清单",
        lead: str = "市民政局",
        support: tuple[str, ...] = (),
        ref: str = "",
        **fields: object,
    ) -> str:
        """Enter a commitment; return its ref."""
        with writing(self.engine) as session:
            named = {row.name: row for row in session.query(Department)}
            letter = session.query(Letter).one()
            row = Commitment(
                ref=ref,
                letter=letter,
                title=title,
                lead=named[lead],
                support=[named[name] for name in support],
                **fields,  # type: ignore[arg-type]
            )
            if row.due_on and not row.due_basis:
                row.due_basis = "set"
            opening.add(self.register(session), row)
            return row.ref

    def run(self, channel: Channel | None = None) -> Report:
        """Do one pass now."""
        context = replace(self.context, channel=channel) if channel else self.context
        return delivery.pass_once(context, lambda: self.now)

    def run_days(self, first: str, last: str) -> None:
        """Do a pass at 09:00 on each working day from ``first`` to ``last``; on others nothing is owed."""
        day = date.fromisoformat(first)
        while day <= date.fromisoformat(last):
            if self.workdays.is_workday(day):
                self.day(day.isoformat())
                self.run()
            day += timedelta(days=1)


def _context(engine: Engine, folder: Path, workdays: WorkCalendar, renderer: Renderer) -> Context:
    return Context(
        engine=engine,
        environment="production",
        name="市民政局",
        mailbox="office@yinuo.example",
        reply_to="office@yinuo.example",
        contact="",
        sender="tracker@yinuo.example",
        language="zh-Hans",
        zone=ZONE,
        send_at=time(9),
        workdays=workdays,
        policy=Policy(ladder=LADDER, escalate_after=Offset.parse("5wd")),
        review_every=Offset.parse("3m"),
        evidence_folder=folder / "evidence",
        digest=DigestRules(day=1, approval="none"),
        status_weekday="",
        guard=Guard(recipients=200, notices=2000),
        unknown_after=timedelta(minutes=15),
        channel=FolderChannel(folder / "outbox"),
        renderer=renderer,
        worker="test/1",
        alone=engine.dialect.name == "sqlite",
    )  # fmt: skip


@pytest.fixture
def scene(engine: Engine, tmp_path: Path, workdays: WorkCalendar, renderer: Renderer) -> Scene:
    return Scene(engine, tmp_path, workdays, renderer)


@pytest.fixture
def quick(sqlite_engine: Engine, tmp_path: Path, workdays: WorkCalendar, renderer: Renderer) -> Scene:
    """The scene on SQLite only, for what does not depend on the engine."""
    return Scene(sqlite_engine, tmp_path, workdays, renderer)
