"""Word files to lines: paragraphs, and rows of tables with their cells joined by tabs. Standard library only."""

import zipfile
from collections.abc import Iterator
from io import BytesIO
from xml.etree.ElementTree import Element, ParseError, fromstring

from commitments.letters.errors import LetterTooLarge, UnreadableLetter

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
BODY = "word/document.xml"
MOST_XML = 20 * 2**20  # a letter's body is a hundredth of this


def read_docx(data: bytes, name: str) -> list[str]:
    """Return the lines of a Word file. Raises UnreadableLetter, LetterTooLarge."""
    try:
        body = _parsed(_body(data, name), name).find(f"{W}body")
        return list(_lines(body)) if body is not None else []
    except (
        zipfile.BadZipFile,
        KeyError,
        ParseError,
        NotImplementedError,
        RuntimeError,  # RecursionError too: tables nested hundreds deep
        EOFError,
        ValueError,
    ) as trouble:
        raise UnreadableLetter(name=name, fault="damaged_docx") from trouble


def _body(data: bytes, name: str) -> bytes:
    """Unpack the body, never more than its limit: what a zip says of its own size is not believed."""
    with zipfile.ZipFile(BytesIO(data)) as archive, archive.open(BODY) as file:
        xml = file.read(MOST_XML + 1)
    if len(xml) > MOST_XML:
        raise LetterTooLarge(name=name, found=f">{MOST_XML >> 20}", measure="mib_unpacked", limit=MOST_XML >> 20)
    return xml


def _parsed(xml: bytes, name: str) -> Element:
    """Parse, refusing declarations of a document type: Word writes none, and entities can grow without bound."""
    if b"<!DOCTYPE" in xml or b"<!ENTITY" in xml or b"\0" in xml:  # nor does Word write UTF-16, which would hide them
        raise UnreadableLetter(name=name, fault="entities")
    return fromstring(xml)  # noqa: S314 - see above


def _lines(body: Element) -> Iterator[str]:
    for child in body:
        if child.tag == f"{W}tbl":
            yield from _rows(child)
        elif child.tag == f"{W}p":
            yield from _text(child).split("\n")
        else:
            yield from _lines(child)


def _rows(table: Element) -> Iterator[str]:
    """Return a line for every row; what one cell alone holds is the page's frame, and its lines stay lines."""
    for row in _own(table, f"{W}tr"):
        cells = [list(_lines(cell)) for cell in _own(row, f"{W}tc")]
        if len(cells) == 1:
            yield from cells[0]
        elif cells:
            yield "\t".join(" ".join(lines).replace("\t", " ").strip() for lines in cells)


def _own(element: Element, tag: str) -> Iterator[Element]:
    """Return the rows of a table or the cells of a row, not those of a table inside it."""
    for child in element:
        if child.tag == tag:
            yield child
        elif child.tag not in (f"{W}tbl", f"{W}tc", f"{W}p"):
            yield from _own(child, tag)


def _text(paragraph: Element) -> str:
    """Return the text of a paragraph; a tab is a space, a break is a break, what was deleted is gone."""
    signs = {f"{W}tab": " ", f"{W}br": "\n", f"{W}cr": "\n"}
    return "".join((run.text or "") if run.tag == f"{W}t" else signs.get(run.tag, "") for run in paragraph.iter())
