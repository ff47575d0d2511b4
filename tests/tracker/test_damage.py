"""Text that is not UTF-8 in an SQLite ledger: it stops its own message, is shown as signs, and is named.

Longer than a file should be: every column goes through the same doors, over one ledger.
"""

import json
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import JSON, Date, DateTime, String, select, update

from commitments import damage
from commitments.base import Base
from commitments.errors import DamagedText
from commitments.evidence import Upload
from commitments.models import Commitment, Department, HistoryEntry, Source, Target
from commitments.queries import lookup
from commitments.register import departments, editing, extensions, letters, opening, progress, responses
from commitments.register.context import Register
from commitments.storage import UtcDateTime, reading, writing
from notifications import alerts, delivery
from notifications.channels.folder import FolderChannel
from notifications.models import Alert, Attempt, Instance, Message, Notice, Worker
from notifications.passes import Report
from tests.ledgers import place
from tracker import config
from tracker.app import App
from tracker.cli.root import run
from tracker.ops import doctor, integrity
from tracker.web.app import make as make_pages

CONFIG = """[organisation]
name = "市民政局"
mailbox = "office@yinuo.example"
[digest]
status_weekday = "thursday"
[web]
base_url = "https://yinuo.gz.example"
"""
GBK = "中文".encode("gbk")
LOST = "\N{REPLACEMENT CHARACTER}" * 4
REF = "2019-1007-01"
ENTERED, SET, DAY = "2019-06-27", "2019-07-31", "2019-08-01"  # the first working day of a month, and a Thursday
OTHERS = {"gq@gz.example", "gsl@gz.example"}  # a reminder and a digest that have nothing to do with what is damaged
COLUMNS = [
    (table.name, column.name)
    for table in Base.metadata.sorted_tables
    for column in table.columns
    if isinstance(column.type, String | JSON)
]
TABLES = sorted({table for table, _ in COLUMNS})
OFTEN = {  # passes: those that once stopped everybody, or are most like the real ones; -m faults does all of them
    "alert.key", "attempt.outcome", "commitment.ref", "department.name", "digest.period", "message.mailbox",
    "notice.addressee", "progress.note",
}  # fmt: skip
PRINTED = {"commitment.state", "department.short_names", "progress.note"}
PAGED = {"answer.month", "commitment.ref", "commitment.title", "department.locale", "digest.snapshot"}


def chosen(often: set[str]) -> list[Any]:
    return [pytest.param(*each, marks=[] if ".".join(each) in often else pytest.mark.faults) for each in COLUMNS]


HEAD = re.compile(r"\d+:[0-9a-f]{64}")  # of the history, in which a digest that was not made has no entry
TOLD_AGAIN = ("notice", "key")  # by which it is known that something was told: without it, it is told once more


class Ledger:
    """A folder with a ledger, and a clock that stands at 09:30 of the day it is put to."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.day = DAY
        loaded = config.load(folder / "config.toml", {}, folder)
        self.app = App(loaded, actor="office", clock=self.clock, durable=False)

    def clock(self) -> datetime:
        return datetime.fromisoformat(f"{self.day}T09:30:00+08:00").astimezone(UTC)

    def do(self, work: Any) -> None:
        with self.app.register() as register:
            work(register)

    def damage(self, table: str, *columns: str, data: bytes = GBK) -> None:
        """Write bytes into the first row of a table, as another program would; whatever the constraints say."""
        with closing(sqlite3.connect(self.folder / "yinuo.db", isolation_level=None)) as other:
            other.execute("PRAGMA ignore_check_constraints = ON")
            for column in columns:
                row = f'SELECT min(rowid) FROM "{table}"'
                change = f'UPDATE "{table}" SET "{column}" = CAST(? AS TEXT) WHERE rowid = ({row})'
                done = other.execute(change, (data,))
                assert done.rowcount == 1, "a ledger in which this table is empty shows nothing"

    def run(self) -> Report:
        office = self.app.context(FolderChannel(self.folder / "outbox", durable=False))
        return delivery.pass_once(office, self.clock)

    def mails(self) -> dict[str, set[str]]:
        """Return by mailbox the texts that went out on the day."""
        found: dict[str, set[str]] = {}
        for file in (self.folder / "outbox").glob(f"{self.day}-*.eml"):
            mail = message_from_bytes(file.read_bytes(), policy=policy.default)
            text = mail.get_body(("plain",))
            assert text is not None
            words = HEAD.sub("", text.get_content())
            found.setdefault(str(mail["To"]), set()).add(f"{mail['Subject']}\n{words}")
        return found

    def alerts(self) -> list[Alert]:
        with reading(self.app.engine) as session:
            return list(alerts.standing(session))

    def cli(self, *line: str) -> int:
        return run(["--config", str(self.folder / "config.toml"), "--language", "en", *line])


def entered(register: Register) -> None:
    """An item with everything for 市民政局, asked by 市台联; one of 各区政府, asked by 市工商联, are the others."""
    for name, mailbox, escalation in (
        ("市民政局", "mzj@gz.example", "lead@gz.example"), ("市委政法委", "zfw@gz.example", ""),
        ("市台联", "tl@gz.example", ""), ("各区政府", "gq@gz.example", ""), ("市工商联", "gsl@gz.example", ""),
    ):  # fmt: skip
        departments.add_department(register, name, mailbox=mailbox, escalation=escalation, short_names=[f"{name}办"])
    ours, law, asking, districts, others = register.session.scalars(select(Department).order_by(Department.id))
    signed = date(2019, 6, 26)
    known = [
        letters.add_letter(
            register, document_number=f"穗民案〔2019〕{n}号", proposal_number=number, proposing_unit=unit,
            replying_unit=ours, signed_on=signed, proposal_title="智慧社区", session="十三届", contact="某处",
        ) for n, number, unit in ((89, "1007", asking), (90, "1008", others))
    ]  # fmt: skip
    facts: dict[str, Any] = {
        "title": "甲事项", "quote": "甲事项原文", "summary": "要点", "due_text": "八月初", "section": "三",
        "ordinal": "1",
        "due_on": date(2019, 8, 1), "due_basis": "set", "condition": "经费到位", "due_rule": "10wd",
        "due_from": date(2019, 7, 18), "due_offset": "10wd", "support_basis": {"市委政法委": "named"},
    }  # fmt: skip
    targets = [Target(what="比例", goal=10.0, unit="%")]
    register.session.flush()
    opening.add(register, Commitment(ref="", letter=known[0], lead=ours, support=[law], targets=targets, **facts))
    for letter, lead, due in ((known[0], ours, "2019-07-01"), (known[1], districts, DAY)):
        register.session.flush()
        opening.add(
            register,
            Commitment(
                ref="", letter=letter, lead=lead, title=f"事项{due}", due_on=date.fromisoformat(due), due_basis="set"
            ),
        )
    places = {REF: {"start": 0, "end": 2, "ask": ["date"]}}
    register.session.add(
        Source(letter_id=known[0].id, name="letter.html", text="甲事项原文。", aside=["某段"], places=places)
    )


def worked(register: Register) -> None:
    """What happens to the first item, so that each table has a row that speaks of it."""
    law = lookup.find_department(register.session, "市委政法委")
    proof = Upload("proof.png", b"\x89PNG\r\n\x1a\n" + bytes(32))
    progress.record(register, REF, "进展顺利", figures={"比例": 5.0}, proofs=[proof])
    extensions.ask(register, REF, date(2019, 12, 31), "经费未到")
    responses.acknowledge(register, REF, law)
    responses.dispute(register, REF, law, "不属本单位职责")
    responses.answer(register, lookup.find_department(register.session, "市台联"), "2019-06", "partly", "部分满意")
    responses.remember(register, "form", 1)
    alerts.raise_(register.session, "poison/KeyError@x.y", "of before", register.now)
    at = register.now
    register.session.add(Worker(id="host/1", host="host", pid=1, started_at=at, heartbeat_at=at))


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ledger as it stands on the evening before; one message waits for another try, with the same bytes."""
    folder = tmp_path_factory.mktemp("kept")
    place(folder / "yinuo.db")
    (folder / "config.toml").write_text(CONFIG, encoding="utf-8")
    ledger = Ledger(folder)
    with writing(ledger.app.engine) as session:
        session.add(Instance(uuid="0" * 32, environment="production", created_at=ledger.clock()))
    for day, work in ((ENTERED, entered), ("2019-07-02", worked), ("2019-07-10", None), (SET, None)):
        ledger.day = day
        if work:
            ledger.do(work)
        assert ledger.run().steps.failed == []
    with writing(ledger.app.engine) as session:
        session.execute(update(Message).where(Message.id == 1).values(state="unknown", next_at=ledger.clock()))
        session.execute(update(Attempt).where(Attempt.message_id == 1).values(outcome="unknown"))
        session.execute(update(Notice).where(Notice.message_id == 1).values(state="in_message"))
    ledger.app.engine.dispose()
    return folder


@pytest.fixture(scope="module")
def shared(kept: Path, tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    """One program for all tests, so that each statement is worked out once."""
    folder = tmp_path_factory.mktemp("ledger")
    shutil.copytree(kept, folder, dirs_exist_ok=True)
    return Ledger(folder)


@pytest.fixture
def ledger(shared: Ledger, kept: Path) -> Iterator[Ledger]:
    """The program on the ledger as it stands on the evening before."""
    shutil.copyfile(kept / "yinuo.db", shared.folder / "yinuo.db")
    shutil.rmtree(shared.folder / "outbox", ignore_errors=True)
    shared.day = DAY
    yield shared
    shared.app.engine.dispose()


@pytest.fixture(scope="module")
def usual(kept: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """What goes out where nothing is damaged."""
    folder = tmp_path_factory.mktemp("usual")
    shutil.copytree(kept, folder, dirs_exist_ok=True)
    sound = Ledger(folder)
    assert sound.run().steps.failed == []
    sound.app.engine.dispose()
    assert len(sound.mails()) > 5
    return sound.mails()


# -- passes ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("table", "column"), chosen(OFTEN))
def test_a_pass_ends_and_the_others_get_their_mail(
    ledger: Ledger, usual: dict[str, set[str]], table: str, column: str
) -> None:
    ledger.damage(table, column)
    if (table, column) == ("instance", "environment"):
        pytest.skip("a ledger of an environment that is not ours sends nothing")
    report = ledger.run()
    mails = ledger.mails()
    assert mails.keys() >= OTHERS
    assert bool(report.steps.failed) <= bool(ledger.alerts())
    if usual.keys() - mails.keys() - {"office@yinuo.example"}:
        assert ledger.alerts(), "who is not told is named"
    if (table, column) == TOLD_AGAIN:
        return
    for mailbox in mails.keys() - {"office@yinuo.example"}:  # the status tells of alerts
        assert mails[mailbox] <= usual[mailbox], f"{mailbox} is told something else"


def test_one_units_digest_that_cannot_be_made_is_made_later(ledger: Ledger) -> None:
    ledger.damage("letter", "class_mark")
    ledger.damage("letter", "proposal_title")
    failed = ledger.run().steps.failed
    assert [(failure.step, failure.who) for failure in failed] == [("digests", "市台联")]
    assert "gsl@gz.example" in ledger.mails()
    assert "tl@gz.example" not in ledger.mails()
    (alert,) = (alert for alert in ledger.alerts() if alert.key.startswith("pass/digests/"))
    assert "市台联" in alert.text
    assert "\N{REPLACEMENT CHARACTER}" in alert.text
    ledger.damage("letter", "proposal_title", data="智慧社区".encode())
    assert ledger.run().steps.failed == []
    assert "tl@gz.example" in ledger.mails()
    assert not any(alert.key.startswith("pass/") for alert in ledger.alerts())


def test_a_repaired_field_goes_out(ledger: Ledger) -> None:
    ledger.damage("commitment", "title")
    ledger.run()
    assert "mzj@gz.example" not in ledger.mails()
    (alert,) = (alert for alert in ledger.alerts() if alert.key.startswith("poison/"))
    assert REF in alert.text
    ledger.do(lambda register: editing.edit(register, REF, "文字损坏", title="甲事项，更正"))
    ledger.day = "2019-08-02"
    assert ledger.run().steps.failed == []
    assert "甲事项，更正" in str(ledger.mails()["mzj@gz.example"])
    ledger.run()
    assert ledger.alerts() == []
    assert ledger.cli("history", "verify") == 0
    with reading(ledger.app.engine) as session:
        entry = session.scalars(select(HistoryEntry).where(HistoryEntry.action == "edit")).one()
    assert entry.changes["title"] == ["\N{REPLACEMENT CHARACTER}" * 4, "甲事项，更正"]


@pytest.mark.parametrize("state", ["owed", "retry"])
def test_what_waits_alone_is_held_too(ledger: Ledger, state: str) -> None:
    """With nobody beside it, trouble with one message looks like trouble with all of them."""
    ledger.run()
    with writing(ledger.app.engine) as session:
        session.execute(update(Message).where(Message.state != "sent").values(state="cancelled"))
        row = session.scalars(
            select(Message).where(Message.mailbox == "zfw@gz.example").order_by(Message.id.desc())
        ).first()
        assert row is not None
        kept = {"state": "in_message"} if state == "retry" else {"state": "owed", "message_id": None}
        session.execute(update(Notice).where(Notice.message_id == row.id).values(**kept))
        row.state, row.next_at = ("retry", ledger.clock()) if state == "retry" else ("cancelled", row.next_at)
    ledger.damage("progress", "figures")
    assert ledger.run().steps.failed == []
    with reading(ledger.app.engine) as session:
        held = session.scalars(select(Notice.addressee).where(Notice.reason == "poison", Notice.state == "held")).all()
    assert "市委政法委" in held


def test_one_that_cannot_be_read_keeps_none_of_many_waiting(ledger: Ledger) -> None:
    """More than are composed at a time: what was read for the first of them says nothing of the next."""

    def many(register: Register) -> None:
        letter = lookup.find_letter(register.session, "1008")
        for n in range(30):
            lead = departments.add_department(register, f"第{n}局", mailbox=f"d{n}@gz.example")
            opening.add(
                register,
                Commitment(ref="", letter=letter, lead=lead, title="事项", due_on=date(2019, 8, 1), due_basis="set"),
            )

    ledger.do(many)
    ledger.damage("progress", "figures")
    assert ledger.run().steps.failed == [] or ledger.alerts()
    assert {f"d{n}@gz.example" for n in range(30)} <= ledger.mails().keys()


def test_a_mailbox_is_repaired(ledger: Ledger) -> None:
    ledger.damage("department", "mailbox")
    ledger.run()
    assert "mzj@gz.example" not in ledger.mails()
    ledger.do(lambda register: departments.edit_department(register, "市民政局", mailbox="new@gz.example"))
    ledger.day = "2019-08-02"
    ledger.run()
    assert "new@gz.example" in ledger.mails()


def test_what_is_damaged_is_not_written_back() -> None:
    bad = damage.from_bytes(GBK)
    with pytest.raises(UnicodeEncodeError):
        damage.to_json({"title": bad})
    assert json.loads(damage.to_json({"title": "中文"})) == {"title": "中文"}
    assert damage.visible(bad) == "\N{REPLACEMENT CHARACTER}" * 4
    assert damage.visible("中文") == "中文"


@pytest.mark.parametrize("text", ["{", "[1]", "5", "null", '"on"', "[" * 100_000, '{"on\udcb4": 1}'])
def test_json_of_any_other_form_is_damage_and_no_trouble_of_ours(text: str) -> None:
    with pytest.raises(DamagedText):
        damage.whole(damage.from_json(text))  # type: ignore[arg-type]


# -- doors -----------------------------------------------------------------------------------------------------

SIGHT = (["list"], ["list", "--json"], ["status"], ["status", "--json"], ["history"], ["department", "list"])
DOORS = (
    *SIGHT, ["list", "--csv"], ["show", REF], ["show", REF, "--json"], ["history", "verify"], ["backup", "copy.db"],
    ["outbox", "list"], ["outbox", "list", "--held"], ["letter", "list"], ["due", "--until", "60d"], ["doctor"],
    ["digest", "show", "--unit", "市台联", "--month", "2019-07"], ["ledger", "dump", "-"],
    *(["export", kind, "-"] for kind in ("xlsx", "csv", "json", "ics")),
)  # fmt: skip


@pytest.mark.parametrize(("table", "column"), chosen(PRINTED))
def test_every_command_ends_with_readable_words(
    ledger: Ledger, capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch, table: str, column: str
) -> None:
    monkeypatch.chdir(ledger.folder)
    ledger.damage(table, column)
    for line in DOORS:
        capfdbinary.readouterr()
        code = ledger.cli(*line)
        said = capfdbinary.readouterr()
        assert (
            code == 0
            or (line not in SIGHT and len(said.err.splitlines()) == 1)
            or line in (["doctor"], ["history", "verify"])
        ), (line, said)
        if "xlsx" not in line:
            assert "\\udc" not in said.out.decode()
    (ledger.folder / "copy.db").unlink(missing_ok=True)


@pytest.mark.parametrize(("table", "column"), chosen(PAGED))
def test_every_page_is_shown(ledger: Ledger, monkeypatch: pytest.MonkeyPatch, table: str, column: str) -> None:
    monkeypatch.setattr("tracker.web.rate_limit.Limiter.allows", lambda *_: True)
    links, today = ledger.app.links, ledger.app.today
    assert links is not None
    ledger.damage(table, column)
    client = make_pages(ledger.app).test_client()
    void = {"commitment.state": 404, "digest.period": 404, "digest.snapshot": 503}.get(f"{table}.{column}", 200)
    for link in (links.owner(1, 1, 1), links.desk(1, today), links.feed(1, 1), links.unit(3, 1, "2019-06", today)):
        answer = client.get(urlsplit(link).path)
        assert answer.status_code in (200, void), link
        answer.data.decode()


def test_the_history_names_the_entry(ledger: Ledger, capsys: pytest.CaptureFixture[str]) -> None:
    for column, data in (("reason", GBK), ("actor", GBK), ("changes", GBK), ("changes", b'{"a": "\xd6"}')):
        ledger.damage("history", column, data=data)
        assert ledger.cli("history", "verify") == 1
        assert capsys.readouterr().err == "tracker: The history does not hold at entry 1: it was altered.\n"


# -- the doctor ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", TABLES)
def test_the_doctor_names_table_row_and_column(ledger: Ledger, table: str) -> None:
    columns = [column for name, column in COLUMNS if name == table]
    ledger.damage(table, *columns)
    with ledger.app.looking() as connection:
        found = list(integrity.damaged(connection))
    assert [(each.table, each.column) for each in found] == [(table, column) for column in columns]
    assert len({each.row for each in found}) == 1


def test_the_doctor_names_no_more_than_anybody_reads(ledger: Ledger, capsys: pytest.CaptureFixture[str]) -> None:
    ledger.damage("progress", "note")
    assert ledger.cli("doctor") == 1
    assert "progress 1: the text in note is damaged: \N{REPLACEMENT CHARACTER}" in capsys.readouterr().out
    ledger.damage("progress", "note", data=b"a" * 90 + GBK + b"b" * 90)
    assert ledger.cli("doctor") == 1
    assert f"is damaged: {'a' * 20}{LOST}bb" in capsys.readouterr().out
    with closing(sqlite3.connect(ledger.folder / "yinuo.db", isolation_level=None)) as other:
        other.execute("UPDATE notice SET kind = CAST(x'D6D0' AS TEXT), role = kind, commitment_id = 99")
    findings = [finding for finding in doctor.examine(ledger.app) if finding.state == doctor.BAD]
    assert sum(finding.what == "text" for finding in findings) == integrity.MAX_NAMED
    assert any("notice speaks of a row of commitment that is not there" in finding.text for finding in findings)


def test_a_sound_file_is_said_to_be_sound(ledger: Ledger) -> None:
    (finding,) = (finding for finding in doctor.examine(ledger.app) if finding.what in ("file", "text"))
    assert finding.state == doctor.OK


# -- days and instants -------------------------------------------------------------------------------------------

DAYS = [
    (table.name, column.name)
    for table in Base.metadata.sorted_tables
    for column in table.columns
    if isinstance(column.type, Date | DateTime | UtcDateTime)
]


OFTEN_READ = {"commitment.due_on", "message.slot", "progress.happened_on"}
NEVER = "2019-1x-31"


def days(often: set[str]) -> list[Any]:
    return [pytest.param(*each, marks=[] if ".".join(each) in often else pytest.mark.faults) for each in DAYS]


@pytest.mark.parametrize(("table", "column"), days(OFTEN_READ))
def test_a_day_that_is_none_stops_nobody_elses_mail(ledger: Ledger, table: str, column: str) -> None:
    ledger.damage(table, column, data=NEVER.encode())
    if table == "instance":
        with pytest.raises(DamagedText, match=NEVER):
            ledger.run()
        return
    failed = ledger.run().steps.failed
    assert {failure.step for failure in failed} <= {"plan", "digests"}
    assert bool(failed) <= bool(ledger.alerts())
    of_all = table == "history" or column == "closed_on"  # which months are owed is read of all: made when it is mended
    assert ledger.mails().keys() >= OTHERS - ({"gsl@gz.example"} if of_all else set())


@pytest.mark.parametrize(("table", "column"), days(OFTEN_READ))
def test_every_command_says_in_a_sentence_that_a_day_is_none(
    ledger: Ledger, capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch, table: str, column: str
) -> None:
    monkeypatch.chdir(ledger.folder)
    ledger.damage(table, column, data=NEVER.encode())
    for line in DOORS:
        capfdbinary.readouterr()
        code = ledger.cli(*line)
        said = capfdbinary.readouterr()
        if line == ["doctor"]:
            assert f"the text in {column} is damaged: {NEVER}" in said.out.decode()
        elif code:
            assert said.err.count(b"\n") == 1, (line, said)
            assert NEVER in said.err.decode() or line[0] in ("history", "backup")
    (ledger.folder / "copy.db").unlink(missing_ok=True)


@pytest.mark.parametrize("line", [["list"], ["list", "--json"], ["list", "--csv"]])
def test_a_list_names_what_it_leaves_out(ledger: Ledger, capsys: pytest.CaptureFixture[str], line: list[str]) -> None:
    ledger.cli(*line)
    whole = capsys.readouterr().out
    ledger.damage("commitment", "due_on", data=NEVER.encode())
    assert ledger.cli(*line) == 0
    said = capsys.readouterr()
    assert said.err.startswith(f"{REF}: ")
    assert NEVER in said.err
    assert REF in whole
    assert REF not in said.out
    assert all(ref in said.out for ref in re.findall(r"2019-\d+-\d\d", whole) if ref != REF)
