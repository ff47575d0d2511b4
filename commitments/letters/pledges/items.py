"""Items of a list of next steps: each is a pledge unless it refuses, explains or reports; and how it is cut."""

import re
from collections.abc import Iterator, Sequence

from commitments.letters.dates.expressions import mask
from commitments.letters.dates.reference import Base
from commitments.letters.patterns import patterns
from commitments.letters.pledges import cues
from commitments.letters.pledges.clauses import read
from commitments.letters.pledges.model import Pledge, pledge
from commitments.letters.pledges.spans import spans
from commitments.letters.pledges.splitting import group
from commitments.letters.structure.outline import Passage, Piece, clauses, sentences

PATTERNS = patterns(__file__)


def item(passage: Passage, pieces: Sequence[Piece], led: str, base: Base) -> Iterator[Pledge]:
    """Return the pledges of one item."""
    if all(is_shared(passage.text[piece.start : piece.end]) for piece in pieces):
        pieces = sentences(passage.text, passage.mark)  # what looked like a heading was the act itself
    kept = list(_all_kept(passage.text, pieces, base))
    whole = bool(kept) and kept[0].start == pieces[0].start
    for number, (a, b) in enumerate(group(passage.text, kept, base)):
        yield pledge(passage, 0 if whole and number == 0 else a, b, "item", led, listed=True)


def _all_kept(text: str, pieces: Sequence[Piece], base: Base) -> Iterator[Piece]:
    """Keep sentences; after one that refuses or reports, the others must announce by their own words."""
    strict = False
    for piece in pieces:
        words = mask(text[piece.start : piece.end])
        if not (strict := strict or _bad(words)):
            yield from _kept(text, piece, base)
        elif not cues.courteous(words):
            found = read(text, piece, base, telling=True)
            yield from (Piece(found[a].start, found[b - 1].end) for a, b, _ in spans(found))


def _kept(text: str, piece: Piece, base: Base) -> list[Piece]:
    """Return what of a sentence in a list of next steps is a pledge: all, the part after a refusal, or nothing."""
    words = mask(text[piece.start : piece.end])
    if PATTERNS["topic"].match(words) or announces_nothing(words):
        return []
    pieces = clauses(text, piece)
    bad = [_bad(mask(text[part.start : part.end])) for part in pieces]
    if not any(bad):
        return [piece]
    found = read(text, piece, base, telling=False)
    told = spans(found)
    if told and not any(bad[: told[0][0] + 1]):
        return [Piece(piece.start, found[told[-1][1] - 1].end)]
    return [Piece(found[a].start, found[b - 1].end) for a, b, _ in told]


def _bad(words: str) -> bool:
    """Say whether words refuse or tell of what is done; what is built upon (在…基础上) is none of it."""
    return cues.refused(words) or bool(PATTERNS["reports"].search(words) and not re.search("基础上|的基础", words))


def announces_nothing(words: str) -> bool:
    """Say whether a sentence is advice, courtesy, or only dates or opens a list (重点抓好以下工作)."""
    opens = cues.PATTERNS["umbrella"].search(words) and PATTERNS["list_behind"].search(words)
    return bool(opens or PATTERNS["advice"].match(words)) or is_shared(words) or only_courteous(words)


def is_shared(words: str) -> bool:
    """Say whether a sentence dates what stands above it."""
    return bool(PATTERNS["shared"].match(words.lstrip("，。 ")))


def ends_so(words: str) -> bool:
    """Say whether a sentence ends as sentences do; the last one of a page and headings often lack the 。."""
    return words[-1:] in "。；！？”）" or "①" in words


def is_heading(words: str) -> bool:
    """Say whether words without a 。 are a heading or broken off rather than a sentence."""
    if ends_so(words) or (len(words) > BROKEN and words[-1] in "，、"):
        return False
    return len(words) < SENTENCE or bool(PATTERNS["heading"].search(words))


BROKEN = 40  # so long are no headings: a page that ends in the middle of a sentence
SENTENCE = 9  # characters: 拟新建公厕两座


def only_courteous(words: str) -> bool:
    """Say whether a sentence is courtesy and no clause of it announces an act."""
    if not cues.courteous(words):
        return False
    clear = [clause for clause in re.split(r"[，；：]", words) if not cues.courteous(clause)]
    long = (clause for clause in clear if len(clause) > VOW)
    return not any(clause.startswith("待") or _announces(clause) for clause in long)


def _announces(clause: str) -> bool:
    return cues.will(clause) or cues.planned(clause) or cues.open_stage(clause)


VOW = 9  # 我局将抓紧落实: a promise about the correspondence, not an act
