"""A ledger of last year entered today, half of it overdue, some of it undated (row 63)."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from email import message_from_bytes, policy

import pytest
from sqlalchemy import select

from commitments.models import Commitment, Department
from commitments.register import editing
from commitments.storage import reading, writing
from notifications.channels import Outcome, OutgoingMessage
from notifications.context import Guard
from notifications.models import Message, Notice
from tests.conftest import Scene
from tests.faults.oracles import assert_ended, assert_history
from tests.notifications.test_delivery import Scripted

FIRST = date(2020, 3, 2)  # a Monday
WEEKS = 6
SPOKEN = ("此前提醒：", "此前询问：")
DAY = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日")


def last_years(scene: Scene) -> None:
    """Enter forty items: half overdue since last year, some to come, some without a deadline."""
    scene.day(FIRST.isoformat())
    leads = ("市民政局", "市委政法委", "各区政府")
    for n in range(40):
        day = date(2019, 6, 28) + timedelta(days=5 * n)
        dates: dict[str, object] = {"due_on": day} if n % 2 else {"review_on": day}
        if n % 8 == 7:
            dates = {"due_on": FIRST + timedelta(days=n)}
        scene.add(f"第{n}件", lead=leads[n % 3], support=("市台联",) if n % 5 == 0 else (), **dates)  # type: ignore[arg-type]


def nothing(_scene: Scene, _day: date) -> Scripted:
    return Scripted()


def a_relay_that_is_down_for_a_week(_scene: Scene, day: date) -> Scripted:
    return Scripted(*["down"] * 9) if FIRST + timedelta(days=1) <= day < FIRST + timedelta(days=8) else Scripted()


def a_mailbox_that_is_missing(scene: Scene, day: date) -> Scripted:
    _mailbox(scene, "市委政法委", "" if day < FIRST + timedelta(days=10) else "zfw@gz.example")
    return Scripted()


def a_relay_that_refuses_one_department(_scene: Scene, day: date) -> Scripted:
    return Refusing() if day < FIRST + timedelta(days=20) else Scripted()


def a_lead_that_is_corrected(scene: Scene, day: date) -> Scripted:
    if day == FIRST + timedelta(days=9):
        with writing(scene.engine) as session:
            row = session.scalars(select(Commitment).where(Commitment.title == "第1件")).one()
            lead = session.scalars(select(Department).where(Department.name == "各区政府")).one()
            editing.edit(scene.register(session), row.ref, "更正主办", lead=lead)
    return Scripted()


def a_guard_that_holds_everything(scene: Scene, day: date) -> Scripted:
    held = day < FIRST + timedelta(days=9)
    scene.context = replace(scene.context, guard=Guard(recipients=200, notices=0 if held else 2000))
    return Scripted()


class Refusing(Scripted):
    """Refuses 市委政法委 for good, and takes all else."""

    def send(self, outgoing: OutgoingMessage) -> Outcome:
        return (
            Outcome("permanent", "550 5.1.1 no such user")
            if outgoing.mailbox == "zfw@gz.example"
            else super().send(outgoing)
        )


def _mailbox(scene: Scene, name: str, address: str) -> None:
    with writing(scene.engine) as session:
        session.scalars(select(Department).where(Department.name == name)).one().mailbox = address


Trouble = Callable[[Scene, date], Scripted]


@pytest.mark.parametrize(
    "trouble",
    [
        nothing, a_relay_that_is_down_for_a_week, a_mailbox_that_is_missing, a_relay_that_refuses_one_department,
        a_lead_that_is_corrected, a_guard_that_holds_everything,
    ],
)  # fmt: skip
def test_row_63_nobody_is_accused_before_being_told(quick: Scene, trouble: Trouble) -> None:
    """Row 63: half of it overdue, some undated: nobody accused before being told; no reminder named that never went."""
    last_years(quick)
    for n in range(7 * WEEKS):
        day = FIRST + timedelta(days=n)
        carrier = trouble(quick, day)
        for hour in (9, 11):
            quick.day(day.isoformat(), hour)
            quick.run(carrier)
    said = messages_sent(quick)
    assert [m for m in said if m.kind == "escalation"], "it does come"
    assert_told_before_accused(quick)
    assert_days_named_are_true(quick, said)
    assert len(
        {(m.mailbox.lower(), m.kind == "escalation", m.told_on) for m in said if "/digest/" not in m.addressee}
    ) == len([m for m in said if "/digest/" not in m.addressee]), "one message a day"
    assert_history(quick.engine)
    if trouble is nothing:
        assert_ended(quick.engine)


def messages_sent(scene: Scene) -> list[Message]:
    with reading(scene.engine) as session:
        return list(session.scalars(select(Message).where(Message.state == "sent").order_by(Message.id)))


def assert_told_before_accused(scene: Scene) -> None:
    """Each escalation that was told follows a telling of the same lead and date by five working days."""
    days, after = scene.workdays, scene.context.policy.escalate_after
    with reading(scene.engine) as session:
        told = session.scalars(select(Notice).where(Notice.told_at.is_not(None))).all()
    for accused in (notice for notice in told if notice.kind == "escalation"):
        kind, needed = ("reminder", 1) if _is_dated(scene, accused) else ("review", 2)
        before = sorted(_civil(scene, n.told_at) for n in told if _is_ground(n, accused, kind))
        assert len(before) >= needed, accused.key
        assert after.after(before[needed - 1], days) <= _civil(scene, accused.told_at), accused.key


def _is_dated(scene: Scene, notice: Notice) -> bool:
    with reading(scene.engine) as session:
        return session.get_one(Commitment, notice.commitment_id).due_on is not None


def _is_ground(notice: Notice, accused: Notice, kind: str) -> bool:
    same = (notice.commitment_id, notice.department_id, notice.due_on, notice.role) == (
        accused.commitment_id, accused.department_id, accused.due_on, "lead",
    )  # fmt: skip
    return same and notice.kind == kind and (kind == "review" or notice.rung.startswith("+"))


def _civil(scene: Scene, at: datetime | None) -> date:
    assert at is not None
    return scene.context.today(at)


def assert_days_named_are_true(scene: Scene, said: list[Message]) -> None:
    """Every day named as one of a reminder is one on which a mail with that item went to its present lead."""
    for message in said:
        text = _text(message)
        if message.kind != "escalation":
            assert not any(word in text for word in ("此前", *SPOKEN)), message.subject
            continue
        assert text.count("【督办升级】") == sum(text.count(word) for word in SPOKEN)
        for card in text.split("【督办升级】")[1:]:
            _check_card(scene, card, message.told_on)


def _check_card(scene: Scene, card: str, on: date) -> None:
    ref = card.split(maxsplit=1)[0]
    [named] = [line for line in card.splitlines() if any(word in line for word in SPOKEN)]
    lead = next(line.partition("：")[2] for line in card.splitlines() if line.strip().startswith("主办："))
    with reading(scene.engine) as session:
        mine = (Commitment.ref == ref, Department.name == lead, Notice.role == "lead", Notice.told_at.is_not(None))
        told = select(Notice.told_at).join(Commitment, Commitment.id == Notice.commitment_id)
        told = told.join(Department, Department.id == Notice.department_id).where(*mine)
        days = {_civil(scene, at) for at in session.scalars(told.where(Notice.kind.in_(("reminder", "review"))))}
    shown = {date(int(y), int(m), int(d)) for y, m, d in DAY.findall(named)}
    assert shown
    assert shown <= {day for day in days if day < on}, (ref, named)


def _text(message: Message) -> str:
    body = message_from_bytes(message.frozen, policy=policy.default).get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")
