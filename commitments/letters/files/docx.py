"""Word files to lines, as Word prints them: paragraphs with their automatic numbers, text boxes, rows of tables.

Standard library only. What a reader of the printed letter does not see is no text: deleted, moved away, hidden.
"""

import posixpath
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from xml.etree.ElementTree import Element, ParseError, fromstring

from commitments.letters.errors import LetterTooLarge, UnreadableLetter
from commitments.letters.files import tables
from commitments.letters.files.docx_numbers import MAIN, Numbers, Styles, is_on, value
from commitments.letters.files.tables import Cell

COMPATIBLE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
MOST_XML = 20 * 2**20  # a letter's body is a hundredth of this
STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
ROOT = "_rels/.rels"
BODY = "word/document.xml"
UNSEEN = {f"{MAIN}{name}" for name in ("del", "moveFrom", "rt", "instrText", "delText", "rPr", "pPr")}
SIGNS = {f"{MAIN}tab": " ", f"{MAIN}br": "\n", f"{MAIN}cr": "\n", f"{MAIN}noBreakHyphen": "-", f"{MAIN}ptab": " "}


def read_docx(data: bytes, name: str) -> list[str]:
    """Return the lines of a Word file. Raises UnreadableLetter, LetterTooLarge."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            return _read(_Parts(archive, name))
    except (
        zipfile.BadZipFile,
        KeyError,
        ParseError,
        NotImplementedError,
        RuntimeError,  # RecursionError too: tables nested hundreds deep; and parts with a password
        EOFError,
        ValueError,
        OSError,
    ) as trouble:
        raise UnreadableLetter(name=name, fault="damaged_docx") from trouble


@dataclass
class _Parts:
    """The parts of a Word file, together never more than their limit: what a zip says of its sizes is not believed."""

    archive: zipfile.ZipFile
    name: str
    left: int = MOST_XML

    def parsed(self, part: str) -> Element:
        """Return a part, refusing document types: Word declares none, and entities grow without bound."""
        with self.archive.open(part) as file:
            xml = file.read(self.left + 1)
        self.left -= len(xml)
        if self.left < 0:
            limit = MOST_XML >> 20
            raise LetterTooLarge(name=self.name, found=f">{limit}", measure="mib_unpacked", limit=limit)
        if b"<!DOCTYPE" in xml or b"<!ENTITY" in xml or b"\0" in xml:  # nor does it write UTF-16, which would hide them
            raise UnreadableLetter(name=self.name, fault="entities")
        return fromstring(xml.replace(STRICT, MAIN[1:-1].encode()))  # noqa: S314 - see above

    def body(self) -> str:
        """Return the name of the part that holds the letter."""
        if ROOT not in self.archive.NameToInfo:
            return BODY
        named = (each for each in self.parsed(ROOT) if each.get("Type", "").endswith("/officeDocument"))
        return next((each.get("Target", "").lstrip("/") for each in named), BODY)

    def beside(self, body: str, name: str) -> Element | None:
        """Return a part beside the body, if there is one."""
        part = posixpath.join(posixpath.dirname(body), name)
        return self.parsed(part) if part in self.archive.NameToInfo else None


def _read(parts: _Parts) -> list[str]:
    name = parts.body()
    styles = Styles(parts.beside(name, "styles.xml"))
    reader = _Reader(styles, Numbers(parts.beside(name, "numbering.xml"), styles))
    body = parts.parsed(name).find(f"{MAIN}body")
    return list(reader.lines(body)) if body is not None else []


@dataclass
class _Paragraph:
    """What a paragraph says itself, and the lines of the text boxes that hang on it."""

    text: list[str] = field(default_factory=list)
    boxes: list[str] = field(default_factory=list)


@dataclass
class _Reader:
    """Goes through a body in the order of printing, counting its numbers."""

    styles: Styles
    numbers: Numbers

    def lines(self, body: Iterable[Element]) -> Iterator[str]:
        """Return the lines of what stands in a body, a cell, a text box."""
        for child in _shown(body):
            if child.tag == f"{MAIN}tbl":
                yield from tables.lines([list(self._cells(row)) for row in _own(child, f"{MAIN}tr") if not _gone(row)])
            elif child.tag == f"{MAIN}p":
                yield from self._of_paragraph(child)
            else:
                yield from self.lines(child)

    def _of_paragraph(self, element: Element) -> Iterator[str]:
        """Return a paragraph's lines under its number; a paragraph without words has none."""
        read, properties = _Paragraph(), element.find(f"{MAIN}pPr")
        style = value(properties, "pStyle") or self.styles.usual
        self._collect(element, read, hidden=self.styles.hides(style))
        text = "".join(read.text)
        label = self.numbers.label(properties, style) if text.strip() or read.boxes else ""
        yield from f"{label}{text}".split("\n")
        yield from read.boxes

    def _collect(self, element: Element, read: _Paragraph, *, hidden: bool) -> None:
        for child in _shown(element):
            if child.tag == f"{MAIN}txbxContent":
                read.boxes += self.lines(child)
            elif child.tag == f"{MAIN}r":
                self._collect(child, read, hidden=self._hides(child, hidden=hidden))
            elif child.tag == f"{MAIN}t":
                read.text.append("" if hidden else child.text or "")
            elif child.tag in SIGNS:
                read.text.append(SIGNS[child.tag])
            else:
                self._collect(child, read, hidden=hidden)

    def _hides(self, run: Element, *, hidden: bool) -> bool:
        """Say whether a run is hidden (w:vanish), by itself or by its style."""
        properties = run.find(f"{MAIN}rPr")
        said = is_on(properties, "vanish")
        return said if said is not None else self.styles.hides(value(properties, "rStyle")) or hidden

    def _cells(self, row: Element) -> Iterator[Cell]:
        """Return the cells of a row, with one for the columns it leaves out in front."""
        before = int(value(row.find(f"{MAIN}trPr"), "gridBefore") or 0)
        yield from [Cell(across=before)] * (before > 0)
        for element in _own(row, f"{MAIN}tc"):
            properties = element.find(f"{MAIN}tcPr")
            merged = properties.find(f"{MAIN}vMerge") if properties is not None else None
            across = max(1, int(value(properties, "gridSpan") or 1))
            goes_on = merged is not None and merged.get(f"{MAIN}val", "continue") == "continue"
            found = [line.strip() for line in self.lines(element) if line.strip()]
            yield Cell(found, across=across, goes_on=goes_on)


def _shown(element: Iterable[Element]) -> Iterator[Element]:
    """Return what is printed of an element's parts: of two forms of a drawing the first, for the other repeats it."""
    for child in element:
        if child.tag == f"{COMPATIBLE}AlternateContent":
            yield from _shown(next(iter(child), ()))
        elif child.tag not in UNSEEN:
            yield child


def _own(element: Element, tag: str) -> Iterator[Element]:
    """Return the rows of a table or the cells of a row, not those of a table inside it."""
    for child in _shown(element):
        if child.tag == tag:
            yield child
        elif child.tag not in (f"{MAIN}tbl", f"{MAIN}tc", f"{MAIN}p"):
            yield from _own(child, tag)


def _gone(row: Element) -> bool:
    """Say whether a row was deleted with its changes recorded."""
    properties = row.find(f"{MAIN}trPr")
    return properties is not None and properties.find(f"{MAIN}del") is not None
