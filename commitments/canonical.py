"""What a number or a name is compared by: one letter, one department, however it was typed.

Full-width signs, brackets of every kind, blanks (also those nobody sees), dashes, and traditional characters are read
as one spelling (Unicode NFKC, and the pairs of ``letters.simplified``). What was first written is what is shown.
"""

import re
import unicodedata

from commitments.letters.simplified import simplify

_PAIRS = "[](){}<>【】〖〗〘〙〚〛〈〉《》「」『』⟨⟩⟦⟧"
_BRACKETS = str.maketrans(_PAIRS, "〔〕" * (len(_PAIRS) // 2))
_DASHES = re.compile(r"[‐‑‒–—―−﹣－]")
_UNSEEN = re.compile(r"[\s\u00ad\u200b-\u200f\u2060\ufeff\u180e]")


def number_key(number: str) -> str:
    """Return what a document or proposal number is compared by: ``穗民案［2019］ 89號`` is ``穗民案〔2019〕89号``."""
    return name_key(number).translate(_BRACKETS).casefold()


def name_key(name: str) -> str:
    """Return what the name of a department is compared by."""
    seen = _UNSEEN.sub("", unicodedata.normalize("NFKC", name))
    return simplify(unicodedata.normalize("NFKC", seen))


def ref_key(ref: str) -> str:
    """Return a ref as the ledger writes it, whatever dashes and widths were typed."""
    return _DASHES.sub("-", unicodedata.normalize("NFKC", ref)).strip()
