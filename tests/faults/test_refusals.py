"""Relays that have had enough of us, and sessions they end (row 62): whole passes over real SMTP."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from commitments.models import Department
from commitments.storage import reading, writing
from notifications import alerts, remarks
from notifications.models import Attempt, Instance, Message, Notice
from notifications.outbox.channel_rest import CHANNEL_ALERT
from notifications.outbox.refusals import LASTING
from tests.conftest import Scene
from tests.faults.oracles import Tally, assert_history
from tests.faults.relay import CUT, Relay
from tests.faults.test_relays import books, outcomes, over, standing
from tests.notifications.test_delivery import DUE

MANY = 31
DAILY = "550 5.4.5 Daily user sending quota exceeded"


@pytest.fixture
def crowd(quick: Scene) -> Scene:
    """As many departments that are owed one message each."""
    quick.context = replace(quick.context, sender="tracker@yinuo.test")
    names = [f"单位{n:02}" for n in range(MANY)]
    with writing(quick.engine) as session:
        session.add_all([Department(name=name, mailbox=f"d{n}@gz.example") for n, name in enumerate(names)])
    for name in names:
        quick.add(title=f"{name}的事项", lead=name, due_on=DUE)
    return quick


def accepts(relay: Relay, count: int, then: str, at: str = "RCPT") -> None:
    """Let the relay take so many messages and refuse all after them."""
    usual = {"RCPT": "250 ok", "DATA": "354 go on", "dot": "250 ok"}
    relay.answers(at, *[usual[at]] * count)
    relay.always[at] = then


def states(scene: Scene) -> set[str]:
    return {state for state, _ in books(scene).values()}


def pass_until(scene: Scene, relay: Relay, hour: int, step: timedelta = timedelta(minutes=31)) -> list[str]:
    """Do passes until this hour of the day; return the alerts that stood after any of them."""
    seen: list[str] = []
    while scene.now.astimezone(scene.context.zone).hour < hour:
        over(scene, relay.port)
        seen += standing(scene)
        scene.now += step
    return seen


def all_told(scene: Scene, relay: Relay, tally: Tally) -> None:
    tally.runs += 1
    told = [address for address in relay.addresses() if address.startswith("d")]
    assert len(set(told)) == MANY
    assert len(told) == MANY, "nobody was told twice"
    with reading(scene.engine) as session:
        kinds = select(Notice.state).where(Notice.kind == "assignment")
        assert set(session.scalars(kinds)) == {"told"}
    assert_history(scene.engine)


@pytest.mark.parametrize("at", ["RCPT", "DATA", "dot"])
@pytest.mark.parametrize(
    "words",
    [
        DAILY,
        "550 5.7.1 You have exceeded the daily sending limit",
        "554 5.2.0 the sender's submission quota was exceeded",
        "552 已达到当日发信上限",
        "552 今日發信數量已達上限",
    ],
)
def test_row_62_a_daily_quota_is_used_up(crowd: Scene, relay: Relay, tally: Tally, words: str, at: str) -> None:
    """Row 62: quota as 5xx after 20: the channel rests until the next day, nothing dies, one alert, all told later."""
    accepts(relay, 20, words, at)
    seen = pass_until(crowd, relay, 18)
    assert set(seen) == {CHANNEL_ALERT}
    assert "dead" not in states(crowd)
    assert len(relay.received) == 20
    tried = sum(tries for _, tries in books(crowd).values())
    assert tried <= 20 + 4, "the relay is not asked again and again"
    crowd.day("2019-06-28")
    relay.always.clear()
    for _ in range(2):
        over(crowd, relay.port)
        crowd.now += timedelta(minutes=2)
    all_told(crowd, relay, tally)
    assert standing(crowd) == []


@pytest.mark.parametrize(
    ("words", "minutes"),
    [
        ("550 Sender frequency limited", 60),
        ("550 发信频率超过限制，请稍后再试", 60),
        ("554 Reject by behaviour spam: too frequently sending", 60),
        ("550 5.7.0 Too many messages, try again in 20 minutes", 20),
        ("550 发送过于频繁，请15分钟后重试", 15),
        ("550 sending limit of 30 messages per minute exceeded", 2),
        ("554 DT:SPM 163 smtp4", 1),
        ("550 5.7.1 message rejected as spam", 1),
        ("554 5.7.1 Relay access denied", 1),
        ("550 5.7.0 not now", 1),
        ("452 4.5.3 too many recipients", 60),
    ],
)
def test_row_62_a_limit_that_passes(crowd: Scene, relay: Relay, tally: Tally, words: str, minutes: int) -> None:
    """Row 62: frequency and filters: the channel rests as long as the words say, nothing dies, one alert."""
    accepts(relay, 20, words)
    over(crowd, relay.port)
    with reading(crowd.engine) as session:
        assert session.get_one(Instance, 1).paused_until == crowd.now + timedelta(minutes=minutes)
    assert standing(crowd) == [CHANNEL_ALERT]
    crowd.now += timedelta(minutes=minutes) - timedelta(seconds=1)
    assert "rests" in over(crowd, relay.port).silent_because
    relay.always.clear()
    for _ in range(2):
        crowd.now += timedelta(minutes=2)
        over(crowd, relay.port)
    all_told(crowd, relay, tally)
    assert standing(crowd) == []


@pytest.mark.parametrize("hours", [1, 30])
def test_row_62_words_that_nobody_foresaw(crowd: Scene, relay: Relay, tally: Tally, hours: int) -> None:
    """Row 62: the same refusal to three within an hour is the relay's trouble, whatever was accepted before."""
    accepts(relay, 20, "550 nope (id 7f31)")
    end = crowd.now + timedelta(hours=hours)
    while crowd.now < end:
        over(crowd, relay.port)
        crowd.now += timedelta(minutes=31)
    assert "dead" not in states(crowd)
    assert set(standing(crowd)) == {CHANNEL_ALERT}
    relay.always.clear()
    for _ in range(12):
        over(crowd, relay.port)
        crowd.now += timedelta(hours=1)
    all_told(crowd, relay, tally)


def test_row_62_the_same_words_with_other_names_and_numbers_are_the_same(crowd: Scene, relay: Relay) -> None:
    """Row 62: the same refusal to many: addresses and ids in it do not make it another."""
    accepts(relay, 20, "250 ok")
    for n in range(MANY):
        relay.refuses[f"d{n}@gz.example"] = f"550 <d{n}@gz.example>: no thanks, ticket {n}a{n} at 09:00:{n:02}"
    for _ in range(3):
        over(crowd, relay.port)
        crowd.now += timedelta(minutes=31)
    assert "dead" not in states(crowd)
    assert standing(crowd) == [CHANNEL_ALERT]


# -- the reverse: one recipient's trouble is not the relay's -----------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        "550 no such user",
        "550 5.1.1 <spam@gz.example>: Recipient address rejected: User unknown",
        "550 5.2.1 mailbox disabled for sending spam",
        "552 5.2.2 mailbox full, over quota",
        "550 收件人邮箱不存在",
        "550 5.1.1 too much spam was sent to this user",
    ],
)
def test_row_62_a_recipients_trouble_stays_the_recipients(crowd: Scene, relay: Relay, words: str) -> None:
    """Row 62: a spam-like word about one mailbox: that one dead after a confirming retry, nobody waits."""
    relay.refuses["d3@gz.example"] = words
    over(crowd, relay.port)
    assert standing(crowd) == []
    assert len(relay.received) == MANY - 1
    crowd.now += timedelta(minutes=31)
    over(crowd, relay.port)
    assert books(crowd)["d3@gz.example"] == ("dead", 2)
    assert [key.split("/")[0] for key in standing(crowd)] == ["dead"]


def test_row_62_three_unknown_users_are_given_up_while_the_others_go(crowd: Scene, relay: Relay) -> None:
    """Row 62: three who are really unknown: once others went out after them, they are given up as ever."""
    for n in (1, 2, 3):
        relay.refuses[f"d{n}@gz.example"] = "550 5.1.1 no such user"
    for _ in range(4):
        over(crowd, relay.port)
        crowd.now += timedelta(minutes=31)
    assert {name for name, (state, _) in books(crowd).items() if state == "dead"} == {
        f"d{n}@gz.example" for n in (1, 2, 3)
    }
    assert len(relay.received) == MANY - 3


@pytest.mark.parametrize("words", ["554 5.7.1 rejected as spam", DAILY, "550 frequency limited", "550 5.7.1 no"])
def test_row_62_one_message_that_the_relay_refuses_keeps_nobody_waiting(
    crowd: Scene, relay: Relay, tally: Tally, words: str
) -> None:
    """Row 62: refused again and again while others go: the channel rests once, that one is tried on, one alert."""
    relay.refuses["d0@gz.example"] = words
    for _ in range(16):
        over(crowd, relay.port)
        crowd.now += timedelta(hours=2)
    assert len(relay.received) >= MANY - 1
    assert books(crowd)["d0@gz.example"][0] == "retry"
    assert CHANNEL_ALERT not in standing(crowd)
    assert standing(crowd) == [LASTING]
    relay.refuses.clear()
    for _ in range(3):
        crowd.now += timedelta(hours=4)
        over(crowd, relay.port)
    all_told(crowd, relay, tally)
    crowd.now += timedelta(days=1)
    over(crowd, relay.port)
    assert standing(crowd) == []


# -- a rest lasts, and ends --------------------------------------------------------------------------------------


def test_row_62_the_rest_of_a_day_survives_a_restart(crowd: Scene, relay: Relay) -> None:
    """Row 62: a rest is kept in the ledger: another process rests as well."""
    accepts(relay, 20, DAILY)
    over(crowd, relay.port)
    relay.commands.clear()
    crowd.context = replace(crowd.context, worker="test/2")
    crowd.now += timedelta(hours=5)
    assert over(crowd, relay.port).silent_because == "the channel rests until 00:10 on 2019-06-28"
    assert relay.commands == []


def test_row_62_a_relay_whose_day_is_not_ours_is_asked_every_hour(crowd: Scene, relay: Relay, tally: Tally) -> None:
    """Row 62: the quota still holds on the next morning: no second day is lost."""
    accepts(relay, 20, DAILY)
    over(crowd, relay.port)
    crowd.day("2019-06-28")
    over(crowd, relay.port)
    assert "10:00" in over(crowd, relay.port).silent_because
    relay.always.clear()
    for _ in range(2):
        crowd.now += timedelta(hours=1)
        over(crowd, relay.port)
    all_told(crowd, relay, tally)


# -- sessions that the relay ends --------------------------------------------------------------------------------


@pytest.mark.parametrize("connections", [1, 3])
@pytest.mark.parametrize("per_session", [1, 4])
@pytest.mark.parametrize(
    ("at", "farewell"),
    [
        ("MAIL", "421 4.7.0 too many messages in this session"),
        ("RCPT", "421 bye"),
        ("DATA", "421 4.4.2 closing"),
        ("MAIL", CUT),
        ("RCPT", CUT),
        ("RCPT", "451 4.7.0 too many messages in this connection"),
        ("RCPT", "452 4.5.3 too many recipients this session"),
        ("RCPT", "450 MI:DMC 163 smtp8"),
    ],
)
def test_row_62_sessions_end_after_some_messages(
    crowd: Scene, relay: Relay, tally: Tally, at: str, farewell: str, per_session: int, connections: int
) -> None:
    """Row 62: the relay ends each session after n mails: no alert, no rest, every attempt succeeds, all told."""
    relay.per_session, relay.farewell, relay.farewell_at = per_session, farewell, at
    report = over(crowd, relay.port, max_connections=connections)
    assert (report.sent, report.trouble) == (MANY, "")
    assert outcomes(crowd) == {"ok": MANY}
    assert standing(crowd) == []
    with reading(crowd.engine) as session:
        assert session.get_one(Instance, 1).paused_until is None
    all_told(crowd, relay, tally)


def test_row_62_a_quota_said_with_421_is_a_quota_all_the_same(crowd: Scene, relay: Relay, tally: Tally) -> None:
    """Row 62: 421 that comes at once on the next connection too is no session's end."""
    accepts(relay, 20, "421 4.7.0 daily sending quota exceeded")
    over(crowd, relay.port)
    assert "00:10 on 2019-06-28" in over(crowd, relay.port).silent_because
    crowd.day("2019-06-28")
    relay.always.clear()
    for _ in range(2):
        over(crowd, relay.port)
        crowd.now += timedelta(minutes=2)
    all_told(crowd, relay, tally)


# -- the relay's words ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("charset", ["gbk", "gb18030", "big5", "utf-8"])
def test_row_62_words_are_shown_as_they_are_meant(
    crowd: Scene, relay: Relay, caplog: pytest.LogCaptureFixture, charset: str
) -> None:
    """Row 62: an answer in GBK, Big5 or UTF-8 is readable in the alert, in the log and in the books."""
    words = "550 今日發信數量已達上限" if charset == "big5" else "550 今日发信数量已达上限"
    relay.charset = charset
    accepts(relay, 0, words)
    over(crowd, relay.port)
    with reading(crowd.engine) as session:
        assert set(session.scalars(select(Attempt.answer))) == {words}
        message = session.scalars(select(Message).order_by(Message.id)).first()
        assert message is not None
        assert [remarks.words("en", alert.text) for alert in alerts.standing(session)] == [f"channel smtp: {words}"]
    assert f"message {message.id} to {message.addressee} <{message.mailbox}> deferred: {words}" in caplog.messages
    assert standing(crowd) == [CHANNEL_ALERT]
