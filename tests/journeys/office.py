"""An invented office with three letters and forty items, whose two months pass in a few seconds.

Everything goes through the program itself: the register's verbs, the daemon's pass, a relay on loopback. ``TwoMonths``
keeps what the relay accepted with the day on which it did, so that tests can hold mails against the history.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from email import message_from_bytes, policy
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from commitments.exchange import load
from commitments.models import Commitment, Letter
from commitments.queries import lookup
from commitments.register import responses
from commitments.register.context import Register
from notifications.plan import digests
from tests.faults.relay import Relay
from tracker import config
from tracker.app import App
from tracker.ops import upgrade

FIRST, LAST = date(2019, 10, 8), date(2019, 12, 6)  # the first working day after the holiday; past the second digest
PASSES = (time(9, 0), time(9, 35), time(11, 10), time(15, 0))
QUOTA_DAY, LOCKED_OUT_DAY = date(2019, 10, 31), date(2019, 11, 12)
QUOTA = "550 5.4.5 Daily user sending quota exceeded"
LOCKED_OUT = "535 5.7.8 Error: authentication failed"
LOGIN = "zhangsan"  # who types at the office's keyboard: a name that may never leave the house
LEADER = "李某某副主任"
PHONE = "13800138000"
UNITS = ("市台联", "民盟市委")

DEPARTMENTS = """
[[department]]
name = "市民政局"
mailbox = "mzj@gz.example"
escalation = "mzj-lead@gz.example"

[[department]]
name = "市住建局"
mailbox = "zjj@gz.example"
escalation = "shared-lead@gz.example"

[[department]]
name = "市财政局"
mailbox = "czj@gz.example"
escalation = "shared-lead@gz.example"

[[department]]
name = "各区政府"
mailbox = "gq@gz.example"

[[department]]
name = "市残联"
escalation = "cl-lead@gz.example"

[[department]]
name = "市台联"
mailbox = "tl@gz.example"

[[department]]
name = "民盟市委"
mailbox = "mm@gz.example"
"""
LETTERS = {
    "A": ("穗民案〔2019〕89号", "1007", "共建共治共享智慧社区", "市台联", "2019-06-26"),
    "B": ("穗民建〔2019〕12号", "1007", "完善居家养老服务", "民盟市委", "2019-07-10"),
    "C": ("穗民案〔2018〕45号", "2088", "老旧小区加装电梯", "市台联", "2018-08-01"),
}


@dataclass(frozen=True)
class Plan:
    """Items of one kind in a letter: how many, who leads, when they are due or asked about."""

    letter: str
    count: int
    lead: str
    due: str = ""
    review: str = ""
    support: str = ""


PLANS = (
    Plan("A", 4, "市民政局", due="2019-11-15", support="各区政府"),
    Plan("A", 4, "市住建局", due="2019-10-25"),
    Plan("A", 4, "市财政局", review="2019-10-15"),
    Plan("A", 2, "各区政府", due="2020-03-31"),
    Plan("B", 4, "市民政局", review="2019-11-04"),
    Plan("B", 4, "市残联", due="2019-11-29"),
    Plan("B", 4, "市财政局", due="2019-12-31", support="市民政局"),
    Plan("B", 2, "各区政府", due="2019-11-08"),
    Plan("C", 6, "市住建局", due="2018-12-31"),
    Plan("C", 4, "市民政局", due="2019-09-30"),
    Plan("C", 2, "各区政府", review="2019-10-21"),
)


@dataclass(frozen=True)
class Mail:
    """What the relay accepted: on which day, for whom, subject and text."""

    on: date
    to: str
    subject: str
    text: str
    html: str


def ledger_file(letter: str) -> str:
    """Return the ledger file of a letter, its items numbered in the order of ``PLANS``."""
    number, proposal, title, unit, signed = LETTERS[letter]
    head = (
        f'[letter]\ndocument_number = "{number}"\nproposal_number = "{proposal}"\nproposal_title = "{title}"\n'
        f'proposing_unit = "{unit}"\nreplying_unit = "市民政局"\nsigned_on = {signed}\n'
    )
    return head + DEPARTMENTS + "".join(_items(letter))


def _items(letter: str) -> Iterator[str]:
    number = 0
    for plan in PLANS:
        for _ in range(plan.count if plan.letter == letter else 0):
            number += 1
            yield _item(plan, number)


def _item(plan: Plan, number: int) -> str:
    when = f'due_on = {plan.due}\ndue_basis = "set"' if plan.due else f"review_on = {plan.review}"
    support = f'support = ["{plan.support}"]\n' if plan.support else ""
    return (
        f'\n[[commitment]]\nsection = "三"\nordinal = "{number}"\ntitle = "{LETTERS[plan.letter][2]}第{number}项"\n'
        f'lead = "{plan.lead}"\n{support}{when}\n'
    )


class TwoMonths:
    """The office from ``FIRST`` to ``LAST``; ``live`` lets the days pass, then ``mails`` and the ledger tell."""

    def __init__(self, home: Path, relay: Relay) -> None:
        self.home, self.relay = home, relay
        self.now = at(FIRST, time(8, 30))
        home.mkdir()
        (home / "config.toml").write_text("", encoding="utf-8")
        (home / "password").write_text("secret\n", encoding="utf-8")
        (home / "password").chmod(0o600)
        self.app = App(config.load(home / "config.toml", self.settings, home), actor=LOGIN, clock=lambda: self.now)
        upgrade.prepare(self.app)
        self.mails: list[Mail] = []
        self.health: dict[date, list[bool]] = {}

    @cached_property
    def settings(self) -> Mapping[str, str]:
        """Environment that points the program at the relay, with a login, links and the usual times."""
        given = {
            "ORGANISATION__NAME": "市民政局", "ORGANISATION__MAILBOX": "office@yinuo.test",
            "MAIL__CHANNEL": "smtp", "MAIL__HOST": "127.0.0.1", "MAIL__PORT": str(self.relay.port),
            "MAIL__SECURITY": "none", "MAIL__USERNAME": "tracker", "MAIL__PASSWORD_FILE": "password",
            "MAIL__SENDER": "tracker@yinuo.test", "MAIL__MAX_PER_MINUTE": "0",
            "WEB__BASE_URL": "https://yinuo.gz.example",
        }  # fmt: skip
        return {f"TRACKER_{name}": value for name, value in given.items()}

    # -- the days ----------------------------------------------------------------------------------------------------

    def live(self, story: "Mapping[date, tuple[Event, ...]]") -> None:
        """Let the days pass: the daemon's passes, and what people do in the evening."""
        self._enter("A"), self._enter("B"), self._enter("C")
        for number in range((LAST - FIRST).days + 1):
            day = FIRST + timedelta(days=number)
            self._weather(day)
            for moment in PASSES:
                self.now = at(day, moment)
                self.tick(day)
            self.now = at(day, time(17))
            for event in story.get(day, ()):
                self.do(event)

    def _enter(self, letter: str) -> None:
        file = self.home / f"{letter}.toml"
        file.write_text(ledger_file(letter), encoding="utf-8")
        self.do(Event(LOGIN, lambda register: load.load(register, file)))

    def _weather(self, day: date) -> None:
        """Set what the relay says today."""
        always = {"EHLO": "250-relay.example\r\n250 AUTH PLAIN LOGIN", "AUTH": "235 ok"}
        self.relay.always = always | ({"AUTH": LOCKED_OUT} if day == LOCKED_OUT_DAY else {})
        self.relay.script["RCPT"].clear()
        if day == QUOTA_DAY:
            self.relay.answers("RCPT", "250 ok")
            self.relay.always["RCPT"] = QUOTA

    def tick(self, day: date) -> None:
        """Do one pass as the daemon does, and note what the relay took."""
        before = len(self.relay.received)
        with self.app.sending():
            self.app.run_once()
        self.mails += [read(day, to, data) for to, data in self.relay.received[before:]]

    def do(self, event: "Event") -> None:
        """Let somebody use the register."""
        with self.app.register(event.actor) as register:
            event.work(register)

    # -- looking -----------------------------------------------------------------------------------------------------

    def to(self, address: str, words: str = "") -> list[Mail]:
        """Return the mails to an address that hold some words, oldest first."""
        return [mail for mail in self.mails if mail.to == address and words in mail.subject + mail.text]

    def ref(self, item: str) -> str:
        """Return the ref of an item such as ``A3``."""
        with self.app.reading() as session:
            return ref_of(session, item)

    def digest(self, unit: str, month: str) -> dict[str, Any]:
        """Return what a unit's digest of a month states."""
        with self.app.reading() as session:
            return digests.find(session, unit, month).snapshot


@dataclass(frozen=True)
class Event:
    """Somebody does something with the register."""

    actor: str
    work: Callable[[Register], Any]


def verb(actor: str, does: Callable[..., object], item: str, *facts: object, **more: object) -> Event:
    """Return the event that ``actor`` uses a verb of the register on an item such as ``A3``."""
    return Event(actor, lambda register: does(register, ref_of(register.session, item), *facts, **more))


def reply(name: str, item: str, department: str, *facts: object) -> Event:
    """Return the event that a department answers: ``acknowledge`` or ``dispute``."""

    def work(register: Register) -> object:
        owner = lookup.find_department(register.session, department)
        return getattr(responses, name)(register, ref_of(register.session, item), owner, *facts)

    return Event(department, work)


def ref_of(session: Session, item: str) -> str:
    """Return the ref of an item: ``A3`` is the third of letter A."""
    number = LETTERS[item[0]][0]
    named = select(Commitment.ref).join(Letter, Commitment.letter_id == Letter.id)
    return session.scalars(named.where(Letter.document_number == number, Commitment.ordinal == item[1:])).one()


def at(day: date, moment: time) -> datetime:
    """Return an instant in Guangzhou, eight hours before UTC."""
    return datetime.combine(day, moment, UTC) - timedelta(hours=8)


def read(day: date, to: str, data: bytes) -> Mail:
    """Return a mail as its reader sees it."""
    message = message_from_bytes(data, policy=policy.default)
    text, html = (message.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None
    assert html is not None
    return Mail(day, to, str(message["Subject"]), str(text.get_content()), str(html.get_content()))
