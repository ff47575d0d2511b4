"""Traditional characters and radicals read as plain simplified ones, sign for sign, so that every rule is written once.

The pairs in ``simplified.txt`` are those of OpenCC's ``t2s`` (Apache-2.0) for single characters; those in
``radicals.txt`` are signs of U+2E80–2EFF that PDFs have in place of characters, the others of that kind are given by
Unicode's compatibility forms. They serve matching only: what is quoted is always the letter's own characters.
"""

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from unicodedata import normalize

COMPATIBLE = (*range(0x2F00, 0x2FD6), *range(0xF900, 0xFAFF))  # radicals of Kangxi, doublets of other standards


@cache
def table() -> dict[int, int]:
    """Return traditional and full-width signs with their plain ones, for ``str.translate``."""
    wide = {0xFF10 + n: ord("0") + n for n in range(10)}  # full-width digits and letters
    wide |= {0xFF21 + n: ord("A") + n for n in range(26)} | {0xFF41 + n: ord("a") + n for n in range(26)}
    return wide | _pairs("simplified.txt")


@cache
def radicals() -> dict[int, int]:
    """Return the table of signs that only look like characters; the character may be a traditional one."""
    forms = {sign: normalize("NFKC", chr(sign)) for sign in COMPATIBLE}
    same = {sign: ord(plain) for sign, plain in forms.items() if len(plain) == 1 and ord(plain) != sign}
    return same | _pairs("radicals.txt")


def _pairs(name: str) -> dict[int, int]:
    lines: Sequence[str] = files(__package__).joinpath(name).read_text(encoding="utf-8").splitlines()
    return dict(zip(map(ord, lines[0]), map(ord, lines[1]), strict=True))


@cache
def _all_signs() -> dict[int, int]:
    """Return the table with radicals too: one may stand for a traditional character."""
    return table() | {sign: table().get(plain, plain) for sign, plain in radicals().items()}


def simplify(text: str) -> str:
    """Return a text of the same length in simplified characters; radicals, full-width digits and letters folded."""
    return text.translate(_all_signs())


def unradical(text: str) -> str:
    """Return a text of the same length with characters in place of radicals, otherwise in its own script."""
    return text.translate(radicals())
