"""Personal data in free text, masked in whatever leaves the house: telephone and identity numbers, mail addresses.

Found by their form, in any width and with the blanks and hyphens people put between digits. A unified social credit
code (GB 32100) has the length of an identity number (GB 11643) and is told from it by its check sign; addresses of web
pages, amounts, dates and document numbers stay as they are.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

MASK = "******"
_GAP = r"[\s\-–—]?"
_DIGITS_18 = _GAP.join([r"[1-9]", *[r"\d"] * 16, r"[\dXx]"])
_DIGITS_15 = _GAP.join([r"[1-9]", *[r"\d"] * 14])
_EXTENSION = r"(?:\s*(?:转|轉|分机|分機|ext\.?|-)\s*\d{1,6})?"
_WEB_PAGE = re.compile(r"https?://[^\s，。；）」”]+", re.IGNORECASE)
_MOBILE = rf"(?<![\d.])(?:\+?(?:00)?86{_GAP})?1[3-9]\d{_GAP}\d{{4}}{_GAP}\d{{4}}(?![\d.]\d|\d)"
_AREA = r"(?:\(0\d{2,3}\)|0\d{2,3})[\s\-–—]{0,2}"
_LANDLINE = rf"(?<![\d.])(?:\+?86{_GAP})?{_AREA}[2-9]\d{{2,3}}{_GAP}\d{{4}}(?!\d){_EXTENSION}"
_NAMES = ("电话", "電話", "手机", "手機", "座机", "传真", "傳真", "致电", "致電", "方式")
_NAMED = "|".join(f"(?<={word})" for word in _NAMES)
_LOCAL = rf"(?:{_NAMED})(?P<between>[^\d。；，]{{0,6}})[2-9]\d{{2,3}}{_GAP}\d{{4}}(?!\d){_EXTENSION}"
_FORMS = (  # in this order: what one of them takes, no later one looks at
    ("mail", re.compile(r"[A-Za-z0-9_.+-]+\s?@\s?[\w-]+(?:\.[\w-]+)+")),
    ("identity", re.compile(rf"(?<![0-9A-Za-z])(?:{_DIGITS_18}|{_DIGITS_15})(?![0-9A-Za-z])")),
    ("telephone", re.compile(_MOBILE)),
    ("telephone", re.compile(_LANDLINE)),
    ("telephone", re.compile(_LOCAL)),
    ("telephone", re.compile(r"(?<![\d.])[2-9]\d{6,7}\s*(?:转|轉|分机|分機)\s*\d{1,6}")),
)
_CREDIT_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)


class Found(NamedTuple):
    """A place in a text that holds personal data: ``mail``, ``identity`` or ``telephone``."""

    start: int
    end: int
    kind: str


def mask(text: str) -> tuple[str, list[str]]:
    """Return the text with personal data masked, and the kind of each place in order."""
    places = sorted(find(text))
    for place in reversed(places):
        text = f"{text[: place.start]}{MASK}{text[place.end :]}"
    return text, [place.kind for place in places]


def find(text: str) -> Iterator[Found]:
    """Yield the places of a text that hold personal data, none overlapping another."""
    plain = "".join(_narrow(sign) for sign in text)
    plain = _WEB_PAGE.sub(_blank, plain)
    for kind, form in _FORMS:
        for match in form.finditer(plain):
            if kind != "identity" or _is_identity(match[0]):
                start = match.end("between") if "between" in form.groupindex else match.start()
                yield Found(start, match.end(), kind)
        plain = form.sub(_blank, plain) if kind != "identity" else plain


def _narrow(sign: str) -> str:
    """Return a full-width sign in its usual width; what would become longer stays."""
    narrow = unicodedata.normalize("NFKC", sign)
    return narrow if len(narrow) == 1 else sign


def _blank(match: re.Match[str]) -> str:
    return "\N{LOWER ONE EIGHTH BLOCK}" * len(match[0])


def _is_identity(text: str) -> bool:
    """Say whether digits hold a birthday where an identity number has it; a credit code of 18 signs is none."""
    signs = re.sub(r"[\s\-–—]", "", text).upper()
    birthday = signs[6:14] if len(signs) == 18 else f"19{signs[6:12]}"  # noqa: PLR2004 - GB 11643
    year, month, day = int(birthday[:4]), int(birthday[4:6]), int(birthday[6:])
    plausible = 1900 <= year <= 2100 and 1 <= month <= 12 and 1 <= day <= 31  # noqa: PLR2004
    return plausible and not _is_credit_code(signs)


def _is_credit_code(signs: str) -> bool:
    """Check the last sign of a unified social credit code (GB 32100-2015, 4.4)."""
    if len(signs) != len(_CREDIT_WEIGHTS) + 1 or signs[0] not in "159" or set(signs) - set(_CREDIT_SIGNS):
        return False
    total = sum(_CREDIT_SIGNS.index(sign) * weight for sign, weight in zip(signs, _CREDIT_WEIGHTS, strict=False))
    return _CREDIT_SIGNS[(31 - total % 31) % 31] == signs[-1]
