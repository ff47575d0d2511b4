"""Whole letters: one of our own in the usual shape always; the real first one where it is at hand."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from commitments.letters.reading import Reading, read
from commitments.letters.report import as_json

HERE = Path(__file__).parent
FIRST = HERE.parents[3] / "shared" / "letters" / "1007.txt"
HEADER = (
    "doc_number", "proposal_number", "proposal_title", "proposer", "replying_unit", "co_units", "reply_date",
    "session", "classification", "contact_name", "contact_phone",
)  # fmt: skip


@pytest.fixture(scope="module")
def own() -> Reading:
    return read((HERE / "letter.txt").read_bytes(), "letter.txt")


@pytest.fixture(scope="module")
def wanted() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((HERE / "letter.json").read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("field", HEADER)
def test_the_header(own: Reading, wanted: dict[str, Any], field: str) -> None:
    assert as_json(own)["letter"][field] == wanted[field]


def test_every_value_of_the_header_has_its_place(own: Reading) -> None:
    for field, (start, end) in own.header.places.items():
        value = getattr(own.header, field)
        if isinstance(value, str) and end:
            assert own.document.text[start:end].replace(" ", "").startswith(value), field


def test_every_pledge_is_found_and_nothing_else(own: Reading, wanted: dict[str, Any]) -> None:
    assert len(own.candidates) == len(wanted["pledges"])
    for found, pledge in zip(own.candidates, wanted["pledges"], strict=True):
        assert pledge["quote_start"] in found.quote
        assert pledge["quote_end"] in found.quote
        assert (found.due_date.isoformat() if found.due_date else None) == pledge["due_date"]
        assert list(found.owners) == pledge["owners"]
        assert found.strength == pledge["strength"]


def test_junk_is_put_aside_and_no_line_is_lost(own: Reading, wanted: dict[str, Any]) -> None:
    lines = [line for line in (HERE / "letter.txt").read_text(encoding="utf-8").splitlines() if line.strip()]
    assert sorted(lines) == sorted([*own.document.text.split("\n"), *own.document.quarantined])
    for junk in wanted["junk"]:
        assert any(line.startswith(junk) for line in own.document.quarantined), junk


def test_quotes_are_the_letters_own_words(own: Reading) -> None:
    for found in own.candidates:
        assert own.document.text[found.start : found.end] == found.quote


@pytest.fixture(scope="module")
def first() -> Reading:
    """穗民案〔2019〕89号: five pledges, open items, two lines of advertising and the page's own lines."""
    if not FIRST.exists():
        pytest.skip("the first letter is not at hand")
    return read(FIRST.read_bytes(), FIRST.name)


def test_the_first_letters_header(first: Reading) -> None:
    head = as_json(first)["letter"]
    assert (head["doc_number"], head["proposal_number"], head["proposer"]) == ("穗民案〔2019〕89號", "1007", "市臺聯")
    assert (head["replying_unit"], head["reply_date"]) == ("廣州市民政局", "2019-06-26")
    assert head["co_units"] == ["市委政法委", "市政務服務數據管理局", "市社會組織管理局", "各區政府"]


def test_the_first_letters_five_pledges(first: Reading) -> None:
    found = [each.quote[:2] for each in first.candidates if each.section and "下一步" in each.section]
    assert found == ["一是", "二是", "三是", "四是", "五是"]


@pytest.mark.parametrize("words", ["《廣州市社會工作服務項目庫制度》", "再次征求相關部門意見", "10%和15%"])
def test_the_first_letters_open_items(first: Reading, words: str) -> None:
    assert any(words in each.quote for each in first.candidates)


def test_the_first_letters_junk(first: Reading) -> None:
    assert [line[:4] for line in first.document.quarantined] == ["腾讯欢乐", "您當前所", "來源: ", "楚天风采"]


@pytest.mark.parametrize("name", ["silver", "river"])
def test_short_letters_of_other_styles(name: str) -> None:
    found = read((HERE / "more" / f"{name}.txt").read_bytes(), f"{name}.txt")
    wanted = json.loads((HERE / "more" / f"{name}.json").read_text(encoding="utf-8"))
    said = as_json(found)
    assert {field: said["letter"][field] for field in HEADER} == {field: wanted[field] for field in HEADER}
    for one, pledge in zip(found.candidates, wanted["pledges"], strict=True):
        assert pledge["quote"] in one.quote or one.quote in pledge["quote"]
        assert (str(one.due_date) if one.due_date else None) == pledge["due_date"]
        assert (list(one.owners), one.strength) == (pledge["owners"], pledge["strength"])


SHORT = (
    "关于河道的答复\n市工商联：\n来函收悉，现答复如下：\n我局将在8月底前疏通河道3公里。市财政局将在一个月内公布方案。\n"
)


def test_what_the_letter_does_not_say_is_named() -> None:
    facts = as_json(read(SHORT.encode(), "short"))["letter"]
    assert facts["missing"] == ["document_number", "proposal_number", "replying_unit", "signed_on"]


def test_nothing_is_missing_in_a_whole_letter(own: Reading) -> None:
    assert as_json(own)["letter"]["missing"] == []


def test_deadlines_are_read_against_a_day_that_a_person_gives() -> None:
    open_ones = read(SHORT.encode(), "short").candidates
    assert [found.due_rule for found in open_ones] == ["year-unknown", "duration-from-reply"]
    reading = read(SHORT.encode(), "short", signed_on=date(2022, 5, 9))
    assert [found.due_date for found in reading.candidates] == [date(2022, 8, 31), date(2022, 6, 9)]
    assert reading.header.reply_date is None
