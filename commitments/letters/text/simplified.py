"""Traditional characters read as simplified ones, sign for sign, so that every rule is written once.

The pairs in ``simplified.txt`` are those of OpenCC's ``t2s`` (Apache-2.0) for single characters. They serve matching
only: what is quoted is always the letter's own characters.
"""

from functools import cache
from importlib.resources import files


@cache
def table() -> dict[int, int]:
    """Return the table for ``str.translate``; it never changes the length of a text."""
    traditional, simplified, *_ = files(__package__).joinpath("simplified.txt").read_text(encoding="utf-8").splitlines()
    wide = {0xFF10 + n: ord("0") + n for n in range(10)}  # full-width digits and letters
    wide |= {0xFF21 + n: ord("A") + n for n in range(26)} | {0xFF41 + n: ord("a") + n for n in range(26)}
    return wide | dict(zip(map(ord, traditional), map(ord, simplified), strict=True))


def simplify(text: str) -> str:
    """Return a text of the same length in simplified characters, full-width digits and letters folded."""
    return text.translate(table())
