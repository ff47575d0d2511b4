"""Dates typed into forms: read as people write them, and shown before they count."""

import pytest
from sqlalchemy import text as sql

from commitments.models import Extension
from tests.tracker.web.conftest import REF, Pages

ASKED = {"reason": "设备到货推迟"}


@pytest.mark.parametrize("text", ["2020-03-31", "2020/3/31", "2020.3.31", "20200331", "2020年3月31日", "2020／3／31"])
def test_a_date_in_figures_counts_at_once(pages: Pages, text: str) -> None:
    assert pages.send(pages.owner(), "extension", {**ASKED, "to": text}).status_code == 303
    with pages.app.reading() as session:
        assert str(session.query(Extension).one().new_due) == "2020-03-31"


@pytest.mark.parametrize(
    ("text", "day"),
    [("明年6月底前", "2020-06-30"), ("2020年一季度", "2020-03-31"), ("3月1日", "2020-03-01"),
     ("三个月内", "2020-03-20"), ("10个工作日", "2020-01-06")],
)  # fmt: skip
def test_a_date_that_was_worked_out_is_shown_first(pages: Pages, text: str, day: str) -> None:
    answer = pages.send(pages.owner(), "extension", {**ASKED, "to": text})
    assert answer.status_code == 422
    for words in (f'value="{day}"', "您写的读作这一天，请核对后再提交。", ASKED["reason"]):
        assert words in answer.text
    with pages.app.reading() as session:
        assert session.query(Extension).count() == 0
    assert pages.send(pages.owner(), "extension", {**ASKED, "to": day}).status_code == 303


@pytest.mark.parametrize("text", ["31/3/2020", "3-1", "6月前", "2020-02-30", "尽快", "2300-01-01", "0019-12-31"])
def test_what_is_no_certain_date_keeps_every_word(pages: Pages, text: str) -> None:
    answer = pages.send(pages.owner(), "extension", {**ASKED, "to": text})
    assert answer.status_code == 422
    assert "日期请写成 2019-12-31 这样。" in answer.text
    assert text in answer.text


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
def test_an_older_ledger_with_a_date_nobody_means_is_shown(pages: Pages, day: str) -> None:
    with pages.app.engine.begin() as connection:
        connection.execute(sql("UPDATE commitment SET due_on = :day WHERE ref = :ref"), {"day": day, "ref": REF})
    for page in (pages.owner(), pages.coordinator(), pages.feed()):
        assert pages.get(page, follow_redirects=True).status_code == 200
    assert pages.send(pages.owner(), "progress", {"note": "已办"}).status_code == 303


def test_what_was_done_without_a_year_lies_behind(pages: Pages) -> None:
    answer = pages.send(pages.owner(), "progress", {"note": "已办", "on": "12月25日"})
    assert 'value="2018-12-25"' in answer.text
