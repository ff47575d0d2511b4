"""Dates as people write them: what is read, how it is told, what is refused."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commitments.calendar import dates
from commitments.calendar.workdays import WorkCalendar
from commitments.errors import Mistake

WORKDAYS = WorkCalendar.load()
TODAY = date(2026, 8, 30)  # a Sunday
KNOWN = {
    # figures in their usual order
    "2030/6/26": "2030-06-26", "2027.3.1": "2027-03-01", "20270301": "2027-03-01", "2027-3-1": "2027-03-01",
    "2027-03-01": "2027-03-01", "2027年3月1日": "2027-03-01", "２０２７年３月１日": "2027-03-01",
    "2027 年 3 月 1 号": "2027-03-01", "２０３０／６／２６": "2030-06-26", "2030年6月26日前": "2030-06-26",
    "二〇二七年三月一日": "2027-03-01", "2027年3⽉1⽇": "2027-03-01", "2027\u00a0年3月1日": "2027-03-01",
    # the nearest year
    "3月1日": "2027-03-01", "8月30日": "2026-08-30", "12月1日": "2026-12-01", "三月": "2027-03-31",
    "十月底前": "2026-10-31", "一季度": "2027-03-31", "上半年": "2027-06-30", "2月29日": "2028-02-29",
    # phrases
    "2027年底": "2027-12-31", "年底": "2026-12-31", "明年6月底前": "2027-06-30", "明年6月底": "2027-06-30",
    "2027年一季度": "2027-03-31", "2027年第三季度末": "2027-09-30", "2027年上半年": "2027-06-30",
    "2027年3月上旬": "2027-03-10", "今年6月底": "2026-06-30", "下月底": "2026-09-30", "本月底": "2026-08-31",
    "十五五末": "2030-12-31", "国庆节前": "2026-09-30", "明年": "2027-12-31", "2019 年 10 月 底": "2019-10-31",
    "明年６月底前": "2027-06-30", "2027年3月": "2027-03-31",
    # distances
    "+10工作日": "2026-09-11", "+10wd": "2026-09-11", "10个工作日内": "2026-09-11", "10個工作日": "2026-09-11",
    "30天": "2026-09-29", "+30d": "2026-09-29", "30天内": "2026-09-29", "三个月内": "2026-11-30", "3个月": "2026-11-30",
    "两周": "2026-09-13", "半年内": "2027-02-28", "半个月": "2026-09-14", "一年": "2027-08-30", "+3m": "2026-11-30",
    "3日内": "2026-09-02", "10 working days": "2026-09-11", "30 days": "2026-09-29", "明天": "2026-08-31",
}  # fmt: skip


@pytest.mark.parametrize(("text", "day"), KNOWN.items())
def test_what_people_write_is_read_and_told(text: str, day: str) -> None:
    written = dates.read(text, TODAY, WORKDAYS)
    assert str(written.day) == day
    for locale in ("zh-Hans", "zh-Hant", "en"):
        assert text in written.told(locale)
        assert not {"{", "None", "-end", "_"} & set(written.told(locale))


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("26/6/2030", ["2030-06-26"]), ("6/26/2030", ["2030-06-26"]), ("3/1/2027", ["2027-01-03", "2027-03-01"]),
        ("27-3-1", ["2001-03-27", "2027-03-01"]), ("3-1", ["2027-01-03", "2027-03-01"]), ("12/31", ["2026-12-31"]),
        ("2027-3", ["2027-03-31"]), ("202703", ["2027-03-31"]), ("2027/3", ["2027-03-31"]),
        ("6月前", ["2026-05-31", "2026-06-30"]), ("2027年前", ["2026-12-31", "2027-12-31"]),
        ("2027年6月前", ["2027-05-31", "2027-06-30"]), ("２６／６／２０３０", ["2030-06-26"]),
    ],
)  # fmt: skip
def test_what_is_not_certain_is_refused_with_its_readings(text: str, readings: list[str]) -> None:
    with pytest.raises(dates.Ambiguous) as caught:
        dates.read(text, TODAY, WORKDAYS)
    assert list(map(str, caught.value.readings)) == readings
    assert all(each in caught.value.message("zh-Hans") for each in readings)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("2月30日", "在日历上不存在"), ("2027-02-30", "在日历上不存在"), ("2027年2月29日", "在日历上不存在"),
        ("2026-13-01", "在日历上不存在"), ("20261301", "在日历上不存在"), ("0000-01-01", "在日历上不存在"),
        ("4月31日", "在日历上不存在"),
        ("尽快", "不是日期"), ("长期", "不是日期"), ("", "不是日期"), ("10", "不是日期"), ("3日", "不是日期"),
        ("abc", "不是日期"), ("-5d", "不是日期"), ("27年", "不是日期"), ("2027年起", "不是日期"), ("+-3d", "不是日期"),
        ("+99999m", "不是日期"), ("2027年底和2028年底", "不是日期"), ("10月底前建成", "不是日期"),
    ],
)  # fmt: skip
def test_what_is_no_date_is_one_sentence(text: str, told: str) -> None:
    with pytest.raises(Mistake) as caught:
        dates.read(text, TODAY, WORKDAYS)
    assert told in caught.value.message("zh-Hans")
    assert not isinstance(caught.value, dates.Ambiguous)


def test_what_happened_lies_behind() -> None:
    assert dates.read("3月1日", TODAY, WORKDAYS, past=True).day == date(2026, 3, 1)
    assert dates.read("12月1日", TODAY, WORKDAYS, past=True).day == date(2025, 12, 1)
    assert dates.read("昨天", TODAY, WORKDAYS, past=True).day == date(2026, 8, 29)
    assert dates.read("8月30日", TODAY, WORKDAYS, past=True).day == TODAY


def test_how_a_date_was_found_is_said() -> None:
    told = {text: dates.read(text, TODAY, WORKDAYS).told("zh-Hans") for text in KNOWN}
    assert told["明年6月底前"] == "“明年6月底前”读作2027年6月30日：取该月最后一天，从2026年8月30日算起"
    assert told["+10工作日"] == "“+10工作日”读作2026年9月11日：自2026年8月30日起第10个工作日"
    assert told["3月1日"] == "“3月1日”读作2027年3月1日：未写年份，取2026年8月30日起最近的一次"
    assert told["2030/6/26"] == "“2030/6/26”读作2030年6月26日"
    assert dates.read("2030/6/26", TODAY, WORKDAYS).rule("zh-Hans") == ""
    counted = dates.read("+10工作日", TODAY, WORKDAYS)
    assert (counted.start, counted.offset) == (TODAY, "+10wd")
    assert dates.read("+10wd", TODAY, WORKDAYS).offset == "+10wd"


@pytest.mark.parametrize("text", ["年底", "3月1日", "明年6月底前", "30天", "+10wd", "三个月内", "明天", "国庆节前"])
def test_without_a_day_to_count_from_the_year_must_be_written(text: str) -> None:
    with pytest.raises(Mistake):
        dates.complete(text)


@pytest.mark.parametrize(("text", "day"), [(text, day) for text, day in KNOWN.items() if "20" in text and "日" in text])
def test_complete_dates_need_no_day_to_count_from(text: str, day: str) -> None:
    assert str(dates.complete(text)) == day


@given(st.dates(date(1000, 1, 1), date(9999, 12, 31)), st.sampled_from(["{0}-{1}-{2}", "{0}年{1}月{2}日", "{0}/{1}/{2}",
       "{0}.{1}.{2}", "{0}{1:02}{2:02}", " {0} 年 {1} 月 {2} 日 "]))  # fmt: skip
def test_every_day_is_read_as_itself(day: date, form: str) -> None:
    text = form.format(f"{day.year:04}", day.month, day.day)
    assert dates.complete(text) == dates.read(text, TODAY, WORKDAYS).day == day


@given(st.text(st.sampled_from("0123456789年月日底前内+-/.工作wd天个明今季度上下半一二三十旬号 ２⽉")).filter(bool))
def test_any_text_is_a_date_or_a_sentence(text: str) -> None:
    for read in (dates.complete, lambda each: dates.read(each, TODAY, WORKDAYS)):
        try:
            read(text)
        except Mistake as wrong:
            assert str(wrong)  # noqa: PT017 - either is right
