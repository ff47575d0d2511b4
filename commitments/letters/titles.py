"""What a person would call a pledge: the act and its object, short enough for the subject of a mail.

Each clause of a pledge is freed of what belongs in no title (label, opener, time, gate, doer, hedge, adverb); the one
that says most of an act and its object is the title, cut where a cut leaves whole words. All signs are the letter's
own, in its script.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from commitments.letters.dates.expressions import find, mask
from commitments.letters.dates.reference import ANY_YEAR
from commitments.letters.fields.conditions import conditions
from commitments.letters.fields.strength import has_output
from commitments.letters.patterns import patterns
from commitments.letters.pledges import cues
from commitments.letters.structure.outline import Piece, clauses, sentences
from commitments.letters.structure.paragraphs import label
from commitments.letters.text.canonical import canonical
from commitments.letters.text.repairs import without_residue
from commitments.letters.text.simplified import simplify

PATTERNS = patterns(__file__, **cues.PATTERNS.tables)
LEAST, MOST, LONGEST = 6, 24, 44  # signs; the longest only where a name in 《》 or brackets would be cut
CLAUSES = 30  # a pledge has a dozen at most


@dataclass(frozen=True)
class Words:
    """A stretch of a quote: for matching, and in the letter's own characters, sign for sign."""

    text: str
    own: str

    def part(self, a: int, b: int | None = None) -> "Words":
        """Return the stretch from a up to b."""
        return Words(self.text[a:b], self.own[a:b])

    def without(self, a: int, b: int) -> "Words":
        """Return the words with the stretch from a up to b left out."""
        return Words(self.text[:a] + self.text[b:], self.own[:a] + self.own[b:])


def title_of(quote: str, before: str = "", topic: str = "") -> str:
    """Return a title for a quote; never empty where the quote holds a word.

    An act that names no object (开工建设) is called by what it is about: the last project named in ``before``, else the
    ``topic`` of the letter.
    """
    words = _plain(quote)
    found = label(words.text)
    words = words.part(found[2]) if found else words
    cleaned = [(place, _clean(one)) for place, one in enumerate(_clauses(words))]
    best = max((each for each in cleaned if each[1].text), key=lambda each: _worth(*each), default=(0, words))
    fitted = _fitted(best[1])
    named = _with_matter(fitted, words, before, topic) if len(fitted.text) < LEAST else fitted.own
    return named or quote.strip()[:MOST]


def _with_matter(act: Words, around: Words, before: str, topic: str) -> str:
    """Put what an act is about before or behind it: 《办法》征求意见; 东门停车场开工建设; 开工建设：增设东门停车场."""
    if (document := re.search("《[^《》]{2,30}》", around.own)) and act.text and document[0] not in act.own:
        return document[0] + act.own
    told = _plain(before[-BEFORE:])
    hits = list(PATTERNS["matter"].finditer(told.text))
    if hits and act.text:
        name = _stripped(told.part(*hits[-1].span("name")))
        return name.own + act.own
    about = _plain(topic).own.strip("《》“”")
    short = re.sub("^(?:关于|關于|關於)|的?(?:建议|提案|建議|议案)$", "", about)
    return f"{act.own}：{short[: MOST - len(act.own)]}" if short and act.text else act.own


BEFORE = 160  # signs before a quote in which its matter is looked for


def _plain(quote: str) -> Words:
    """Leave out residue of pinyin and blanks."""
    spans = [0, *(place for span in without_residue(quote) for place in span), len(quote)]
    own = "".join("".join(quote[a:b].split()) for a, b in zip(spans[::2], spans[1::2], strict=True))
    return Words(canonical(simplify(own)), own)


def _clauses(words: Words) -> Iterator[Words]:
    pieces = [piece for one in sentences(words.text) for piece in clauses(words.text, one)]
    for piece in pieces[:CLAUSES] or [Piece(0, len(words.text))]:
        yield words.part(piece.start, piece.end)


# -- what belongs in no title ----------------------------------------------------------------------------------


def _clean(words: Words) -> Words:
    stripped = _stripped(_timeless(_ungated(_stripped(words))))
    while hit := PATTERNS["inner"].search(mask(stripped.text)):
        stripped = stripped.without(*hit.span())
    while hit := PATTERNS["tail"].search(stripped.text):
        stripped = stripped.part(0, hit.start())
    return stripped


def _stripped(words: Words) -> Words:
    """Leave out what stands before the act: signs, openers, the doer, hedges, adverbs."""
    while hit := PATTERNS["lead"].match(words.text):
        if not hit.end() or len(words.text) == hit.end():
            break
        words = words.part(hit.end())
    ends = len(words.text.rstrip("，。；：、！？ "))
    return words.part(0, ends)


def _ungated(words: Words) -> Words:
    for gate in reversed(conditions(words.text)):
        rest = words.without(gate.start, gate.end)
        words = rest if len(rest.text) >= SHORT else words
    return words


SHORT = 4  # signs; so much must be left


def _timeless(words: Words) -> Words:
    """Leave out times with the 于 before and the 前 behind them; those that name a plan or a budget stay."""
    for time in reversed(find(words.text, ANY_YEAR)):
        named = PATTERNS["of_plan"].match(words.text, time.end)
        before = PATTERNS["at"].search(words.text[: time.start])
        rest = words.without(before.start() if before else time.start, time.end)
        words = words if named else rest
    return words


# -- which clause, and how much of it --------------------------------------------------------------------------


def _worth(place: int, words: Words) -> float:
    """Say how well a clause names an act and its object."""
    text = mask(words.text)
    worth = 4.0 * has_output(text) + 1.5 * bool(PATTERNS["acts"].match(text)) + bool(re.search(r"\d|〓", text))
    worth -= 4.0 * bool(PATTERNS["slogan"].search(text)) + 5.0 * bool(PATTERNS["means"].match(text))
    worth -= 3.0 * (len(text) < LEAST) + 6.0 * (len(text) < 3) + 5.0 * cues.done(text)
    return worth - 0.3 * place


def _fitted(words: Words) -> Words:
    """Cut what is too long: remarks in brackets, then at the last place that leaves whole words."""
    while len(words.text) > MOST and (hit := re.search("（[^（）]*）", words.text)):
        words = words.without(*hit.span())
    if len(words.text) <= MOST:
        return words
    places = list(_cuts(words.text))
    whole = PATTERNS["moved"].match(words.text)
    cut = None if whole else max((at for at in places if LEAST <= at <= MOST), default=None)
    if cut is None:
        cut = next((at for at in places if at > MOST), len(words.text))
        return words if len(words.text) <= LONGEST and _names(words.text) else _broken(words)
    return words.part(0, cut)


def _names(text: str) -> bool:
    return any(sign in text for sign in "《“（")


def _cuts(text: str) -> Iterator[int]:
    """Return where words may end: before 、 并 和, outside brackets and quotes."""
    depth = _depths(text)
    yield from (hit.start() for hit in PATTERNS["joint"].finditer(text) if depth[hit.start()] == 0)


def _depths(text: str) -> list[int]:
    depth, depths = 0, []
    for sign in text:
        depth = depth + 1 if sign in "（《“‘「【〔" else max(0, depth - (sign in "）》”’」】〕"))
        depths.append(depth)
    return depths


def _broken(words: Words) -> Words:
    """Cut with a … where no joint is: not inside a bracket, a name or a number."""
    depth = _depths(words.text)
    safe = (at for at in range(MOST - 1, 0, -1) if depth[at - 1] == 0 and not NUMBER.match(words.text, at - 1))
    cut = next(safe, 0)
    return Words(words.text[:cut] + "…", words.own[:cut] + "…") if cut >= LEAST else words.part(0, LONGEST)


NUMBER = re.compile(r"[\d.,一二三四五六七八九十百千万亿][\d.,一二三四五六七八九十百千万亿余多\u4e00-\u9fff%]")
