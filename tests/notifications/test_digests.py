"""Monthly digests: which are owed, what they state, approval; the weekly status.

Longer than a file should be: all of it is told of one small ledger, month after month.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from commitments import storage
from commitments.calendar.deadlines import Ladder, Offset
from commitments.errors import NoSuchDepartment, NoSuchDigest
from commitments.history import chain
from commitments.models import Commitment, Department, HistoryEntry, Letter
from commitments.queries.lookup import find_department, find_letter
from commitments.register import closing, editing, extensions, letters, opening, progress, responses
from commitments.register.context import Register
from notifications.context import DigestRules
from notifications.models import Alert, Digest, Message, Notice
from notifications.plan import digests, periods, status_digest
from notifications.plan.periods import Owed, folded, newest_due, owed_months, period, status_due, status_week
from tests.conftest import Scene
from tests.ledgers import new_engine

ZONE = ZoneInfo("Asia/Shanghai")
LADDER = Ladder(rungs=(Offset(-7, "wd"), Offset(0, "d"), Offset(1, "wd")), repeat=Offset(5, "wd"))


class Weekdays:
    """Monday to Friday are worked, except the days given."""

    def __init__(self, *off: date) -> None:
        self.off = off

    def is_workday(self, day: date) -> bool:
        return day.weekday() < 5 and day not in self.off

    def add(self, start: date, n: int) -> date:
        day, step = start, timedelta(days=1 if n > 0 else -1)
        for _ in range(abs(n)):
            day += step
            while not self.is_workday(day):
                day += step
        return day

    def between(self, start: date, end: date) -> int:
        if end < start:
            return -self.between(end, start)
        return sum(self.is_workday(start + timedelta(days=n)) for n in range(1, (end - start).days + 1))

    def on_or_before(self, day: date) -> date:
        return day if self.is_workday(day) else self.add(day, -1)

    def on_or_after(self, day: date) -> date:
        return day if self.is_workday(day) else self.add(day, 1)

    def provisional(self, year: int) -> bool:
        return False


WORKDAYS = Weekdays(date(2020, 1, 1))


class Ledger:
    """Letters to 市台联 and 市侨联, and a clock that is moved by hand."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.engine = new_engine(folder / "t.db")
        with storage.writing(self.engine) as session:
            session.add_all(Department(name=name) for name in ("市台联", "市侨联", "市民政局", "各区政府"))
        self.letter("1007", "市台联")

    def letter(self, number: str, unit: str) -> None:
        """Register a letter to a unit; its contact must never be told to anybody."""
        with storage.writing(self.engine) as session:
            session.add(
                Letter(
                    document_number=f"穗民案〔2019〕{number}号",
                    proposal_number=number,
                    proposing_unit=find_department(session, unit),
                    replying_unit=find_department(session, "市民政局"),
                    signed_on=date(2019, 6, 26),
                    contact="李四 020-0000000",
                )
            )

    @contextmanager
    def at(self, moment: str) -> Iterator[Register]:
        now = local(moment)
        with storage.writing(self.engine) as session:
            yield Register(
                session, actor="市民政局", now=now, today=now.astimezone(ZONE).date(), workdays=WORKDAYS,
                review_every=Offset(3, "m"), evidence_folder=self.folder / "evidence",
            )  # fmt: skip

    def add(self, moment: str, letter: str = "1007", lead: str = "市民政局", **facts: Any) -> str:
        with self.at(moment) as register:
            session = register.session
            owner, source = find_department(session, lead), find_letter(session, letter)
            pledge = Commitment(ref="", letter=source, lead=owner, title="清单", **facts)
            return opening.add(register, pledge).ref

    def close(self, moment: str, ref: str) -> None:
        with self.at(moment) as register:
            closing.close(register, ref, "kept", waiver="在案")

    def plan(self, moment: str, day: int = 1) -> list[Digest]:
        with storage.writing(self.engine) as session:
            context = told_by(day)
            owing = digests.owing(session, context, local(moment))
            made = [digests.make(session, *each, context, local(moment)) for each in owing]
            return [digest for some in made for digest in some]

    def status(self, moment: str) -> dict[str, Any]:
        with storage.reading(self.engine) as session:
            return status_digest.status(session, told_by(), local(moment))


def told_by(day: int = 1) -> Any:
    """Return what digests take of the context of a pass."""
    return SimpleNamespace(
        zone=ZONE, today=lambda now: now.astimezone(ZONE).date(), workdays=WORKDAYS,
        policy=SimpleNamespace(ladder=LADDER),
        digest=DigestRules(day=day, approval="none"), name="市民政局", contact="", reply_to="office@yinuo.example",
        language="zh-Hans",
    )  # fmt: skip


def local(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=ZONE).astimezone(UTC)


def issues(made: list[Digest]) -> list[tuple[int | None, str]]:
    return [(row.number, row.period) for row in made]


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path)


# -- months --------------------------------------------------------------------------------------------------


def test_months_run_over_the_year() -> None:
    december = period("2019-12", ZONE, date(2020, 2, 1))
    assert december.start == datetime(2019, 11, 30, 16, tzinfo=UTC)
    assert december.end == datetime(2019, 12, 31, 16, tzinfo=UTC)
    assert december.day == date(2019, 12, 31)
    assert period("2019-12", ZONE, date(2019, 12, 9)).day == date(2019, 12, 9)


def test_the_slot_is_a_working_day_of_the_month_after() -> None:
    assert periods.send_on("2019-12", 1, WORKDAYS) == date(2020, 1, 2)
    assert periods.send_on("2019-08", 1, WORKDAYS) == date(2019, 9, 2)
    assert periods.send_on("2019-08", 5, WORKDAYS) == date(2019, 9, 6)
    assert newest_due(date(2020, 1, 1), 1, WORKDAYS) == "2019-11"
    assert newest_due(date(2020, 1, 2), 1, WORKDAYS) == "2019-12"
    assert newest_due(date(2020, 3, 2), 30, WORKDAYS) == "2019-12"


def test_months_owed_begin_with_the_first_opening_and_end_with_the_last_closing() -> None:
    assert owed_months("2019-11", None, None, "2020-02") == ["2019-11", "2019-12", "2020-01", "2020-02"]
    assert owed_months("2019-11", "2019-12", None, "2020-02") == ["2019-11", "2019-12"]
    assert owed_months("2019-11", "2020-05", "2019-12", "2020-01") == ["2020-01"]
    assert owed_months("2020-02", None, None, "2020-01") == []


def test_missed_months_come_three_singly_and_the_older_in_one() -> None:
    months = ["2019-07", "2019-08", "2019-09", "2019-10", "2019-11"]
    made_up = [Owed("2019-08", True, ("2019-07",)), *(Owed(month, True) for month in months[2:])]
    assert folded(months, date(2019, 12, 20), 1, WORKDAYS) == made_up
    assert folded(months, date(2019, 12, 2), 1, WORKDAYS)[-1] == Owed("2019-11", late=False)
    assert folded(months[:1], date(2019, 8, 2), 1, WORKDAYS) == [Owed("2019-07", late=True)]
    assert folded([], date(2019, 8, 2), 1, WORKDAYS) == []


# -- which are made ------------------------------------------------------------------------------------------


def test_a_digest_is_made_once_on_its_slot(ledger: Ledger) -> None:
    ledger.add("2019-06-27 10:00")
    assert ledger.plan("2019-06-30 09:00") == []
    assert issues(ledger.plan("2019-07-01 00:00")) == [(1, "2019-06")]
    assert ledger.plan("2019-07-01 00:01") == []
    assert issues(ledger.plan("2019-08-01 09:00")) == [(2, "2019-07")]


def test_an_empty_ledger_owes_nothing(ledger: Ledger) -> None:
    assert ledger.plan("2019-08-01 09:00") == []
    ledger.add("2019-06-27 10:00", state="draft")
    assert ledger.plan("2019-08-01 09:00") == []


def test_opened_in_the_last_hour_of_the_month_here_not_in_greenwich(ledger: Ledger) -> None:
    ledger.add("2019-08-01 00:30")
    assert ledger.plan("2019-08-01 09:00") == []
    assert issues(ledger.plan("2019-09-02 09:00")) == [(1, "2019-08")]


def test_december_goes_out_after_new_year(ledger: Ledger) -> None:
    ledger.add("2019-12-30 10:00")
    assert ledger.plan("2020-01-01 09:00") == []
    assert issues(ledger.plan("2020-01-02 09:00")) == [(1, "2019-12")]


def test_two_letters_of_one_unit_share_a_digest_and_units_are_apart(ledger: Ledger) -> None:
    ledger.letter("1008", "市台联")
    ledger.letter("2001", "市侨联")
    for number in ("1007", "1008", "2001"):
        ledger.add("2019-07-03 10:00", letter=number)
    ours, theirs = ledger.plan("2019-08-01 09:00")
    assert [row["proposal_number"] for row in ours.snapshot["letters"]] == ["1007", "1008"]
    assert [row["ref"] for row in ours.snapshot["commitments"]] == ["2019-1007-01", "2019-1008-01"]
    assert (theirs.number, theirs.snapshot["unit"], theirs.snapshot["totals"]["all"]) == (1, "市侨联", 1)


def test_the_last_digest_is_for_the_month_of_the_last_closing(ledger: Ledger) -> None:
    ledger.close("2019-08-20 10:00", ledger.add("2019-07-03 10:00"))
    assert issues(ledger.plan("2019-10-08 09:00")) == [(1, "2019-07"), (2, "2019-08")]
    assert ledger.plan("2019-11-01 09:00") == []


def test_a_reopened_unit_is_told_again_but_not_of_months_in_which_nothing_was_open(ledger: Ledger) -> None:
    ref = ledger.add("2019-06-27 10:00")
    ledger.close("2019-07-20 10:00", ref)
    assert issues(ledger.plan("2019-08-01 09:00")) == [(1, "2019-06"), (2, "2019-07")]
    with ledger.at("2019-11-05 10:00") as register:
        closing.reopen(register, ref, "群众反映未落实")
    assert ledger.plan("2019-11-05 11:00") == []
    (december,) = ledger.plan("2019-12-02 09:00")
    assert (december.number, december.period) == (3, "2019-11")
    assert [line["what"] for line in december.snapshot["commitments"][0]["happened"]] == ["reopened"]


def test_closed_before_this_ledger_owes_nothing(ledger: Ledger) -> None:
    ledger.add("2019-08-05 10:00", state="closed", outcome="kept", closed_on=date(2019, 8, 1))
    assert ledger.plan("2019-09-02 09:00") == []


def test_months_missed_are_made_up_numbered_in_order_and_told_late(ledger: Ledger) -> None:
    ref = ledger.add("2019-06-27 10:00")
    with ledger.at("2019-07-10 10:00") as register:
        progress.record(register, ref, "七月进展")
    made = ledger.plan("2019-12-10 09:00")
    assert issues(made) == [(1, "2019-08"), (2, "2019-09"), (3, "2019-10"), (4, "2019-11")]
    assert [(row.late, row.snapshot["late"], row.snapshot["number"]) for row in made] == [
        (True, True, n) for n in (1, 2, 3, 4)
    ]  # fmt: skip
    first = made[0].snapshot
    assert (first["folded"], first["previous"]) == (["2019-06", "2019-07"], None)
    assert [line["note"] for line in first["commitments"][0]["happened"]] == ["七月进展"]
    assert ledger.plan("2019-12-10 09:01") == []
    assert issues(ledger.plan("2020-01-02 09:00")) == [(5, "2019-12")]


# -- what a digest states ------------------------------------------------------------------------------------


def test_a_digest_made_late_states_what_stood_at_the_end_of_its_month(ledger: Ledger) -> None:
    due: dict[str, Any] = {"due_on": date(2019, 7, 31), "due_basis": "stated"}
    closed, extended = ledger.add("2019-06-27 10:00", **due), ledger.add("2019-06-27 10:00", **due)
    with ledger.at("2019-08-01 08:00") as register:
        closing.close(register, closed, "kept", waiver="在案")
        extensions.ask(register, extended, date(2019, 9, 30), "征求意见")
        extensions.decide(register, extended, approve=True, by="领导")
    _june, july = ledger.plan("2019-08-01 09:00")
    (august,) = ledger.plan("2019-09-02 09:00")
    assert july.snapshot["totals"]["closed"] == 0
    assert [row["due_on"] for row in july.snapshot["commitments"]] == ["2019-07-31", "2019-07-31"]
    assert august.snapshot["previous"] == july.snapshot["totals"]
    assert [row["closed_on"] for row in august.snapshot["commitments"]] == ["2019-08-01", None]
    assert august.snapshot["commitments"][1]["slips"] == [
        {"from": "2019-07-31", "to": "2019-09-30", "reason": "征求意见", "on": "2019-08-01"}
    ]
    assert august.snapshot["rates"] == [
        {"name": "on_time_first", "part": 0, "whole": 0},
        {"name": "on_time_current", "part": 0, "whole": 0},
        {"name": "completion", "part": 1, "whole": 2},
    ]


def test_no_telephone_of_a_letter_goes_out_and_the_chain_is_named(ledger: Ledger) -> None:
    ledger.add("2019-06-27 10:00")
    (june,) = ledger.plan("2019-07-01 09:00")
    with storage.reading(ledger.engine) as session:
        made = session.get_one(HistoryEntry, chain.head(session).seq)
        stored = session.scalars(select(Digest)).one().snapshot
    assert stored == june.snapshot
    assert made.action == "digest_made"
    assert stored["chain"] == {"seq": made.seq - 1, "hash": made.prev}
    assert stored["contact"] == "office@yinuo.example"
    assert "020-0000000" not in json.dumps(stored, ensure_ascii=False)


def answer(ledger: Ledger, moment: str, month: str, grade: str, unit: str = "市台联") -> None:
    with ledger.at(moment) as register:
        responses.answer(register, find_department(register.session, unit), month, grade, "未见清单")


def test_a_digest_repeats_what_its_unit_answered_in_the_month(ledger: Ledger) -> None:
    ledger.add("2019-06-27 10:00")
    answer(ledger, "2019-07-02 09:00", "2019-06", "not_satisfied")
    answer(ledger, "2019-07-31 23:59", "2019-06", "partly")
    answer(ledger, "2019-07-31 23:59", "2019-06", "satisfied", unit="市侨联")
    answer(ledger, "2019-08-01 00:00", "2019-07", "satisfied")
    june, july = ledger.plan("2019-08-01 09:00")
    (august,) = ledger.plan("2019-09-02 09:00")
    assert june.snapshot["answers"] == []
    assert july.snapshot["answers"] == [
        {"month": "2019-06", "grade": "partly", "reason": "未见清单", "on": "2019-07-31"}
    ]  # fmt: skip
    assert [row["month"] for row in august.snapshot["answers"]] == ["2019-07"]


def test_no_digest_of_a_unit_tells_of_a_receipt_or_a_dispute(ledger: Ledger) -> None:
    ref = ledger.add("2019-06-27 10:00")
    with ledger.at("2019-07-02 09:00") as register:
        ours, theirs = (find_department(register.session, name) for name in ("市民政局", "各区政府"))
        responses.acknowledge(register, ref, ours)
        responses.dispute(register, ref, ours, "内部理由")
        responses.decide_dispute(
            register, ref, department=ours, accept=True, by="分管领导", note="内部意见", lead=theirs
        )
    _june, july = ledger.plan("2019-08-01 09:00")
    (row,) = july.snapshot["commitments"]
    assert (row["lead"], row["silent"]) == ("各区政府", False)
    moved = [(line["field"], line["from"], line["to"]) for line in row["corrections"]]
    assert moved == [("lead", "市民政局", "各区政府")]
    told = json.dumps(july.snapshot, ensure_ascii=False)
    assert "内部" not in told
    assert "分管领导" not in told


def test_a_preview_stores_nothing_and_takes_the_running_month_as_of_today(ledger: Ledger) -> None:
    ledger.add("2019-07-03 10:00", due_on=date(2019, 7, 12), due_basis="stated")
    with storage.reading(ledger.engine) as session:
        unit = find_department(session, "市台联")
        shown = digests.snapshot(session, unit, Owed("2019-07"), told_by(), date(2019, 7, 10))
        assert session.scalars(select(Digest)).all() == []
    assert (shown["number"], shown["commitments"][0]["band"]) == (1, "due_soon")
    assert shown["commitments"][0]["working_days_left"] == 2


def test_find_names_what_is_missing_and_leads_from_a_folded_month_to_its_digest(ledger: Ledger) -> None:
    ledger.add("2019-06-27 10:00")
    ledger.plan("2019-12-10 09:00")
    with storage.reading(ledger.engine) as session:
        assert digests.find(session, "市台联", "2019-06").period == "2019-08"
        with pytest.raises(NoSuchDigest, match="2020-01"):
            digests.find(session, "市台联", "2020-01")
        with pytest.raises(NoSuchDepartment):
            digests.find(session, "市台办", "2019-06")


def test_approval_frees_its_notices_and_is_written_once(ledger: Ledger) -> None:
    ledger.add("2019-06-27 10:00")
    (june,) = ledger.plan("2019-07-01 09:00")
    with storage.writing(ledger.engine) as session:
        for key, digest_id in (("a", june.id), ("b", None)):
            session.add(
                Notice(
                    key=key, digest_id=digest_id, kind="monthly_digest", addressee="市台联", role="unit",
                    slot=date(2019, 7, 1), state="held", reason="approval", created_at=june.created_at,
                )
            )  # fmt: skip
    for by in ("分管领导", "别人"):
        with ledger.at("2019-07-02 09:00") as register:
            approved = digests.approve(register, "市台联", "2019-06", by)
    with storage.reading(ledger.engine) as session:
        states = session.execute(select(Notice.key, Notice.state).order_by(Notice.key)).all()
        assert chain.verify(session).seq == 3
    assert (approved.approved_by, approved.approved_at) == ("分管领导", local("2019-07-02 09:00"))
    assert [tuple(row) for row in states] == [("a", "owed"), ("b", "held")]


# -- the weekly status ---------------------------------------------------------------------------------------


def test_a_status_slot_moves_to_the_next_working_day() -> None:
    assert status_week(date(2019, 8, 1), "monday", WORKDAYS) == ("2019-W31", date(2019, 7, 29))
    assert status_week(date(2019, 12, 30), "wednesday", WORKDAYS) == ("2020-W01", date(2020, 1, 2))


def test_a_status_pushed_into_the_next_week_is_told_there() -> None:
    workdays = Weekdays(date(2019, 9, 13))
    assert status_week(date(2019, 9, 15), "friday", workdays) == ("2019-W37", date(2019, 9, 16))
    assert status_week(date(2019, 9, 16), "friday", workdays) == ("2019-W37", date(2019, 9, 16))
    assert status_week(date(2019, 9, 20), "friday", workdays) == ("2019-W38", date(2019, 9, 20))


def test_status_puts_red_first_and_names_what_waits(ledger: Ledger) -> None:
    due = {"due_basis": "stated"}
    late = ledger.add("2019-06-27 10:00", due_on=date(2019, 7, 26), **due)
    later = ledger.add("2019-06-27 10:00", due_on=date(2019, 7, 12), lead="各区政府", **due)
    asked = ledger.add("2019-06-27 10:00", due_on=date(2019, 8, 30), **due)
    done = ledger.add("2019-06-27 10:00", due_on=date(2019, 7, 26), **due)
    draft = ledger.add("2019-06-27 10:00", state="draft")
    with ledger.at("2019-07-26 00:30") as register:
        extensions.ask(register, asked, date(2019, 9, 30), "征求意见")
        closing.report_done(register, done)
    status = ledger.status("2019-07-29 09:00")
    assert (status["week"], status["as_of"]) == ("2019-W31", "2019-07-29")
    assert [(row["ref"], row["days_left"], row["working_days_left"]) for row in status["red"]] == [
        (later, -17, -11), (late, -3, -1)
    ]  # fmt: skip
    assert status["extensions"] == [
        {"ref": asked, "title": "清单", "lead": "市民政局", "old_due": "2019-08-30", "new_due": "2019-09-30",
         "reason": "征求意见", "asked_by": "市民政局", "asked_on": "2019-07-26"}
    ]  # fmt: skip
    reported = {"ref": done, "title": "清单", "lead": "市民政局", "reported_on": "2019-07-26"}
    assert status["done_waiting"] == [reported]
    assert status["drafts"] == [{"ref": draft, "title": "清单"}]
    assert (status["totals"]["all"], status["totals"]["drafts"], status["totals"]["overdue"]) == (4, 1, 2)
    assert [(row["name"], row["open"], row["overdue"]) for row in status["departments"]] == [
        ("各区政府", 1, 1), ("市民政局", 2, 1)
    ]  # fmt: skip


def test_status_names_disputes_to_decide_and_answers_of_the_week(ledger: Ledger) -> None:
    ref, closed, decided = (ledger.add("2019-06-27 10:00") for _ in range(3))
    answer(ledger, "2019-07-15 09:00", "2019-06", "not_satisfied", unit="市侨联")
    with ledger.at("2019-07-26 00:30") as register:
        ours = find_department(register.session, "市民政局")
        for each in (ref, closed, decided):
            responses.dispute(register, each, ours, "职责已划转")
        responses.decide_dispute(register, decided, department=ours, accept=False, by="领导")
        closing.close(register, closed, "withdrawn")
    for grade in ("satisfied", "partly"):
        answer(ledger, "2019-07-26 08:00", "2019-06", grade)
    status = ledger.status("2019-07-29 09:00")
    assert status["disputes"] == [
        {"ref": ref, "title": "清单", "lead": "市民政局", "department": "市民政局", "reason": "职责已划转",
         "raised_on": "2019-07-26"}
    ]  # fmt: skip
    assert status["answers"] == [
        {"unit": "市台联", "month": "2019-06", "grade": "partly", "reason": "未见清单", "on": "2019-07-26"}
    ]  # fmt: skip


def test_status_counts_what_was_recorded_this_very_instant(ledger: Ledger) -> None:
    ref = ledger.add("2019-07-29 09:00")
    ledger.close("2019-07-29 09:00", ref)
    assert ledger.status("2019-07-29 09:00")["totals"]["closed"] == 1


def test_status_names_dead_messages_and_alerts_that_hold(ledger: Ledger) -> None:
    then = local("2019-07-26 09:00")
    with storage.writing(ledger.engine) as session:
        for n, state in enumerate(("dead", "sent")):
            session.add(
                Message(
                    message_id=f"<{n}@yinuo.example>", addressee=f"市民政局{n}", channel="mail", slot=then.date(),
                    told_on=then.date(), kind="reminder", composition=n, mailbox="mzj@gz.example",
                    subject="【逾期】", frozen=b"", content="", state=state, next_at=then, frozen_at=then,
                    error="550 no such user",
                )
            )  # fmt: skip
        session.add(Alert(key="a", text="no mailbox", at=then))
        session.add(Alert(key="b", text="old trouble", at=then, cleared_at=then))
    status = ledger.status("2019-07-29 09:00")
    told = {"to": "mzj@gz.example", "subject": "【逾期】", "error": "550 no such user", "at": "2019-07-26"}
    assert status["dead"] == [told]
    assert status["alerts"] == [{"at": "2019-07-26", "text": "no mailbox"}]


def test_status_names_departments_that_nobody_can_write_to(ledger: Ledger) -> None:
    with storage.writing(ledger.engine) as session:
        mute = session.scalars(select(Department).where(Department.name == "市民政局")).one()
        reached = session.scalars(select(Department).where(Department.name != "市民政局")).first()
        mute.mailbox = ""
        assert reached is not None
        reached.mailbox = "there@gz.example"
        held = [(mute, "2019-07-02", "no mailbox"), (mute, "2019-07-22", "no mailbox"), (mute, "2019-07-01", "guard")]
        held.append((reached, "2019-07-03", "no mailbox"))  # it has one by now: freed by the next pass
        for n, (department, slot, reason) in enumerate(held):
            fields = {"role": "lead", "slot": date.fromisoformat(slot), "department_id": department.id}
            notice = Notice(key=str(n), kind="reminder", addressee="x", created_at=local("2019-07-01 09:00"), **fields)
            notice.state, notice.reason = "held", reason
            session.add(notice)
    status = ledger.status("2019-07-29 09:00")
    assert status["unreached"] == [{"name": "市民政局", "held": 2, "since": "2019-07-02"}]


def test_a_correction_is_told_where_the_last_digest_said_otherwise(ledger: Ledger) -> None:
    ref = ledger.add("2019-06-27 10:00", due_on=date(2019, 9, 30), due_basis="stated")
    with ledger.at("2019-06-28 10:00") as register:
        editing.edit(register, ref, "录入有误", due_on=date(2019, 10, 31))
    with ledger.at("2019-07-02 10:00") as register:
        editing.edit(register, ref, "再核", due_on=date(2019, 11, 29))
    june, july = ledger.plan("2019-08-01 09:00")
    (august,) = ledger.plan("2019-09-02 09:00")
    told = [digest.snapshot["commitments"][0]["corrections"] for digest in (june, july, august)]
    assert told == [
        [],
        [{"field": "due_on", "from": "2019-10-31", "to": "2019-11-29", "reason": "再核", "on": "2019-07-02"}],
        [],
    ]
    assert [digest.snapshot["totals"]["slipped"] for digest in (june, july, august)] == [0, 0, 0]


def test_personal_data_is_masked_and_named_for_whoever_approves(ledger: Ledger) -> None:
    ref = ledger.add("2019-06-27 10:00", condition="待王某（13800138000）审定后")
    with ledger.at("2019-06-28 10:00") as register:
        progress.record(register, ref, "经办人身份证440106199001011234，邮箱wang@mail.example")
    (june,) = ledger.plan("2019-07-01 09:00")
    told = json.dumps(june.snapshot, ensure_ascii=False)
    assert not any(secret in told for secret in ("13800138000", "440106199001011234", "wang@mail.example"))
    assert june.snapshot["masked"] == [
        {"ref": ref, "field": "condition", "kind": "telephone"},
        {"ref": ref, "field": "note", "kind": "identity"},
        {"ref": ref, "field": "note", "kind": "mail"},
    ]


@pytest.mark.parametrize("weekday", ["monday", "wednesday", "friday", "sunday"])
@pytest.mark.parametrize("skipped", [set(), {5, 6}, {0}, {0, 1, 2, 3}])
def test_one_status_a_week_and_never_two_days_running(weekday: str, skipped: set[int]) -> None:
    told: dict[str, date] = {}
    for n in range(500):
        day = date(2019, 6, 26) + timedelta(days=n)
        if day.weekday() not in skipped and WORKDAYS.is_workday(day):
            due = status_due(day, weekday, WORKDAYS)
            if due and due[0] not in told:
                told[due[0]] = day
    days = sorted(told.values())
    assert len(days) > 60
    assert all((later - day).days > 1 for day, later in pairwise(days))


def test_a_ledger_begun_on_a_sunday_gets_one_status() -> None:
    assert status_due(date(2019, 6, 30), "monday", WORKDAYS) is None
    assert status_due(date(2019, 7, 1), "monday", WORKDAYS) == ("2019-W27", date(2019, 7, 1))
    assert status_due(date(2019, 7, 5), "monday", WORKDAYS) == ("2019-W27", date(2019, 7, 1))
    assert status_due(date(2019, 7, 6), "monday", WORKDAYS) is None


# -- letters that say little -----------------------------------------------------------------------------------


@pytest.mark.parametrize("known", [{}, {"proposal_number": "118"}, {"document_number": "甲〔2019〕9号"}])
def test_a_letter_that_says_little_is_reported_by_what_it_says(scene: Scene, known: dict[str, str]) -> None:
    def enter(register: Register) -> None:
        unit, own = (find_department(register.session, name) for name in ("各区政府", "市民政局"))
        letter = letters.add_letter(register, name="某函", proposing_unit=unit, proposal_title="停车", **known)
        opening.add(register, Commitment(ref="", letter=letter, title="甲", lead=own))

    scene.do(enter)
    scene.run_days("2019-06-28", "2019-08-02")
    with storage.reading(scene.engine) as session:
        to_unit = select(Message.subject).where(Message.mailbox == "gq@gz.example", Message.kind == "monthly_digest")
        subject = session.scalars(to_unit.order_by(Message.id)).all()[-1]
    number = known.get("proposal_number")
    assert "第号" not in subject
    assert (f"第{number}号提案" if number else known.get("document_number", "《停车》")) in subject
