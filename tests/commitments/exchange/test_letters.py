"""Letters that say little, in ledger files."""

from pathlib import Path

from sqlalchemy import Engine, select

from commitments.exchange.dump import dump
from commitments.models import Letter
from commitments.storage import reading
from tests.commitments.ledger_desk import Desk

BARE = """
[letter]
proposal_number = "118"
session = "市政协七届三次会议"
replying_unit = "市民政局"
co_units = ["市财政局", "市发展改革委"]
[[department]]
name = "市民政局"
[[commitment]]
ordinal = "1"
title = "新建小学2所"
lead = "市民政局"
owner_basis = "unassigned"
state = "draft"
"""


def test_a_letter_that_says_little_comes_back_as_it_was(engine: Engine, tmp_path: Path) -> None:
    desk = Desk(engine, tmp_path)
    assert len(desk.load(BARE).added) == 1
    with reading(engine) as session:
        letter = session.scalars(select(Letter)).one()
        assert letter.name == "第118号（市政协七届三次会议，市民政局）"
        again = dump(session, letter=None, form="toml")
    assert desk.load(again, "again.toml").unchanged == 1
    assert "signed_on" not in again


def test_a_letter_that_says_nothing_is_refused(engine: Engine, tmp_path: Path) -> None:
    bare = BARE.replace('proposal_number = "118"\n', "")
    assert "document_number: is missing" in Desk(engine, tmp_path).rejected(bare)
