"""Whether words are a letter's own (答复原文): found in its stored text, or refused.

Blanks, widths, curly quotes and traditional signs do not count when looking, since people retype and paste; what is
kept is always what the letter says. An ellipsis parts a quote: its pieces must follow each other in the letter.
"""

import re
import unicodedata
from functools import lru_cache

from commitments.letters.text.simplified import simplify

ELLIPSIS = re.compile(r"\s*(?:…+|\.{3,}|。{3,})\s*")
NEAREST = 30  # of the places that say the same
_QUOTES = str.maketrans("“”„‟〝〞「」『』＂‘’‚‛＇", '"' * 11 + "'" * 5)
_SIGNS = str.maketrans("，。；：！？（）、", ",.;:!?(),")


def own_words(quote: str, text: str) -> str | None:
    """Return the words of ``text`` that ``quote`` repeats, or None when it does not say them."""
    folded, places = _folded(text)
    found, start = [], 0
    for piece in filter(None, ELLIPSIS.split(quote.strip())):
        wanted, _ = _folded(piece)
        at = folded.find(wanted, start) if wanted else -1
        if at < 0:
            return None
        start = at + len(wanted)
        found.append(text[places[at] : places[start - 1] + 1])
    return "……".join(found) if found else None


def bounds(words: str, text: str, near: tuple[int, int]) -> tuple[int, int] | None:
    """Return where in ``text`` the passage stands that begins and ends as ``words`` say (``起始…结尾``), or says them.

    Of several it is the one nearest to ``near`` (start, end), which it must touch; None where there is none.
    """
    pieces = ELLIPSIS.split(words.strip())
    if len(pieces) > 2:  # noqa: PLR2004 - a beginning and an end
        return None
    firsts, lasts = (_standing(each, text, place) for each, place in zip((pieces[0], pieces[-1]), near, strict=True))
    found = firsts if len(pieces) == 1 else [(start, end) for start, _ in firsts for at, end in lasts if start <= at]
    touching = [(start, end) for start, end in found if start < near[1] and near[0] < end]
    return min(touching, key=lambda each: abs(each[0] - near[0]) + abs(each[1] - near[1]), default=None)


def _standing(words: str, text: str, near: int) -> list[tuple[int, int]]:
    """Return the places in ``text`` that say these words, the nearest of them."""
    (folded, places), (wanted, _) = _folded(text), _folded(words)
    found = re.finditer(re.escape(wanted), folded) if wanted else ()
    spans = [(places[each.start()], places[each.end() - 1] + 1) for each in found]
    return sorted(spans, key=lambda each: abs(each[0] - near))[:NEAREST]


@lru_cache(maxsize=8)
def _folded(text: str) -> tuple[str, tuple[int, ...]]:
    """Return a text as it is compared, and where each of its signs stands in ``text``."""
    signs = [(folded, place) for place, sign in enumerate(text) for folded in _fold(sign)]
    return "".join(sign for sign, _ in signs), tuple(place for _, place in signs)


def _fold(sign: str) -> str:
    narrow = unicodedata.normalize("NFKC", sign.translate(_QUOTES).translate(_SIGNS))
    return "".join(c for c in simplify(narrow) if not c.isspace() and unicodedata.category(c) != "Cf")
