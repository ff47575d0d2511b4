"""A ledger with the wrong year: twenty thousand notices at once (row 32)."""

from collections.abc import Callable
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from sqlalchemy import select

from commitments.storage import reading
from notifications.models import Alert
from notifications.remarks import words
from tests.faults.daemon_harness import DaemonHarness, until
from tests.faults.oracles import Tally, audit
from tests.faults.relay import Relay

MakeHarness = Callable[..., DaemonHarness]
ROWS, DEPARTMENTS = 1000, 20  # everybody supports everybody: 20 assignments for each commitment
FLOOD = ROWS * DEPARTMENTS + DEPARTMENTS
GUARDED = {"GUARD__RECIPIENTS": "200", "GUARD__NOTICES": "2000", "REMINDERS__ESCALATE_AFTER": "9999d"}
MEMORY = 300  # MiB; a daemon with nothing to do takes 80


def ledger(folder: Path, years: int) -> str:
    """Write a ledger file whose deadlines lie this many years ahead."""
    year = datetime.now(UTC).year + years
    lines = ["letter,ordinal,title,lead,support,due_on"]
    for n in range(ROWS):
        lead, *support = (f"单位{(n + k) % DEPARTMENTS}" for k in range(DEPARTMENTS))
        due = f"{year}-06-{1 + n % 28:02d}"
        lines.append(f"穗民案〔2019〕89号,第{n}件,第{n}项,{lead},{'；'.join(support)},{due}")
    file = folder / "ledger.csv"
    file.write_text("\r\n".join(lines), encoding="utf-8-sig")
    return str(file)


def peak(pid: int) -> int:
    """Return the most memory a process ever held, in MiB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    [size] = [line.split()[1] for line in lines if line.startswith("VmHWM")]
    return int(size) // 1024


def alerts(here: DaemonHarness) -> list[str]:
    with reading(here.engine) as session:
        return [words("en", text) for text in session.scalars(select(Alert.text).where(Alert.cleared_at.is_(None)))]


def done(here: DaemonHarness, *arguments: str) -> str:
    """Run a command that must succeed; return what it says."""
    ended = here.command(*arguments)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout + ended.stderr


@pytest.fixture
def flooded(harness: MakeHarness, relay: Relay, url: str) -> DaemonHarness:
    """A ledger loaded with last year's dates, under a daemon that has found out; nothing has been sent."""
    here = harness(DEPARTMENTS, url, **GUARDED)
    done(here, "ledger", "load", ledger(here.folder, -1))
    daemon = here.start()
    until(lambda: bool(alerts(here)))
    here.await_passes(2)
    assert here.notices() == {"held": FLOOD}
    assert alerts(here) == [
        f"{FLOOD} notices to {DEPARTMENTS} recipients are held: more than 200 recipients or 2000 notices at once"
    ]
    assert relay.seen == []
    assert daemon.poll() is None
    return here


def plain(data: bytes) -> str:
    """Return the plain text of a mail."""
    body = message_from_bytes(data, policy=policy.default).get_body(("plain",))
    return str(body.get_content()) if body else ""


def test_row_32_released(flooded: DaemonHarness, relay: Relay, tally: Tally) -> None:
    """Row 32: 20,000 notices at once from a ledger with the wrong year: held, alert, release; bounded memory."""
    [daemon] = flooded.daemons
    assert f"已放行{FLOOD}条通知" in done(flooded, "outbox", "release", "--yes")
    until(lambda: flooded.notices() == {"told": FLOOD}, 150)
    assert alerts(flooded) == []
    audit(flooded.engine, relay.received, flooded.expected, tally)
    assert len(relay.received) == DEPARTMENTS, "one message for each, however many cards"
    assert all(text.count("第999项") for _, data in relay.received[:2] for text in [plain(data)])
    assert peak(daemon.pid) < MEMORY


def test_row_32_cancelled(flooded: DaemonHarness, relay: Relay, tally: Tally) -> None:
    """Row 32: 20,000 notices at once from a ledger with the wrong year: held, cancel; corrected, it stays quiet."""
    done(flooded, "outbox", "cancel", "--yes")
    done(flooded, "ledger", "load", "--update", ledger(flooded.folder, +1))
    flooded.await_passes(3)
    assert flooded.notices() == {"cancelled": FLOOD}
    assert alerts(flooded) == []
    assert relay.seen == []
    audit(flooded.engine, relay.received, [], tally)


def test_row_32_corrected_first(flooded: DaemonHarness, relay: Relay) -> None:
    """Row 32: held, while the year is corrected: what is released then says what is true by now."""
    done(flooded, "ledger", "load", "--update", ledger(flooded.folder, +1))
    flooded.await_passes(2)
    assert f"已放行{FLOOD}条通知" in done(flooded, "outbox", "release", "--yes")
    until(lambda: bool(relay.received))
    text = plain(relay.received[0][1])
    year = datetime.now(UTC).year
    assert text.count(f"到期日：{year + 1}年6月") == ROWS
    assert "登记时已逾期" not in text
    assert f"到期日：{year - 1}年6月" not in text


def test_row_32_the_command_names_all_that_is_held(harness: MakeHarness, relay: Relay) -> None:
    """Row 32: held: `remind`, without a daemon, says how many."""
    here = harness(DEPARTMENTS, **GUARDED)
    done(here, "ledger", "load", ledger(here.folder, -1))
    assert f"{FLOOD}条通知已暂扣" in done(here, "remind")
    assert relay.seen == []
