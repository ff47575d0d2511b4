"""Scans to lines: recognised by Tesseract, where it is installed with its Chinese signs; nothing of it is in the core.

What is recognised is no letter's own words: it is marked. Every page is read twice, in other sizes and with another
idea of its layout; figures that the two readings do not share are named, for a person to look at.
"""

import re
import shutil
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from commitments.errors import Problem, sentence
from commitments.files.confined import BeyondBounds, call
from commitments.files.programs import ProgramFailed, run
from commitments.letters.errors import LetterTooLarge, NoLetter, ScannedLetter, UnreadableLetter
from commitments.letters.files.pdf import without_number
from commitments.letters.files.reader import Source, kind

PAGES = 60  # a page takes seconds
SIDES = (3508, 4677)  # points of the long side: A4 at 300 and at 400 dots an inch
LAYOUTS = ("3", "6")  # Tesseract's page segmentation: found by itself, one block
LANGUAGES = ("chi_sim", "chi_tra")
BESIDE = re.compile(r" +(?=[\u3000-\u9fff\uff00-\uffef])|(?<=[\u3000-\u9fff\uff00-\uffef]) +")
FIGURES = re.compile(r"\d+(?:\.\d+)?[%年月日号]?|[〇零一二三四五六七八九十百千两]+[年月日号]")
Progress = Callable[[int, int], None]


@dataclass
class _Programs:
    """What is installed: Tesseract with a language, and what draws the pages of a PDF."""

    tesseract: str
    language: str
    drawing: str


def read(data: bytes, scan: ScannedLetter, progress: Progress) -> Source:
    """Return what a scan says. Raises ``scan`` again where nothing is installed that reads it, and LetterTooLarge.

    ``progress`` is told each page begun, with how many there are.
    """
    name = str(scan.facts["name"])
    with TemporaryDirectory(prefix="yinuo-") as home:
        programs = _installed(Path(home), scan)
        try:
            pages = list(_pages(_bound(data, programs, Path(home)), name, programs, Path(home), progress))
        except (ProgramFailed, BeyondBounds, OSError) as trouble:
            raise UnreadableLetter(name=name, fault="not_recognised") from trouble
    return _source(pages, name)


def _installed(home: Path, scan: ScannedLetter) -> _Programs:
    tesseract, drawing = shutil.which("tesseract"), shutil.which("pdftoppm")
    if tesseract is None or drawing is None:
        raise scan
    for language in LANGUAGES:  # asked by its name: where a language's data stand is Tesseract's own business
        try:
            run(tesseract, "-l", language, "--print-parameters", folder=home, seconds=10)
        except ProgramFailed:
            continue
        return _Programs(tesseract, language, drawing)
    raise scan


def _bound(data: bytes, programs: _Programs, home: Path) -> bytes:
    """Return a picture, or several in one file, as a PDF, so that its pages can be drawn in any size."""
    if kind(data) == "pdf":
        return data
    (home / "picture").write_bytes(data)
    options = ("-l", programs.language, "--psm", "3", "-c", "tessedit_create_pdf=1")
    run(programs.tesseract, "picture", "bound", *options, folder=home)
    return (home / "bound.pdf").read_bytes()


def _pages(data: bytes, name: str, programs: _Programs, home: Path, progress: Progress) -> Iterator[tuple[str, str]]:
    """Return for each page what the two readings say."""
    (home / "letter").write_bytes(data)
    count = call("commitments.letters.files.pdf:page_count", data)
    if count > PAGES:
        raise LetterTooLarge(name=name, found=count, measure="pages", limit=PAGES)
    for number in range(1, count + 1):
        progress(number, count)
        first, second = (_drawn(programs, home, number, *way) for way in zip(SIDES, LAYOUTS, strict=True))
        yield first, second


def _drawn(programs: _Programs, home: Path, number: int, side: int, layout: str) -> str:
    """Draw a page of the PDF and return what it says."""
    options = ("-png", "-gray", "-singlefile", "-scale-to", str(side), "-f", str(number), "-l", str(number))
    run(programs.drawing, *options, "letter", "page", folder=home)
    return _recognised(programs, home, "page.png", layout)


def _recognised(programs: _Programs, home: Path, picture: str, layout: str) -> str:
    options = ("-l", programs.language, "--psm", layout, "-c", "preserve_interword_spaces=1")
    run(programs.tesseract, picture, "said", *options, folder=home)
    return (home / "said.txt").read_text(encoding="utf-8", errors="replace")


def _source(pages: Sequence[tuple[str, str]], name: str) -> Source:
    """Return the lines of the first readings, and the figures that the second ones do not have."""
    read = [without_number(BESIDE.sub("", first)) for first, _ in pages]
    if not any(lines for lines, _ in read):
        raise NoLetter(name=name)
    doubts = [_doubts(*page) for page in pages]
    numbers = [number for _, aside in read for number in aside]
    said = (sentence("letter_warning.recognised"), *_warnings(doubts))
    figures = tuple(dict.fromkeys(figure for page in doubts for figure in page))
    lines = [line for kept, _ in read for line in kept]
    return Source(lines=lines, aside=numbers, facts={}, warnings=said, recognised=True, doubts=figures)


def _doubts(first: str, second: str) -> list[str]:
    """Return the figures of a first reading that a second does not share."""
    counts = [
        Counter(FIGURES.findall(unicodedata.normalize("NFKC", "".join(text.split())))) for text in (first, second)
    ]
    return list(counts[0] - counts[1])


def _warnings(doubts: Sequence[Sequence[str]]) -> list[Problem]:
    pages = ((number, figures) for number, figures in enumerate(doubts, 1) if figures)
    return [sentence("letter_warning.doubtful", page=number, figures=figures) for number, figures in pages]
