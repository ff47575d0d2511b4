"""Silence is only what it says: asked in time, never heard, and nothing of it waits for our office."""

import json
from datetime import date

import pytest

from commitments.models import Target
from commitments.queries.lookup import find_department
from commitments.register import closing, editing, extensions, opening, progress, responses
from commitments.storage import reading, writing
from notifications.plan import status_digest
from tests.conftest import Scene
from tests.notifications.masking_reading import extend, lines, row, texts, told

DUE = date(2019, 12, 31)


def silent(scene: Scene, month: str) -> tuple[int, int]:
    """Return how many the figures call silent, and how many rows say so."""
    facts = told(scene, month)
    return facts["totals"]["silent"], sum(each["silent"] for each in facts["commitments"])


def test_whoever_was_asked_and_said_nothing_is_silent(quick: Scene) -> None:
    quick.add(due_on=DUE)
    quick.run_days("2019-06-28", "2019-08-01")
    assert (silent(quick, "2019-06"), silent(quick, "2019-07")) == ((0, 0), (1, 1))


def test_whoever_could_not_be_told_is_not_silent(quick: Scene) -> None:
    with writing(quick.engine) as session:
        find_department(session, "市民政局").mailbox = ""
    quick.add(due_on=DUE)
    quick.run_days("2019-06-28", "2019-08-01")
    assert silent(quick, "2019-07") == (0, 0)


def test_whoever_was_told_in_the_last_days_of_the_month_is_not_silent(quick: Scene) -> None:
    with writing(quick.engine) as session:
        find_department(session, "市民政局").mailbox = ""
    quick.add(due_on=DUE)
    quick.run_days("2019-06-28", "2019-07-26")
    with writing(quick.engine) as session:
        find_department(session, "市民政局").mailbox = "mzj@gz.example"
    quick.run_days("2019-07-27", "2019-09-02")
    assert (silent(quick, "2019-07"), silent(quick, "2019-08")) == ((0, 0), (1, 1))


def test_a_new_lead_has_time_to_answer_and_the_old_month_stays_as_it_was(quick: Scene) -> None:
    ref = quick.add(due_on=DUE)
    quick.run_days("2019-06-28", "2019-08-28")
    quick.do(lambda r: editing.edit(r, ref, "职责调整", lead=find_department(r.session, "市委政法委")))
    quick.run_days("2019-08-29", "2019-09-02")
    assert (silent(quick, "2019-07"), silent(quick, "2019-08")) == ((1, 1), (0, 0))
    assert told(quick, "2019-08")["previous"] == told(quick, "2019-07")["totals"]


def test_what_was_entered_late_is_not_silent_in_its_first_month(quick: Scene) -> None:
    quick.day("2019-07-01", 8)
    quick.add(due_on=date(2019, 6, 28))
    quick.run_days("2019-07-01", "2019-09-02")
    assert (silent(quick, "2019-07"), silent(quick, "2019-08")) == ((0, 0), (1, 1))


@pytest.mark.parametrize("ask", ["report", "extension", "dispute"])
def test_who_waits_for_us_is_never_silent_and_is_told_as_that(quick: Scene, ask: str) -> None:
    ref = quick.add(due_on=DUE)
    quick.run_days("2019-06-28", "2019-07-10")
    asked = {
        "report": lambda r: closing.report_done(r, ref, note="已办结"),
        "extension": extend(date(2020, 3, 31), ref, approve=False),
        "dispute": lambda r: responses.dispute(r, ref, find_department(r.session, "市民政局"), "不属本单位"),
    }
    quick.do(asked[ask])
    quick.run_days("2019-07-11", "2019-09-02")
    for month in ("2019-07", "2019-08"):
        assert silent(quick, month) == (0, 0)
        facts = row(quick, month, ref)
        assert (facts["state"], facts["waiting"]) == (
            ("reported_done", []) if ask == "report" else ("open", [ask])
        )  # fmt: skip
    assert "不属本单位" not in json.dumps(told(quick, "2019-07"), ensure_ascii=False)


def test_a_dispute_of_the_lead_of_then_stands_in_the_month_of_then(quick: Scene) -> None:
    ref = quick.add(due_on=DUE)
    quick.run_days("2019-06-28", "2019-07-10")
    quick.do(lambda r: responses.dispute(r, ref, find_department(r.session, "市民政局"), "不属本单位"))
    quick.run_days("2019-07-11", "2019-08-05")
    quick.do(lambda r: responses.decide_dispute(
        r, ref, department=find_department(r.session, "市民政局"), accept=True, by="zhangsan",
        lead=find_department(r.session, "市委政法委"),
    ))  # fmt: skip
    quick.run_days("2019-08-06", "2019-09-02")
    assert told(quick, "2019-08")["previous"] == told(quick, "2019-07")["totals"]
    assert lines(quick, "2019-08", ref) == [("lead", "市民政局", "市委政法委")]


def test_on_what_is_closed_no_dispute_waits(quick: Scene) -> None:
    ref = quick.add(due_on=DUE)
    quick.run_days("2019-06-28", "2019-07-10")
    quick.do(lambda r: responses.dispute(r, ref, find_department(r.session, "市民政局"), "不属本单位"))
    quick.do(lambda r: closing.close(r, ref, "withdrawn"))
    quick.run_days("2019-08-01", "2019-08-01")
    assert row(quick, "2019-07", ref)["waiting"] == []


@pytest.mark.parametrize(("outcome", "whole"), [("merged", 0), ("withdrawn", 0), ("not_kept", 1)])
def test_what_was_void_before_its_day_did_not_fall_due(quick: Scene, outcome: str, whole: int) -> None:
    ref = quick.add(due_on=date(2019, 7, 31))
    quick.day("2019-07-10")
    quick.do(lambda r: closing.close(r, ref, outcome))
    quick.run_days("2019-08-01", "2019-08-01")
    assert [rate["whole"] for rate in told(quick, "2019-07")["rates"]] == [whole, whole, 1]


@pytest.mark.parametrize("asked_from", [date(2019, 7, 10), date(2019, 1, 10)])
def test_of_a_day_of_asking_nothing_is_said_that_its_day_could_make_false(quick: Scene, asked_from: date) -> None:
    quick.add(review_on=asked_from)
    quick.run_days("2019-07-01", "2019-08-01")
    said = texts(quick)
    assert f"复核日期：{asked_from.year}年{asked_from.month}月10日（未定期限）\n" in said
    assert "届时" not in said
    assert "自该日起询问" not in said


def test_a_unit_reads_which_of_its_items_were_entered_late(quick: Scene) -> None:
    quick.day("2019-07-22", 8)
    late, done, early = (quick.add(due_on=day) for day in (date(2019, 6, 28), date(2019, 7, 1), date(2019, 8, 30)))
    quick.do(lambda r: closing.report_done(r, done, note="已办结", on=date(2019, 6, 30)))
    quick.run_days("2019-07-22", "2019-08-01")
    assert [row(quick, "2019-07", ref)["entered_late_on"] for ref in (late, done, early)] == ["2019-07-22", None, None]
    assert texts(quick).count("登记情况：2019年7月22日登记立项，登记时已逾期\n") == 2  # the unit's and our own copy


def test_what_waits_for_us_stands_on_the_cards_of_everybody_concerned(quick: Scene) -> None:
    more, other = (quick.add(title, due_on=date(2019, 7, 10)) for title in ("延期事项", "异议事项"))
    quick.run_days("2019-06-28", "2019-07-04")
    quick.do(lambda r: extensions.ask(r, more, date(2019, 9, 30), "征求意见"))
    quick.do(lambda r: responses.dispute(r, other, find_department(r.session, "市民政局"), "职责已划转"))
    before = texts(quick)
    quick.run_days("2019-07-05", "2019-07-19")
    said = texts(quick).replace(before, "")
    assert said.count("待定：市民政局于2019年7月4日申请延期至2019年9月30日，待审批\n") > 2
    assert said.count("待定：市民政局于2019年7月4日提出不属本单位职责，待处理\n") > 2
    assert "【督办升级】" in said
    assert "申请延期。" not in said
    with reading(quick.engine) as session:
        weekly = status_digest.status(session, quick.context, quick.now)
    assert [row["asked_by"] for row in weekly["extensions"]] == ["市民政局"], "whoever wrote it down asked for it"
    quick.do(lambda r: extensions.decide(r, more, approve=False, by="zhangsan"))
    quick.run_days("2019-07-22", "2019-07-31")
    assert texts(quick).count("待审批") == (before + said).count("待审批")


def test_a_corrected_deadline_is_told_as_corrected(quick: Scene) -> None:
    ref, draft = quick.add(due_on=date(2019, 7, 31)), quick.add("初稿", due_on=date(2019, 7, 31), state="draft")
    quick.run_days("2019-06-28", "2019-07-04")
    quick.do(lambda r: editing.edit(r, ref, "登记有误", due_on=date(2019, 7, 1)))
    quick.do(lambda r: editing.edit(r, draft, "登记有误", due_on=date(2019, 7, 1)))
    quick.do(lambda r: opening.confirm(r, draft))
    quick.run_days("2019-07-05", "2019-07-05")
    assert texts(quick).count("期限更正：原为2019年7月31日，2019年7月4日更正\n") == 1
    quick.do(lambda r: extensions.ask(r, ref, date(2019, 7, 15), "征求意见"))
    quick.do(lambda r: extensions.decide(r, ref, approve=True, by="zhangsan"))
    quick.run_days("2019-07-08", "2019-07-19")
    assert texts(quick).count("期限更正：") == 1


def test_of_a_figure_nobody_reported_no_way_is_told(quick: Scene) -> None:
    ref = quick.add(due_on=DUE, targets=[Target(what="创建比例", unit="%", goal=10)])
    quick.run_days("2019-06-28", "2019-07-01")
    assert "创建比例：尚未报送数据，目标10%\n" in texts(quick)
    quick.do(lambda r: progress.record(r, ref, "已创建6.5%", figures={"创建比例": 6.5}))
    quick.run_days("2019-07-02", "2019-08-01")
    assert "创建比例：已达6.5%，目标10%（进度65%）" in texts(quick)
