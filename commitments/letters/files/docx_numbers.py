"""Automatic numbers of Word's paragraphs (numbering.xml, styles.xml), as they are printed: 一、 （二） 3. ④.

Rules: ECMA-376 part 1, 17.9 (numbering), 17.18.59 (forms of numbers), 17.7 (styles).
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

MAIN = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
DIGITS, UNITS = "〇一二三四五六七八九", ("", "十", "百", "千")
LEVELS = 9
DEPTH = 20  # styles that one is based on
MOST = 100_000  # nothing is counted so far


def value(properties: Element | None, name: str) -> str:
    """Return the value of a property; empty when there is none."""
    found = properties.find(f"{MAIN}{name}") if properties is not None else None
    return found.get(f"{MAIN}val", "") if found is not None else ""


def is_on(properties: Element | None, name: str) -> bool | None:
    """Say whether a property is switched on or off; None when nothing is said of it."""
    found = properties.find(f"{MAIN}{name}") if properties is not None else None
    return None if found is None else found.get(f"{MAIN}val", "1") not in ("0", "false", "off")


class Styles:
    """The styles of a Word file: which hide their text, which number their paragraphs."""

    def __init__(self, part: Element | None) -> None:
        """Take styles.xml, if there is one."""
        found = part.findall(f"{MAIN}style") if part is not None else []
        self.known = {each.get(f"{MAIN}styleId", ""): each for each in found}
        default = (f"{MAIN}default", f"{MAIN}type")
        self.usual = next((key for key, each in self.known.items() if _is_usual(each, *default)), "")

    def line(self, style: str) -> Iterator[Element]:
        """Return a style and those it is based on."""
        for _ in range(DEPTH):
            if style not in self.known:
                return
            yield self.known[style]
            style = value(self.known[style], "basedOn")

    def hides(self, style: str) -> bool:
        """Say whether text of this style is hidden."""
        said = (is_on(each.find(f"{MAIN}rPr"), "vanish") for each in self.line(style))
        return next((one for one in said if one is not None), False)

    def numbered(self, style: str) -> Element | None:
        """Return what a paragraph style says of numbers."""
        said = (each.find(f"{MAIN}pPr/{MAIN}numPr") for each in self.line(style))
        return next((one for one in said if one is not None), None)


def _is_usual(style: Element, default: str, kind: str) -> bool:
    return style.get(default) in ("1", "true", "on") and style.get(kind) == "paragraph"


@dataclass
class _Level:
    """One level of a list: how its numbers look, what stands around them, where it starts."""

    form: str = "decimal"
    text: str = ""
    start: int = 1
    legal: bool = False
    style: str = ""


@dataclass
class _List:
    """A list: its levels, and the counts of all paragraphs that share it."""

    levels: dict[int, _Level]
    counts: dict[int, int] = field(default_factory=dict)


class Numbers:
    """Counts the paragraphs of each list."""

    def __init__(self, part: Element | None, styles: Styles) -> None:
        """Take numbering.xml, if there is one."""
        self.styles = styles
        self.lists: dict[str, _List] = {}
        if part is not None:
            drawn = {each.get(f"{MAIN}abstractNumId", ""): each for each in part.findall(f"{MAIN}abstractNum")}
            shared: dict[str, dict[int, int]] = defaultdict(dict)
            for each in part.findall(f"{MAIN}num"):
                self._know(each, drawn, shared)

    def _know(self, number: Element, drawn: Mapping[str, Element], shared: Mapping[str, dict[int, int]]) -> None:
        """Know a list; those of one drawing count on together, unless one starts anew."""
        key = value(number, "abstractNumId")
        levels = _levels(drawn[key]) if key in drawn else {}
        restarts = False
        for override in number.findall(f"{MAIN}lvlOverride"):
            restarts |= override.find(f"{MAIN}startOverride") is not None
            _override(levels, override)
        counts = {} if restarts else shared[key]
        self.lists[number.get(f"{MAIN}numId", "")] = _List(levels, counts)

    def label(self, properties: Element | None, style: str) -> str:
        """Count a paragraph and return the number printed before it; empty for one without."""
        said = properties.find(f"{MAIN}numPr") if properties is not None else None
        inherited = self.styles.numbered(style)
        key = value(said, "numId") or value(inherited, "numId")
        found = self.lists.get(key)
        if found is None:
            return ""
        level = value(said, "ilvl") or value(inherited, "ilvl") or _of_style(found, style)
        return _printed(found, min(int(level), LEVELS - 1))


def _of_style(found: _List, style: str) -> str:
    return str(next((n for n, level in found.levels.items() if style and level.style == style), 0))


def _levels(drawing: Element) -> dict[int, _Level]:
    return {int(each.get(f"{MAIN}ilvl", "0")): _level(each) for each in drawing.findall(f"{MAIN}lvl")}


def _level(element: Element) -> _Level:
    start, legal = value(element, "start"), is_on(element, "isLgl") is True
    text, style = value(element, "lvlText"), value(element, "pStyle")
    return _Level(value(element, "numFmt") or "decimal", text, int(start or 1), legal, style)


def _override(levels: dict[int, _Level], override: Element) -> None:
    place, own = int(override.get(f"{MAIN}ilvl", "0")), override.find(f"{MAIN}lvl")
    if own is not None:
        levels[place] = _level(own)
    if (start := value(override, "startOverride")) and place in levels:
        levels[place].start = int(start)


def _printed(found: _List, level: int) -> str:
    """Count one more at a level, begin those below anew, and write the label."""
    at = found.levels.get(level, _Level())
    counts = found.counts
    counts[level] = min(counts.get(level, at.start - 1) + 1, MOST)
    for deeper in range(level + 1, LEVELS):
        counts.pop(deeper, None)
    if at.form in ("bullet", "none"):
        return ""
    return re.sub(r"%(\d)", lambda hit: _written(found, int(hit[1]) - 1, legal=at.legal), at.text)


def _written(found: _List, level: int, *, legal: bool) -> str:
    """Write the count of a level, in figures where the list is one of laws (1.1 below 第一章)."""
    at = found.levels.get(level, _Level())
    return FORMS.get("decimal" if legal else at.form, str)(found.counts.get(level, at.start))


def chinese(number: int) -> str:
    """Write 12 as 十二, 105 as 一百零五, as lists of letters count."""
    if not 0 < number < 10 ** len(UNITS):
        return str(number)
    places = [(int(digit), UNITS[n]) for n, digit in enumerate(reversed(str(number)))]
    words = "".join(DIGITS[digit] + unit if digit else "零" for digit, unit in reversed(places))
    return re.sub("^一十", "十", re.sub("零+", "零", words).rstrip("零"))


def _digit_by_digit(number: int) -> str:
    return "".join(DIGITS[int(digit)] for digit in str(number))


def _circled(number: int) -> str:
    return chr(0x245F + number) if 0 < number <= 20 else str(number)


def _letters(number: int) -> str:
    """Count a, b … z, aa, bb, as Word does."""
    times, place = divmod(number - 1, 26)
    return chr(ord("a") + place) * min(times + 1, 40) if number > 0 else ""


def _roman(number: int) -> str:
    signs = zip((100, 90, 50, 40, 10, 9, 5, 4, 1), ("c", "xc", "l", "xl", "x", "ix", "v", "iv", "i"), strict=True)
    written, left = "", min(number, 1000)
    for worth, sign in signs:
        written += sign * (left // worth)
        left %= worth
    return written


def _full_width(number: int) -> str:
    return "".join(chr(ord("０") + int(digit)) for digit in str(number))


FORMS: Mapping[str, Callable[[int], str]] = {
    **dict.fromkeys(
        ("chineseCounting", "chineseCountingThousand", "taiwaneseCounting", "taiwaneseCountingThousand",
         "japaneseCounting"), chinese,
    ),
    **dict.fromkeys(("ideographDigital", "japaneseDigitalTenThousand", "taiwaneseDigital"), _digit_by_digit),
    **dict.fromkeys(("decimalEnclosedCircle", "decimalEnclosedCircleChinese"), _circled),
    **dict.fromkeys(("decimalFullWidth", "decimalFullWidth2"), _full_width),
    "decimalZero": "{:02}".format,
    "lowerLetter": _letters,
    "upperLetter": lambda number: _letters(number).upper(),
    "lowerRoman": _roman,
    "upperRoman": lambda number: _roman(number).upper(),
}  # fmt: skip
