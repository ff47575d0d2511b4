"""The ledger of letter 1007 as it ships, read without the program: what a reader would check by hand."""

import re
import tomllib
from collections import Counter
from datetime import date
from importlib.resources import files
from typing import Any

import pytest

TEXT = (files("tracker.demo") / "letter-1007.toml").read_text("utf-8")
LEDGER: dict[str, Any] = tomllib.loads(TEXT)
COMMITMENTS: list[dict[str, Any]] = LEDGER["commitment"]
DEPARTMENTS = {department["name"] for department in LEDGER["department"]}
each_commitment = pytest.mark.parametrize("row", COMMITMENTS, ids=lambda row: row["title"])


def test_five_pledges_and_six_more_items() -> None:
    places = [(row["section"], row.get("ordinal")) for row in COMMITMENTS]
    assert places == [
        *(("三", ordinal) for ordinal in ("一是", "二是", "三是", "四是", "五是")),
        *(("二（二）", ordinal) for ordinal in ("10", "2", "9")), ("一（二）", None),
        *(("二（二）", ordinal) for ordinal in ("13", "5")),
    ]  # fmt: skip
    assert Counter(row["kind"] for row in COMMITMENTS) == {"pledge": 5, "open_item": 4, "target": 2}


@each_commitment
def test_nothing_restated_is_called_a_quote(row: dict[str, Any]) -> None:
    assert "quote" not in row
    assert row["summary"]


@each_commitment
def test_each_supporting_unit_says_how_it_is_known(row: dict[str, Any]) -> None:
    assert set(row.get("support_basis", {})) == set(row["support"])
    assert set(row.get("support_basis", {}).values()) <= {"named", "inferred", "assigned"}


def test_both_units_of_the_letter_are_departments() -> None:
    letter = LEDGER["letter"]
    assert letter["document_number"] == "穗民案〔2019〕89号"
    assert {letter["proposing_unit"], letter["replying_unit"]} <= DEPARTMENTS


@each_commitment
def test_owners_are_departments_and_never_the_proposing_unit(row: dict[str, Any]) -> None:
    owners = [row["lead"], *row["support"]]
    assert set(owners) <= DEPARTMENTS - {LEDGER["letter"]["proposing_unit"]}
    assert len(owners) == len(set(owners))


@each_commitment
def test_a_deadline_or_a_review_date_after_the_letter(row: dict[str, Any]) -> None:
    dates = [row[key] for key in ("due_on", "review_on") if key in row]
    assert len(dates) == 1
    assert dates[0] > LEDGER["letter"]["signed_on"]


def test_deadlines_say_from_what_and_only_stated_ones_have_words() -> None:
    dated = [row for row in COMMITMENTS if "due_on" in row]
    assert {row["due_on"] for row in dated} == {date(2019, 12, 31)}
    assert all("2019" in row["due_rule"] for row in dated)
    assert all(
        "第一部分（二）" in row["due_rule"] and "due_text" not in row for row in dated if row["kind"] == "pledge"
    )
    assert {row["due_text"] for row in dated if row["kind"] != "pledge"} == {"今年起", "至2019年底", "今年"}


def test_open_items_are_reviewed_three_months_after_the_letter() -> None:
    reviewed = {row["ordinal"]: row["review_on"] for row in COMMITMENTS if "review_on" in row}
    assert reviewed == {"10": date(2019, 9, 26), "2": date(2019, 9, 26), "5": date(2019, 9, 26)}


def test_happy_communities_have_two_targets() -> None:
    targets = {row["title"]: row["target"] for row in COMMITMENTS if "target" in row}
    assert targets == {
        "城乡幸福社区年度创建": [
            {"what": "城市社区创建比例", "unit": "%", "baseline": 0, "goal": 10},
            {"what": "农村社区创建比例", "unit": "%", "baseline": 0, "goal": 15},
        ],
        "五个共建共治共享中心全部运行": [{"what": "投入运行的中心", "unit": "个", "baseline": 3, "goal": 5}],
    }


@each_commitment
def test_titles_can_be_said_on_the_phone(row: dict[str, Any]) -> None:
    assert 8 <= len(row["title"]) <= 20
    assert row["summary"].endswith("。")


def test_every_address_is_an_example() -> None:
    addresses = re.findall(r"\S+@[\w.-]+", TEXT)
    assert len(addresses) == len(set(addresses)) == 13
    assert all(address.endswith(".example") for address in addresses)


def test_no_contact_and_no_telephone() -> None:
    assert "contact" not in LEDGER["letter"]
    assert not re.search(r"\d{7,}", TEXT)
