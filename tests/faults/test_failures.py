"""An exception that nobody foresaw at each step of a pass, each tick anew (row 61): never mute, nobody else waits."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from commitments.storage import reading
from notifications import alerts
from tests.faults.daemon_harness import DaemonHarness, until
from tests.faults.fault_patches import TROUBLES
from tests.faults.oracles import Tally, assert_history
from tests.faults.relay import Relay

MakeHarness = Callable[..., DaemonHarness]
STEPS = {
    "open": "notifications.channels.smtp:SmtpChannel.open",
    "connect": "notifications.channels.smtp:SmtpChannel._connect",
    "clock": "notifications.plan.guard:check_clock",
    "recover": "notifications.outbox.attempts:recover",
    "rules": "notifications.plan.planner:sync_rules",
    "plan": "notifications.plan.planner:plan_these",
    "digests": "notifications.plan.planner:plan_digests",
    "guard": "notifications.plan.guard:hold_flood",
    "claim": "notifications.outbox.claims:claim_notices",
    "gather": "notifications.outbox.outbox:gather",
    "compose": "notifications.mail.composer:compose",
    "bytes": "notifications.mail.composer:render_mime",
    "store": "notifications.outbox.messages:store_rendered",
    "start": "notifications.outbox.attempts:start",
    "send": "notifications.channels.smtp:SmtpConnection.send",
    "finish": "notifications.outbox.attempts:finish",
    "fresh": "tracker.app:App.fresh",
    "idle": "tracker.app:App.idle",
    "context": "tracker.app:App.context",
}
ONE_OF_MANY = {  # the step, and what stands in its arguments when it is about 单位2
    "gather": "Batch(addressee='单位2'",
    "compose": "Batch(addressee='单位2'",
    "bytes": "addressee='单位2'",
    "store": "'d2@gz.example'",
    "send": "d2@gz.example",
}
GOES_OUT_ALL_THE_SAME = {"digests", "fresh"}


def broken(step: str, trouble: str, only: str = "") -> dict[str, str]:
    """Return what a daemon's environment must say to have this step broken."""
    spec = f"{STEPS[step]}:{trouble}" + (f":{only}" if only else "")
    return {"FAULT_PATCH": "tests.faults.fault_patches:break_a_step", "FAULT_STEP": spec}


def status(here: DaemonHarness) -> tuple[int, dict[str, Any]]:
    done = here.command("status", "--check", "--json")
    return done.returncode, json.loads(done.stdout)


def standing(here: DaemonHarness) -> list[str]:
    with reading(here.engine) as session:
        return [alert.key for alert in alerts.standing(session)]


@pytest.mark.parametrize("step", STEPS)
def test_row_61_every_call_of_a_step_fails(harness: MakeHarness, relay: Relay, tally: Tally, step: str) -> None:
    """Row 61: an exception at each step, each tick anew: one alert, status --check not 0; afterwards all is told."""
    here = harness(3)
    daemon = here.start(**broken(step, "RuntimeError"))
    until(lambda: bool(standing(here)), 20)
    here.await_ticks()
    code, facts = status(here)
    assert code != 0
    assert facts["healthy"] is False
    assert any("nobody foresaw" in alert["text"] for alert in facts["alerts"])
    assert len(standing(here)) == 1, "one cause, one alert"
    if step in GOES_OUT_ALL_THE_SAME:
        until(here.done)
    assert here.stop(daemon) == 0
    recovers(here, relay, tally)


def recovers(here: DaemonHarness, relay: Relay, tally: Tally) -> None:
    """A daemon without the fault tells everything, and says that the trouble is over."""
    here.hurry()
    here.unhold()
    here.start()
    until(here.done)
    tally.runs += 1
    assert set(here.expected) == set(relay.addresses())
    assert_history(here.engine)
    until(lambda: standing(here) == [])
    until(lambda: status(here)[0] == 0)


@pytest.mark.parametrize("trouble", TROUBLES)
@pytest.mark.parametrize("step", ["open", "plan", "claim", "store", "finish"])
def test_row_61_whatever_the_exception(
    harness: MakeHarness, relay: Relay, tally: Tally, step: str, trouble: str
) -> None:
    """Row 61: an exception of any class: known within two ticks."""
    here = harness(1)
    here.start(**broken(step, trouble))
    until(lambda: status(here)[0] != 0, 20)
    tally.runs += 1


@pytest.mark.parametrize("step", ONE_OF_MANY)
def test_row_61_one_message_stops_nobody_else(harness: MakeHarness, relay: Relay, tally: Tally, step: str) -> None:
    """Row 61: where the step concerns one message, the others' mail goes out."""
    here = harness(4)
    here.start(**broken(step, "RuntimeError", ONE_OF_MANY[step]))
    others = {address for address in here.expected if address != "d2@gz.example"}
    until(lambda: others <= set(relay.addresses()), 30)
    until(lambda: bool(standing(here)), 20)
    assert "d2@gz.example" not in relay.addresses()
    assert status(here)[0] != 0
    assert len(standing(here)) == 1
    tally.runs += 1


def test_row_61_one_commitment_stops_nobody_else(harness: MakeHarness, relay: Relay, tally: Tally) -> None:
    """Row 61: one commitment that cannot be planned: the others are planned and told, a sentence names the trouble."""
    here = harness(4)
    here.start(FAULT_PATCH="tests.faults.fault_patches:break_a_step",
               FAULT_STEP="notifications.plan.planner:required_notices:KeyError:-03',")  # fmt: skip
    until(lambda: len(relay.addresses()) == 3)
    until(lambda: bool(standing(here)))
    until(lambda: [key.split("/")[:2] for key in standing(here)] == [["pass", "plan"]])
    assert status(here)[0] != 0
    tally.runs += 1


def test_row_61_a_failure_is_counted_and_ends(harness: MakeHarness, relay: Relay) -> None:
    """Row 61: failed passes are counted, each alert is told once, and a finished pass is dated."""
    here = harness(1)
    told = here.folder / "told"
    here.env["TRACKER_DAEMON__ALERT_COMMAND"] = f"tee -a {told}"
    daemon = here.start(**broken("claim", "RuntimeError"))
    until(lambda: status(here)[1]["failed_passes"] > 2)
    code, facts = status(here)
    assert (code, facts["passed_at"]) == (1, None)
    assert facts["planned_at"] is not None
    until(told.exists)
    here.stop(daemon)
    assert told.read_text().count("运行出错，停在“发送”") == 1
    recovers(here, relay, Tally())
    facts = status(here)[1]
    assert facts["passed_at"] is not None
    assert facts["failed_passes"] == 0
