"""Which words of a letter are a pledge, and from where to where: sentences of our own making, marked by hand."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.commitments.letters.reading import UNIT, read

FILE = Path(__file__).with_name("sentences.txt")
LINES = [line for line in FILE.read_text("utf-8").splitlines() if line and not line.startswith("#")]
SIGNS = "。；，：！？、 "


def unmarked(line: str) -> tuple[str, list[tuple[int, int]], list[list[str]]]:
    """Return the text of a line, the places of its pledges, and what is said of each."""
    body, _, facts = line.partition("##")
    text, places = "", []
    for sign in body.strip().replace("\\n", "\n").replace("\\t", "\t"):
        if sign == "⟦":
            places.append((len(text), 0))
        elif sign == "⟧":
            places[-1] = (places[-1][0], len(text))
        else:
            text += sign
    return text, places, [fact.strip().split("/") for fact in facts.split(";;") if "/" in fact]


def overlap(one: tuple[int, int], other: tuple[int, int]) -> float:
    common = min(one[1], other[1]) - max(one[0], other[0])
    return max(0, common) / (max(one[1], other[1]) - min(one[0], other[0]))


@pytest.mark.parametrize("line", LINES)
def test_a_sentence_gives_the_pledges_marked_in_it(line):
    text, places, facts = unmarked(line)
    found = read(text)
    assert len(found) == len(places), [one.quote for one in found]
    for one, place in zip(found, places, strict=True):
        assert overlap((one.start, one.end), place) >= 0.5, one.quote
    for one, (due, strength, owners) in zip(found, facts, strict=False):
        wanted = () if owners == "-" else tuple(UNIT if name == "S" else name for name in owners.split("+"))
        assert (str(one.due_date or "-"), one.strength, set(one.owners)) == (due, strength, set(wanted)), one.quote


def test_a_line_broken_in_the_middle_of_a_sentence_goes_on():
    text = "为缓解停车难，我局将会同市公安局在老城区新\n增停车泊位300个，年底前完成施划并投入使用。"
    (found,) = read(text)
    assert found.quote == text.split("，", 1)[1].rstrip("。")
    assert "\n" in found.quote


def test_numbers_headings_and_sections_are_kept_with_the_pledge():
    (found,) = read("三、下一步计划\n（二）补齐短板\n1.年内建成停车场2座。")
    assert (found.ordinal, found.section) == ("三(二)1", "三、下一步计划 / （二）补齐短板")


def test_difficulties_are_no_pledges():
    assert read("三、存在的困难\n一是资金不足，正在多方筹措；二是用地紧张，难以落实。") == []


@pytest.mark.parametrize(
    "line", ["一是;将2000年”", "一是；将2024年底前完成”，推进工作。", "一是：\n将建成2020年底前”", "（一）；将建成”"]
)
def test_a_number_without_words_is_no_pledge(line):
    assert all(one.quote.strip(SIGNS) for one in read(line))


@given(
    st.text(
        alphabet="一二三（）、。，；：《》“”①120年月底前内将拟计划正在市县局委政府我们会同责成待后如已完成建设\n\t",
        max_size=300,
    )
)
def test_any_text_gives_quotes_of_its_own_in_order(text):
    found = read(text)
    assert all(one.quote == text[one.start : one.end] and one.quote.strip(SIGNS) for one in found)
    assert all(one.end <= other.start for one, other in pairwise(found))


@given(st.text(max_size=200))
def test_no_text_at_all_makes_it_fail(text):
    assert all(one.quote in text for one in read(text))
