"""Ledger files, settings and rows that are wrong (rows 36 to 38)."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from commitments.storage import reading, writing
from notifications.channels import Outcome
from notifications.models import Alert
from tests.conftest import Scene
from tests.faults.daemon_harness import CANARY, DaemonHarness
from tests.faults.relay import Relay
from tests.notifications.test_delivery import DUE, Scripted, notices

MakeHarness = Callable[..., DaemonHarness]
LATER = Outcome("temporary", "450 later")


# -- row 36 ----------------------------------------------------------------------------------------------------


LEDGER = "letter,ordinal,title,lead,support,due_on\n"
ROW = "穗民案〔2019〕89号,第{n}项,事项{n},单位0,,2099-06-01\n"
BAD_FILES = {
    "a field of 200 kB": (LEDGER + ROW.replace("事项{n}", "长" * 70_000).format(n=1)).encode(),
    "UTF-16": (LEDGER + ROW.format(n=1)).encode("utf-16"),
    "Latin-1": (LEDGER + "x,1,Département,y,,\n").encode("latin-1"),
    "an unknown column": b"letter,ordinal,title,leed,support,due_on\n",
    "a wrong type": (LEDGER + ROW.format(n=1) + ROW.format(n=2).replace("2099-06-01", "soon")).encode(),
    "a duplicate place": (LEDGER + ROW.format(n=1) * 2).encode(),
    "an unknown department": (LEDGER + ROW.format(n=1) + ROW.format(n=2).replace("单位0", "无此单位")).encode(),
    "garbage": bytes(range(256)) * 50,
    "NUL": (LEDGER + ROW.format(n=1).replace("事项", "事\0项")).encode(),
}


@pytest.mark.parametrize("what", BAD_FILES)
def test_row_36_a_bad_ledger_file(harness: MakeHarness, relay: Relay, what: str) -> None:
    """Row 36: wrong encodings, unknown keys, wrong types, duplicates: every error with row; nothing half-loaded."""
    here = harness(1)
    file = here.folder / "bad.csv"
    file.write_bytes(BAD_FILES[what])
    said = here.command("--language", "en", "ledger", "load", str(file))
    assert said.returncode == 1, (what, said.stdout, said.stderr)
    assert "bad.csv" in said.stderr
    assert "Traceback" not in said.stderr
    assert len(said.stderr) < 5000, "a mistake is quoted, not repeated whole"
    with reading(here.engine) as session:
        assert session.execute(text("SELECT count(*) FROM commitment")).scalar() == 1


def test_row_36_a_million_rows(harness: MakeHarness, relay: Relay) -> None:
    """Row 36: 1 M rows: the limit is named, and it does not take a minute."""
    here = harness(1)
    file = here.folder / "long.csv"
    with file.open("w", encoding="utf-8") as out:
        out.write(LEDGER)
        out.writelines(ROW.format(n=n) for n in range(1_000_000))
    said = here.command("--language", "en", "ledger", "load", str(file))
    assert said.returncode == 1
    assert "more than 20,971,520 (20 MiB); split it" in said.stderr


# -- row 37 ----------------------------------------------------------------------------------------------------


def test_row_37_all_mistakes_of_a_configuration_at_once(harness: MakeHarness, relay: Relay) -> None:
    """Row 37: config: unknown key, wrong type, world-readable secret: exit 4, all errors at once."""
    here = harness(1)
    for name in ("TRACKER_MAIL__PORT", "TRACKER_DAEMON__TICK_SECONDS"):
        here.env.pop(name)
    secret = here.folder / "secret"
    secret.write_text(CANARY)
    secret.chmod(0o644)
    (here.folder / "config.toml").write_text(
        'langauge = "en"\n[mail]\nport = "x"\npassword_file = "secret"\n[daemon]\ntick_seconds = -1\n'
    )
    said = here.command("--language", "en", "status")
    assert said.returncode == 4
    for words in ("langauge", "mail.port", "password_file", "tick_seconds", "chmod 600"):
        assert words in said.stderr
    assert CANARY not in said.stderr + said.stdout


def test_row_37_a_secret_that_cannot_be_read(harness: MakeHarness, relay: Relay) -> None:
    """Row 37: config: unreadable secret: exit 4, the file named."""
    here = harness(1, MAIL__PASSWORD_FILE="absent")
    said = here.command("remind")
    assert said.returncode == 4
    assert "absent" in said.stderr
    assert relay.received == []


# -- row 38 ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("column", ["strength", "kind", "due_basis"])
def test_row_38_a_bad_word(quick: Scene, column: str) -> None:
    """Row 38: one broken row (bad enum): held and named, or told with the word as it is; the others go on."""
    ref = quick.add(due_on=DUE, lead="市委政法委")
    quick.add(title="另一项", due_on=DUE)
    with quick.engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.execute("PRAGMA ignore_check_constraints=ON")
        raw.execute(f"UPDATE commitment SET {column} = 'rubbish' WHERE ref = ?", (ref,))
        raw.execute("PRAGMA ignore_check_constraints=OFF")
    carrier = Scripted()
    quick.run(carrier)
    assert "mzj@gz.example" in {outgoing.mailbox for outgoing in carrier.sent}
    broken = {key: state for key, state in notices(quick).items() if ref in key}
    assert set(broken.values()) <= {"told", "held"}
    assert broken


def test_row_38_a_row_that_cannot_be_composed(quick: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Row 38: one broken row: held and named; the others go on."""
    with writing(quick.engine) as session:
        session.execute(text("UPDATE department SET mailbox = 'not an address' WHERE name = '市委政法委'"))
    quick.add(due_on=DUE, lead="市委政法委")
    quick.add(title="另一项", due_on=DUE)
    assert quick.run().sent == 1
    assert sorted(notices(quick).values()) == ["held", "told"]
    with reading(quick.engine) as session:
        assert "2019-1007-01" in session.scalars(select(Alert)).one().text


def test_row_38_bad_json_in_a_frozen_message(quick: Scene) -> None:
    """Row 38: one broken row (bad JSON): that message ends with an alert or is sent as frozen; the others go on."""
    quick.add(due_on=DUE, support=("各区政府",))
    quick.run(Scripted(LATER, LATER))
    with quick.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE message SET content = '{broken' WHERE mailbox = 'gq@gz.example'")
    quick.now += timedelta(hours=2)
    carrier = Scripted()
    quick.run(carrier)
    assert "mzj@gz.example" in {outgoing.mailbox for outgoing in carrier.sent}
