"""Files of foreign making are read in a process with bounds; what cannot be read within them is one sentence."""

import zlib
from contextlib import suppress
from pathlib import Path
from time import monotonic

import pytest

from commitments.errors import Refused
from commitments.letters.errors import NoLetter, UnreadableLetter
from commitments.letters.files import confined, reader
from commitments.letters.reading import read

PLEDGE = "我局将于2019年10月底前建立社工项目库。"
PAGE = "<html><body>"
LETTER = f"{PAGE}<p>{PLEDGE}</p></body></html>"


def test_the_answer_is_that_of_reading_here() -> None:
    for data in (LETTER.encode(), LETTER.encode("gb18030"), PLEDGE.encode()):
        assert confined.read_file(data, "x") == reader.read_file(data, "x")


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (f"{PAGE}<p> </p>".encode(), NoLetter),
        (b"%PDF-1.7 nothing more", UnreadableLetter),
        (b"PK\x03\x04 nothing more", UnreadableLetter),
    ],
)
def test_what_is_refused_here_is_refused_in_the_same_words(data: bytes, kind: type[Refused]) -> None:
    with pytest.raises(kind) as there:
        confined.read_file(data, "x")
    with pytest.raises(kind) as here:
        reader.read_file(data, "x")
    assert [there.value.message(locale) for locale in ("zh-Hans", "en")] == [
        here.value.message(locale) for locale in ("zh-Hans", "en")
    ]


@pytest.mark.parametrize(
    "before",
    [
        "<![ x ", "<![if !supportEmptyParas]>", "<![CDATA[ x ]]>", "<!-- ", "<!-- " * 20_000, "<!", "<!x", "<!-->",
        "<!--->", "<!-- x --!>", "<!ELEMENT", "<!" * 20_000, "<!--我-->", "<!--[if gte mso 9]><xml></xml><![endif]-->",
    ],
)  # fmt: skip
def test_declarations_lose_no_pledge(before: str) -> None:
    data = f"{PAGE}{before}<p>{PLEDGE}</p>".encode()
    found = read(data, "x", confined.read_file).candidates
    assert [one.quote for one in found] == [PLEDGE.rstrip("。")]


def bomb() -> bytes:
    """Return a PDF whose one page inflates to half a gibibyte."""
    packed = zlib.compress(b"(x) Tj " * (2**29 // 7), 9)
    head = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj "
    page = b"3 0 obj<</Type/Page/Parent 2 0 R/Contents 4 0 R>>endobj 4 0 obj<</Filter/FlateDecode/Length %d>>stream\n"
    return head + page % len(packed) + packed + b"\nendstream endobj\ntrailer<</Root 1 0 R>>"


@pytest.mark.parametrize(
    ("data", "kind"),
    [(b"%PDF-1.4", "pdf"), (b"%PDF 1.4", "pdf"), (b"MZ %PDF-1.4", "pdf"), (b"PK\x03\x04", "zip"), (b"PK", "text"),
     (b"{\\rtf1", "old"), (b"<html>", "page"), (b"", "text")],
)  # fmt: skip
def test_one_rule_says_what_is_read_apart(data: bytes, kind: str) -> None:
    assert reader.kind(data) == kind


def test_a_pdf_that_inflates_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pypdf")
    monkeypatch.setattr("commitments.letters.files.pdf.read_pdf", None)  # never here: the child has its own
    with pytest.raises(UnreadableLetter):
        confined.read_file(bomb().replace(b"%PDF-1.4", b"%PDF 1.4"), "x")


@pytest.mark.parametrize("does", ["while :; do :; done", "kill -XCPU $$", "exit 1", "exec sleep 100"])
def test_a_process_that_takes_too_much_is_one_sentence(
    does: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = tmp_path / "reader"
    reader.write_text(f"#!/bin/sh\n{does}\n")
    reader.chmod(0o700)
    monkeypatch.setattr("sys.executable", str(reader))
    monkeypatch.setattr(confined, "WAIT", 1.0)
    with pytest.raises(UnreadableLetter, match="save it as plain text"):
        confined.read_file(LETTER.encode(), "x")


@pytest.mark.parametrize("piece", ["<a ", "<a b='", "<? "])
def test_what_the_parser_of_pages_hardly_bears_ends_in_time(piece: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Newer versions of Python read it, older ones are ended."""
    monkeypatch.setattr(confined, "WAIT", 1.0)
    begun = monotonic()
    with suppress(UnreadableLetter):
        confined.read_file(f"{PAGE}{piece * 100_000}".encode(), "x")
    assert monotonic() - begun < 2 * confined.WAIT


def test_no_module_of_the_folder_we_stand_in_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("json", "resource", "commitments", "html"):
        (tmp_path / f"{name}.py").write_text(f"open('ran-{name}', 'w')\nraise SystemExit(1)\n")
    assert confined.read_file(LETTER.encode(), "x") == reader.read_file(LETTER.encode(), "x")
    assert list(tmp_path.glob("ran-*")) == []
