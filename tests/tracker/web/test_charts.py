"""Charts say every number in words, whatever the names are."""

import re
from collections.abc import Sequence
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from commitments.i18n import word
from tracker.web.charts import WIDTH, Bar, Part, bars, stacked
from tracker.web.overview import BANDS

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = (
    "</title><script>alert(1)</script>",
    '" onload="alert(1)',
    "'><img src=x onerror=alert(1)>",
    "]]>&lt;&amp;<!--",
    "{0.__class__} %s {}",
    "x" * 500,
)


def words(locale: str = "zh-Hans") -> list[Part]:
    bands = [(name, word(locale, "band" if index < 5 else "state", name)) for index, name in enumerate(BANDS)]
    return [Part(name, text, number) for number, (name, text) in enumerate(bands, 3)]


def parsed(chart: str) -> ET.Element:
    """Read a chart as XML; what breaks out of its place would not be well-formed or not what is expected."""
    return ET.fromstring(chart)  # noqa: S314 - our own markup


def seen(chart: str) -> str:
    """Return the text that is drawn."""
    return "\n".join(text.text or "" for text in parsed(chart).iter(f"{SVG}text"))


def pieces(chart: str) -> list[tuple[float, float]]:
    """Return where the pieces of the bar begin and how wide they are, without the legend's squares."""
    found = [each for each in parsed(chart).iter(f"{SVG}rect") if each.get("height") != "12"]
    return [(float(each.attrib["x"]), float(each.attrib["width"])) for each in found if each.get("class") != "track"]


@pytest.mark.parametrize("locale", ["zh-Hans", "en"])
def test_every_number_stands_beside_its_word(locale: str) -> None:
    parts = words(locale)
    for chart in (stacked("进度", parts), bars("各单位", [Bar("市民政局", parts)])):
        assert all(f"{part.word} {part.number}" in seen(chart) for part in parts)
        assert all(f"{part.word} {part.number}" in (parsed(chart).findtext(f"{SVG}desc") or "") for part in parts)


def test_a_chart_is_a_picture_with_a_name_that_scales() -> None:
    chart = parsed(stacked("进度", words()))
    assert (chart.get("role"), chart.findtext(f"{SVG}title")) == ("img", "进度")
    assert [child.tag for child in chart][:2] == [f"{SVG}title", f"{SVG}desc"]
    assert (chart.get("viewBox") or "").startswith(f"0 0 {WIDTH} ")
    assert chart.get("width") is None


def test_parts_are_told_apart_by_class_and_never_by_style() -> None:
    chart = stacked("进度", words())
    assert "style" not in chart
    assert set(re.findall('(?:fill|stroke)="([^"]*)"', chart)) == {"none", "currentColor"}
    assert all(f'class="part part-{name}"' in chart for name in BANDS)


def test_bars_share_one_scale() -> None:
    chart = bars("各单位", [Bar("甲", [Part("open", "办理中", 100)]), Bar("乙", [Part("open", "办理中", 25)])])
    assert [width for _, width in pieces(chart)] == [WIDTH - 1, WIDTH / 4 - 1]


@pytest.mark.parametrize("rows", [[], [Bar("市民政局", [])], [Bar("市民政局", [Part("open", "办理中", 0)])]])
def test_nothing_to_draw_is_still_a_chart(rows: Sequence[Bar]) -> None:
    assert parsed(bars("各单位", rows)).findtext(f"{SVG}title") == "各单位"
    assert pieces(bars("各单位", rows)) == []
    assert pieces(stacked("进度", rows[0].parts if rows else [])) == []


@given(st.lists(st.integers(0, 10**6), max_size=12))
def test_pieces_lie_side_by_side_within_the_drawing(numbers: list[int]) -> None:
    chart = stacked("进度", [Part("open", "办理中", number) for number in numbers])
    drawn = pieces(chart)
    assert len(drawn) == sum(number > 0 for number in numbers)
    assert all(width >= 1 for _, width in drawn)
    ends = [left + width for left, width in drawn]
    assert all(end <= left + 0.2 for end, (left, _) in zip(ends, drawn[1:], strict=False))
    assert all(end <= WIDTH + 0.2 for end in ends)


def test_few_among_many_are_still_seen() -> None:
    drawn = pieces(stacked("进度", [Part("overdue", "逾期", 1), Part("on_track", "正常", 100_000)]))
    assert drawn[0][1] >= 2


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_only_text(name: str) -> None:
    parts = [Part(name, name, 7)]
    for chart in (stacked(name, parts), bars(name, [Bar(name, parts)])):
        tags = {each.tag.removeprefix(SVG) for each in parsed(chart).iter()}
        assert tags <= {"svg", "title", "desc", "g", "rect", "text"}
        assert parsed(chart).findtext(f"{SVG}title") == name
        assert set().union(*(each.attrib for each in parsed(chart).iter())) <= {
            "class", "viewBox", "role", "x", "y", "width", "height", "text-anchor", "font-size", "fill", "stroke",
        }  # fmt: skip
        assert f"{name} 7" in (parsed(chart).findtext(f"{SVG}desc") or "")
        assert isinstance(chart, Markup)


def test_a_name_makes_one_class() -> None:
    assert re.findall('class="(part[^"]*)"', stacked("进度", [Part("a b.c<d", "逾期", 1)])) == ["part part-abcd"] * 2


def test_a_long_name_is_shortened_and_said_in_full() -> None:
    name = "市人力资源和社会保障局" * 4
    chart = bars("各单位", [Bar(name, [Part("open", "办理中", 2)])])
    assert name not in seen(chart)
    assert "市人力资源和社会保障局市人力资源和社会保障局市…" in seen(chart)
    assert f"{name}: 办理中 2" in (parsed(chart).findtext(f"{SVG}desc") or "")
