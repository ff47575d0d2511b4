"""Chinese time expressions: phrase, rule and date, relative to a reply of 9 June 2023.

Longer than a file should be: a table of phrases with their dates.
"""

from datetime import date, timedelta

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from commitments.letters.dates import festivals
from commitments.letters.dates.expressions import find
from commitments.letters.dates.reference import Base, later, number
from commitments.letters.dates.rules import TORN
from tests.commitments.letters.reading import SIGNED, only, read

BASE = Base(SIGNED)
PHRASES = [
    ("7月15日前", "exact-day", "2023-07-15"),
    ("二〇二三年八月十五日前", "exact-day", "2023-08-15"),
    ("7月10日至15日", "exact-day", "2023-07-15"),
    ("国庆节前", "exact-day", "2023-09-30"),
    ("春节前", "exact-day", "2024-02-09"),
    ("2026年春节前", "exact-day", "2026-02-16"),
    ("10月底前", "month-end", "2023-10-31"),
    ("明年6月底前", "month-end", "2024-06-30"),
    ("2023年9月", "month-end", "2023-09-30"),
    ("6—9月", "month-end", "2023-09-30"),
    ("20239月", "month-end", "2023-09-30"),
    ("202310月底前", "month-end", "2023-10-31"),
    ("20239月15日前", "exact-day", "2023-09-15"),
    ("202410月前", "before-month-ambiguous", "2024-09-30"),
    ("下月底", "month-end", "2023-07-31"),
    ("本月底前", "month-end", "2023-06-30"),
    ("2024年2月份", "month-end", "2024-02-29"),
    ("7月上旬", "ten-day", "2023-07-10"),
    ("7月中旬", "ten-day", "2023-07-20"),
    ("十月下旬", "ten-day", "2023-10-31"),
    ("10月前", "before-month-ambiguous", "2023-09-30"),
    ("明年1月前", "before-month-ambiguous", "2023-12-31"),
    ("2024年上半年", "half-year", "2024-06-30"),
    ("下半年", "half-year", "2023-12-31"),
    ("今年第四季度", "quarter", "2023-12-31"),
    ("三季度末", "quarter", "2023-09-30"),
    ("年底前", "year-end", "2023-12-31"),
    ("年内", "year-end", "2023-12-31"),
    ("今年年底前", "year-end", "2023-12-31"),
    ("至2024年底", "year-end", "2024-12-31"),
    ("明年", "year-end", "2024-12-31"),
    ("到2025年", "year-end", "2025-12-31"),
    ("“十四五”期间", "plan-period", "2025-12-31"),
    ("到“十五五”末", "plan-period", "2030-12-31"),
    ("三年内", "duration-from-reply", "2026-06-09"),
    ("一个月内", "duration-from-reply", "2023-07-09"),
    ("30日内", "duration-from-reply", "2023-07-09"),
    ("半年内", "duration-from-reply", "2023-12-09"),
    ("半个月内", "duration-from-reply", "2023-06-24"),
    ("一个半月内", "duration-from-reply", "2023-07-24"),
    ("两年半内", "duration-from-reply", "2025-12-09"),
    ("一百二十天内", "duration-from-reply", "2023-10-07"),
    ("3—5年内", "duration-from-reply", "2028-06-09"),
    ("二00四年九月底前", "month-end", "2004-09-30"),
    ("两三年内", "vague", None),
    ("几个月内", "vague", None),
    ("自本复函之日起15个工作日内", "duration-from-reply", "2023-07-03"),
    ("今年起每年", "recurring-first", "2023-12-31"),
    ("2023—2025年每年", "recurring-first", "2023-12-31"),
    ("尽快", "vague", None),
    ("今年秋季学期开学前", "vague", None),
    ("2024年汛期前", "vague", None),
    ("明年初", "vague", None),
    ("每年", "standing", None),
    ("长期", "standing", None),
    ("2024年2月30日", "none", None),
]


@pytest.mark.parametrize(("phrase", "rule", "day"), PHRASES)
def test_a_phrase_is_read_by_its_rule(phrase, rule, day):
    (time,) = find(f"{phrase}完成", BASE)
    assert (time.text, time.rule, time.day) == (phrase, rule, day and date.fromisoformat(day))


@pytest.mark.parametrize(
    ("base", "day"),
    [
        (Base(None, 2023), None),
        (Base(None, 2023, "page", date(2023, 6, 9)), date(2023, 9, 30)),
        (Base(None, 2023, "page", date(2023, 12, 9)), None),
    ],
)
def test_a_year_that_lost_its_sign_is_borne_out_by_the_letters_day(base, day):
    (time,) = find("于20239月底前完成", base)
    assert time.day == day
    assert (time.note == TORN) is (day is None)


@pytest.mark.parametrize(
    "words",
    [
        "今年以来",
        "《规划（2021—2035年）》",
        "“2023年攻坚行动”",
        "近三年",
        "去年底",
        "去年下半年",
        "往年四季度",
        "连续五年",
        "12.5个月",
        "2000年以前",
        "1980年代",
    ],
)
def test_words_that_limit_nothing_give_no_time(words):
    assert [time for time in find(words, BASE) if time.day] == []


@pytest.mark.parametrize(
    "phrase",
    [
        "24年底前",
        "24年上半年",
        "24年10月底前",
        "13月底前",
        "2024上半年",
        "2024春节前",
        "2024-10月底前",
        "2024.10月底前",
        "2023四季度",
        "近三年内",
        "第2年内",
        "三千年底前",
    ],
)
def test_the_tail_of_a_phrase_is_never_read(phrase):
    found = only(f"我局将于{phrase}完成施划。")
    assert (found.due_date, found.due_rule, found.due_note) == (None, "none", TORN)
    assert found.due_text in (phrase, f"于{phrase}")


@pytest.mark.parametrize("phrase", ["三年内", "12月底前", "十二月底前", "今年上半年"])
def test_a_phrase_is_shown_whole(phrase):
    assert only(f"我局将于{phrase}建成停车场3座。", reply_date=date(2023, 1, 9)).due_text.endswith(phrase)


def test_a_word_with_a_figure_in_it_is_none():
    assert [time.day for time in find("由各区统一年底前完成", BASE)] == [date(2023, 12, 31)]


@pytest.mark.parametrize("words", ["验收后一年内", "开工后6个月内", "自立项之日起30日内"])
def test_a_duration_from_an_event_is_not_counted_from_the_reply(words):
    assert [(time.rule, time.day) for time in find(words, BASE)] == [("event-gated", None)]


@pytest.mark.parametrize("words", ["自本复函之日起30日内", "即日起30日内", "自今日起，30日内"])
def test_a_duration_from_the_reply_says_so(words):
    assert [time.day for time in find(words, BASE) if time.day] == [date(2023, 7, 9)]


def test_without_a_year_anywhere_a_month_has_no_date():
    (time,) = find("10月底前", Base())
    assert (time.rule, time.day) == ("year-unknown", None)


def test_without_a_reply_date_the_year_of_the_document_number_is_meant():
    found = only("我局将于10月底前完成施划。", reply_date=None, doc_number="云交函〔2021〕7号")
    assert found.due_date == date(2021, 10, 31)


@pytest.mark.parametrize(
    ("head", "source"),
    [
        ({"doc_number": "云交函〔2021〕7号"}, "document number"),
        ({"proposal_title": "关于2021年道路改造的建议"}, "title"),
        ({"page_date": date(2021, 9, 30)}, "page"),
    ],
)
def test_the_source_of_a_year_is_named(head, source):
    found = only("2020年更换水表300只。今年我局将更换水表2000只。", reply_date=None, **head)
    assert found.due_date == date(2021, 12, 31)
    assert found.due_note is not None
    assert source in found.due_note


def test_a_year_the_body_tells_of_is_not_the_letters():
    found = read("2020年，我局更换水表300只。今年我局将更换水表2000只。", reply_date=None)
    assert [(one.due_date, one.due_rule) for one in found] == [(None, "year-unknown")]


def test_a_year_of_its_own_needs_no_source():
    assert only("我局将于2022年10月底前完成。", reply_date=None, page_date=date(2021, 9, 30)).due_note is None


@pytest.mark.parametrize(
    "words",
    [
        "“十四五”期间，我局将改造老旧管网20公里。",
        "2025年底前，我局将改造老旧管网20公里。",
        "下一步，到2025年底，我局将改造老旧管网20公里。",
    ],
)
def test_a_time_before_the_subject_belongs_to_the_act(words):
    assert only(words).due_date == date(2025, 12, 31)


@pytest.mark.parametrize(
    "words",
    [
        "市文旅局已于6月下旬派员踏勘，近期将编制修缮方案。",
        "今年该路段已列入计划，我局将做好后续衔接。",
        "截至6月9日，全市建成停车场3座，我局将继续新建停车场。",
        "截止2023年5月底，全市建成停车场3座，我局将继续新建停车场。",
    ],
)
def test_times_of_what_is_done_are_no_deadlines(words):
    assert [one.due_date for one in read(words)] == [None]


def test_a_limit_may_be_called_by_the_word_for_figures():
    assert only("截至2024年底，我局将新建停车场3座。").due_date == date(2024, 12, 31)


def test_a_day_that_may_be_over_is_asked_for():
    found = read("我局2023年3月14日召开专题会，并将继续跟进道路施划。", reply_date=None)
    assert [one.due_date for one in found] == [None]


def test_two_limits_in_one_act_are_a_doubt():
    found = only("我局将于7月底前、10月底前分两批施划泊位。")
    assert found.due_date == date(2023, 10, 31)
    assert found.due_note is not None
    assert "7月底前" in found.due_note


def test_an_ambiguous_limit_asks_the_person():
    found = only("我局将于10月前完成施划。")
    assert (found.due_date, found.due_rule) == (date(2023, 9, 30), "before-month-ambiguous")
    assert found.due_note is not None


def test_the_replaced_date_is_not_the_deadline():
    found = only("原定7月底完工的二标段，因管线迁改顺延至10月15日。")
    assert found.due_date == date(2023, 10, 15)


def test_a_start_and_its_duration_are_two_pledges():
    start, end = read("该路段计划2023年9月开工，工期6个月。")
    assert read("该路段计划2023年9月1日开工，工期半个月。")[1].due_date == date(2023, 9, 16)
    assert (start.due_date, end.due_date, end.due_rule) == (date(2023, 9, 30), date(2024, 3, 31), "start-plus-duration")


def test_a_later_sentence_dates_the_items_above_it():
    found = read("下一步，我局将抓好两项工作：一是编制停车规划；二是建设诱导系统。以上两项工作均于年底前完成。")
    assert [(one.due_date, one.due_rule) for one in found] == [(date(2023, 12, 31), "shared-later-sentence")] * 2


def test_the_festivals_are_those_of_another_calendar():
    for year in range(2014, 2040):
        names = holidays.China(years=year, language="zh_CN")
        for festival, said in (("春节", "春节"), ("清明", "清明节"), ("端午", "端午节"), ("中秋", "中秋节")):
            day = festivals.day_of(festival, year)
            assert day is not None
            assert said in names[day], (festival, year)


@given(st.dates(date(2000, 1, 1), date(2090, 12, 31)), st.integers(1, 12))
def test_a_month_of_this_year_ends_on_its_last_day(reply, month):
    (time,) = find(f"今年{month}月底前", Base(reply))
    assert time.day is not None
    assert (time.day.year, time.day.month, (time.day + timedelta(days=1)).day) == (reply.year, month, 1)


@given(st.dates(date(2000, 1, 1), date(2090, 12, 31)), st.integers(1, 30))
def test_a_duration_ends_as_many_years_later(reply, years):
    end = later(reply, years, "年")
    assert end.year == reply.year + years
    assert (end.month, end.day) in {(reply.month, reply.day), (2, 28)}


@given(st.integers(0, 99))
def test_numbers_in_characters_have_their_value(value):
    tens, ones = divmod(value, 10)
    signs = "零一二三四五六七八九"
    written = signs[value] if value < 10 else f"{signs[tens] if tens > 1 else ''}十{signs[ones] if ones else ''}"
    assert number(written) == value == number(str(value))


@given(
    st.text(
        alphabet="0123456789一二三四五六七八九十〇○年月日上中下旬底末内前今明去本半季度第至—“”十四五期间春节国庆起每",
        max_size=40,
    )
)
def test_any_text_has_times_in_order_and_of_its_own_words(text):
    found = find(text, BASE)
    assert all(text[time.start : time.end] == time.text for time in found)
    assert [time.start for time in found] == sorted({time.start for time in found})


@pytest.mark.parametrize("reply", [date.max, date.min])
def test_an_impossible_reply_date_is_not_counted_from(reply):
    assert only("我局将在三年内完成改造。", reply_date=reply).due_date is None


def test_digits_of_other_scripts_are_read_or_left():
    assert [time.day for time in find("٣月١٥日前", BASE)] in ([], [date(2023, 3, 15)])
