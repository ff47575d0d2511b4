"""Reasons that the program wrote into the history, worded for readers."""

import pytest

from commitments import entry_words
from commitments.entry_words import reason_words
from commitments.glossary import LOCALES
from commitments.letters.simplified import simplify


@pytest.mark.parametrize(
    ("reason", "hans", "en"),
    [
        ("ledger load 二〇一九.toml", "由台账文件二〇一九.toml载入", "from the ledger file 二〇一九.toml"),
        ("ledger load my ledger.xlsx", "由台账文件my ledger.xlsx载入", "from the ledger file my ledger.xlsx"),
        ("working-day calendar changed", "工作日安排有变动", "the working-day calendar changed"),
        ("拆分", "拆分", "split"),
        ("设备到货推迟。", "设备到货推迟。", "设备到货推迟。"),
        ("ledger load ", "ledger load ", "ledger load "),
        ("", "", ""),
    ],
)
def test_a_reason_in_words(reason: str, hans: str, en: str) -> None:
    assert reason_words("zh-Hans", reason) == hans
    assert reason_words("en", reason) == en


@pytest.mark.parametrize("row", entry_words._WORDS.values())
def test_both_chinese_columns_say_the_same(row: tuple[str, str, str]) -> None:
    assert simplify(row[1]) == row[0]
    assert len(row) == len(LOCALES)
