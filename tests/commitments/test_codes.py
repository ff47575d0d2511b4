"""How a deadline was computed and why an entry was made, in words; and a rule's words back into its code."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from commitments.codes import REASONS, due_rule_code, due_rule_words, is_reason_code, reason, reason_words
from commitments.damage import visible
from commitments.errors import ReasonReserved
from commitments.history import chain
from commitments.i18n import LOCALES, table
from commitments.letters.dates import rules
from commitments.letters.fields import deadlines
from commitments.letters.text.simplified import simplify
from commitments.storage import writing
from tests.traditional import as_simplified

NOW = datetime(2019, 7, 1, tzinfo=UTC)
UNDATED = {"year-unknown", "none", "vague", "standing", "event-gated", "open-item", "unknown"}


def codes_of_the_grammar() -> set[str]:
    """Every rule name in the source of the letters' grammar: a new one without words fails here."""
    text = "".join(Path(module.__file__ or "").read_text(encoding="utf-8") for module in (rules, deadlines))
    return set(re.findall(r'"([a-z]+(?:-[a-z]+)+)"', text)) | {"quarter"}


def test_each_code_of_the_grammar_has_words() -> None:
    assert codes_of_the_grammar() - UNDATED == set(table("en", "due_rule"))


@pytest.mark.parametrize(
    "rule", [*table("en", "due_rule"), "follows 2019-1007-08", "2026-11-29 +10wd", "2026-11-29 +1m", "2026-03-01 +1d"]
)
def test_a_code_is_worded_in_each_language_and_read_back(rule: str) -> None:
    hans, hant, en = (due_rule_words(locale, rule) for locale in LOCALES)
    assert as_simplified(hant) == hans == simplify(hans)
    assert not re.search("[a-z]", hans)
    assert en.isascii()
    assert {due_rule_code(words) for words in (hans, hant, en)} == {rule}


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("follows 2019-1007-08", "接续2019-1007-08"),
        ("2026-11-29 +10wd", "自2026年11月29日起10个工作日"),
        ("2026-11-29 +30d", "自2026年11月29日起30天"),
        ("领导批示明确期限", "领导批示明确期限"),
        ("follows the plan of 2019", "follows the plan of 2019"),
        ("", ""),
    ],
)
def test_what_a_person_wrote_stands_as_it_is(rule: str, words: str) -> None:
    assert due_rule_words("zh-Hans", rule) == words


@pytest.mark.parametrize(
    "words", ["自2026年2月30日起3天", "自2026年2月3日起3周", "3 days from 31 June 2026", "3 weeks from 3 May 2026"]
)
def test_words_like_a_code_that_are_none_stand_too(words: str) -> None:
    assert due_rule_code(words) == words


def test_one_working_day_is_no_plural() -> None:
    assert due_rule_words("en", "2026-11-29 +1wd") == "1 working day from 29 November 2026"


@pytest.mark.parametrize(
    ("reason", "hans", "en"),
    [
        ("ledger load 二〇一九.toml", "由台账文件二〇一九.toml载入", "from the ledger file 二〇一九.toml"),
        ("ledger load my ledger.xlsx", "由台账文件my ledger.xlsx载入", "from the ledger file my ledger.xlsx"),
        ("working-day calendar changed", "工作日安排有变动", "the working-day calendar changed"),
        ("拆分", "拆分", "split"),
        ("拆自 2019-1007-01", "拆自 2019-1007-01", "拆自 2019-1007-01"),
        ("ledger load ", "ledger load ", "ledger load "),
    ],
)
def test_an_entry_made_before_there_were_codes_is_worded_as_it_was(reason: str, hans: str, en: str) -> None:
    assert reason_words("zh-Hans", reason) == hans
    assert reason_words("en", reason) == en


@pytest.mark.parametrize(
    "text",
    ["", "设备到货推迟。", "@split now", "@split {}{}", "@moved", "@follows", '@follows {"ref": 1}',
     '@split {"ref": "1"}', '@follows {"ref": "1"', "@split " + "[" * 9000, "@follows " + '{"ref":' * 9000 + "}"],
)  # fmt: skip
def test_a_reason_that_is_no_code_stands_for_itself(text: str) -> None:
    assert [reason_words(locale, text) for locale in LOCALES] == [text] * 3


@pytest.mark.parametrize("name", REASONS)
def test_what_the_program_gives_as_a_reason_is_worded_in_each_language(name: str) -> None:
    code = reason(name, **dict.fromkeys(REASONS[name], '{"x"}'))
    hans, hant, en = (reason_words(locale, code) for locale in LOCALES)
    assert as_simplified(hant) == hans
    assert len({hans, en, str(code)}) == 3
    assert all(text.count('{"x"}') == len(REASONS[name]) for text in (hans, hant, en))


def test_the_catalogue_words_just_these_reasons() -> None:
    assert set(table("en", "reason")) == set(REASONS)


FACTS = st.dictionaries(st.sampled_from(["ref", "file", "letter"]), st.text() | st.integers(), max_size=2)
LIKE_CODES = st.builds(
    lambda name, facts, gap: f"@{name}{gap}{json.dumps(facts)}" if facts else f"@{name}",
    st.sampled_from([*REASONS, "moved", ""]), FACTS, st.sampled_from([" ", "  ", ""]),
)  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(LIKE_CODES | st.text(), st.sampled_from(LOCALES))
def test_what_a_person_writes_is_shown_as_it_is_or_refused(sqlite_engine: Engine, text: str, locale: str) -> None:
    with writing(sqlite_engine) as session:
        try:
            entry = chain.append(session, at=NOW, actor="办公室", action="edit", subject="1", reason=text)
        except ReasonReserved:
            assert is_reason_code(text)
            return
        assert reason_words(locale, entry.reason) == visible(text)
