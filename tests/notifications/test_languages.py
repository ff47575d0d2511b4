"""The three languages side by side: none lacks a file, a shape or a word, and none tells other facts."""

import re
from collections import Counter
from dataclasses import replace
from datetime import date
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select

from commitments import i18n
from commitments.i18n import LOCALES
from commitments.models import Department
from commitments.register import closing
from commitments.storage import reading, writing
from notifications.mail.render import TEMPLATES, Renderer
from notifications.models import Message
from tests.conftest import Scene
from tests.traditional import as_simplified, simplified_signs

FILES = sorted(str(path.relative_to(TEMPLATES / "zh-Hans")) for path in (TEMPLATES / "zh-Hans").rglob("*.*"))
OTHERS = [locale for locale in LOCALES if locale != "zh-Hans"]
BOTH = frozenset("不准出列升合向回布年度扣料更核率理留直立系者致逾量面")  # traditional too, where mails use them
MONTH = "|".join(i18n._MONTHS)
WRITTEN = (  # how each language writes a day, a month, a week, and what all are compared as
    (r"(\d{4})年(\d+)月(\d+)日", r" \1/\2/\3 "),
    (rf"(\d+) ({MONTH}) (\d{{4}})", r" \3/\2/\1 "),
    (r"(\d{4})年(\d+)月", r" \1/\2 "),
    (rf"({MONTH}) (\d{{4}})", r" \2/\1 "),
    (r"(\d{4})年第(\d+)[周週]", r" \1/w\2 "),
    (r"(\d{4})-W0?(\d+)", r" \1/w\2 "),
)

Mail = tuple[str, str, dict[str, Any]]


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    return Renderer()


def read(locale: str, file: str) -> str:
    return (TEMPLATES / locale / file).read_text(encoding="utf-8")


@pytest.mark.parametrize("locale", OTHERS)
def test_no_language_lacks_a_file_or_has_one_more(locale: str) -> None:
    assert sorted(str(path.relative_to(TEMPLATES / locale)) for path in (TEMPLATES / locale).rglob("*.*")) == FILES


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("locale", OTHERS)
def test_no_language_lacks_a_shape_or_a_sentence(locale: str, file: str) -> None:
    calls = r"{% (?:macro|block) .*?%}"
    assert re.findall(calls, read(locale, file)) == re.findall(calls, read("zh-Hans", file))


@pytest.mark.parametrize("file", FILES)
def test_traditional_files_say_what_simplified_ones_say(file: str) -> None:
    same = as_simplified(read("zh-Hant", file)).replace("zh-Hant", "zh-Hans")
    assert same == read("zh-Hans", file), "change both, see CONTRIBUTING.md"


def test_no_simplified_character_stands_in_a_traditional_text() -> None:
    texts = [read("zh-Hant", file) for file in FILES]
    assert simplified_signs(texts) == BOTH


@pytest.mark.parametrize("locale", OTHERS)
@pytest.mark.parametrize("part", ["subject", "text", "html"])
def test_no_language_differs_in_facts(renderer: Renderer, mail: Mail, locale: str, part: str) -> None:
    _, kind, context = mail
    hans, other = (renderer.render(kind, name, context) for name in ("zh-Hans", locale))
    assert facts(getattr(other, part)) == facts(getattr(hans, part))


def test_mail_goes_out_in_traditional_characters(quick: Scene) -> None:
    quick.context = replace(quick.context, language="zh-Hant")
    with writing(quick.engine) as session:
        session.query(Department).filter_by(name="市民政局").one().locale = "zh-Hant"
    ref = quick.add(title="社区工作简报", due_on=date(2019, 12, 31))
    quick.run()
    quick.do(lambda register: closing.report_done(register, ref, note="已印发"))
    quick.run()
    with reading(quick.engine) as session:
        subjects = session.scalars(select(Message.subject).order_by(Message.id)).all()
    assert subjects == [f"【新任務】{ref} 社区工作简报（2019年12月31日到期）", f"【待驗收】{ref} 社区工作简报"]


def facts(text: str) -> Counter[str]:
    """Count refs, days, numbers with their unit of percent, and addresses, however a language writes them."""
    text = re.sub(r"and (\d+) more", lambda others: f"{int(others[1]) + 1}", unescape(text))
    for pattern, same in WRITTEN:
        text = re.sub(pattern, same, text)
    for number, month in enumerate(i18n._MONTHS, 1):
        text = text.replace(f"/{month}", f"/{number}")
    return Counter(found.rstrip(".:,") for found in re.findall(r"[A-Za-z0-9@./:%_-]*[0-9@][A-Za-z0-9@./:%_-]*", text))
