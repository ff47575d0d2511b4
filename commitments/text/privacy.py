"""Personal data in what people wrote: numbers of telephones, of identity cards, mail addresses; found and masked.

What leaves the house (digests and pages of proposing units, calendars) passes through ``mask``. Pure functions over
text, standard library only. Signs are compared in their plain form (full-width figures are figures), and a text is as
long as its plain form, so that what was found is cut out of what was written.

Precision counts as much as recall: dates, amounts, document numbers, codes of budgets and of organisations stay. The
forms are those of GB 11643 (identity numbers), GB 32100 (codes of organisations) and the national numbering plan.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import NamedTuple

MASK = "******"
KINDS = ("telephone", "identity", "mail")

_PLAIN: Mapping[int, int | str] = {
    **{0xFF01 + n: 0x21 + n for n in range(94)},  # full-width forms of ASCII
    **dict.fromkeys(map(ord, "‐‑‒–—―−﹣"), "-"),
    **dict.fromkeys(map(ord, "\u00a0\u2002\u2003\u2009\u202f\u3000\t"), " "),
    **dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"), " "),  # signs nobody sees
    ord("×"): "X",
}
_GAP = r"[ .·()-]{0,3}"
_MONEY = r"(?!\d|\.\d{1,2}(?!\d)| ?[余多]? ?[元圆圓万萬亿億千百%])"  # an amount is nobody's number
_CHINA = rf"(?:\(?\+?(?:00)?86{_GAP})?"
_AREA = r"(?:10|2\d|[3-9]\d\d)"
_LOCAL = rf"[2-9]\d{{2,3}}{_GAP}\d{{4}}(?!\d)"
_INSIDE = r"(?:转|轉|分机|分機|ext\.?|x|-|#) ?\d{1,6}(?!\d)"  # an extension
# Numbers of one house that follow the first, without its area code; years and days begin with 19 and 20.
_MORE = rf"(?: ?[、/,;或和及] ?(?!19|20)[2-9]\d{{2,3}}[ -]?\d{{4}}{_MONEY}(?: ?{_INSIDE})?)*"
_WORD = r"(?:电话|電話|手机|手機|座机|座機|传真|傳真|致电|致電|拨打|撥打|方式|(?<![a-z])(?:tel|phone|mobile|fax))"
_FORMS = {
    "mail": (
        r"(?<![a-z0-9._+%-])[a-z0-9._+%-]{1,64} ?@ ?(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24}",
        (
            r"(?<![\w.+%-])[\w.+%-]{1,64} ?@ ?(?:[\w-]{1,63}\.){1,8}"
            r"(?:中国|中國|公司|网络|網絡|政务|公益|在线|中文网|网址|集团|香港|台湾|台灣)"
        ),
    ),
    "identity": (
        r"(?<!\d)\d{6}[ -]?\d{4}[ -]?\d{4}[ -]?\d{3}[\dx](?![0-9a-z])",
        r"(?<!\d)\d{6}[ -]?\d{6}[ -]?\d{3}(?!\d)",
    ),
    "mobile": (
        rf"(?<![\d.]){_CHINA}1[3-9]\d{_GAP}(?:\d{{4}}{_GAP}\d{{4}}|\d{{3}}{_GAP}\d{{5}}|\d{_GAP}\d{{3}}{_GAP}\d{{4}}){_MONEY}",
        r"(?<!\d)09\d\d-?\d{3}-?\d{3}(?!\d)",  # in Taiwan
    ),
    "landline": (
        rf"(?<![\d.])(?:\+?86{_GAP})?\(?0{_AREA}{_GAP}{_LOCAL}(?: ?{_INSIDE})?{_MORE}",
        rf"(?<!\d)(?:(?:\+|00)86{_GAP}|86-){_AREA}{_GAP}{_LOCAL}(?: ?{_INSIDE})?{_MORE}",
        rf"(?<!\d)\+(?!86)[1-9]\d{{0,2}}{_GAP}(?:\d{_GAP}){{6,11}}\d{_MONEY}",
        r"(?<![\d.-])[2-9]\d{2,3}[ -]?\d{4} ?(?:转|轉|分机|分機) ?\d{1,6}(?!\d)",
        rf"{_WORD}[号號码碼是为為: ]{{0,6}}(?P<named>(?![48]00)\d(?:[ -]?\d){{6,11}}(?!\d)(?: ?{_INSIDE})?{_MORE})",
    ),
}
_NUMBERS = ("mobile", "landline")
_ANY = re.compile("|".join(f"(?P<{kind}>{'|'.join(forms)})" for kind, forms in _FORMS.items()), re.IGNORECASE)
_LINK = re.compile(r"https?://[^\s?#，。；、）】》”’\"'<>]+", re.IGNORECASE)
_PROVINCES = frozenset({
    *range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66), 71, 81, 82, 83,
})  # fmt: skip
_CODE_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


class Found(NamedTuple):
    """Personal data in a text, at ``[start, end)``; ``kind`` is one of KINDS."""

    start: int
    end: int
    kind: str


def mask(text: str, published: str = "") -> tuple[str, list[str]]:
    """Return the text with MASK in place of whatever ``find`` finds, and the kind of each place in order."""
    places = find(text, published)
    for place in reversed(places):
        text = f"{text[: place.start]}{MASK}{text[place.end :]}"
    return text, [place.kind for place in places]


def find(text: str, published: str = "") -> list[Found]:
    """Return what a text holds of persons, in order. What stands in ``published`` (a contact) is no secret."""
    known = _essence(published)
    return [each for each in _found(text) if _essence(text[each.start : each.end]) not in known]


def _found(text: str) -> Iterator[Found]:
    plain = _without_paths(text.translate(_PLAIN))
    place = 0
    while match := _ANY.search(plain, place):
        if _is_personal(match):
            kind = "telephone" if match.lastgroup in _NUMBERS else str(match.lastgroup)
            start = max(match.start(), match.start("named"))
            yield Found(start, match.end(), kind)
            place = match.end()
        else:  # what begins later within it may still be a number
            place = match.start() + 1


def _without_paths(plain: str) -> str:
    """Blank the path of web addresses, where numbers name articles; what follows ``?`` is looked at."""
    return _LINK.sub(lambda link: "/" * len(link[0]) if "@" not in link[0] else link[0], plain)


def _is_personal(match: re.Match[str]) -> bool:
    if match.lastgroup == "identity":
        return _is_identity(re.sub(r"[^0-9X]", "", match[0].upper()))
    return not (match[0].isdecimal() and match[0][0] == "0" and _is_date(match[0][-8:]))  # a running number and a day


def _is_identity(signs: str) -> bool:
    """Say whether province and day of birth can be; 18 signs that are the code of an organisation are not meant."""
    born = signs[6:14] if len(signs) > 15 else f"19{signs[6:12]}"
    possible = len(signs) in (15, 18) and int(signs[:2]) in _PROVINCES and _is_date(born)
    return possible and (not _is_code(signs) or _is_checked(signs))


def _is_date(digits: str) -> bool:
    try:
        return 1880 <= date(int(digits[:4]), int(digits[4:6]), int(digits[6:8])).year <= 2100
    except ValueError:
        return False


def _is_checked(signs: str) -> bool:
    """Say whether the last sign fits (ISO 7064, MOD 11-2)."""
    values = [10 if sign == "X" else int(sign) for sign in signs]
    return sum(value * pow(2, 17 - n, 11) for n, value in enumerate(values)) % 11 == 1


def _is_code(signs: str) -> bool:
    """Say whether 18 signs are the unified code of an organisation: its province, and its sum (MOD 31, weights 3^n)."""
    if len(signs) != 18 or int(signs[2:4]) not in _PROVINCES:
        return False
    weighed = sum(_CODE_SIGNS.index(sign) * pow(3, n, 31) for n, sign in enumerate(signs[:-1]))
    return (31 - weighed % 31) % 31 == _CODE_SIGNS.index(signs[-1])


def _essence(text: str) -> str:
    """Return what two spellings of one number have in common."""
    return re.sub(r"[^0-9a-z@]", "", text.translate(_PLAIN).lower())
