"""The shape of a letter: paragraphs, numbered items at every level, their headings, sentences and clauses.

Everything works on a matching text of which each character stands for one character of the view, so that every
piece knows where it came from. Numbering forms seen in reply letters: 一、 （一） 1. （1） ① 第一， 一是 一方面.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from commitments.letters.structure.paragraphs import HEADING_CHARS, NUMERALS, SITES_COMING, label, paragraphs
from commitments.letters.text.canonical import canonical

INLINE = (  # an item that starts inside a paragraph, after the end of a clause
    (6, re.compile(rf"(?<=[。；：，！])([{NUMERALS}]{{1,2}}[是要])[，、：]?")),
    (5, re.compile(rf"(?<=[。；：！])(第[{NUMERALS}]{{1,2}})[，、]")),
    (4, re.compile(r"(?<=[。；：！])（?(\d{1,2})）")),
    (3, re.compile(r"(?<=[。；：！])(\d{1,2})(?:\.(?!\d)|\.(?=\d{1,4}[年月])|、)")),
    (2, re.compile(rf"(?<=[。；：！])（([{NUMERALS}]{{1,3}})）、?(?=[^，。；]{{2,}})")),
    (1, re.compile(rf"(?<=[。；！])([{NUMERALS}]{{1,3}})、(?=[^、，。；]{{3,}})")),
)
SIDES = re.compile(r"(?<![\u4e00-\u9fff])(另?一方面)[，：]?")
END = re.compile(r"[。！？]+[”’』」）]?")
CLAUSE = re.compile(r"[，；：]")
OPENS, CLOSES = "（《“‘「『【〔", "）》”’」』】〕"


@dataclass(frozen=True, kw_only=True)
class Passage:
    """A stretch of the letter that stands under one label: a paragraph, a heading, or an item inside a paragraph."""

    text: str  # the matching text, line breaks inside a paragraph removed
    at: Sequence[int]  # the view offset of every character of text and of its end
    level: int  # 0 for plain text, else the level of its label
    labels: tuple[tuple[int, str], ...]  # level and label, outermost first
    headings: tuple[str, ...]  # the headings above it, outermost first
    body: int  # where the words begin after the label and a heading glued to it
    mark: int = 0  # how long the label is
    after: str = ""  # what stands in the same paragraph before an inline list: its lead-in

    @property
    def title(self) -> str:
        """The label and the heading glued to it."""
        return self.text[: self.body]


@dataclass(frozen=True)
class Piece:
    """A sentence or clause of a passage, from start up to but not including end."""

    start: int
    end: int


def outline(text: str) -> list[Passage]:
    """Return the passages of a letter in order."""
    return list(_nested(part for line in paragraphs(canonical(text)) for part in _split(*line)))


def sentences(text: str, start: int = 0) -> list[Piece]:
    """Cut a passage into sentences; 。！？ inside quotes or brackets do not end one."""
    depth = _depths(text)
    cuts = [found.end() for found in END.finditer(text, start) if depth[found.start()] == 0]
    bounds = [start, *(cut for cut in cuts if cut < len(text)), len(text)]
    return [Piece(a, b) for a, b in pairwise(bounds) if text[a:b].strip("。！？ ")]


def clauses(text: str, piece: Piece) -> list[Piece]:
    """Cut a sentence at ，；： outside quotes and brackets."""
    depth = _depths(text[piece.start : piece.end])
    signs = CLAUSE.finditer(text, piece.start, piece.end)
    cuts = [found.end() for found in signs if depth[found.start() - piece.start] == 0]
    return [Piece(a, b) for a, b in pairwise([piece.start, *cuts, piece.end]) if b > a]


def ordinal(passage: Passage) -> str:
    """Write the path of labels as it is cited: ``三(二)1``, ``三·一是``."""
    shown = {2: "({})", 4: "({})", 5: "·{}", 6: "·{}"}
    return "".join(shown.get(level, "{}").format(label) for level, label in passage.labels).strip("·")


@lru_cache(maxsize=1024)
def _depths(text: str) -> list[int]:
    depth, depths = 0, []
    for sign in text:
        depth = depth + 1 if sign in OPENS else max(0, depth - (sign in CLOSES))
        depths.append(depth)
    return depths if depth == 0 else [0] * len(text)  # brackets that never close say nothing


# -- items -----------------------------------------------------------------------------------------------------


def _split(text: str, at: list[int]) -> Iterator[Passage]:
    """Cut a paragraph at the labels inside it; an inline list remembers what stands before it."""
    flat, lead = len(text) > FLAT, ""
    for a, b in pairwise([0, *_inline_cuts(text), len(text)]):
        for c, d in _portions(text, a, b):
            found = _passage(text[c:d], at[c : d + 1], lead, flat=flat)
            yield found
            if c == 0 or (flat and found.level < LISTED):
                lead = found.text[-LEAD_CHARS:]


LISTED = 4  # from this level on labels stand in the middle of a paragraph


def _portions(text: str, a: int, b: int) -> Iterator[tuple[int, int]]:
    """Cut what is far longer than any paragraph, at the end of a sentence where there is one, to bound every search."""
    while b - a > LONGEST:
        cut = text.rfind("。", a, a + LONGEST) + 1 or a + LONGEST
        yield a, cut
        a = cut
    if b > a:
        yield a, b


LONGEST, LEAD_CHARS = 3000, 300


def _inline_cuts(text: str) -> list[int]:
    """Return where items start inside a paragraph; a list counts only from its first label on (一是, 1., 第一)."""
    depth = _depths(text)
    cuts: set[int] = set()
    rings = [hit.start() for hit in RINGS.finditer(text) if hit.start()]
    if len(rings) > 1 and len(text) - rings[0] > RING_CHARS * len(rings) and not SITES_COMING.search(text[: rings[0]]):
        cuts.update(rings)
    for _, form in INLINE:
        found = [hit.start() for hit in form.finditer(text) if depth[max(0, hit.start() - 1)] == 0]
        if _counts_up([form.match(text, start) for start in found], text):
            cuts.update(found)
    if len(text) > FLAT:
        cuts.update(place for form in LOOSE for place in _in_order(form, text, depth))
    sides = [hit.start() for hit in SIDES.finditer(text) if hit.start()]
    return sorted(cuts | set(sides if len(sides) > 1 else []))


FLAT = 300  # a page that lost its line breaks: labels stand right behind the words before them
LOOSE = (
    re.compile(rf"(?<![{NUMERALS}、第（])([{NUMERALS}]{{1,2}})、(?=[^、，。；]{{3}})"),
    re.compile(rf"(?<![第小])（([{NUMERALS}]{{1,2}})）(?![型类级])"),
    re.compile(r"(?<![\d.第年月—-])(\d{1,2})\.(?:(?!\d)|(?=\d{1,4}[年月]))"),
)


def _in_order(form: re.Pattern[str], text: str, depth: Sequence[int]) -> list[int]:
    """Return where labels stand that count up from the first."""
    places, last = [], 0
    for hit in form.finditer(text, 1):
        value = _value(hit[1])
        if depth[hit.start() - 1] == 0 and (value == last + 1 or (value == 1 and last)):
            places.append(hit.start())
            last = value
    return places if len(places) > 1 else []


RINGS, RINGED = re.compile(r"[①-⑳]"), "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
RING_CHARS = 16  # shorter items behind ①② are sites of one act


def _counts_up(found: Sequence[re.Match[str] | None], text: str) -> bool:
    """Say whether inline labels are a list: they begin with the first number, or the paragraph itself does."""
    start = next((hit[1] for hit in found if hit), None)
    own = label(text)
    counts_on = start is not None and own is not None and _value(start) == _value(own[1]) + 1
    return start is not None and (start.strip("第是要") in ("一", "1") or counts_on)


def _value(label: str) -> int:
    core = label.strip("第是要")
    if core.isdecimal():
        return int(core)
    if core in RINGED:
        return RINGED.index(core) + 1
    return NUMERALS.find(core) + 1 if len(core) == 1 else 10 + NUMERALS.find(core[-1:]) + 1


def _passage(text: str, at: list[int], lead: str, *, flat: bool) -> Passage:
    found = label(text)
    if found is None:
        side = SIDES.match(text)
        mark = ((6, side[1]),) if side and lead else ()
        return Passage(text=text, at=at, level=6 if mark else 0, labels=mark, headings=(), body=0, after=lead)
    level, name, mark_end = found
    body = (flat and level == 1 and _glued(text, mark_end)) or _body(text, mark_end)
    after = "" if flat and level < LISTED else lead
    marks = ((level, name),)
    return Passage(text=text, at=at, level=level, labels=marks, headings=(), body=body, mark=mark_end, after=after)


GLUED = re.compile(
    "[\u4e00-\u9fff]{0,8}?(?:背景|情况|概况|进展|成效|(?:下一?步|下阶段|今后)(?:的)?(?:工作)?(?:计划|打算|安排|"
    "措施|思路|重点|举措))(?:。)?"
)


def _glued(text: str, length: int) -> int:
    """Return where the words begin behind a heading that lost its line break, or 0."""
    hit = GLUED.match(text, length)
    return hit.end() if hit else 0


def _body(text: str, length: int) -> int:
    """Return where the words begin behind ``（一）加密接驳线路。``; the whole text when it is a heading alone."""
    end = END.search(text, length) or re.compile("：").search(text, length)
    if end is None:
        return len(text) if len(text) - length <= HEADING_CHARS and "；" not in text else length
    first = text[length : end.start()]
    is_title = end.end() < len(text) and len(first) <= TITLE_CHARS and not re.search(r"[；\d]", first)
    reports = re.search(r"将|已|正在|由我", first) and not re.search(r"(?:工作|情况|项目|任务)$", first)
    return end.end() if is_title and not reports else length


TITLE_CHARS = 24


def _nested(passages: Iterator[Passage]) -> Iterator[Passage]:
    """Give every passage the labels and headings above it."""
    above: list[Passage] = []
    for passage in passages:
        if passage.level:
            above = [upper for upper in above if upper.level < passage.level]
        held = [upper for upper in above if passage.level or upper.level <= 4]
        yield replace(
            passage,
            labels=tuple(mark for upper in held for mark in upper.labels[-1:]) + passage.labels,
            headings=tuple(upper.title for upper in held if upper.level <= 4),
        )
        if passage.level:
            above.append(passage)
