"""Files to lines: what kind a file is shows in its bytes; what cannot be read is one sentence that says what to do."""

import zipfile
from io import BytesIO

import pytest

from commitments.errors import Refused
from commitments.letters import reading
from commitments.letters.errors import (
    LetterTooLarge,
    NoLetter,
    OfficeNeeded,
    PictureLetter,
    ScannedLetter,
    UnreadableLetter,
)
from commitments.letters.files import reader

LETTER = """宁川市水务局
宁水案〔2022〕8号
市工商联：
贵会提出的《关于疏通河道的提案》（第072号）收悉，现答复如下：
我局将于2022年12月底前疏通河道3公里。
宁川市水务局
2022年6月9日"""
PLEDGE = "我局将于2022年12月底前疏通河道3公里"


def word(body: str) -> bytes:
    """Make a Word file around the XML of a body."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", body)
    return file.getvalue()


W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def paragraphs(text: str) -> str:
    return "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in text.split("\n"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_encodings_of_simplified_text(encoding: str) -> None:
    assert reading.read(LETTER.encode(encoding), "a.txt").document.text == LETTER


def test_big5_without_a_declaration() -> None:
    text = LETTER.translate(
        str.maketrans("宁务联贵会关于疏通河道的现答复号将为局", "寧務聯貴會關於疏通河道的現答復號將為局")
    )
    assert reader.read_file(text.replace("于", "於").encode("big5", "ignore"), "a.txt").lines[2] == "市工商聯："


@pytest.mark.parametrize("declared", ["gb2312", "GBK", "gb18030"])
def test_every_gb_label_means_gb18030(declared: str) -> None:
    page = f'<html><head><meta charset="{declared}"></head><body><p>镕基〇㐀</p></body></html>'
    assert reader.read_file(page.encode("gb18030"), "a.html").lines == ["镕基〇㐀"]


def test_a_page_gives_lines_rows_and_facts() -> None:
    page = """<html><head><title>答复</title><meta name="PubDate" content="2022-07-01"><style>p{}</style></head><body>
    <script>document.write("<p>假的</p>")</script><p>一行&ldquo;引&rdquo;<br>又一行</p>
    <table><tr><td>事项</td><td>时限</td></tr><tr><td>疏通河道</td><td>年底前</td></tr></table>
    <table><tr><td><p>甲</p><p>乙</p></td><td>丙</td></tr></table></body></html>"""
    source = reader.read_file(page.encode(), "a.html")
    assert source.lines == ["一行“引”", "又一行", "事项\t时限", "疏通河道\t年底前", "甲", "乙", "丙"]
    assert source.facts == {"title": "答复", "PubDate": "2022-07-01"}


def test_word() -> None:
    rows = f"<w:tbl><w:tr><w:tc>{paragraphs('疏通河道')}</w:tc><w:tc>{paragraphs('年底前')}</w:tc></w:tr></w:tbl>"
    body = f"<w:document {W}><w:body>{paragraphs(LETTER)}{rows}</w:body></w:document>"
    found = reading.read(word(body), "a.docx")
    assert PLEDGE in [each.quote for each in found.candidates]
    assert reader.read_file(word(body), "a.docx").lines[-1] == "疏通河道\t年底前"


def test_a_table_that_frames_a_word_letter_keeps_its_lines() -> None:
    inner = f"<w:tbl><w:tr><w:tc>{paragraphs('甲')}</w:tc><w:tc>{paragraphs('乙')}</w:tc></w:tr></w:tbl>"
    frame = f"<w:tbl><w:tr><w:tc>{paragraphs(LETTER)}{inner}</w:tc></w:tr></w:tbl>"
    assert reader.read_file(word(f"<w:document {W}><w:body>{frame}</w:body></w:document>"), "a.docx").lines == [
        *LETTER.split("\n"),
        "甲\t乙",
    ]


def test_tables_nested_without_end_are_refused() -> None:
    deep = "<w:tbl><w:tr><w:tc>" * 3000 + "</w:tc></w:tr></w:tbl>" * 3000
    with pytest.raises(UnreadableLetter):
        reader.read_file(word(f"<w:document {W}><w:body>{deep}</w:body></w:document>"), "a.docx")


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), OfficeNeeded),
        (b"{\\rtf1 x}", OfficeNeeded),
        (b"PK\x03\x04 broken", UnreadableLetter),
        (word(f'<!DOCTYPE a [<!ENTITY b "c">]><w:document {W}/>'), UnreadableLetter),
        (word("<no-end"), UnreadableLetter),
        (word(f"<w:document {W}><w:body>{' ' * 21_000_000}</w:body></w:document>"), LetterTooLarge),
        (b"%PDF-1.4 broken", UnreadableLetter),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), PictureLetter),
        (b"", NoLetter),
        (b" \n\t\n", NoLetter),
        ("将".encode() * 3_500_000, LetterTooLarge),
        (("将" * 200_001).encode(), LetterTooLarge),
    ],
    ids=["doc", "rtf", "zip", "entities", "xml", "bomb", "pdf", "picture", "empty", "blank", "bytes", "characters"],
)
def test_what_cannot_be_read_says_what_to_do(data: bytes, error: type[Refused]) -> None:
    with pytest.raises(error, match="letter"):
        reading.read(data, "letter.bin")


def test_a_scan_is_named() -> None:
    pypdf = pytest.importorskip("pypdf")
    writer, file = pypdf.PdfWriter(), BytesIO()
    writer.add_blank_page(200, 200)
    writer.write(file)
    with pytest.raises(ScannedLetter, match="OCR"):
        reading.read(file.getvalue(), "scan.pdf")


def test_the_same_bytes_give_the_same_answer() -> None:
    one, other = (reading.read(LETTER.encode(), name) for name in "ab")
    assert (one, one.possible) == (other, other.possible)
