"""Figures as of an instant: what is recorded later never changes what stood.

Longer than a file should be: all of it is told of one small ledger, whose clock is moved by hand.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from commitments import storage
from commitments.calendar.deadlines import Ladder, Offset
from commitments.errors import Refused
from commitments.models import Commitment, Department, Letter, Target
from commitments.queries import lookup
from commitments.queries.as_of import commitments_as_of, undone
from commitments.queries.lookup import find_department, find_letter
from commitments.queries.statistics import CommitmentAsOf, Period, Rate, rates, totals
from commitments.queries.targets import TargetFigure, percent
from commitments.register import closing, editing, extensions, opening, progress, responses
from commitments.register.context import Register
from tests.ledgers import new_engine
from tests.thorough import examples

ZONE = ZoneInfo("Asia/Shanghai")
LADDER = Ladder(rungs=(Offset(-7, "wd"), Offset(0, "d"), Offset(1, "wd")), repeat=Offset(5, "wd"))


class Weekdays:
    """Monday to Friday are worked; years from 2027 on are provisional."""

    def is_workday(self, day: date) -> bool:
        return day.weekday() < 5

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
        return year >= 2027


WORKDAYS = Weekdays()


class Ledger:
    """Letter 1007 to 市台联, written by a register whose clock is moved by hand."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.engine = new_engine(folder / "t.db")
        names = ("市台联", "市民政局", "各区政府", "市委组织部")
        with storage.writing(self.engine) as session:
            session.add_all(Department(name=name) for name in names)
            session.flush()
            unit, office = (find_department(session, name) for name in names[:2])
            session.add(
                Letter(document_number="穗民案〔2019〕89号", proposal_number="1007", proposing_unit=unit,
                       replying_unit=office, signed_on=date(2019, 6, 26), contact="张三 020-0000000")
            )  # fmt: skip

    @contextmanager
    def at(self, moment: str) -> Iterator[Register]:
        """Give a register at a local time like ``2019-07-05 10:00``; its work is kept."""
        now = datetime.fromisoformat(moment).replace(tzinfo=ZONE)
        with storage.writing(self.engine) as session:
            yield Register(
                session, actor="市民政局", now=now, today=now.date(), workdays=WORKDAYS,
                review_every=Offset(3, "m"), evidence_folder=self.folder / "evidence",
            )  # fmt: skip

    def add(self, moment: str, **facts: Any) -> str:
        """Enter a pledge and return its ref."""
        with self.at(moment) as register:
            letter = find_letter(register.session, "1007")
            lead = find_department(register.session, "市民政局")
            pledge = Commitment(ref="", letter=letter, lead=lead, **{"title": "村居事项清单", **facts})
            return opening.add(register, pledge).ref

    def month(self, month: str, unit: str | None = "市台联") -> list[CommitmentAsOf]:
        """Return the commitments as of the month's end."""
        with storage.reading(self.engine) as session:
            department = find_department(session, unit) if unit else None
            return commitments_as_of(session, department, period(month), LADDER, WORKDAYS)


def period(month: str) -> Period:
    start = datetime.fromisoformat(f"{month}-01").replace(tzinfo=ZONE)
    end = (start + timedelta(days=32)).replace(day=1)
    return Period(start, end, (end - timedelta(days=1)).date())


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path)


# -- as of an instant ----------------------------------------------------------------------------------------


def test_closed_on_the_first_before_the_digest_is_made_belongs_to_the_new_month(ledger: Ledger) -> None:
    ref = ledger.add("2019-06-27 10:00", due_on=date(2019, 12, 31), due_basis="derived")
    with ledger.at("2019-08-01 00:00") as register:
        closing.close(register, ref, "kept", waiver="通报在案")
    (july,), (august,) = ledger.month("2019-07"), ledger.month("2019-08")
    assert (july.state, july.outcome, july.closed_on) == ("open", None, None)
    assert (july.silent, july.happened) == (True, [])
    assert (august.state, august.outcome, august.closed_on) == ("closed", "kept", date(2019, 8, 1))
    assert [line["what"] for line in august.happened] == ["closed"]


def test_an_extension_approved_later_is_not_seen(ledger: Ledger) -> None:
    ref = ledger.add("2019-06-27 10:00", due_on=date(2019, 7, 31), due_basis="stated")
    with ledger.at("2019-07-30 10:00") as register:
        extensions.ask(register, ref, date(2019, 9, 30), "征求意见尚未结束")
    with ledger.at("2019-08-02 10:00") as register:
        extensions.decide(register, ref, approve=True, by="分管领导")
    (july,), (august,) = ledger.month("2019-07"), ledger.month("2019-08")
    assert (july.due_on, july.due_basis, july.band) == (date(2019, 7, 31), "stated", "due_today")
    assert july.slips == []
    assert [line["what"] for line in july.happened] == ["extension_asked"]
    assert not july.silent
    assert (august.due_on, august.first_due_on) == (date(2019, 9, 30), date(2019, 7, 31))
    assert august.slips == [
        {"from": date(2019, 7, 31), "to": date(2019, 9, 30), "reason": "征求意见尚未结束", "on": date(2019, 8, 2)}
    ]
    assert (july.waiting, august.waiting) == (["extension"], [])


def test_what_became_open_after_the_month_is_absent(ledger: Ledger) -> None:
    ledger.add("2019-07-31 23:59")
    ledger.add("2019-08-01 00:00")
    draft = ledger.add("2019-07-02 09:00", state="draft")
    with ledger.at("2019-08-05 09:00") as register:
        opening.confirm(register, draft)
    assert [one.ref for one in ledger.month("2019-07")] == ["2019-1007-01"]
    assert [one.ref for one in ledger.month("2019-08")] == ["2019-1007-01", "2019-1007-02", draft]
    assert ledger.month("2019-06") == []


def test_only_the_unit_asked_for(ledger: Ledger) -> None:
    ledger.add("2019-07-01 09:00")
    assert ledger.month("2019-07", "各区政府") == []
    assert len(ledger.month("2019-07", None)) == 1


def test_a_new_lead_and_new_support_do_not_reach_back(ledger: Ledger) -> None:
    ref = ledger.add("2019-07-01 09:00")
    with ledger.at("2019-08-02 09:00") as register:
        names = ("各区政府", "市民政局", "市委组织部")
        lead, *support = (find_department(register.session, name) for name in names)
        editing.edit(register, ref, "职责调整", lead=lead, support=support, title="清单")
    (july,), (august,) = ledger.month("2019-07"), ledger.month("2019-08")
    assert (july.lead, july.support, july.title) == ("市民政局", [], "村居事项清单")
    assert (august.lead, august.support, august.title) == ("各区政府", ["市民政局", "市委组织部"], "清单")


def test_progress_carries_its_day_its_evidence_and_the_figure_of_the_month(ledger: Ledger) -> None:
    ref = ledger.add(
        "2019-06-27 10:00",
        kind="target",
        targets=[
            Target(what="城市社区", unit="%", baseline=4.0, goal=10.0),
            Target(what="农村社区", goal=15.0),
        ],
    )
    proof = ledger.folder / "清单 sha256:表.txt"
    proof.write_text("一", encoding="utf-8")
    with ledger.at("2019-07-10 10:00") as register:
        sources = [str(proof), "https://gz.example/a"]
        progress.record(register, ref, "已印发", on=date(2019, 7, 8), figures={"城市社区": 7.0}, proofs=sources)
    with ledger.at("2019-08-10 10:00") as register:
        progress.record(register, ref, "再印发", figures={"城市社区": 10.0})
    (june,), (july,), (august,) = (ledger.month(month) for month in ("2019-06", "2019-07", "2019-08"))
    assert july.happened == [
        {"on": date(2019, 7, 8), "what": "progress", "note": "已印发", "evidence": [
            {"name": "清单 sha256:表.txt", "url": None},
            {"name": "https://gz.example/a", "url": "https://gz.example/a"},
        ]}
    ]  # fmt: skip
    city = [one.targets[0] for one in (june, july, august)]
    assert [(one.figure, one.percent) for one in city] == [(None, 0), (7.0, 50), (10.0, 100)]
    assert [one.silent for one in (june, july, august)] == [False, False, False]  # in June there was no time to answer
    unmoved = TargetFigure(what="农村社区", unit="", baseline=0.0, goal=15.0, figure=None, percent=0)
    assert july.targets[1] == unmoved


def test_a_correction_is_no_slip_and_corrects_the_first_date(ledger: Ledger) -> None:
    ref = ledger.add("2019-06-27 10:00", due_on=date(2019, 9, 30), due_basis="stated")
    with ledger.at("2019-07-02 10:00") as register:
        editing.edit(register, ref, "录入有误", due_on=date(2019, 8, 30))
    with ledger.at("2019-08-02 10:00") as register:
        editing.edit(register, ref, "再核", due_on=date(2019, 10, 31))
    (july,), (august,) = ledger.month("2019-07"), ledger.month("2019-08")
    assert (july.slips, august.slips, july.happened, july.silent) == ([], [], [], True)
    assert (august.due_on, august.first_due_on) == (date(2019, 10, 31), date(2019, 10, 31))
    assert august.corrections == [
        {"field": "due_on", "from": "2019-08-30", "to": "2019-10-31", "reason": "再核", "on": date(2019, 8, 2)}
    ]


def test_after_an_extension_the_first_date_stands_whatever_is_corrected(ledger: Ledger) -> None:
    ref = ledger.add("2019-06-27 10:00", due_on=date(2019, 7, 31), due_basis="stated")
    with ledger.at("2019-07-10 10:00") as register:
        extensions.ask(register, ref, date(2019, 9, 30), "征求意见")
        extensions.decide(register, ref, approve=True, by="领导")
        editing.edit(register, ref, "录入有误", due_on=date(2019, 9, 29))
    (july,) = ledger.month("2019-07")
    assert (july.due_on, july.first_due_on) == (date(2019, 9, 29), date(2019, 7, 31))
    assert [slip["to"] for slip in july.slips] == [date(2019, 9, 30)]


def test_what_was_corrected_back_is_no_correction(ledger: Ledger) -> None:
    ref = ledger.add("2019-06-27 10:00", due_on=date(2019, 9, 30), due_basis="stated")
    with ledger.at("2019-07-02 10:00") as register:
        editing.edit(register, ref, "录入有误", due_on=date(2019, 8, 30))
        editing.edit(register, ref, "原来无误", due_on=date(2019, 9, 30))
    assert ledger.month("2019-07")[0].corrections == []


def test_what_happened_to_a_draft_is_told_to_nobody(ledger: Ledger) -> None:
    ref = ledger.add("2019-07-01 10:00", due_on=date(2019, 9, 30), due_basis="stated", state="draft")
    with ledger.at("2019-07-02 10:00") as register:
        editing.edit(register, ref, "读错了", due_on=date(2019, 12, 31), title="另一个名称")
    with ledger.at("2019-07-03 10:00") as register:
        opening.confirm(register, ref)
    (july,) = ledger.month("2019-07")
    assert (july.corrections, july.slips, july.new) == ([], [], True)
    assert [line["what"] for line in july.happened] == ["confirmed"]


@pytest.mark.parametrize("ask", ["extension", "dispute", "report"])
def test_what_waits_for_our_office_is_not_silence(ledger: Ledger, ask: str) -> None:
    ref = ledger.add("2019-06-27 10:00", due_on=date(2019, 12, 31), due_basis="stated")
    with ledger.at("2019-07-10 10:00") as register:
        if ask == "extension":
            extensions.ask(register, ref, date(2020, 3, 31), "征求意见")
        elif ask == "dispute":
            responses.dispute(register, ref, lookup.find_department(register.session, "市民政局"), "不属本单位")
        else:
            closing.report_done(register, ref, note="已办结")
    assert [ledger.month(month)[0].silent for month in ("2019-07", "2019-08", "2019-09")] == [False] * 3
    assert ledger.month("2019-08")[0].waiting == ([] if ask == "report" else [ask])


def test_a_request_decided_long_ago_excuses_no_silence(ledger: Ledger) -> None:
    ref = ledger.add("2019-06-27 10:00", due_on=date(2019, 12, 31), due_basis="stated")
    with ledger.at("2019-07-10 10:00") as register:
        extensions.ask(register, ref, date(2020, 3, 31), "征求意见")
        extensions.decide(register, ref, approve=False, by="领导")
    assert [ledger.month(month)[0].silent for month in ("2019-07", "2019-08")] == [False, True]


@pytest.mark.parametrize(("opened", "silent"), [("2019-07-24 10:00", True), ("2019-07-25 10:00", False)])
def test_who_had_no_time_to_answer_is_not_silent(ledger: Ledger, opened: str, silent: bool) -> None:
    ledger.add(opened, due_on=date(2019, 12, 31), due_basis="stated")
    assert ledger.month("2019-07")[0].silent is silent


def test_a_deadline_taken_away_later_still_stood(ledger: Ledger) -> None:
    ref = ledger.add("2019-06-27 10:00", due_on=date(2019, 7, 10), due_basis="stated")
    with ledger.at("2019-08-02 10:00") as register:
        editing.edit(register, ref, "无明确期限", due_on=None, due_basis=None)
    (july,), (august,) = ledger.month("2019-07"), ledger.month("2019-08")
    assert (july.due_on, july.review_on, july.band) == (date(2019, 7, 10), None, "overdue")
    assert (july.days_left, july.working_days_left) == (-21, -15)
    assert (august.due_on, august.review_on, august.band) == (None, date(2019, 11, 2), "on_track")


def test_a_date_counted_through_an_unpublished_year_is_provisional(ledger: Ledger) -> None:
    days = {"due_basis": "derived", "due_from": date(2026, 12, 1)}
    ledger.add("2019-06-27 10:00", due_on=date(2027, 1, 12), due_offset="30wd", **days)
    ledger.add("2019-06-27 10:00", due_on=date(2027, 1, 12), due_offset="42d", **days)
    ledger.add("2019-06-27 10:00", due_on=date(2026, 12, 8), due_offset="5wd", **days)
    assert [one.provisional for one in ledger.month("2019-07")] == [True, False, False]


def test_who_has_reported_done_has_no_band_and_is_not_overdue(ledger: Ledger) -> None:
    ref = ledger.add("2019-06-27 10:00", due_on=date(2019, 7, 10), due_basis="stated")
    with ledger.at("2019-07-09 10:00") as register:
        closing.report_done(register, ref, note="已办结")
    july = ledger.month("2019-07")
    assert (july[0].band, july[0].days_left, july[0].silent) == (None, None, False)
    assert (totals(july)["reported_done"], totals(july)["overdue"], totals(july)["moved"]) == (1, 0, 1)
    assert not ledger.month("2019-08")[0].silent  # it waits for us


def test_queries_do_not_grow_with_the_ledger(ledger: Ledger) -> None:
    def statements() -> int:
        seen: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            seen.append(statement)

        event.listen(ledger.engine, "before_cursor_execute", note)
        ledger.month("2019-07")
        event.remove(ledger.engine, "before_cursor_execute", note)
        return len(seen)

    ledger.add("2019-07-01 09:00", targets=[Target(what="比例", goal=1.0)])
    few = statements()
    for _ in range(20):
        ledger.add("2019-07-01 09:00", targets=[Target(what="比例", goal=1.0)])
    assert statements() == few


# -- properties ----------------------------------------------------------------------------------------------

VALUES = st.none() | st.text(max_size=3) | st.lists(st.text(max_size=2), max_size=3)
FIELDS = ("due_on", "lead", "support", "state")


@given(st.fixed_dictionaries(dict.fromkeys(FIELDS, VALUES)), st.data())
def test_undoing_every_change_gives_back_what_was(facts: dict[str, Any], data: st.DataObject) -> None:
    now, entries = dict(facts), []
    for new in data.draw(st.lists(st.dictionaries(st.sampled_from(FIELDS), VALUES), max_size=6)):
        changes = {field: [now[field], value] for field, value in new.items()}
        entries.append({**changes, "evidence": ["甲", "乙"], "decided_by": "丙"})
        now |= new
    assert undone(now, reversed(entries)) == facts


def _verbs(register: Register, ref: str, day: date) -> dict[str, Any]:
    later = day + timedelta(days=45)
    other = find_department(register.session, "各区政府")
    return {
        "progress": lambda: progress.record(register, ref, "有进展", figures={"比例": float(day.day)}),
        "ask": lambda: extensions.ask(register, ref, later, "需要时间"),
        "approve": lambda: extensions.decide(register, ref, approve=True, by="领导"),
        "refuse": lambda: extensions.decide(register, ref, approve=False, by="领导"),
        "report": lambda: closing.report_done(register, ref, proofs=["https://gz.example/a"]),
        "close": lambda: closing.close(register, ref, "kept", waiver="在案"),
        "drop promise": lambda: closing.close(register, ref, "not_kept"),
        "reopen": lambda: closing.reopen(register, ref, "材料不足"),
        "date": lambda: editing.edit(register, ref, "更正", due_on=later),
        "undate": lambda: editing.edit(register, ref, "更正", due_on=None, due_basis=None),
        "review": lambda: editing.edit(register, ref, "更正", review_on=later),
        "owners": lambda: editing.edit(register, ref, "更正", lead=other, support=[]),
        "title": lambda: editing.edit(register, ref, "更正", title=f"清单{day:%d}"),
    }


VERBS = (
    "progress", "ask", "approve", "refuse", "report", "close", "drop promise", "reopen", "date", "undate",
    "review", "owners", "title",
)  # fmt: skip


@settings(max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(verbs=st.lists(st.sampled_from(VERBS), min_size=2, max_size=12), dated=st.booleans())
def test_nothing_recorded_later_changes_what_stood(
    tmp_path_factory: pytest.TempPathFactory, verbs: list[str], dated: bool
) -> None:
    ledger = Ledger(tmp_path_factory.mktemp("ledger"))
    date_facts: dict[str, Any] = {"due_on": date(2019, 8, 30), "due_basis": "stated"} if dated else {}
    ref = ledger.add("2019-06-27 10:00", targets=[Target(what="比例", goal=31.0)], **date_facts)
    months = [f"{2019 + n // 12}-{n % 12 + 1:02d}" for n in range(6, 6 + len(verbs))]
    stood = []
    for month, verb in zip(months, verbs, strict=True):
        with suppress(Refused), ledger.at(f"{month}-15 10:00") as register:
            _verbs(register, ref, date.fromisoformat(f"{month}-15"))[verb]()
        stood.append(ledger.month(month))
    assert [ledger.month(month) for month in months] == stood


# -- totals and rates ----------------------------------------------------------------------------------------


def test_an_empty_ledger_has_rates_without_a_whole() -> None:
    assert rates([], period("2019-07")) == [
        Rate("on_time_first", 0, 0), Rate("on_time_current", 0, 0), Rate("completion", 0, 0)
    ]  # fmt: skip
    assert set(totals([])["by_outcome"].values()) == {0}


def test_on_time_rate_by_first_and_by_current_date(ledger: Ledger) -> None:
    due = {"due_on": date(2019, 7, 31), "due_basis": "stated"}
    in_time, late, extended, sent_back, broken, other_month = (
        ledger.add("2019-06-27 10:00", **{**due, **more}) for more in ({}, {}, {}, {}, {}, {"due_on": date(2019, 8, 1)})
    )
    with ledger.at("2019-07-20 10:00") as register:
        closing.report_done(register, in_time)
        closing.report_done(register, sent_back)
        closing.report_done(register, other_month)
        extensions.ask(register, extended, date(2019, 8, 30), "需要时间")
        extensions.decide(register, extended, approve=True, by="领导")
        closing.close(register, broken, "not_kept")
    with ledger.at("2019-07-31 23:00") as register:
        closing.reopen(register, sent_back, "材料不足")
    with ledger.at("2019-08-01 10:00") as register:
        closing.close(register, late, "kept", waiver="在案")
        closing.close(register, in_time, "kept", waiver="在案")
        closing.report_done(register, extended)
    assert rates(ledger.month("2019-07"), period("2019-07")) == [
        Rate("on_time_first", 1, 5), Rate("on_time_current", 1, 4), Rate("completion", 1, 6)
    ]  # fmt: skip
    assert rates(ledger.month("2019-08"), period("2019-08")) == [
        Rate("on_time_first", 1, 1), Rate("on_time_current", 2, 2), Rate("completion", 3, 6)
    ]  # fmt: skip


def test_totals_count_by_state_band_kind_and_outcome(ledger: Ledger) -> None:
    ledger.add("2019-07-01 09:00", due_on=date(2019, 7, 10), due_basis="stated")
    ledger.add("2019-07-01 09:00", due_on=date(2019, 7, 31), due_basis="stated", kind="open_item")
    ledger.add("2019-07-01 09:00", due_on=date(2019, 8, 6), due_basis="stated")
    closed = ledger.add("2019-07-01 09:00", kind="target")
    ledger.add("2019-07-01 09:00", review_on=date(2019, 7, 20))
    with ledger.at("2019-07-02 09:00") as register:
        closing.close(register, closed, "merged")
    assert totals(ledger.month("2019-07")) == {
        "all": 5, "open": 4, "reported_done": 0, "closed": 1, "overdue": 1, "due_today": 1, "review_due": 1,
        "due_soon": 2, "silent": 4, "moved": 1, "slipped": 0,
        "by_kind": {"pledge": 3, "open_item": 1, "target": 1},
        "by_outcome": {"kept": 0, "partly_kept": 0, "not_kept": 0, "merged": 1, "withdrawn": 0},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("baseline", "goal", "figure", "share"),
    [(0, 10, None, 0), (0, 10, 9.99, 99), (0, 10, 12, 100), (5, 10, 4, 0), (100, 0, 75, 25), (3, 3, 3, 100),
     (3, 3, 2, 0), (0, 0.3, 0.1 + 0.2, 100)],
)  # fmt: skip
def test_percent_of_the_way(baseline: float, goal: float, figure: float | None, share: int) -> None:
    assert percent(baseline, goal, figure) == share
