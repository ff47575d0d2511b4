"""A place to load ledger files, for the tests of the ledger."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from commitments import storage
from commitments.base import Base
from commitments.calendar.deadlines import Offset
from commitments.calendar.workdays import WorkCalendar
from commitments.errors import LedgerRejected
from commitments.exchange.dump import dump
from commitments.exchange.load import Loaded, load
from commitments.models import Commitment
from commitments.queries import lookup
from commitments.register.context import Register

WORKDAYS = WorkCalendar.load()
TODAY = date(2020, 7, 1)
LETTER = """
[letter]
document_number = "穗民案[2019]89号"
proposal_number = "1007"
proposing_unit = "市台联"
replying_unit = "市民政局"
signed_on = 2019-06-26
"""
DEPARTMENTS = """
[[department]]
name = "市民政局"
mailbox = "mzj@gz.example"
[[department]]
name = "市委组织部"
short_names = ["组织部"]
[[department]]
name = "市台联"
"""
ONE = '[[commitment]]\nsection = "三"\nordinal = "一是"\ntitle = "甲"\nlead = "市民政局"\n'
HEAD = "letter,ordinal,title,lead,support,due_on\n"
NUMBER = "穗民案〔2019〕89号"


class Desk:
    """Loads text as a file into one database."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine = engine
        self.folder = folder

    def load(self, content: str | bytes, name: str = "ledger.toml", *, update: bool = False) -> Loaded:
        file = self.folder / name
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        with storage.writing(self.engine) as session:
            return load(register(session), file, update=update)

    def rejected(self, content: str | bytes, name: str = "ledger.toml", *, update: bool = False) -> str:
        with pytest.raises(LedgerRejected) as caught:
            self.load(content, name, update=update)
        return "\n".join(caught.value.problems)

    def dump(self, form: str, letter: str | None = None) -> str:
        with storage.reading(self.engine) as session:
            wanted = lookup.find_letter(session, letter) if letter else None
            return dump(session, letter=wanted, form=form)

    def one(self, ref: str = "2019-1007-01") -> Commitment:
        with storage.reading(self.engine) as session:
            commitment = lookup.find(session, ref)
            for later in ("lead", "support", "targets", "letter"):  # read while the session is there
                getattr(commitment, later)
            return commitment

    def count(self, table: type[Base]) -> int:
        with storage.reading(self.engine) as session:
            return session.scalar(select(func.count()).select_from(table)) or 0


def register(session: Session) -> Register:
    now = datetime(2020, 7, 1, 1, tzinfo=UTC)
    review = Offset.parse("3m")
    return Register(
        session,
        actor="t",
        now=now,
        today=TODAY,
        workdays=WORKDAYS,
        review_every=review,
        evidence_folder=Path("-"),
    )
