"""Copies started by mistake, backups restored, histories altered, programs of another age (rows 39 to 42)."""

import re
import shutil
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select, text

from commitments import schema
from commitments.errors import HistoryBroken
from commitments.history import chain
from commitments.models import HistoryEntry
from commitments.storage import open_engine, reading, writing
from notifications import alerts
from notifications.remarks import words
from tests.conftest import Scene
from tests.faults.daemon_harness import DaemonHarness, until
from tests.faults.oracles import Tally, assert_history
from tests.faults.relay import Relay
from tests.faults.test_hostile import plain
from tests.notifications.test_delivery import DUE, Scripted

MakeHarness = Callable[..., DaemonHarness]
ONE_LINE = {"MAIL__CONNECTIONS": "1"}


def change(database: Path, *statements: str) -> None:
    """Say statements to a database file behind the program's back."""
    with closing(sqlite3.connect(database)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


# -- row 39 ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [("--language", "en", "remind"), ("--verbose", "daemon")])
def test_row_39_a_copied_production_database(
    harness: MakeHarness, relay: Relay, tally: Tally, url: str, arguments: tuple[str, ...]
) -> None:
    """Row 39: a copied production database started with another `environment`: refuses to send."""
    here = harness(2, url, ENVIRONMENT="rehearsal")
    process = here.start(*arguments)
    until(lambda: "belongs to environment production" in here.log())
    if "remind" in arguments:
        assert process.wait(30) == 1
    else:
        assert process.poll() is None, "it goes on saying so"
    assert relay.connections == 0
    assert here.notices() == {}
    tally.runs += 1


# -- row 40 ----------------------------------------------------------------------------------------------------


def test_row_40_a_backup_from_mid_run(harness: MakeHarness, relay: Relay, tally: Tally) -> None:
    """Row 40: a backup restored from mid-run: all due is held and counted; after release the ids are identical."""
    here = harness(6, **ONE_LINE)
    relay.pause = 0.2
    daemon = here.start()
    until(lambda: len(relay.received) >= 2)
    relay.gate.clear()  # the run stands still in its middle for as long as the copy takes
    assert here.command("backup", "mid.db").returncode == 0
    relay.gate.set()
    until(here.done)
    assert here.stop(daemon) == 0
    first = dict(relay.received)
    here.engine.dispose()
    assert here.command("restore", "mid.db", "--yes").returncode == 0
    relay.pause = 0.0
    here.start()
    here.await_passes(2)
    assert len(relay.received) == 6, "nothing goes out before a person has looked"
    with reading(here.engine) as session:
        [said] = [words("en", alert.text) for alert in alerts.standing(session)]
    held = sum(map(int, re.findall(r"(\d+) (?:notices|messages)", said)))
    assert 0 < held < 6
    assert here.command("outbox", "release", "--yes").returncode == 0
    until(here.done)
    again = relay.received[6:]
    assert len(again) == held
    assert all(data == first[address] for address, data in again)
    assert_history(here.engine)
    tally.runs += 1


# -- row 41 ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE history SET reason = 'another' WHERE seq = 2",
        "UPDATE history SET at = '2001-01-01 00:00:00' WHERE seq = 2",
        "DELETE FROM history WHERE seq = 2",
        "UPDATE history SET actor = 'somebody' WHERE seq = (SELECT max(seq) FROM history)",
    ],
)
def test_row_41_an_altered_history(harness: MakeHarness, relay: Relay, statement: str) -> None:
    """Row 41: a history row edited, deleted: `history verify` fails and names the entry."""
    here = harness(3)
    here.engine.dispose()
    assert here.command("history", "verify").returncode == 0
    change(here.folder / "yinuo.db", statement)
    said = here.command("--language", "en", "history", "verify")
    assert said.returncode == 1
    assert "entry" in said.stderr


def test_row_41_the_chain_recomputed(quick: Scene) -> None:
    """Row 41: the chain recomputed: fails against an anchor printed in a digest."""
    quick.add(due_on=DUE)
    carrier = Scripted()
    quick.run(carrier)
    quick.day("2019-07-01")
    quick.run(carrier)
    printed = next(found for p in carrier.sent if (found := re.search(r"(\d+):([0-9a-f]{64})", plain(p.data))))
    anchor = chain.Head(int(printed[1]), printed[2])
    with writing(quick.engine) as session:
        chain.verify(session, anchor)
        _recompute(session)
    with reading(quick.engine) as session:
        chain.verify(session)
        with pytest.raises(HistoryBroken, match="anchor"):
            chain.verify(session, anchor)


def _recompute(session: object) -> None:
    """Alter the first entry and give every entry a hash that fits, as a skilled forger would."""
    last = chain.GENESIS
    for entry in session.scalars(select(HistoryEntry).order_by(HistoryEntry.seq)):  # type: ignore[attr-defined]
        entry.reason, entry.prev = "forged", last
        entry.hash = last = chain._digest(entry)


# -- row 42 ----------------------------------------------------------------------------------------------------


NEWER = {
    "department": ("link_generation",),
    "instance": ("link_generation", "passed_at", "failed_passes"),
    "letter": ("number_key", "name", "co_units"),
    "commitment": ("summary", "support_basis", "confidence"),
}


def age(here: DaemonHarness, revision: str) -> None:
    """Make the ledger one of another program."""
    with here.engine.begin() as connection:
        if revision == "0001":
            connection.execute(text("DROP INDEX ix_notice_addressee"))
            for table in ("source", "receipt", "dispute", "answer", "submission"):
                connection.execute(text(f"DROP TABLE {table}"))
            connection.execute(text("DROP INDEX ix_letter_number_key"))
            connection.execute(text("DROP INDEX ix_letter_name"))
            for table, columns in NEWER.items():
                for column in columns:
                    connection.execute(text(f"ALTER TABLE {table} DROP COLUMN {column}"))
        connection.execute(text("UPDATE alembic_version SET version_num = :known"), {"known": revision})
    here.engine.dispose()


@pytest.mark.parametrize(("revision", "words"), [("0001", "0001"), ("9999", "9999")])
def test_row_42_a_schema_of_another_age(
    harness: MakeHarness, relay: Relay, url: str, revision: str, words: str
) -> None:
    """Row 42: an older program on a newer schema and the reverse: refuses and says which."""
    here = harness(1, url)
    age(here, revision)
    said = here.command("--language", "en", "remind")
    assert said.returncode == 1
    assert words in said.stderr
    assert schema.HEAD in said.stderr
    assert relay.connections == 0
    if revision == "9999":
        assert here.start().wait(30) == 1, "a daemon does not take it for its own either"


@pytest.mark.parametrize("when", ["before", "after"])
def test_row_42_killed_during_a_migration(harness: MakeHarness, relay: Relay, url: str, when: str) -> None:
    """Row 42: kill -9 during a migration: old or new, never between."""
    here = harness(1, url)
    age(here, "0001")
    said = here.command("init", FAULT_DIE=f"alembic.command:upgrade:{when}")
    assert said.returncode == -signal.SIGKILL
    engine = open_engine(here.url)
    assert schema.current(engine) == "0001"
    with engine.connect() as connection:
        found = connection.execute(text(INDEXES[engine.dialect.name])).scalar()
    assert found == 0
    engine.dispose()
    assert here.command("init").returncode == 0
    assert schema.current(engine) == schema.HEAD
    engine.dispose()
    here.start()
    until(here.done)


INDEXES = {
    "sqlite": "SELECT count(*) FROM sqlite_master WHERE name = 'ix_notice_addressee'",
    "postgresql": "SELECT count(*) FROM pg_indexes WHERE indexname = 'ix_notice_addressee'",
}


def test_row_42_the_ledger_before_an_upgrade_is_kept(harness: MakeHarness, relay: Relay) -> None:
    """Row 42: before an upgrade there is a verified copy that the older program can go on with."""
    here = harness(1)
    age(here, "0001")
    assert here.command("init").returncode == 0
    [kept] = (here.folder / "backups").glob("before-upgrade-0001-*.db")
    shutil.copy(kept, here.folder / "old.db")
    engine = open_engine(f"sqlite:///{here.folder}/old.db")
    assert schema.current(engine) == "0001"
    engine.dispose()
