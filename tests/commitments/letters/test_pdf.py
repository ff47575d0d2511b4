"""PDF files: running heads and columns, pages without text, text layers that mean nothing."""

import base64
from unicodedata import normalize

import pytest

from commitments.letters.errors import GarbledLetter, ScannedLetter
from commitments.letters.files import reader
from tests.commitments.letters.conftest import Browser, Converted, P, flat
from tests.commitments.letters.pdfs import pdf

pytest.importorskip("pypdf")
LINE = "我局将于2022年12月底前疏通河道3公里，并在年内完成验收。"


def test_running_heads_and_numbers_stand_aside() -> None:
    pages = [["宁川市水务局答复", f"{n}、{LINE}", "第一页以后还有", f"第{n}页 共3页"] for n in (1, 2, 3)]
    source = reader.read_file(pdf(pages), "a.pdf")
    assert source.lines[:3] == ["宁川市水务局答复", f"1、{LINE}", "第一页以后还有"]
    assert source.lines.count("宁川市水务局答复") == 1
    assert source.aside.count("宁川市水务局答复") == 2
    assert sum(LINE in line for line in source.lines) == 3


def test_lines_of_a_letter_that_are_alike_by_chance_stay() -> None:
    pages = [["甲", LINE, "乙"], ["丙", LINE, "丁"], ["甲", LINE, "戊"]]
    assert len(reader.read_file(pdf([*pages, ["己", LINE, "庚"]]), "a").lines) == 12


def test_pages_without_text_are_named() -> None:
    source = reader.read_file(pdf([[LINE, LINE], [], [LINE], []]), "a")
    assert [each.message("zh-Hans")[:8] for each in source.warnings] == ["第 2、4 页没"]


@pytest.mark.parametrize("sign", ["\ue123", "\uf8ff", "\ufffd"])
def test_a_text_layer_that_means_nothing_is_one_sentence(sign: str) -> None:
    with pytest.raises(GarbledLetter, match="codes of its own fonts"):
        reader.read_file(pdf([[sign * 30, sign * 30]]), "a")


def test_some_signs_that_mean_nothing_are_counted() -> None:
    (said,) = reader.read_file(pdf([[LINE, LINE + "\ue123\ue124"]]), "a").warnings
    assert "2" in said.message("zh-Hans")


def test_pages_without_any_text_are_a_scan() -> None:
    with pytest.raises(ScannedLetter):
        reader.read_file(pdf([[], []]), "a")


COLUMNS = """<style:style style:name="C" style:family="section"><style:section-properties>
<style:columns xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0" fo:column-count="2"/>
</style:section-properties></style:style>"""


def test_columns_that_libreoffice_printed(libreoffice: Converted) -> None:
    body = "".join(P.format(f"第{n}项，{LINE}") for n in range(1, 9))
    section = f'<text:section text:style-name="C" text:name="S">{body}</text:section>'
    made = libreoffice("columns.fodt", flat(section, COLUMNS), "pdf")
    text = "".join("".join(reader.read_file(made, "a").lines).split())
    assert [text.find(f"第{n}项，{LINE}") for n in range(1, 9)] == sorted(text.find(f"第{n}项，") for n in range(1, 9))
    assert text.count(LINE) == 8


def test_a_page_that_chromium_printed(chromium: Browser) -> None:
    page = (
        f"<html><body style='column-count:2'>{''.join(f'<p>第{n}项，{LINE}</p>' for n in range(1, 60))}</body></html>"
    )
    made = base64.b64decode(chromium.saved(page, "Page.printToPDF"))
    text = normalize("NFKC", "".join("".join(reader.read_file(made, "a").lines).split()))  # it prints ⽉ for 月
    places = [text.find(f"第{n}项,{LINE[:-1].replace('，', ',')}") for n in range(1, 60)]
    assert places == sorted(places)
    assert places[0] >= 0
