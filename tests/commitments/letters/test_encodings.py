"""In what encoding a page is: what it says of itself may be wrong or missing; what was done about it is said."""

import pickle

import pytest

from commitments.errors import each_message
from commitments.letters.files import confined, reader

SIMPLE = "我局将于2019年10月底前建立社工项目库，并在年内完成对各区的督导。"
TRADITIONAL = "我局將於2019年10月底前建立社工項目庫，並在年內完成對各區的督導。"


def page(charset: str, text: str) -> str:
    said = f'<meta http-equiv="Content-Type" content="text/html; charset={charset}">' if charset else ""
    return f"<html><head>{said}</head><body><p>{text}</p></body></html>"


@pytest.mark.parametrize(
    ("declared", "encoding", "text"),
    [
        ("gb2312", "utf-8", SIMPLE), ("utf-8", "gb18030", SIMPLE), ("big5", "gb18030", SIMPLE), ("", "gb18030", SIMPLE),
        ("iso-8859-1", "gb18030", SIMPLE), ("gbk", "big5", TRADITIONAL), ("", "big5", TRADITIONAL),
        ("utf-8", "big5", TRADITIONAL), ("rot13", "gb18030", SIMPLE), ("windows-1252", "utf-8", SIMPLE),
    ],
)  # fmt: skip
def test_a_wrong_or_missing_encoding_is_found_and_said(declared: str, encoding: str, text: str) -> None:
    source = reader.read_file(page(declared, text).encode(encoding), "a.html")
    assert source.lines == [text]
    (warning,) = source.warnings
    shown = {"utf-8": "UTF-8", "gb18030": "GB18030", "big5": "Big5"}[encoding]
    assert shown in warning.message("zh-Hans")
    assert shown in warning.message("en")


@pytest.mark.parametrize(
    ("declared", "encoding", "text"),
    [("gb2312", "gb18030", SIMPLE), ("utf-8", "utf-8", SIMPLE), ("big5", "big5", TRADITIONAL), ("", "utf-8", SIMPLE),
     ("gbk", "gb18030", "镕基〇㐀"), ("utf-8", "utf-8", "𠀀"), ("utf-8", "utf-8", "No Chinese at all")],
)  # fmt: skip
def test_a_right_declaration_and_utf_8_need_no_word(declared: str, encoding: str, text: str) -> None:
    source = reader.read_file(page(declared, text).encode(encoding), "a.html")
    assert (source.lines, source.warnings) == ([text], ())


def test_warnings_speak_each_language_from_the_other_process_too() -> None:
    data = page("", SIMPLE).encode("gb18030")
    here, there = reader.read_file(data, "x").warnings, confined.read_file(data, "x").warnings
    for locale in ("zh-Hans", "zh-Hant", "en"):
        assert each_message(there, locale) == each_message(here, locale)
    assert each_message(there, "zh-Hant") != each_message(there, "zh-Hans")
    assert pickle.loads(pickle.dumps(here[0])).message("en") == here[0]  # noqa: S301 - our own


def test_signs_that_are_lost_are_said() -> None:
    source = reader.read_file(SIMPLE.encode() + b"\xff\xff\xff" + SIMPLE.encode(), "x")
    assert "\N{REPLACEMENT CHARACTER}" in source.warnings[0].message("zh-Hans")
