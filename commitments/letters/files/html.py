"""Web pages to lines: blocks end lines, rows of facts are one line with tabs, scripts are no text."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser

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
    """Collects lines. A row whose cells are one line each is one line with tabs; other tables only lay out a page."""

    lines: list[str] = field(default_factory=list)
    facts: dict[str, str] = field(default_factory=dict)
    held: list[str] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)
    titled: bool = False
    rows: list[list[list[str]]] = field(default_factory=list)  # open rows of tables, each with its cells' lines

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
            self._block(tag)

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
            self._block(tag, ends=True)

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

    def _block(self, tag: str, *, ends: bool = False) -> None:
        """End a line; begin or end a row or a cell."""
        self.end_line()
        if tag == "tr" and not ends:
            self.rows.append([])
        elif tag in CELLS and not ends and self.rows:
            self.rows[-1].append([])
        elif tag == "tr" and self.rows:
            self._end_row(self.rows.pop())

    def _end_row(self, cells: list[list[str]]) -> None:
        """Put down a row: as one line if it is one of a table of facts."""
        if all(len(cell) <= 1 for cell in cells):
            self._put("\t".join(cell[0] if cell else "" for cell in cells).strip("\t"))
            return
        for line in (line for cell in cells for line in cell):
            self._put(line)

    def end_line(self) -> None:
        """Put down what was held as a line, if it is one."""
        line = "".join(self.held).strip(" \t\r\n")
        self.held.clear()
        self._put(line)

    def _put(self, line: str) -> None:
        if line and self.rows and self.rows[-1]:
            self.rows[-1][-1].append(line)
        elif line:
            self.lines.append(line)

    def close(self) -> None:
        """End everything that is still open."""
        super().close()
        self.end_line()
        while self.rows:
            self._end_row(self.rows.pop())
