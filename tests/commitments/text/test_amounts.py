"""Figures are kept as they were written, or refused."""

import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commitments.errors import Mistake
from commitments.text import amounts

kept = st.decimals(-(10**15), 10**15, places=6) | st.integers(-(10**15), 10**15).map(Decimal)


@given(kept.filter(lambda figure: len(f"{abs(figure):f}".replace(".", "").lstrip("0")) <= 15))
def test_what_is_kept_is_written_as_it_was_read(figure: Decimal) -> None:
    assert Decimal(amounts.written(amounts.read(f"{figure:f}"))) == figure
    assert amounts.written(amounts.read(f"{figure:,f}")) == amounts.written(amounts.read(f"{figure:f}"))


@given(st.floats() | st.integers().map(float))
def test_no_float_is_written_with_an_exponent(figure: float) -> None:
    written = amounts.written(figure)
    assert math.isnan(figure) or float(written) == figure
    assert "e" not in written.lower().replace("infinity", "")
    assert amounts.is_kept(figure) == (abs(figure) <= 1e15 and round(figure, 6) == figure)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("99999999999999999999999999", "beyond"), ("1000000000000000.5", "beyond"), ("0.1234567", "beyond"),
        ("1e400", "not a number"), ("1e3", "not a number"), ("nan", "not a number"), ("inf", "not a number"),
        ("1_000", "not a number"), ("1,00", "not a number"), ("", "not a number"), ("0x1f", "not a number"),
        (f"1{'0' * 5000}", "beyond"),
    ],
)  # fmt: skip
def test_what_cannot_be_kept_is_refused(text: str, why: str) -> None:
    with pytest.raises(Mistake, match=why) as refused:
        amounts.read(text)
    assert len(refused.value.message("zh-Hans")) < 6000


@pytest.mark.parametrize(
    ("text", "figure"),
    [("1,234,567.5", 1234567.5), ("１０", 10), (" -3 ", -3), ("+4", 4), ("1，000", 1000), ("－2", -2)],
)
def test_numbers_as_people_write_them(text: str, figure: float) -> None:
    assert amounts.read(text) == figure
