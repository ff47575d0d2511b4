"""Relays in trouble, relays that refuse, relays that hang up (rows 25, 26, 28 to 31): whole passes over real SMTP."""

import socket
import ssl
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import trustme
from sqlalchemy import func, select

from commitments.models import Department
from commitments.storage import reading, writing
from notifications import alerts
from notifications.channels.smtp import SmtpChannel, SmtpSettings
from notifications.models import Attempt, Message, Notice
from notifications.outbox.channel_rest import CHANNEL_ALERT
from notifications.passes import Report
from tests.conftest import Scene
from tests.faults.oracles import Tally, assert_history
from tests.faults.relay import CUT, HANG, Relay
from tests.notifications.test_delivery import DUE
from tests.notifications.test_smtp import free_port


def settings(port: int, **known: object) -> SmtpSettings:
    there = {"host": "127.0.0.1", "port": port, "security": "none"}
    chosen = {**there, "max_connections": 1, "per_minute": 0, "total": 2.0, **known}
    return SmtpSettings(**chosen)  # type: ignore[arg-type]


def over(scene: Scene, port: int, **known: object) -> Report:
    """Do one pass over SMTP."""
    return scene.run(SmtpChannel(settings(port, **known)))


@pytest.fixture
def owed(quick: Scene) -> Scene:
    """Three departments that are owed one message each."""
    quick.context = replace(quick.context, sender="tracker@yinuo.test")
    quick.add(due_on=DUE, support=("市委政法委", "各区政府"))
    return quick


def books(scene: Scene) -> dict[str, tuple[str, int]]:
    """Return state and attempts of each message by mailbox."""
    with reading(scene.engine) as session:
        query = select(Message.mailbox, Message.state, Message.attempts).where(Message.state != "cancelled")
        return {mailbox: (state, tries) for mailbox, state, tries in session.execute(query)}


def outcomes(scene: Scene) -> dict[str | None, int]:
    with reading(scene.engine) as session:
        return dict(session.execute(select(Attempt.outcome, func.count()).group_by(Attempt.outcome)).all())


def standing(scene: Scene) -> list[str]:
    with reading(scene.engine) as session:
        return [alert.key for alert in alerts.standing(session)]


def delivered_once(scene: Scene, relay: Relay, tally: Tally) -> None:
    """Everyone got one message, and the books say so."""
    everyone = ["gq@gz.example", "mzj@gz.example", "zfw@gz.example"]
    tally.runs += 1
    tally.lost += len(set(everyone) - set(relay.addresses()))
    tally.doubled += len(relay.received) - len(set(relay.addresses()))
    assert sorted(relay.addresses()) == everyone
    with reading(scene.engine) as session:
        assert set(session.scalars(select(Notice.state))) == {"told"}
    assert_history(scene.engine)


# -- row 25 ----------------------------------------------------------------------------------------------------


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


@pytest.fixture
def expired(authority: trustme.CA) -> Iterator[int]:
    """The port of a server whose certificate ran out yesterday."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    yesterday = datetime.now(UTC) - timedelta(days=1)
    authority.issue_cert("127.0.0.1", not_after=yesterday).configure_cert(context)
    with Relay(tls=context) as server:
        yield server.port


def test_row_25_connection_refused(owed: Scene, relay: Relay, tally: Tally) -> None:
    """Row 25: connection refused: the channel pauses with back-off, no attempt counted, one alert."""
    the_channel_rests(owed, settings(free_port()))
    recovers(owed, relay, tally)


def test_row_25_the_name_is_unknown(owed: Scene, relay: Relay, tally: Tally, monkeypatch: pytest.MonkeyPatch) -> None:
    """Row 25: DNS failure: the channel pauses with back-off, no attempt counted, one alert."""

    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    with monkeypatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", unknown)
        the_channel_rests(owed, settings(25, host="relay.example"))
    recovers(owed, relay, tally)


def test_row_25_login_refused(owed: Scene, relay: Relay, tally: Tally) -> None:
    """Row 25: login refused: the channel pauses with back-off, no attempt counted, one alert."""
    relay.always |= {"EHLO": "250-relay.example\r\n250 AUTH PLAIN", "AUTH": "535 5.7.8 no such login"}
    the_channel_rests(owed, settings(relay.port, username="yinuo", password=lambda: "wrong"))
    relay.always.clear()
    recovers(owed, relay, tally)


def test_row_25_certificate_expired(
    owed: Scene, relay: Relay, tally: Tally, expired: int, trusting: ssl.SSLContext
) -> None:
    """Row 25: expired certificate: the channel pauses with back-off, no attempt counted, one alert."""
    the_channel_rests(owed, settings(expired, security="tls", context=trusting))
    recovers(owed, relay, tally)


def test_row_25_starttls_not_offered(owed: Scene, relay: Relay, tally: Tally) -> None:
    """Row 25: STARTTLS not offered: the channel pauses; it never falls back to plain text."""
    the_channel_rests(owed, settings(relay.port, security="starttls"))
    assert not any(command.upper().startswith(("MAIL", "AUTH")) for command in relay.commands)
    recovers(owed, relay, tally)


def the_channel_rests(scene: Scene, broken: SmtpSettings) -> None:
    """See a channel in trouble rest 1, 2, 5, 10, 10 minutes; nothing is frozen, nothing counted, one alert."""
    for minutes in (1, 2, 5, 10, 10):
        assert scene.run(SmtpChannel(broken)).trouble
        scene.now += timedelta(minutes=minutes) - timedelta(seconds=1)
        assert "rests" in scene.run(SmtpChannel(broken)).silent_because
        scene.now += timedelta(seconds=2)
    assert books(scene) == {}
    assert outcomes(scene) == {}
    assert standing(scene) == ["channel"]


def recovers(scene: Scene, relay: Relay, tally: Tally) -> None:
    over(scene, relay.port)
    delivered_once(scene, relay, tally)
    assert standing(scene) == []


# -- row 26 ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("trouble", ["down", "421", "452", "cut"])
def test_row_26_the_relay_is_down_for_eight_days(owed: Scene, relay: Relay, tally: Tally, trouble: str) -> None:
    """Row 26: relay down 8 days: nothing dead; everything delivered afterwards."""
    port = free_port() if trouble == "down" else relay.port
    relay.always = {
        "421": {"greeting": "421 shutting down"}, "452": {"MAIL": "452 no space"}, "cut": {"RCPT": CUT}, "down": {}
    }[trouble]  # fmt: skip
    for hour in range(0, 8 * 24, 2):
        scene_now = owed.at(2019, 6, 27, 9) + timedelta(hours=hour)
        owed.now = scene_now
        over(owed, port)
    assert "dead" not in {state for state, _ in books(owed).values()}
    assert relay.received == []
    relay.always = {}
    for _ in range(8):
        owed.now += timedelta(hours=1)
        over(owed, relay.port)
    mail = [address for address, data in relay.received if b"/digest" not in data]
    assert {"mzj@gz.example", "zfw@gz.example", "gq@gz.example"} <= set(mail)
    assert len(relay.received) == len(set(relay.received))
    tally.runs += 1
    assert standing(owed) == []


# -- rows 28 to 30 ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", [CUT, HANG])
def test_row_28_lost_right_after_the_final_dot(owed: Scene, relay: Relay, tally: Tally, end: str) -> None:
    """Row 28: hang or cut right after the final dot: unknown; retried after 15 min with the same bytes."""
    relay.answers("dot", end)
    over(owed, relay.port, total=0.7)
    assert outcomes(owed) == {"unknown": 1, "ok": 2}
    doubtful = relay.seen[0]
    owed.now += timedelta(minutes=14)
    over(owed, relay.port)
    assert doubtful not in relay.seen[1:], "it must not go again before its time"
    owed.now += timedelta(minutes=2)
    over(owed, relay.port)
    assert relay.seen.count(doubtful) == 2
    delivered_once(owed, relay, tally)


@pytest.mark.parametrize("end", ["421 bye", HANG, CUT])
def test_row_29_accepted_and_then_a_bad_goodbye(owed: Scene, relay: Relay, tally: Tally, end: str) -> None:
    """Row 29: 250, then 421 / hang / close at QUIT: sent, no retry."""
    relay.always["QUIT"] = end
    assert over(owed, relay.port).sent == 3
    owed.now += timedelta(days=1)
    over(owed, relay.port)
    assert outcomes(owed) == {"ok": 3}
    delivered_once(owed, relay, tally)


@pytest.mark.parametrize(("command", "answer"), [("RCPT", "450 greylisted"), ("RCPT", "421 busy"), ("dot", "452 full")])
def test_row_30_not_now(owed: Scene, relay: Relay, tally: Tally, command: str, answer: str) -> None:
    """Row 30: 450 greylisting then accepted; 421 at RCPT; 452 after the dot: one delivery; back-off."""
    relay.answers(command, answer)
    over(owed, relay.port)
    refused = next(mailbox for mailbox, (state, _) in books(owed).items() if state == "retry")
    owed.now += timedelta(seconds=50)
    over(owed, relay.port)
    assert refused not in relay.addresses(), "it backs off"
    owed.now += timedelta(minutes=2)
    over(owed, relay.port)
    assert books(owed)[refused] == ("sent", 2)
    delivered_once(owed, relay, tally)


# -- row 31 ----------------------------------------------------------------------------------------------------


def test_row_31_one_recipient_is_refused(owed: Scene, relay: Relay, tally: Tally) -> None:
    """Row 31: 550 for one recipient: that one dead after one confirming retry, alert."""
    relay.refuses["gq@gz.example"] = "550 no such user"
    over(owed, relay.port)
    assert books(owed)["gq@gz.example"] == ("retry", 1)
    owed.now += timedelta(minutes=31)
    over(owed, relay.port)
    assert books(owed)["gq@gz.example"] == ("dead", 2)
    assert books(owed)["mzj@gz.example"] == ("sent", 1)
    assert [key.split("/")[0] for key in standing(owed)] == ["dead"]
    tally.runs += 1


def test_row_31_everyone_is_refused(owed: Scene, relay: Relay, tally: Tally) -> None:
    """Row 31: 550 for everyone: the channel rests, one alert, nothing dead; all is told later, by itself."""
    relay.always["RCPT"] = "550 relaying denied"
    for _ in range(4):
        over(owed, relay.port)
        owed.now += timedelta(minutes=31)
    assert {state for state, _ in books(owed).values()} == {"retry"}
    assert standing(owed) == [CHANNEL_ALERT]
    relay.always.clear()
    for _ in range(2):
        owed.now += timedelta(hours=4)
        over(owed, relay.port)
    delivered_once(owed, relay, tally)
    assert standing(owed) == []


def test_row_23_a_mailbox_is_mended_while_in_retry(owed: Scene, relay: Relay, tally: Tally) -> None:
    """Row 23: department's mailbox changed while in retry: composed anew, to the new address only."""
    relay.refuses["gq@gz.example"] = "550 no such user"
    over(owed, relay.port)
    with writing(owed.engine) as session:
        department = session.scalars(select(Department).where(Department.mailbox == "gq@gz.example")).one()
        department.mailbox = "gqzf@gz.example"
    owed.now += timedelta(minutes=31)
    over(owed, relay.port)
    assert sorted(relay.addresses()) == ["gqzf@gz.example", "mzj@gz.example", "zfw@gz.example"]
    tally.runs += 1
