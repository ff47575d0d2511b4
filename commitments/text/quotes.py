"""Whether words are a letter's own (答复原文): found in its stored text, or refused.

Blanks, widths, curly quotes and traditional signs do not count when looking, since people retype and paste; what is
kept is always what the letter says. An ellipsis parts a quote: its pieces must follow each other in the letter.
"""

import re
import unicodedata
from functools import lru_cache

from commitments.letters.text.simplified import simplify

ELLIPSIS = re.compile(r"\s*(?:…+|\.{3,}|。{3,})\s*")
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


@lru_cache(maxsize=8)
def _folded(text: str) -> tuple[str, tuple[int, ...]]:
    """Return a text as it is compared, and where each of its signs stands in ``text``."""
    signs = [(folded, place) for place, sign in enumerate(text) for folded in _fold(sign)]
    return "".join(sign for sign, _ in signs), tuple(place for _, place in signs)


def _fold(sign: str) -> str:
    narrow = unicodedata.normalize("NFKC", sign.translate(_QUOTES).translate(_SIGNS))
    return "".join(c for c in simplify(narrow) if not c.isspace() and unicodedata.category(c) != "Cf")
