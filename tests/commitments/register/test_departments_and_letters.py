"""Entering and correcting letters and departments."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from commitments import addresses, storage
from commitments.calendar.deadlines import Offset
from commitments.calendar.workdays import WorkCalendar
from commitments.errors import AlreadyExists, BadValue, NoSuchDepartment, NothingToChange
from commitments.models import Department, HistoryEntry, Letter
from commitments.register import departments, letters
from commitments.register.context import Register
from tests.ledgers import new_engine


@pytest.fixture
def register(tmp_path: Path) -> Iterator[Register]:
    engine = new_engine(tmp_path / "t.db")
    with storage.writing(engine) as session:
        yield Register(
            session,
            actor="t",
            now=datetime(2019, 7, 1, tzinfo=UTC),
            today=date(2019, 7, 1),
            workdays=WorkCalendar.load(),
            review_every=Offset.parse("3m"),
            evidence_folder=tmp_path,
        )
    engine.dispose()


@pytest.fixture
def bureau(register: Register) -> Department:
    return departments.add_department(register, "市民政局", mailbox="mzj@gz.example", short_names=["民政局"])


def test_revoking_links_raises_their_generation(register: Register, bureau: Department) -> None:
    assert bureau.link_generation == 1
    for _ in range(2):
        departments.revoke_links(register, "民政局", "链接外泄")
    assert bureau.link_generation == 3
    told = last_entry(register)
    assert (told.action, told.subject, told.reason) == ("links_revoked", "市民政局", "链接外泄")
    assert told.changes == {"link_generation": [2, 3]}


def add_letter(
    register: Register, unit: Department, number: str = "穗民案[2019]89号", proposal: str = "1007"
) -> Letter:
    return letters.add_letter(
        register,
        document_number=number,
        proposal_number=proposal,
        proposing_unit=unit,
        replying_unit=unit,
        signed_on=date(2019, 6, 26),
    )


def last_entry(register: Register) -> HistoryEntry:
    return register.session.scalars(select(HistoryEntry).order_by(HistoryEntry.seq.desc()).limit(1)).one()


@pytest.mark.usefixtures("bureau")
@pytest.mark.parametrize(("name", "short"), [("市民政局", "甲"), ("民政局", "甲"), ("乙", "民政局")])
def test_a_name_leads_to_one_department(register: Register, name: str, short: str) -> None:
    with pytest.raises(AlreadyExists):
        departments.add_department(register, name, short_names=[short])


@pytest.mark.parametrize("name", ["", " ", "甲|乙", "甲；乙", "甲;乙", "甲\n乙"])
def test_names_without_signs_that_part_names(register: Register, name: str) -> None:
    with pytest.raises(BadValue):
        departments.add_department(register, name)


@pytest.mark.parametrize(
    ("address", "plain"),
    [
        ("office@gz.example", True),
        ("a.b+c@sub.gz.example", True),
        ("局@gz.example", False),
        ("Office <office@gz.example>", False),
        ("a@b.example, c@d.example", False),
        ("a@gz.example\nBcc: x@y.example", False),
        ("a..b@gz.example", False),
        ("@gz.example", False),
        ("office", False),
        ("a" * 250 + "@gz.example", False),
    ],
)
def test_mailboxes_are_plain_addresses(register: Register, address: str, plain: bool) -> None:
    assert addresses.is_mailbox(address) is plain
    if not plain:
        with pytest.raises(BadValue):
            departments.add_department(register, "甲", escalation=address)


def test_a_locale_is_one_of_those_written(register: Register) -> None:
    with pytest.raises(BadValue, match="zh-Hans, zh-Hant, en"):
        departments.add_department(register, "甲", locale="fr")


@pytest.mark.parametrize("words", ["长" * 301, "a\x1b[31m", "\n", "a\tb"])
def test_facts_of_letters_and_departments_are_lines_of_text(register: Register, bureau: Department, words: str) -> None:
    letter = add_letter(register, bureau)
    for work in (
        lambda: departments.add_department(register, words),
        lambda: departments.edit_department(register, "市民政局", short_names=[words]),
        lambda: letters.edit_letter(register, letter, proposal_title=words),
        lambda: letters.edit_letter(register, letter, "\x00", session="十三届"),
        lambda: add_letter(register, bureau, words),
        lambda: add_letter(register, bureau, "穗民案〔2019〕90号", words),
    ):
        with pytest.raises(BadValue):
            work()


def test_a_correction_is_in_the_history(register: Register, bureau: Department) -> None:
    departments.edit_department(
        register, "民政局", "改址", mailbox="new@gz.example", locale="zh-Hans", short_names=("民政局",)
    )
    entry = last_entry(register)
    assert bureau.mailbox == "new@gz.example"
    assert (entry.action, entry.subject, entry.reason) == ("department_edit", "市民政局", "改址")
    assert entry.changes == {"mailbox": ["mzj@gz.example", "new@gz.example"]}


@pytest.mark.usefixtures("bureau")
def test_a_correction_that_says_nothing_or_something_wrong(register: Register) -> None:
    with pytest.raises(NothingToChange):
        departments.edit_department(register, "市民政局", mailbox="mzj@gz.example")
    with pytest.raises(BadValue):
        departments.edit_department(register, "市民政局", mailbox="mzj")
    with pytest.raises(NoSuchDepartment, match="市民政局"):
        departments.edit_department(register, "市民局", mailbox="")


def test_a_letter_is_entered_once_in_whatever_brackets(register: Register, bureau: Department) -> None:
    assert add_letter(register, bureau).document_number == "穗民案〔2019〕89号"
    assert last_entry(register).changes["signed_on"] == "2019-06-26"
    with pytest.raises(AlreadyExists):
        add_letter(register, bureau, number="穗民案（2019）89号")
    with pytest.raises(BadValue):
        add_letter(register, bureau, number="甲", proposal="10|07")


def test_a_letter_is_corrected_with_history(register: Register, bureau: Department) -> None:
    letter = add_letter(register, bureau)
    other = departments.add_department(register, "市台联")
    letters.edit_letter(register, letter, "误填", proposing_unit=other)
    assert letter.proposing_unit is other
    assert last_entry(register).changes == {"proposing_unit": ["市民政局", "市台联"]}
