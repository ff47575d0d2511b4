"""No input, however broken, makes reading crash or hang, or gives a quote that is not in the text."""

import time
from xml.sax.saxutils import escape

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from commitments.errors import Refused
from commitments.letters.reading import read
from commitments.letters.report import as_json
from tests.commitments.letters.test_word import word
from tests.thorough import examples

WORDS = st.sampled_from(
    [
        "将", "我局", "市财政局", "会同", "年底前", "2024年", "6月", "10%", "《",
        "》", "“", "”", "（", "）", "一是", "（一）", "1.", "①", "；", "，",
        "。", "：", "收悉", "现答复如下", "委员", "代表", "号", "第", "〔2022〕",
        "下一步", "正在", "待", "后", "完成", "建设", "個", "關(guān)", "<p>",
        "</td>", "<table>", "&#x4e00;", "棋牌", "首页", ">", "2022年6月9日",
        "30", "\n", "\t", " ", "\u202e", "\ufffd", "𠀀", "Ａ",
    ]
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=300), st.lists(WORDS, max_size=120).map("".join))
RELAXED = settings(max_examples=examples(150), deadline=None, suppress_health_check=[HealthCheck.too_slow])


def check(data: bytes) -> None:
    try:
        found = read(data, "letter")
    except Refused:
        return
    for each in as_json(found)["candidates"]:
        assert each["quote"]
        assert found.document.text[each["start"] : each["end"]] == each["quote"]


@RELAXED
@given(TEXTS)
def test_any_text(text: str) -> None:
    check(text.encode("utf-8", "surrogatepass"))


@RELAXED
@given(TEXTS)
def test_any_page(text: str) -> None:
    check(f"<html><body><div class='TRS_Editor'>{text}".encode("gb18030", "replace"))


@RELAXED
@given(TEXTS, st.sampled_from(["multipart/related; boundary=x", "text/html; charset=x", "text/plain", "multipart/x"]))
def test_any_mail(text: str, kind: str) -> None:
    check(
        f"MIME-Version: 1.0\nContent-Type: {kind}\n\n--x\nContent-Type: text/html\n\n{text}".encode("utf-8", "replace")
    )


TAGS = st.sampled_from(["p", "r", "t", "tbl", "tr", "tc", "tcPr", "pPr", "numPr", "del", "txbxContent", "sdt"])


@RELAXED
@given(st.recursive(TEXTS, lambda inner: st.tuples(TAGS, st.lists(inner, max_size=3)), max_leaves=30))
def test_any_word_file(tree: object) -> None:
    check(word(_marked_up(tree)))


def _marked_up(tree: object) -> str:
    if isinstance(tree, str):
        return escape("".join(sign for sign in tree if sign.isprintable()))
    tag, inner = tree
    return f'<w:{tag} w:val="9">{"".join(map(_marked_up, inner))}</w:{tag}>'


@RELAXED
@given(st.one_of(st.binary(max_size=400), st.binary(max_size=100).map(lambda tail: b"%PDF-1.4\n" + tail)))
def test_any_bytes(data: bytes) -> None:
    check(data)


TWICE = 2.8  # times the work for a letter twice as long: linear, with room for a noisy machine


def seconds(piece: str, length: int) -> float:
    """Return the processor's time for a letter of ``length`` signs."""
    begun = time.process_time()
    check((piece * length)[:length].encode())
    return time.process_time() - begun


@pytest.mark.parametrize(
    "piece", ["将", "市民政局将会同市财政局", "一是推进。\n", "局：\n", "（", "1", "第1号", "2024年1月1日\n", "关于"]
)
def test_the_longest_letter_does_not_hang(piece: str) -> None:
    short, long = (min(seconds(piece, length) for _ in range(2)) for length in (12_000, 24_000))
    assert long < TWICE * short + 0.1
