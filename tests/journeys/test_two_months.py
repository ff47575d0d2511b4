"""Two months of an invented office, its mails and digests held against the history of its ledger."""

import re
from collections import Counter
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from commitments.history import chain
from commitments.models import Commitment, Letter
from notifications.models import Message, Notice
from tests.journeys.office import (
    FIRST,
    LAST,
    LEADER,
    LETTERS,
    LOCKED_OUT_DAY,
    LOGIN,
    PHONE,
    QUOTA_DAY,
    UNITS,
    Mail,
    TwoMonths,
)
from tests.journeys.story import DRAFT
from tracker.ops.doctor import differences

pytestmark = pytest.mark.journey

OUTSIDE = {"市台联": "tl@gz.example", "民盟市委": "mm@gz.example"}
MAILBOXES = {"市民政局": "mzj@gz.example", "市住建局": "zjj@gz.example", "市财政局": "czj@gz.example",
             "各区政府": "gq@gz.example", "市残联": "cl@gz.example"}  # fmt: skip
SUPERIORS = ("mzj-lead@gz.example", "shared-lead@gz.example", "cl-lead@gz.example")
OFFICE = "office@yinuo.test"
ESCALATED = "督办"


def escalations(office: TwoMonths) -> list[Mail]:
    return [mail for mail in office.mails if "【督办升级】" in mail.subject]


def refs(mail: Mail) -> set[str]:
    return set(re.findall(r"20\d\d-\w+-\d\d+", mail.text))


# -- nothing lost, nothing twice ---------------------------------------------------------------------------------------


def test_nothing_is_dead_after_a_quota_day_and_a_day_with_a_wrong_password(office: TwoMonths) -> None:
    with office.app.reading() as session:
        assert set(session.scalars(select(Message.state))) <= {"sent", "cancelled"}
        assert not list(session.scalars(select(Notice.key).where(Notice.state == "dead")))


def test_no_mail_went_out_while_the_relay_would_not_have_it(office: TwoMonths) -> None:
    days = Counter(mail.on for mail in office.mails)
    assert days[LOCKED_OUT_DAY] == 0
    assert days[QUOTA_DAY] <= 1


def test_the_history_holds_and_the_tables_agree_with_it(office: TwoMonths) -> None:
    with office.app.reading() as session:
        chain.verify(session)
        assert list(differences(session)) == []


def test_one_weekly_digest_a_week(office: TwoMonths) -> None:
    weeks = Counter(mail.subject for mail in office.to(OFFICE) if "每周办理情况" in mail.subject)
    assert set(weeks.values()) == {1}
    assert len(weeks) == (LAST - FIRST).days // 7 + 1


def test_one_message_a_day_for_each_superior(office: TwoMonths) -> None:
    sent = Counter((mail.on, mail.to) for mail in escalations(office))
    assert sent
    assert set(sent.values()) == {1}


# -- nobody is accused before being told -------------------------------------------------------------------------------


def test_a_superior_hears_of_an_item_only_after_its_lead_did(office: TwoMonths) -> None:
    workdays = office.app.workdays
    rows = {row.ref: row for row in _rows(office)}
    for mail in escalations(office):
        for ref in refs(mail) & set(rows):
            told = [each.on for each in office.mails if each.to == _lead_mailbox(office, ref, mail.on)
                    and ref in each.text and each.on < mail.on]  # fmt: skip
            assert told, (mail.on, mail.to, ref)
            assert workdays.between(min(told), mail.on) >= 5, (mail.on, mail.to, ref)


def test_what_a_superior_reads_of_earlier_reminders_are_days_on_which_they_went_out(office: TwoMonths) -> None:
    days = {(mail.to, f"{mail.on.year}年{mail.on.month}月{mail.on.day}日") for mail in office.mails}
    for mail in escalations(office):
        for line in re.findall(r"(?:此前提醒|此前询问)[：:]?\s*(.+)", mail.text):
            for day in re.findall(r"\d{4}年\d{1,2}月\d{1,2}日", line):
                assert any((box, day) in days for box in MAILBOXES.values()), (mail.on, line)


def test_last_years_letter_accuses_nobody_on_the_first_morning(office: TwoMonths) -> None:
    first = [mail for mail in office.mails if mail.on == FIRST]
    assert first
    assert not [mail.subject for mail in first if mail.to in SUPERIORS]
    assert not [mail.subject for mail in first if "此前" in mail.text]
    assert any("登记" in mail.text and "逾期" in mail.text for mail in first if mail.to == MAILBOXES["市住建局"])


# -- what leaves the house ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("secret", [LOGIN, LEADER, PHONE, DRAFT, "root"])
def test_names_logins_numbers_and_drafts_stay_inside(office: TwoMonths, secret: str) -> None:
    for unit in OUTSIDE.values():
        for mail in office.to(unit):
            assert secret not in mail.subject + mail.text + mail.html, (mail.subject, secret)


def test_only_what_was_approved_is_an_extension(office: TwoMonths) -> None:
    slipped = {
        month: {row["ref"] for row in office.digest("市台联", month)["commitments"] if row["slips"]}
        for month in ("2019-10", "2019-11")
    }
    assert slipped == {"2019-10": {office.ref("A6")}, "2019-11": set()}
    assert office.digest("市台联", "2019-10")["totals"]["slipped"] == 1
    assert office.digest("市台联", "2019-11")["totals"]["slipped"] == 0


def test_a_correction_is_told_where_a_digest_had_said_otherwise(office: TwoMonths) -> None:
    october, november = (_digest_text(office, "市台联", month) for month in ("10月", "11月"))
    assert "更正" not in _card(october, office.ref("A1"))
    assert "更正" in _card(november, office.ref("A2"))
    assert "批准" not in _card(november, office.ref("A2"))


def test_who_answered_and_waits_for_us_is_not_silent(office: TwoMonths) -> None:
    october, november = (_silent(office, "市台联", month) for month in ("2019-10", "2019-11"))
    answered = {office.ref(item) for item in ("A5", "A6", "A7", "A9", "C7")}
    assert not october & answered
    assert office.ref("C7") not in november  # reported in October, accepted in December
    assert office.ref("A8") in november  # nobody was heard of it


def test_the_digest_tells_two_letters_of_one_number_apart(office: TwoMonths) -> None:
    for unit, letter in (("市台联", "A"), ("民盟市委", "B")):
        assert LETTERS[letter][0] in _digest_text(office, unit, "10月")
    assert office.ref("A1").rsplit("-", 1)[0] != office.ref("B1").rsplit("-", 1)[0]


# -- the digest's figures, counted again from the history --------------------------------------------------------------


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize(("month", "last"), [("2019-10", date(2019, 10, 31)), ("2019-11", date(2019, 11, 30))])
def test_the_totals_are_those_of_the_history(office: TwoMonths, unit: str, month: str, last: date) -> None:
    stated = office.digest(unit, month)
    entries = _entries(office)
    rows = [row for row in _rows(office) if row.letter.proposing_unit.name == unit]
    closed = [row.ref for row in rows if _stood(entries.get(row.ref, []), last) == "closed"]
    assert stated["totals"]["all"] == len(rows)
    assert stated["totals"]["closed"] == len(closed)
    assert {row["ref"] for row in stated["commitments"] if row["state"] == "closed"} == set(closed)


def _rows(office: TwoMonths) -> list[Commitment]:
    with office.app.reading() as session:
        query = select(Commitment).where(Commitment.state != "draft")
        related = (joinedload(Commitment.letter).joinedload(Letter.proposing_unit), joinedload(Commitment.lead))
        return list(session.scalars(query.options(*related)))


def _entries(office: TwoMonths) -> dict[str, list[tuple[date, str]]]:
    with office.app.reading() as session:
        columns = (chain.HistoryEntry.subject, chain.HistoryEntry.at, chain.HistoryEntry.action)
        found: dict[str, list[tuple[date, str]]] = {}
        for subject, at, action in session.execute(select(*columns).order_by(chain.HistoryEntry.seq)):
            found.setdefault(subject, []).append((at.astimezone(office.app.zone).date(), action))
        return found


def _stood(entries: list[tuple[date, str]], last: date) -> str:
    """Return the state of an item on a day, from its history alone."""
    state = "open"
    for on, action in entries:
        if on <= last:
            state = {"report_done": "reported_done", "close": "closed", "reopen": "open"}.get(action, state)
    return state


def _lead_mailbox(office: TwoMonths, ref: str, day: date) -> str:
    with office.app.reading() as session:
        row = session.scalars(select(Commitment).where(Commitment.ref == ref)).one()
        return MAILBOXES[row.lead.name]


def _digest_text(office: TwoMonths, unit: str, month: str) -> str:
    mails = [mail for mail in office.to(OUTSIDE[unit]) if f"2019年{month}" in mail.subject]
    assert len(mails) == 1, [mail.subject for mail in office.to(OUTSIDE[unit])]
    return mails[0].text


def _card(text: str, ref: str) -> str:
    """Return the part of a digest that tells of one item."""
    start = text.index(ref)
    following = re.search(r"20\d\d-\w+-\d\d+", text[start + len(ref) :])
    return text[start : start + len(ref) + following.start()] if following else text[start:]


def _silent(office: TwoMonths, unit: str, month: str) -> set[str]:
    return {row["ref"] for row in office.digest(unit, month)["commitments"] if row["silent"]}
