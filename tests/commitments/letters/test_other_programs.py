"""What LibreOffice and Tesseract read for us, where they are installed; one sentence where they are not."""

import io
import os
import subprocess
import tempfile
import zipfile
from pathlib import Path

import pytest

from commitments.errors import Refused
from commitments.letters.errors import FixedLayout, LetterTooLarge, OfficeNeeded, ScannedLetter, UnreadableLetter
from commitments.letters.files import confined, recognition
from commitments.letters.reading import read
from commitments.letters.report import as_json
from tests.commitments.letters.conftest import Converted, P, flat, required
from tests.commitments.letters.pdfs import pdf
from tests.commitments.letters.test_files import LETTER, PLEDGE

DOCUMENT = flat("".join(P.format(line) for line in LETTER.split("\n")))
FORMS = ("doc", "rtf", "odt")


@pytest.fixture(autouse=True)
def _nothing_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test has a folder for temporary files of its own, which must be empty in the end."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield
    assert list(folder.iterdir()) == []


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine on which no such program is installed."""
    monkeypatch.setenv("PATH", str(tmp_path))


@pytest.mark.parametrize("form", FORMS)
def test_files_that_libreoffice_saved(libreoffice: Converted, form: str) -> None:
    found = read(libreoffice("letter.fodt", DOCUMENT, form), f"a.{form}", confined.read_file)
    assert found.document.text == LETTER
    assert [each.quote for each in found.candidates] == [PLEDGE]
    assert found.document.warnings == ()


@pytest.mark.parametrize("form", FORMS)
def test_without_libreoffice_it_is_one_sentence(
    libreoffice: Converted, form: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    made = libreoffice("letter.fodt", DOCUMENT, form)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(OfficeNeeded) as refused:
        confined.read_file(made, f"a.{form}")
    assert "LibreOffice" in refused.value.message("zh-Hans", "cli")
    assert ".docx" in refused.value.message("en")


@pytest.mark.parametrize(
    "data", [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 3000, b"{\\rtf1 {{{{"], ids=["doc", "rtf"]
)
def test_what_libreoffice_cannot_read_is_one_sentence(data: bytes) -> None:
    required("soffice")
    with pytest.raises(Refused, match=r"a\.doc"):
        confined.read_file(data, "a.doc")


def test_a_link_in_a_document_is_not_followed(libreoffice: Converted) -> None:
    """A picture at an address: the conversion ends well without it."""
    link = '<draw:frame><draw:image xlink:href="http://127.0.0.1:9/x.png" xmlns:xlink="http://www.w3.org/1999/xlink"/>'
    body = "".join(P.format(line) for line in LETTER.split("\n")) + P.format(f"{link}</draw:frame>")
    assert confined.read_file(libreoffice("link.fodt", flat(body), "odt"), "a.odt").lines == LETTER.split("\n")


def test_an_ofd_file_is_one_sentence() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("OFD.xml", "<ofd:OFD/>")
    with pytest.raises(FixedLayout, match="OFD"):
        confined.read_file(file.getvalue(), "a.ofd")


# -- scans -----------------------------------------------------------------------------------------------------

TEXT = LETTER.replace("3公里", "3公里，投资2500万元，覆盖12个村")
BIG = """<style:style style:name="B" style:family="paragraph">
<style:text-properties xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"
 style:font-size-asian="16pt" fo:font-size="16pt"/></style:style>"""


@pytest.fixture(scope="module")
def scan(libreoffice: Converted, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Pictures of a printed letter: poppler draws the pages that LibreOffice printed."""
    program, home = required("pdftoppm", "tesseract"), tmp_path_factory.mktemp("scan")
    body = "".join(f'<text:p text:style-name="B">{line}</text:p>' for line in TEXT.split("\n"))
    (home / "a.pdf").write_bytes(libreoffice("scan.fodt", flat(body, BIG), "pdf"))
    for form in ("png", "jpeg"):
        line = [program, f"-{form}", "-r", "200", "-singlefile", str(home / "a.pdf"), str(home / "a")]
        subprocess.run(line, check=True)
    return {"png": (home / "a.png").read_bytes(), "jpg": (home / "a.jpg").read_bytes()}


@pytest.mark.parametrize("form", ["png", "jpg"])
def test_a_picture_is_recognised_and_marked(scan: dict[str, bytes], form: str) -> None:
    told: list[tuple[int, int]] = []
    source = confined.read_file(scan[form], f"a.{form}", lambda page, pages: told.append((page, pages)))
    assert source.recognised
    assert told == [(1, 1)]
    assert "识别文本" in source.warnings[0].message("zh-Hans")
    text = "".join("".join(source.lines).split())
    assert all(figure in text for figure in ("072", "2022年12月底前", "3公里", "2500万元", "2022年6月9日"))


def test_every_candidate_of_a_scan_is_marked(scan: dict[str, bytes]) -> None:
    said = as_json(read(scan["png"], "a.png", confined.read_file), "zh-Hans")
    assert said["recognised"]
    assert said["candidates"]
    assert all(each["recognised"] for each in said["candidates"])
    assert all(said["text"][each["start"] : each["end"]] == each["quote"] for each in said["candidates"])


def test_pages_of_a_pdf_without_text_are_recognised_one_by_one(scan: dict[str, bytes], tmp_path: Path) -> None:
    pypdf = pytest.importorskip("pypdf")
    (tmp_path / "a.png").write_bytes(scan["png"])
    line = ["tesseract", "a.png", "a", "-l", "chi_sim", "--psm", "6", "-c", "tessedit_create_pdf=1"]
    subprocess.run(line, cwd=tmp_path, check=True, capture_output=True)
    page, writer = pypdf.PdfReader(tmp_path / "a.pdf").pages[0], pypdf.PdfWriter()
    for _ in range(2):
        writer.add_page(page)
    for each in writer.pages:
        writer.remove_objects_from_page(each, pypdf.ObjectDeletionFlag.TEXT)
    writer.write(tmp_path / "b.pdf")
    told: list[tuple[int, int]] = []
    source = confined.read_file((tmp_path / "b.pdf").read_bytes(), "b.pdf", lambda *page: told.append(page))
    assert told == [(1, 2), (2, 2)]
    assert sum("2500万元" in "".join(line.split()) for line in source.lines) == 2


def test_figures_that_two_readings_do_not_share_are_named() -> None:
    source = recognition._source([("投资2500万元，10月完成\n\n", "投资25090万元，10月完成"), ("甲", "甲")], "a")
    assert source.doubts == ("2500",)
    assert "第 1 页的 2500" in source.warnings[1].message("zh-Hans")
    assert source.lines == ["投资2500万元，10月完成", "甲"]


@pytest.mark.parametrize("data", [pdf([[], []]), b"\x89PNG\r\n\x1a\n" + bytes(100), pdf([["\ue123" * 60]])])
def test_without_tesseract_a_scan_is_one_sentence(data: bytes, bare: None) -> None:
    with pytest.raises(ScannedLetter) as refused:
        confined.read_file(data, "scan")
    assert "Tesseract" in refused.value.message("zh-Hans", "cli")
    assert "OCR" in refused.value.message("en")


def test_without_its_chinese_signs_tesseract_is_of_no_use(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    required("tesseract", "pdftoppm")
    monkeypatch.setenv("TESSDATA_PREFIX", str(tmp_path))
    with pytest.raises(ScannedLetter):
        confined.read_file(pdf([[]]), "scan")


def test_a_broken_picture_is_one_sentence() -> None:
    required("tesseract", "pdftoppm")
    with pytest.raises(UnreadableLetter):
        confined.read_file(b"\x89PNG\r\n\x1a\n" + os.urandom(3000), "a.png")


def test_a_scan_of_many_pages_is_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    required("tesseract", "pdftoppm")
    monkeypatch.setattr(recognition, "PAGES", 2)
    with pytest.raises(LetterTooLarge):
        confined.read_file(pdf([[], [], []]), "a.pdf")


def test_a_blank_scan_holds_no_text() -> None:
    required("tesseract", "pdftoppm")
    with pytest.raises(Refused, match="holds no text"):
        confined.read_file(pdf([[]]), "a.pdf")
