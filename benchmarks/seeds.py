"""Ledgers of any size, written by bulk statements: some rows due, all others at rest.

A ledger is that of an office some years at work: its digests are made, and nothing but the rows asked for is due.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from commitments.base import Base
from commitments.calendar.months import month_of, shifted
from commitments.models import Commitment, Department, Letter
from commitments.storage import writing
from commitments.text.canonical import number_key
from notifications.models import Digest, Instance
from tracker import config
from tracker.app import App, system_clock
from tracker.ops import upgrade

NOW = datetime(2026, 6, 10, 2, tzinfo=UTC)  # a Wednesday, ten in the morning in Guangzhou
TODAY = NOW.date()
BEGUN = datetime(2018, 1, 2, tzinfo=UTC)
PER_LETTER = 10
CHUNK = 10_000
FIRST_YEAR, YEARS = 2010, 16
TITLE = "村居事项清单第{}项"
OPEN_GUARD = {"TRACKER_GUARD__RECIPIENTS": "1000000", "TRACKER_GUARD__NOTICES": "1000000"}
QUOTE = "年底前建立健全村（社区）工作事项准入制度，形成村居事项清单并向社会公布，接受群众监督。"


@dataclass(frozen=True, kw_only=True)
class Seed:
    """How many commitments; how many of them due, the k-th on ``due_on(k)``; how many long overdue besides.

    The planner is to look at the due ones on ``today``, at the overdue ones on ``overdue_from``. ``bare_letters`` are
    letters without commitments.
    """

    rows: int = 0
    today: date = TODAY
    due: int = 0
    due_on: Callable[[int], date] = lambda _: TODAY
    overdue: int = 0
    overdue_from: date = TODAY
    departments: int = 100
    bare_letters: int = 0

    @property
    def letters(self) -> int:
        """Return how many letters there are."""
        return -(-(self.rows + self.overdue) // PER_LETTER) + self.bare_letters

    @property
    def block(self) -> int:
        """Return how many commitments are made one by one."""
        return min(self.rows, CHUNK)


def empty(folder: Path, clock: Callable[[], datetime] = system_clock) -> App:
    """Make a configuration and a ledger without rows."""
    folder.mkdir()
    (folder / "config.toml").write_text(config.EXAMPLE, encoding="utf-8")
    app = opened(folder, clock)
    upgrade.prepare(app)
    return app


def opened(folder: Path, clock: Callable[[], datetime] = system_clock) -> App:
    """Return the program on the ledger of a folder; no guard holds what it tells."""
    return App(config.load(folder / "config.toml", OPEN_GUARD, folder), actor="benchmark", clock=clock)


def ledger(folder: Path, seed: Seed, clock: Callable[[], datetime] = system_clock) -> App:
    """Make a ledger with the rows of a seed, planned until yesterday."""
    app = empty(folder, clock)
    with writing(app.engine) as session:
        _insert(session, Department, map(_department, range(1, seed.departments + 1)))
        _insert(session, Letter, (_letter(n, seed.departments) for n in range(1, seed.letters + 1)))
        _insert(session, Commitment, (_commitment(n, seed) | _at_rest(n, seed.today) for n in range(seed.block)))
        _repeat(session, seed)
        _make_due(session, seed)
        _insert(session, Commitment, _overdue(seed))
        _insert(session, Digest, (_digest(unit, seed.today) for unit in range(1, seed.departments + 1)))
    rules = app.context().rules_hash  # read when nobody holds the database
    with writing(app.engine) as session:
        instance = session.get_one(Instance, 1)
        instance.rules_hash, instance.planned_at = rules, app.clock() - timedelta(days=1)
    return app


def _insert(session: Session, table: type[Base], rows: Iterator[Mapping[str, Any]]) -> None:
    while chunk := list(islice(rows, CHUNK)):
        session.connection().execute(insert(table), chunk)


def _department(n: int) -> dict[str, Any]:
    return {
        "id": n, "name": f"市第{n}局", "short_names": [f"{n}局"], "mailbox": f"d{n}@gz.example",
        "escalation": f"d{n}-lead@gz.example", "locale": "zh-Hans",
    }  # fmt: skip


def _letter(n: int, departments: int) -> dict[str, Any]:
    number = document_number(n)
    return {
        "id": n, "document_number": number, "number_key": number_key(number), "proposal_number": f"{n:06d}",
        "proposal_title": "构建协同，打造共建共治共享智慧社区", "session": "", "signed_on": date(_year(n), 6, 26),
        "proposing_unit_id": n % departments + 1, "replying_unit_id": 1, "class_mark": "", "contact": "",
        "source_sha256": "",
    }  # fmt: skip


def document_number(letter: int) -> str:
    """Return the number (文号) of the n-th letter, counted from 1."""
    return f"穗民案〔{_year(letter)}〕{letter}号"


NOTHING_SAID: dict[str, Any] = {"commitments": []}  # by a digest of a month before anything was entered


def _digest(unit: int, today: date) -> dict[str, Any]:
    month = shifted(month_of(today), -1)
    return {"unit_id": unit, "period": month, "number": 1, "late": False, "snapshot": NOTHING_SAID, "created_at": BEGUN}


def _repeat(session: Session, seed: Seed) -> None:
    """Copy what is there, with ids moved on, until there are enough: a million made one by one take a minute."""
    table, have = Commitment.metadata.tables[Commitment.__tablename__], seed.block
    while have < seed.rows:
        n, letter = table.c.id - 1 + have, table.c.letter_id + have // PER_LETTER
        moved = {
            "id": n + 1,
            "ref": func.printf("%d-%06d-%02d", FIRST_YEAR + letter % YEARS, letter, table.c.ordinal),
            "letter_id": letter,
            "title": func.printf(TITLE.format("%d"), n),
            "lead_id": (n + n // seed.departments) % seed.departments + 1,
        }
        copies = select(*(moved.get(column.name, column) for column in table.c)).where(n < seed.rows)
        session.connection().execute(insert(table).from_select(table.c.keys(), copies))
        have *= 2


def _make_due(session: Session, seed: Seed) -> None:
    """Spread the due rows evenly over the ledger."""
    every = seed.rows // max(seed.due, 1)
    days = [{"its_id": k * every + 1, "day": seed.due_on(k)} for k in range(seed.due)]
    due = update(Commitment).where(Commitment.id == bindparam("its_id")).values(
        due_on=bindparam("day"), first_due_on=bindparam("day"), next_action_on=seed.today, due_basis="set",
        state="open", outcome=None, reported_done_on=None, closed_on=None, review_on=None,
    )  # fmt: skip
    if days:
        session.connection().execute(due, days)


def _overdue(seed: Seed) -> Iterator[dict[str, Any]]:
    """They come last."""
    for n in range(seed.overdue):
        due_on = seed.today - timedelta(days=60 + n % 600)
        facts = {"due_on": due_on, "first_due_on": due_on, "next_action_on": seed.overdue_from}
        yield _commitment(seed.rows + n, seed) | facts


def _at_rest(n: int, today: date) -> dict[str, Any]:
    """Four closed, four open with a far deadline, one reported done, one to be reviewed, of every ten."""
    past, far = today - timedelta(days=30 + n % 2000), today + timedelta(days=60 + n % 1000)
    if n % 10 < 4:
        return {"state": "closed", "outcome": "kept", "due_on": past, "first_due_on": past, "closed_on": past}
    if n % 10 < 8:
        return {"due_on": far, "first_due_on": far, "next_action_on": far - timedelta(days=30)}
    if n % 10 == 8:
        return {"state": "reported_done", "due_on": far, "first_due_on": far, "reported_done_on": past}
    return {"due_basis": None, "review_on": far, "next_action_on": far}


def _commitment(n: int, seed: Seed) -> dict[str, Any]:
    """Return an open commitment with every column, so that bulk inserts stay bulk."""
    letter, place = divmod(n, PER_LETTER)
    return {
        "ref": f"{_year(letter + 1)}-{letter + 1:06d}-{place + 1:02d}", "letter_id": letter + 1, "section": "三",
        "ordinal": f"{place + 1}", "kind": "pledge", "strength": "planned", "title": TITLE.format(n),
        "quote": QUOTE, "lead_id": (n + n // seed.departments) % seed.departments + 1, "owner_basis": "stated",
        "due_text": "", "due_on": None, "first_due_on": None,
        "due_basis": "set", "due_rule": "", "due_from": None, "due_offset": None,
        "condition": "", "review_on": None, "state": "open", "outcome": None, "opened_at": BEGUN,
        "reported_done_on": None, "closed_on": None, "closing_note": "", "arming": 1, "reopened_at": None,
        "version": 1, "next_action_on": None, "follows_id": None,
    }  # fmt: skip


def _year(letter: int) -> int:
    return FIRST_YEAR + letter % YEARS
