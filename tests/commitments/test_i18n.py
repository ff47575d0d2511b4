"""Words and dates for people."""

from datetime import date

import pytest

from commitments import models
from commitments.i18n import LOCALES, day_count, format_date, format_month, word


@pytest.mark.parametrize(
    ("group", "values"),
    [
        ("kind", models.KINDS),
        ("strength", models.STRENGTHS),
        ("owner_basis", models.OWNER_BASES),
        ("due_basis", models.DUE_BASES),
        ("state", models.STATES),
        ("outcome", models.OUTCOMES),
        ("extension", models.EXTENSION_STATES),
        ("dispute", models.DISPUTE_STATES),
        ("grade", models.GRADES),
    ],
)
@pytest.mark.parametrize("locale", ["zh-Hans", "zh-Hant"])
def test_every_value_of_the_ledger_has_a_chinese_word(locale: str, group: str, values: tuple[str, ...]) -> None:
    for value in values:
        assert not word(locale, group, value).isascii(), (group, value)


def test_words_in_each_language() -> None:
    assert word("zh-Hans", "band", "due_soon") == "临近到期"
    assert word("zh-Hant", "band", "due_soon") == "臨近到期"
    assert word("en", "band", "due_soon") == "due soon"


@pytest.mark.parametrize("locale", LOCALES)
def test_an_unknown_value_stands_for_itself(locale: str) -> None:
    assert word(locale, "band", "市台联") == "市台联"
    assert word(locale, "no such group", "x") == "x"


def test_dates_carry_no_leading_zeros() -> None:
    day = date(2019, 6, 6)
    assert format_date("zh-Hans", day) == format_date("zh-Hant", day) == "2019年6月6日"
    assert format_date("en", day) == "6 June 2019"


def test_months() -> None:
    assert format_month("zh-Hans", "2019-07") == "2019年7月"
    assert format_month("en", "2019-12") == "December 2019"
    with pytest.raises(ValueError, match="2019-7"):
        format_month("en", "2019-7")


@pytest.mark.parametrize(
    ("working_days", "days", "hans", "hant", "en"),
    [
        (10, 14, "还剩10个工作日", "還剩10個工作日", "10 working days left"),
        (1, 3, "还剩1个工作日", "還剩1個工作日", "1 working day left"),
        (0, 0, "今日到期", "今日到期", "due today"),
        (-3, -5, "已逾期3个工作日", "已逾期3個工作日", "3 working days overdue"),
        (-1, -1, "已逾期1个工作日", "已逾期1個工作日", "1 working day overdue"),
        (None, 10, "还剩10天", "還剩10天", "10 days left"),
        (None, -1, "已逾期1天", "已逾期1天", "1 day overdue"),
        (0, 2, "还剩2天", "還剩2天", "2 days left"),  # Friday before a Sunday: "0 working days left" would read as over
        (0, -1, "已逾期1天", "已逾期1天", "1 day overdue"),
    ],
)
def test_day_count(working_days: int | None, days: int, hans: str, hant: str, en: str) -> None:
    assert day_count("zh-Hans", working_days, days) == hans
    assert day_count("zh-Hant", working_days, days) == hant
    assert day_count("en", working_days, days) == en
