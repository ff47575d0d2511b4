"""Fields and values of the history, worded for readers."""

from zoneinfo import ZoneInfo

import pytest

from commitments import validation
from commitments.history import entry_words, replay
from commitments.history.entry_words import change_words, difference_words, field_words
from commitments.letters.text.simplified import simplify

ZONE = ZoneInfo("Asia/Shanghai")
PARTS = [f"{name} 2 {column.name}" for name, query in {**replay.LISTS, "answer": replay.ANSWERS}.items()
         for column in query.selected_columns if column.name != "of"]  # fmt: skip
FIELDS = [*validation.FACTS, *replay.LETTER, *replay.DEPARTMENT, *replay.LISTS, "answer", "targets", "snapshot",
          "notices", "messages", *PARTS, *(f"target 比例 {figure}" for figure in replay.TARGET), "比例 goal",
          "target 比例"]  # fmt: skip


@pytest.mark.parametrize("field", FIELDS)
def test_every_field_that_an_entry_can_hold_has_a_word(field: str) -> None:
    assert not any(sign.isascii() and sign.isalpha() for sign in field_words("zh-Hans", field)), field
    assert simplify(field_words("zh-Hant", field)) == field_words("zh-Hans", field)
    assert "_" not in field_words("en", field)


def test_the_lists_are_those_of_the_replay() -> None:
    assert {*entry_words.LISTS} == {*replay.LISTS, "answer"}
    assert entry_words.FIGURES == replay.TARGET


@pytest.mark.parametrize(
    ("field", "old", "new", "said"),
    [
        ("opened_at", None, "2026-11-29T22:00:07.524057+00:00", "开始办理时间 — → 2026-11-30 06:00"),
        ("due_offset", "10wd", "1m", "推算间隔 10个工作日 → 1个月"),
        ("创建比例 goal", 10, 12.5, "创建比例的目标值 10 → 12.5"),
        ("support", [], ["市残联", "市台联"], "会办 — → 市残联、市台联"),
        ("support_basis", {}, {"市残联": "inferred"}, "会办依据 — → 市残联 推定"),
        ("state", "draft", "open", "状态 待确认 → 办理中"),
        ("opened_at", "no date", "", "开始办理时间 no date → —"),
    ],
)
def test_what_became_what_in_words(field: str, old: object, new: object, said: str) -> None:
    assert change_words("zh-Hans", field, old, new, ZONE) == said


@pytest.mark.parametrize(
    ("field", "history", "table", "said"),
    [
        ("rows", 1, 0, "承诺事项X：变更记录里有，表中没有。"),
        ("rows", 0, 1, "承诺事项X：表中有，变更记录里没有。"),
        ("rows", 1, "unreadable", "承诺事项X：表中的内容无法读取。"),
        ("progress", 2, 1, "承诺事项X：进展在表中有1条，变更记录有2条。"),
        ("target 户", 0, 1, "承诺事项X：量化目标 户在表中有1条，变更记录有0条。"),
        ("extension 1 state", "waiting", "approved",
         "承诺事项X：第1条延期申请的状态在表中为已批准，变更记录为待审批。"),
        ("support", ["市残联"], ["市台联"], "承诺事项X：会办在表中为市台联，变更记录为市残联。"),
        ("opened_at", "2019-07-01T00:00:01+00:00", "2019-07-01T00:00:02+00:00",
         "承诺事项X：开始办理时间在表中为2019-07-01T00:00:02+00:00，变更记录为2019-07-01T00:00:01+00:00。"),
        ("evidence 1 of_progress", True, False, "承诺事项X：第1条佐证材料的随进展提交在表中为否，变更记录为是。"),
    ],
)  # fmt: skip
def test_a_difference_in_words(field: str, history: object, table: object, said: str) -> None:
    fact = {"kind": "commitment", "row": "X", "field": field, "history": history, "table": table}
    assert difference_words("zh-Hans", fact, ZONE) == said
