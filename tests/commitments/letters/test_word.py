"""Word files as Word prints them: what is seen is read once, what is not seen is not read."""

import zipfile
from contextlib import suppress
from io import BytesIO

import pytest

from commitments.letters.errors import UnreadableLetter
from commitments.letters.files import reader
from commitments.letters.files.docx_numbers import FORMS
from tests.commitments.letters.conftest import Converted, P, flat

MAIN = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
NAMES = (
    f'xmlns:w="{MAIN}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:v="urn:schemas-microsoft-com:vml"'
)


def word(body: str, **parts: str) -> bytes:
    """Make a Word file around the XML of a body; ``numbering`` and ``styles`` are further parts."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", f"<w:document {NAMES}><w:body>{body}</w:body></w:document>")
        for name, inner in parts.items():
            archive.writestr(f"word/{name}.xml", f"<w:{name} {NAMES}>{inner}</w:{name}>")
    return file.getvalue()


def lines(body: str, **parts: str) -> list[str]:
    return reader.read_file(word(body, **parts), "a.docx").lines


def r(text: str, properties: str = "") -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r>"


def p(text: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr>{text if text.startswith('<') else r(text)}</w:p>"


def tc(text: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{text if text.startswith('<') else p(text)}</w:tc>"


def tr(*cells: str, properties: str = "") -> str:
    return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(cells)}</w:tr>"


def test_a_text_box_is_read_once() -> None:
    box = f"<w:txbxContent>{p('年底前建成')}{p('两行')}</w:txbxContent>"
    choice = f'<mc:Choice Requires="wps"><w:drawing><wps:txbx>{box}</wps:txbx></w:drawing></mc:Choice>'
    fallback = f"<mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict></mc:Fallback>"
    both = f"<w:r><mc:AlternateContent>{choice}{fallback}</mc:AlternateContent></w:r>"
    assert lines(p(r("正文") + both)) == ["正文", "年底前建成", "两行"]
    assert lines(p(f"<w:r><w:pict><v:textbox>{box}</v:textbox></w:pict></w:r>")) == ["年底前建成", "两行"]


@pytest.mark.parametrize(
    "unseen",
    [
        f"<w:del>{r('旧')}</w:del>",
        f"<w:moveFrom>{r('旧')}</w:moveFrom>",
        r("旧", "<w:vanish/>"),
        r("旧", '<w:vanish w:val="true"/>'),
        r("旧", '<w:rStyle w:val="hid"/>'),
        "<w:r><w:instrText>PAGE</w:instrText></w:r>",
        "<w:r><w:ruby><w:rt><w:r><w:t>jiù</w:t></w:r></w:rt></w:ruby></w:r>",
    ],
    ids=["deleted", "moved", "hidden", "hidden by a value", "hidden by its style", "a field", "reading aid"],
)
def test_what_is_not_seen_is_not_read(unseen: str) -> None:
    styles = '<w:style w:styleId="hid" w:type="character"><w:rPr><w:vanish/></w:rPr></w:style>'
    assert lines(p(r("新") + unseen + r("的")), styles=styles) == ["新的"]


def test_what_was_inserted_moved_here_or_shown_again_is_read() -> None:
    seen = f"<w:ins>{r('甲')}</w:ins><w:moveTo>{r('乙')}</w:moveTo>" + r("丙", '<w:vanish w:val="0"/>')
    assert lines(p(seen + "<w:hyperlink>" + r("丁") + "</w:hyperlink>")) == ["甲乙丙丁"]


def test_deleted_rows_are_gone() -> None:
    rows = tr(tc("甲"), tc("乙")) + tr(tc("丙"), tc("丁"), properties="<w:del/>")
    assert lines(f"<w:tbl>{rows}</w:tbl>") == ["甲\t乙"]


def level(at: int, form: str, text: str, more: str = "") -> str:
    look = f'<w:numFmt w:val="{form}"/>{more}<w:lvlText w:val="{text}"/>'
    return f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/>{look}</w:lvl>'


NUMBERING = (
    '<w:abstractNum w:abstractNumId="7">'
    + level(0, "chineseCountingThousand", "%1、")
    + level(1, "chineseCounting", "（%2）")
    + level(2, "decimal", "%3.")
    + level(3, "decimal", "%1.%4", "<w:isLgl/>")
    + '</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num>'
    + '<w:num w:numId="2"><w:abstractNumId w:val="7"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/>'
    + "</w:lvlOverride></w:num>"
)


def item(text: str, at: int, number: int = 1) -> str:
    return p(text, f'<w:numPr><w:ilvl w:val="{at}"/><w:numId w:val="{number}"/></w:numPr>')


def test_automatic_numbers_stand_as_printed() -> None:
    body = [item("甲", 0), item("乙", 1), item("丙", 1), item("丁", 2), item("戊", 0), item("己", 1), item("庚", 3)]
    assert lines("".join([*body, item("辛", 0, 2), p("壬")]), numbering=NUMBERING) == [
        "一、甲", "（一）乙", "（二）丙", "1.丁", "二、戊", "（一）己", "2.1庚", "一、辛", "壬",
    ]  # fmt: skip


def test_a_style_can_number_and_be_based_on_one_that_does() -> None:
    numbered = '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr>'
    styles = f'<w:style w:styleId="a" w:type="paragraph">{numbered}</w:style>'
    styles += '<w:style w:styleId="b" w:type="paragraph"><w:basedOn w:val="a"/></w:style>'
    off = '<w:pStyle w:val="b"/><w:numPr><w:numId w:val="0"/></w:numPr>'
    body = p("甲", '<w:pStyle w:val="a"/>') + p("乙", '<w:pStyle w:val="b"/>') + p("丙", off)
    assert lines(body, styles=styles, numbering=NUMBERING) == ["一、甲", "二、乙", "丙"]


def test_styles_based_on_each_other_end() -> None:
    styles = '<w:style w:styleId="a" w:type="paragraph"><w:basedOn w:val="a"/></w:style>'
    assert lines(p("甲", '<w:pStyle w:val="a"/>'), styles=styles) == ["甲"]


@pytest.mark.parametrize(
    ("form", "number", "written"),
    [
        ("chineseCounting", 10, "十"), ("chineseCounting", 12, "十二"), ("chineseCounting", 20, "二十"),
        ("chineseCounting", 105, "一百零五"), ("decimalEnclosedCircle", 3, "③"), ("decimalEnclosedCircle", 21, "21"),
        ("ideographDigital", 20, "二〇"), ("upperRoman", 14, "XIV"), ("lowerLetter", 27, "aa"),
        ("decimalFullWidth", 10, "１０"), ("decimalZero", 7, "07"), ("chineseCounting", 100_000, "100000"),
    ],
)  # fmt: skip
def test_numbers_in_their_forms(form: str, number: int, written: str) -> None:
    assert FORMS[form](number) == written


def test_strict_files_are_read_like_others() -> None:
    data = word(p("甲"))
    with zipfile.ZipFile(BytesIO(data)) as old:
        body = old.read("word/document.xml").replace(MAIN.encode(), b"http://purl.oclc.org/ooxml/wordprocessingml/main")
    kind = "http://purl.oclc.org/ooxml/officeDocument/relationships/officeDocument"
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("word/main.xml", body)
        archive.writestr("_rels/.rels", f'<R><Relationship Type="{kind}" Target="/word/main.xml"/></R>')
    assert reader.read_file(file.getvalue(), "a.docx").lines == ["甲"]


def test_a_merged_cell_repeats_itself() -> None:
    begins, goes_on = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    rows = [
        tr(tc("责任分解表", '<w:gridSpan w:val="4"/>')),
        tr(tc("序号"), tc("任务"), tc("责任单位"), tc("完成时限")),
        tr(tc("1"), tc("建库"), tc("市财政局", begins), tc("2019年10月底前", begins)),
        tr(tc("2"), tc("开馆"), tc("", goes_on), tc("", goes_on)),
        tr(tc("3"), tc("招聘"), tc("市教育局、市文旅局", '<w:gridSpan w:val="2"/>')),
    ]
    assert lines(f"<w:tbl>{''.join(rows)}</w:tbl>") == [
        "责任分解表",
        "序号\t任务\t责任单位\t完成时限",
        "1\t建库\t市财政局\t2019年10月底前",
        "2\t开馆\t市财政局\t2019年10月底前",
        "3\t招聘\t市教育局、市文旅局\t市教育局、市文旅局",
    ]


def test_a_table_within_a_table_keeps_its_rows() -> None:
    inner = f"<w:tbl>{tr(tc('建库'), tc('市财政局'))}{tr(tc('开馆'), tc('市教育局'))}</w:tbl>"
    outer = tr(tc("任务"), tc(p("见下") + inner))
    assert lines(f"<w:tbl>{outer}</w:tbl>") == ["任务", "见下", "建库\t市财政局", "开馆\t市教育局"]


@pytest.mark.parametrize("number", ['"x"', '"-5"', '"99999999999"'])
def test_broken_figures_are_one_sentence_or_none(number: str) -> None:
    body = f"<w:tbl>{tr(tc('甲', f'<w:gridSpan w:val={number}/>'), tc('乙'))}</w:tbl>" + item("丙", 0)
    data = word(body, numbering=NUMBERING.replace('"1"/>', f"{number}/>"))
    with suppress(UnreadableLetter):
        assert "乙" in reader.read_file(data, "a.docx").lines[0]


COLUMNS = '<table:table-column table:number-columns-repeated="3"/>'
LIST = """<text:list-style style:name="L"><text:list-level-style-number text:level="1" style:num-suffix="、"
 style:num-format="一, 二, 三, ..."/></text:list-style>"""


def test_a_file_that_libreoffice_made(libreoffice: Converted) -> None:
    cell, spanning = "<table:table-cell>{}</table:table-cell>", '<table:table-cell table:number-rows-spanned="2">{}'
    covered, ends = "<table:covered-table-cell/>", "</table:table-cell>"
    heads = "".join(cell.format(P.format(text)) for text in ("任务", "责任单位", "完成时限"))
    merged = "".join(spanning.format(P.format(text)) + ends for text in ("市财政局", "2022年10月底前"))
    rows = [heads, cell.format(P.format("建库")) + merged, cell.format(P.format("开馆")) + covered * 2]
    table = "".join(f"<table:table-row>{row}</table:table-row>" for row in rows)
    items = "".join(f"<text:list-item>{P.format(text)}</text:list-item>" for text in ("疏通河道", "新建泵站"))
    letter = P.format("宁川市水务局") + f'<text:list text:style-name="L">{items}</text:list>'
    body = letter + f"<table:table>{COLUMNS}{table}</table:table>"
    found = reader.read_file(libreoffice("letter.fodt", flat(body, LIST), "docx"), "a.docx").lines
    assert found == [
        "宁川市水务局", "一、疏通河道", "二、新建泵站",
        "任务\t责任单位\t完成时限", "建库\t市财政局\t2022年10月底前", "开馆\t市财政局\t2022年10月底前",
    ]  # fmt: skip
