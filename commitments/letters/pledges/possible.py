"""The other shelf: what else speaks of what comes or is under way and was not taken, each with the reason why not.

Nobody is reminded of these; a person looks at them and takes what is a pledge after all.
"""

from collections.abc import Iterator, Sequence
from itertools import chain

from commitments.letters.dates.expressions import mask
from commitments.letters.dates.reference import Base
from commitments.letters.patterns import patterns
from commitments.letters.pledges import cues
from commitments.letters.pledges.clauses import PATTERNS as CLAUSES
from commitments.letters.pledges.items import announces_nothing, is_shared
from commitments.letters.pledges.model import CLOSING, OPENING, Pledge, pledge
from commitments.letters.pledges.splitting import cut
from commitments.letters.structure.outline import Passage, Piece, clauses, sentences

PATTERNS = patterns(__file__)
MOST, SHORTEST = 200, 6  # stretches of a letter; characters of a stretch
REASONS = ("courtesy", "refused", "asked", "need", "forecast", "outcome", "routine", "higher", "done", "past")


def possible(passages: Sequence[Passage], taken: Sequence[Pledge], base: Base) -> list[tuple[Pledge, str]]:
    """Return the stretches that may be pledges and were not taken, in order, each with the reason."""
    ends: dict[int, list[Pledge]] = {}
    for one in taken:
        ends.setdefault(one.passage.at[0], []).append(one)
    found = chain.from_iterable(_of_passage(each, ends.get(each.at[0], []), base) for each in passages)
    return [one for one, _ in zip(found, range(MOST), strict=False)]


def _of_passage(passage: Passage, taken: Sequence[Pledge], base: Base) -> Iterator[tuple[Pledge, str]]:
    if CLOSING.match(passage.text) or PATTERNS["title"].match(passage.text):
        return
    start = passage.body if passage.body < len(passage.text) else passage.mark
    for sentence in sentences(passage.text, start):
        *_, opening = (None, *OPENING.finditer(passage.text, sentence.start, sentence.end))
        opened = Piece(opening.end() if opening else sentence.start, sentence.end)
        for piece in _left(passage.text, opened, taken):
            for a, b in cut(passage.text, piece.start, piece.end, base, running=True):
                made = pledge(passage, a, b, "possible", "", listed=False)
                if made.end - made.start >= SHORTEST:
                    yield made, why(mask(made.text))


def _left(text: str, sentence: Piece, taken: Sequence[Pledge]) -> Iterator[Piece]:
    """Return the runs of clauses that no pledge holds, each from its first clause that speaks of what comes."""
    if not _speaks(text, sentence):
        return
    run: list[Piece] = []
    for piece in clauses(text, sentence):
        if any(one.start < piece.end and piece.start < one.end for one in taken):
            yield from _joined(run)
            run = []
        elif run or (_comes(text, piece) and not _opener_alone(text, piece)):
            run.append(piece)
    yield from _joined(run)


def _joined(run: Sequence[Piece]) -> Iterator[Piece]:
    if run:
        yield Piece(run[0].start, run[-1].end)


def _speaks(text: str, sentence: Piece) -> bool:
    """Say whether a sentence may hold a pledge: it opens no list, dates none, and is no mere thanks."""
    words = mask(text[sentence.start : sentence.end])
    return not (announces_nothing(words) or is_shared(words) or PATTERNS["thanks"].search(words))


def _comes(text: str, piece: Piece) -> bool:
    return bool(PATTERNS["coming"].search(mask(text[piece.start : piece.end])))


def _opener_alone(text: str, piece: Piece) -> bool:
    words = text[piece.start : piece.end].strip("，：；。 ")
    return bool(PATTERNS["alone"].fullmatch(words))


def why(words: str) -> str:
    """Return the first reason that fits for not having taken a stretch: a key of REASONS, or ``unsure``."""
    tables = (cues.PATTERNS, CLAUSES)
    known = (name for name in REASONS if any(name in each.tables and each[name].search(words) for each in tables))
    return next(known, "unsure")
