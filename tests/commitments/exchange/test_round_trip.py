"""A ledger goes out as a workbook and comes back the same, whatever it says."""

from operator import itemgetter
from typing import Any

import pytest
import tomli_w
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from commitments.errors import Mistake
from commitments.text import amounts
from tests.commitments.exchange.test_writing import exported
from tests.commitments.ledger_desk import DEPARTMENTS, LETTER, Desk
from tests.commitments.test_ledger import dated, figures, others, reviewed
from tests.ledgers import new_engine

SAMPLES = [
    "=1+1", "+8", "-", "@x", "'=1", "＝甲", "072", "1e5", "2019-12-31", "http://x.example", "<r><t>甲</t></r>", "<r>",
    "_x0041_", "<r>_x0041_", "<r>_x0041_x0042_</r>", "_x0041_x0042_", "_x005F_x0041_", "_x005f_", "_x000D_", "3-1",
    "<r>_x005F_</r>", "_xD83D__xDE00_", "<t>_x0041_</t>", "<r></r>", "3.10", "3月1日", "&lt;", "😀", "a" * 255, "TRUE",
    "#REF!", "甲 乙",
]  # fmt: skip
RULES = ["month-end", "follows 2019-1007-08", "2026-11-29 +10wd", "2026-11-29 +1m"]
words = st.sampled_from(SAMPLES) | st.text(
    st.characters(codec="utf-8", exclude_categories=["C", "Zl", "Zp"]), max_size=12
).map(str.strip)
prose = st.lists(words.filter(bool), max_size=3).map("\n".join)
target = st.fixed_dictionaries(
    {"what": words.filter(bool), "unit": st.sampled_from(["", "%", "5座", "："]), "baseline": figures, "goal": figures}
)
whole = st.fixed_dictionaries(
    {
        "title": words.filter(bool),
        "quote": prose,
        "condition": prose,
        "due_text": words,
        "due_rule": words | st.sampled_from(RULES),
        "support": st.lists(st.sampled_from(["市委组织部", "市台联"]), unique=True),
        "target": st.lists(target, max_size=2, unique_by=itemgetter("what")),
    }
)


@given(st.lists(st.tuples(whole, dated | reviewed, others), min_size=1, max_size=3), st.sampled_from(["zh-Hans", "en"]))
@settings(max_examples=20, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
def test_any_text_comes_back_as_the_same_text(
    tmp_path_factory: pytest.TempPathFactory, drawn: list[tuple[dict[str, Any], ...]], locale: str
) -> None:
    folder = tmp_path_factory.mktemp("round")
    one, two = (Desk(new_engine(folder / f"{n}.db"), folder) for n in (1, 2))
    head = tomli_w.dumps(
        {"commitment": [{"ordinal": str(n), "lead": "市民政局", **a, **b, **c} for n, (a, b, c) in enumerate(drawn)]}
    )
    one.load(LETTER + DEPARTMENTS + head)
    data = exported(one, locale)
    assert one.load(data, "back.xlsx").unchanged == len(drawn)
    two.load(LETTER + DEPARTMENTS)
    two.load(data, "new.xlsx")
    assert two.dump("toml") == one.dump("toml")
    for desk in (one, two):
        desk.engine.dispose()


@pytest.mark.parametrize(
    ("text", "read"),
    [("创建比例：0→10 %", ("创建比例", "%", 0.0, 10.0)), ("创建比例:10%", ("创建比例", "%", None, 10.0)),
     ("一：二：1.5 → 3 个", ("一：二", "个", 1.5, 3.0)), ("中心：1,200→12，000个", ("中心", "个", 1200.0, 12000.0)),
     ("甲：0.000001→1000000000000000 e5", ("甲", "e5", 0.000001, 1e15)), ("中心：3→5", ("中心", "", 3.0, 5.0))],
)  # fmt: skip
def test_targets_as_people_write_them(text: str, read: tuple[Any, ...]) -> None:
    (found,) = amounts.read_targets(f"\n {text} \n")
    assert (found["what"], found["unit"], found.get("baseline"), found["goal"]) == read


@pytest.mark.parametrize("text", ["甲：1e400%", "甲：1e5→2 %", "甲：10,5%", "甲：1.2.3", "甲：0x10", "甲：1E+26 %"])
def test_a_number_that_goes_on_as_something_else_is_none(text: str) -> None:
    with pytest.raises(Mistake, match="is not a target"):
        amounts.read_targets(text)


def test_a_figure_too_large_to_be_kept_is_told() -> None:
    with pytest.raises(Mistake, match="99999999999999999999999999 is beyond what is kept"):
        amounts.read_targets("甲：99999999999999999999999999人")
