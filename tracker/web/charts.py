"""Charts as SVG from plain numbers: a bar of parts, bars by department. Nothing but markup; no scripts, no styles.

Every number stands beside its word, so that nothing is lost without colours, printed in black or read aloud. A part's
``name`` (a band such as ``overdue``) becomes its CSS class; sizes are in units of a drawing 360 wide, which the page
scales to its column. The classes:

* ``chart`` the drawing, ``track`` the empty ground of a bar
* ``part`` with ``part-overdue`` … a coloured piece; its number in a wide piece is ``inside``
* ``label`` the name of a bar, ``note`` the words and numbers below it or beside a colour
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from markupsafe import Markup
from wcwidth import wcswidth, wcwidth

WIDTH = 360
THICK = 22  # a single bar, with numbers inside
THIN = 10  # a bar among many, with its numbers below
LINE = 20  # a line of text
GAP = 8
NARROWEST = 3  # a part of one among thousands is still seen
CELLS = 48  # half-width characters that fit into a line; a full-width one takes two
NOTE_CELLS = CELLS // 2 - 3  # and into half a line, behind a coloured square


class Part(NamedTuple):
    """A piece of a bar: the CSS class, the word people read, how many (not negative)."""

    name: str
    word: str
    number: int


class Bar(NamedTuple):
    """A bar among others: whose it is, and its pieces."""

    label: str
    parts: Sequence[Part]


def stacked(title: str, parts: Sequence[Part]) -> Markup:
    """Draw one bar with a legend in the order of its pieces; pieces of 0 are named, not drawn."""
    columns = 2 if all(wcswidth(_words(part)) <= NOTE_CELLS for part in parts) else 1
    legend = _joined(_legend(*divmod(n, columns), part) for n, part in enumerate(parts))
    pieces = _joined(_pieces(parts, _whole(parts), 0, THICK, numbered=True))
    height = THICK + GAP + LINE * -(-len(parts) // columns)
    return _drawing(title, [_said(parts)], height, _track(0, THICK) + pieces + legend)


def bars(title: str, rows: Sequence[Bar]) -> Markup:
    """Draw bars below each other, as long as their sums on one scale, each with its name above and its words below."""
    most = max((_whole(row.parts) for row in rows), default=0)
    drawn, top = Markup(""), 0
    for row in rows:
        drawn += _row(top, row, most)
        top += LINE + THIN + LINE * len(_lines(row.parts)) + GAP
    said = [f"{row.label}: {_said(row.parts)}" for row in rows]
    return _drawing(title, said, max(LINE, top), drawn)


# -- pieces --------------------------------------------------------------------------------------------------


def _drawing(title: str, said: Sequence[str], height: int, content: Markup) -> Markup:
    """Wrap content; what is read aloud is the title and every number."""
    return Markup(
        '<svg class="chart" viewBox="0 0 {width} {height}" role="img" xmlns="http://www.w3.org/2000/svg">'
        "<title>{title}</title><desc>{said}</desc>{content}</svg>"
    ).format(width=WIDTH, height=height, title=title, said="; ".join(said), content=content)


def _row(top: int, row: Bar, most: int) -> Markup:
    label = _text("label", 0, top + LINE - 6, row.label)
    pieces = _joined(_pieces(row.parts, most, top + LINE, THIN, numbered=False))
    below = top + LINE + THIN - 5
    notes = _joined(_text("note", 0, below + LINE * n, line) for n, line in enumerate(_lines(row.parts), 1))
    drawn = label + _track(top + LINE, THIN) + pieces + notes
    return Markup("<g><title>{}</title>{}</g>").format(row.label, drawn)


def _pieces(parts: Sequence[Part], whole: int, top: int, height: int, *, numbered: bool) -> Iterator[Markup]:
    """Yield the pieces side by side, a hair apart so that they part without colour too."""
    left = 0.0
    for part, width in zip(parts, _widths(parts, whole), strict=True):
        if width:
            yield _rect(_class(part), left, top, max(1.0, width - 1), height)
        if numbered and width > 9 * len(str(part.number)) + 6:
            yield _text("inside", left + width / 2, top + height - 6, str(part.number))
        left += width


def _widths(parts: Sequence[Part], whole: int) -> list[float]:
    """Share the width out; the smallest pieces get NARROWEST at the cost of the others."""
    shares = [WIDTH * max(0, part.number) / whole if whole else 0.0 for part in parts]
    widths = [max(NARROWEST, share) if share else 0.0 for share in shares]
    over = sum(widths) - WIDTH
    spare = sum(width - NARROWEST for width in widths if width)
    squeeze = 1 - over / spare if over > 0 and spare else 1.0
    return [NARROWEST + (width - NARROWEST) * squeeze if width else 0.0 for width in widths]


def _legend(down: int, across: int, part: Part) -> Markup:
    left, top = across * WIDTH // 2, THICK + GAP + down * LINE
    return _rect(_class(part), left, top + 3, 12, 12) + _text("note", left + 18, top + LINE - 6, _words(part))


def _track(top: int, height: int) -> Markup:
    return _rect("track", 0, top, WIDTH, height)


def _rect(names: str, left: float, top: int, width: float, height: int) -> Markup:
    """Draw a box, an outline until the stylesheet fills it."""
    shape = Markup('<rect class="{}" x="{:.1f}" y="{}" width="{:.1f}" height="{}" fill="none" stroke="currentColor"/>')
    return shape.format(names, left, top, width, height)


def _text(names: str, left: float, base: int, text: str) -> Markup:
    """Write a line; ``inside`` is centred on its place by the attribute, not by a style."""
    anchor = "middle" if names == "inside" else "start"
    line = Markup('<text class="{}" x="{:.1f}" y="{}" text-anchor="{}" font-size="14">{}</text>')
    return line.format(names, left, base, anchor, _fitted(text))


def _class(part: Part) -> str:
    """Name the piece for the stylesheet; nothing but letters, digits and ``-_`` gets into a class."""
    return f"part part-{re.sub(r'[^A-Za-z0-9_-]', '', part.name)}"


def _words(part: Part) -> str:
    return f"{part.word} {part.number}"


def _said(parts: Sequence[Part]) -> str:
    return " · ".join(map(_words, parts))


def _lines(parts: Sequence[Part]) -> list[str]:
    """Break what is said of the pieces between them, so that no number is cut off."""
    lines: list[str] = []
    for words in map(_words, parts):
        longer = f"{lines[-1]} · {words}" if lines else words
        lines[-1:] = [longer] if wcswidth(longer) <= CELLS else [*lines[-1:], words]
    return lines


def _whole(parts: Sequence[Part]) -> int:
    return sum(max(0, part.number) for part in parts)


def _fitted(text: str) -> str:
    """Shorten a name too long for its line; the whole stands in the title and the description."""
    if wcswidth(text) in range(CELLS + 1):
        return text
    kept, room = "", CELLS - 1
    for letter in text:
        room -= max(0, wcwidth(letter))
        if room < 0:
            break
        kept += letter
    return f"{kept}…"


def _joined(pieces: Iterator[Markup]) -> Markup:
    return Markup("").join(pieces)
