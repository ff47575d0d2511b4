"""Calendars, read back by a parser of another make."""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from commitments.models import Department
from commitments.register import closing, editing
from commitments.storage import reading
from notifications.mail import calendar_events, ics
from notifications.mail.calendar_events import Rules
from notifications.mail.ics import Event
from tests.conftest import LADDER, Scene

STAMP = datetime(2019, 6, 27, 1, tzinfo=UTC)
texts = st.text(max_size=300) | st.text(st.sampled_from('一二😀\\;,:"\r\n\t\x0b\x85\u2028\ud800a '), max_size=300)


def event(**facts: Any) -> Event:
    known = {"uid": "1@x", "ref": "2019-1007-01", "title": "清单", "on": date(2019, 12, 31), "sequence": 1}
    return Event(**{**known, "stamp": STAMP, **facts})


def parsed(*events: Event, **facts: Any) -> Any:
    text = ics.calendar(events, **{"name": "台账", **facts})
    read = Calendar.from_ical(text.encode())
    assert not [broken for part in read.walk() for broken in part.errors]
    return read


def only(*events: Event, **facts: Any) -> Any:
    (found,) = parsed(*events, **facts).walk("VEVENT")
    return found


def unescaped(text: str) -> str:
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] == "n" else found[1], text)


def test_an_event_lasts_the_whole_day() -> None:
    found = only(event())
    assert (found.decoded("dtstart"), found.decoded("dtend")) == (date(2019, 12, 31), date(2020, 1, 1))
    assert found["dtstart"].params["VALUE"] == "DATE"
    assert found["transp"] == "TRANSPARENT"


def test_the_last_day_of_all_is_a_day_too() -> None:
    assert "dtend" not in only(event(on=date.max))
    assert only(event(on=date(987, 1, 2))).decoded("dtstart") == date(987, 1, 2)


def test_the_stamp_is_in_utc() -> None:
    east = timezone(timedelta(hours=8))
    assert only(event(stamp=datetime(2019, 6, 27, 9, tzinfo=east))).decoded("dtstamp") == STAMP
    with pytest.raises(ValueError, match="time zone"):
        only(event(stamp=datetime(2019, 6, 27, 9)))


def test_alarms_ring_at_the_send_time_days_before() -> None:
    rings = only(event(alarms=(0, 7, 30, 7)), alarm_at=time(9, 30)).walk("VALARM")
    half_past_nine = timedelta(hours=9, minutes=30)
    assert [ring.decoded("trigger") for ring in rings] == [half_past_nine - timedelta(days=n) for n in (30, 7, 0)]
    assert {ring["action"] for ring in rings} == {"DISPLAY"}


@pytest.mark.parametrize(
    ("status", "said", "rings"),
    [("confirmed", "CONFIRMED", 1), ("tentative", "TENTATIVE", 1), ("completed", "CONFIRMED", 0),
     ("cancelled", "CANCELLED", 0)],
)  # fmt: skip
def test_what_is_over_rings_no_more(status: ics.Status, said: str, rings: int) -> None:
    found = only(event(status=status, alarms=(3,)))
    assert found["status"] == said
    assert len(found.walk("VALARM")) == rings


def test_an_empty_calendar_is_one() -> None:
    assert parsed()["x-wr-calname"] == "台账"


def test_an_address_cannot_begin_a_line() -> None:
    found = only(event(url="https://tracker.gz.example/c/1;x,y\r\nATTACH:file"))
    assert found["url"] == "https://tracker.gz.example/c/1;x,yATTACH:file"
    assert "attach" not in found


@given(title=texts, description=texts, uid=texts.filter(str.strip), name=texts)
def test_any_text_reads_back_as_it_was(title: str, description: str, uid: str, name: str) -> None:
    text = ics.calendar([event(title=title, description=description, uid=uid, ref="", alarms=(1,))], name=name)
    lines = text.encode().split(b"\r\n")
    assert max(map(len, lines)) <= ics.LINE
    assert all(line.decode().isprintable() or b"\t" in line for line in lines if line.isascii())
    read: Any = Calendar.from_ical(text)
    (found,) = read.walk("VEVENT")
    assert unescaped(read["name"]) == ics.plain(name)  # the parser keeps it as it came: newer than RFC 5545
    assert found["uid"] == ics.plain(uid)
    assert found["summary"] == ics.plain(title).strip()
    assert found.get("description", "") == ics.plain(description)


# -- from the ledger -------------------------------------------------------------------------------------------


def feed(scene: Scene, name: str = "市民政局", locale: str = "zh-Hans") -> list[Event]:
    rules = Rules(ladder=LADDER, workdays=scene.workdays, locale=locale)
    with reading(scene.engine) as session:
        (key,) = session.query(Department.id).filter_by(name=name).one()
        return calendar_events.department_events(session, key, rules)


def test_a_departments_calendar_holds_what_it_leads_and_supports(scene: Scene) -> None:
    lead = scene.add("村居清单", due_on=date(2019, 12, 31), due_text="至2019年底", quote="印发清单。")
    support = scene.add("雪亮工程", lead="市委政法委", support=("市民政局", "各区政府"))
    scene.add("别的", lead="市委政法委")
    first, second = feed(scene)
    assert (first.ref, second.ref) == (lead, support)
    assert first.uid == f"{lead}@{'0' * 32}"
    assert first.title == "到期：村居清单"
    assert second.title == "复核：雪亮工程"
    assert second.on == date(2019, 9, 27)
    assert first.description.splitlines() == [
        f"编号：{lead}", "文号：穗民案〔2019〕89号", "主办：市民政局", "期限原文：至2019年底", "状态：办理中",
        "答复函原文：印发清单。",
    ]  # fmt: skip
    assert "会办：市民政局、各区政府" in second.description.splitlines()
    assert (first.stamp, first.sequence) == (scene.now, 1)


def test_alarms_come_from_the_rungs_up_to_the_deadline(quick: Scene) -> None:
    quick.add(due_on=date(2019, 12, 31))
    quick.add("无期限")
    dated, undated = feed(quick)
    assert dated.alarms == (32, 11, 5, 0)  # 1 December 2019 is a Sunday: told on 29 November
    assert undated.alarms == (0,)


def test_a_moved_date_raises_the_sequence_and_the_stamp(scene: Scene) -> None:
    ref = scene.add(due_on=date(2019, 12, 31))
    (before,) = feed(scene)
    scene.day("2019-07-01")
    scene.do(lambda register: editing.edit(register, ref, "领导批示", due_on=date(2020, 3, 31)))
    (after,) = feed(scene)
    assert (after.uid, after.on) == (before.uid, date(2020, 3, 31))
    assert after.sequence > before.sequence
    assert after.stamp == scene.now > before.stamp


def test_a_date_that_may_still_move_says_so(quick: Scene) -> None:
    quick.add("清单", due_on=date(2036, 1, 10), due_from=date(2035, 12, 20), due_offset="14wd", due_basis="derived")
    (found,) = feed(quick)
    assert found.title == "到期（暂定）：清单"


def test_a_subscribed_calendar_holds_no_personal_data(quick: Scene) -> None:
    said = {"quote": "身份证440106199001011234", "due_text": "至年底，问li@mail.example"}
    quick.add("联系13800138000", **said, due_on=date(2019, 12, 31))
    (found,) = feed(quick)
    text = found.title + found.description
    assert text.count("******") == 3
    assert [each for each in ("13800138000", "440106199001011234", "li@mail.example") if each in text] == []


def test_sending_does_not_change_a_calendar(quick: Scene) -> None:
    quick.add(due_on=date(2019, 7, 10))
    before = feed(quick)
    quick.run_days("2019-07-01", "2019-07-09")
    assert feed(quick) == before


def test_what_is_reported_done_says_so_and_rings_no_more(quick: Scene) -> None:
    ref = quick.add("清单", due_on=date(2019, 12, 31))
    quick.do(lambda register: closing.report_done(register, ref, note="已印发"))
    (found,) = feed(quick)
    assert (found.status, found.alarms) == ("completed", ())
    assert found.title == "已报办结、待验收：清单"
    quick.do(lambda register: closing.close(register, ref, "kept", waiver="公开文件"))
    assert feed(quick) == []


def test_all_states_can_be_asked_for(quick: Scene) -> None:
    quick.add("草稿", due_on=date(2019, 12, 31), state="draft")
    quick.add("无日期的草稿", state="draft")
    gone = quick.add("并入", due_on=date(2019, 12, 31))
    quick.do(lambda register: closing.close(register, gone, "merged"))
    rules = Rules(ladder=LADDER, workdays=quick.workdays, locale="en")
    with reading(quick.engine) as session:
        found = calendar_events.events(session, rules=rules)
    assert [(each.status, each.title) for each in found] == [
        ("tentative", "draft: 草稿"), ("cancelled", "merged into another: 并入"),
    ]  # fmt: skip
