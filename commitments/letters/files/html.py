"""Web pages to lines: blocks end lines, rows of lists are one line with tabs, scripts are no text."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser

from commitments.letters.files import tables
from commitments.letters.files.tables import Cell

SILENT = frozenset({"script", "style", "noscript", "template", "svg", "head"})
BLOCKS = frozenset(
    [
        "address", "article", "aside", "blockquote", "body", "br", "center", "dd", "div", "dl", "dt",
        "fieldset", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav",
        "ol", "option", "p", "pre", "section", "select", "table", "tbody", "td", "th", "tr", "ul",
    ]
)  # fmt: skip
CELLS = frozenset({"td", "th"})
LOOKS = re.compile(rb"<\s*(?:!doctype\s+html|html|head|body|meta|div|p|table|article)\b", re.IGNORECASE)
HEAD = 4096


@dataclass
class Page:
    """The lines of a page and what its head says: ``ArticleTitle``, ``PubDate``, ``ContentSource``, ``title``."""

    lines: list[str]
    facts: Mapping[str, str]


def looks_like_page(data: bytes) -> bool:
    """Say whether bytes begin like a web page."""
    return bool(LOOKS.search(data[:HEAD].replace(b"\0", b"")))


def read_page(text: str) -> Page:
    """Return lines and facts of a web page, however broken its markup."""
    reader = _Reader()
    reader.feed(_without_declarations(text))
    reader.close()
    return Page(reader.lines, reader.facts)


def _without_declarations(text: str) -> str:
    """Leave out comments and what begins with ``<!``, closed or not: the parser gives up at some of it."""
    closed = text.rfind("-->") + 3
    text = re.sub("<!--.*?-->", "", text[:closed], flags=re.DOTALL) + text[closed:]
    return re.sub("<!(?:[^<>]*>)?", "", text)


@dataclass
class _Reader(HTMLParser):
    """Collects lines; those of a table when it ends, for its merged cells reach over its rows."""

    lines: list[str] = field(default_factory=list)
    facts: dict[str, str] = field(default_factory=dict)
    held: list[str] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)
    titled: bool = False
    open_tables: list["_Table"] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a block, a cell or what is no text."""
        if tag == "meta":
            self._fact(dict(attrs))
        elif tag == "title":
            self.titled = True
        elif tag in SILENT and tag != "head":
            self.silent.append(tag)
        elif tag in BLOCKS:
            self.end_line()
            self._begin(tag, dict(attrs))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take ``<br/>`` and the like for what they are; ``<script/>`` silences nothing."""
        if tag not in SILENT:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        """End what began."""
        if tag == "title":
            self.titled = False
        elif tag in self.silent:
            del self.silent[self.silent.index(tag) :]
        elif tag in BLOCKS:
            self.end_line()
            self._end(tag)

    def handle_data(self, data: str) -> None:
        """Keep text; the breaks of the source are no breaks of the page."""
        if self.titled:
            self.facts["title"] = (self.facts.get("title", "") + data).strip()
        elif not self.silent:
            self.held.append(re.sub(r"[\r\n]+[ \t]*", "", data).replace("\t", " "))

    def _fact(self, named: Mapping[str, str | None]) -> None:
        name, content = named.get("name"), named.get("content")
        if name and content:
            self.facts[name.strip()] = content.strip()

    def _begin(self, tag: str, named: Mapping[str, str | None]) -> None:
        """Begin a table, a row or a cell; a row without a table has one of its own."""
        if tag == "table" or (tag == "tr" and not self.open_tables):
            self.open_tables.append(_Table())
        if tag == "tr":
            self.open_tables[-1].rows.append([])
            self.open_tables[-1].inside = True
        elif tag in CELLS and self.open_tables and self.open_tables[-1].inside:
            cell = Cell(across=_count(named.get("colspan")), down=_count(named.get("rowspan")))
            self.open_tables[-1].rows[-1].append(cell)

    def _end(self, tag: str) -> None:
        if tag == "tr" and self.open_tables:
            self.open_tables[-1].inside = False
        elif tag == "table" and self.open_tables:
            self._lay_out(self.open_tables.pop())

    def _lay_out(self, table: "_Table") -> None:
        """Put down the lines of a table."""
        for line in tables.lines(table.rows, framed=True):
            self._put(line)

    def end_line(self) -> None:
        """Put down what was held as a line, if it is one."""
        line = "".join(self.held).strip(" \t\r\n")
        self.held.clear()
        self._put(line)

    def _put(self, line: str) -> None:
        """Keep a line where it stands: in the open cell, or behind what the table holds so far."""
        table = self.open_tables[-1] if self.open_tables else None
        if line and table and table.inside and table.rows[-1]:
            table.rows[-1][-1].lines.append(line)
        elif line and table and not table.inside:
            self.open_tables.pop()
            self._lay_out(table)
            self._put(line)
            self.open_tables.append(_Table())
        elif line:
            self._put_before(line)

    def _put_before(self, line: str) -> None:
        """Keep a line that stands in a row and in no cell of it."""
        if self.open_tables:
            self.open_tables[-1].rows.insert(-1, [Cell([line])])
        else:
            self.lines.append(line)

    def close(self) -> None:
        """End everything that is still open."""
        super().close()
        self.end_line()
        while self.open_tables:
            self._lay_out(self.open_tables.pop())


@dataclass
class _Table:
    """A table that is still open; ``inside``: a row of it is."""

    rows: list[list[Cell]] = field(default_factory=list)
    inside: bool = False


def _count(value: str | None) -> int:
    """Return over how many rows or columns a cell says it reaches."""
    found = re.match(r"\s*(\d{1,4})", value or "")
    return max(1, int(found[1])) if found else 1
