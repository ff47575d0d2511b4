"""What a number or a name is compared by: one letter, one department, however it was typed.

Full-width signs, brackets of every kind, blanks (also those nobody sees), dashes, and traditional characters are read
as one spelling (Unicode NFKC, and the pairs of ``letters.simplified``). The running number (顺序号) of a letter is
written without 第 and without leading noughts (GB/T 9704-2012, 7.2.5); who writes it otherwise, in Chinese numerals or
without 号 means the same letter. What was first written is what is shown.
"""

import re
import unicodedata

from commitments.letters.text.simplified import simplify

_PAIRS = "[](){}<>【】〖〗〘〙〚〛〈〉《》「」『』⟨⟩⟦⟧"
_BRACKETS = str.maketrans(_PAIRS, "〔〕" * (len(_PAIRS) // 2))
_DASHES = re.compile(r"[‐‑‒–—―−﹣－]")
_UNSEEN = re.compile(r"[\s\u00ad\u200b-\u200f\u2060\ufeff\u180e]")

_VALUES = {
    "〇○◯零": "0", "一壹": "1", "二贰两": "2", "三叁": "3", "四肆": "4", "五伍": "5", "六陆": "6", "七柒": "7",
    "八捌": "8", "九玖": "9", "拾": "十", "佰": "百", "仟": "千", "廿": "2十", "卅": "3十", "卌": "4十",
}  # fmt: skip
_SIGNS = str.maketrans({sign: value for signs, value in _VALUES.items() for sign in signs} | {"o": "0"})
_PLACES = {"十": 10, "百": 100, "千": 1000}
_CHINESE = "".join(_VALUES) + "".join(_PLACES)
_NUMERAL = f"(?:[0-9{_CHINESE}]|(?<=[{_CHINESE}o])o)+"  # 二O一九 is typed with a letter
_RUNNING = f"第?(?P<running>{_NUMERAL}(?:-{_NUMERAL})*)号?"
_DOCUMENT = re.compile(f"(?P<office>.*)〔(?P<year>{_NUMERAL})年?〕{_RUNNING}")
_PROPOSAL = re.compile(_RUNNING)
_YEAR = 4  # digits


def number_key(number: str) -> str:
    """Return what a document or proposal number is compared by.

    ``穗民案［二〇一九］ 第089號`` is ``穗民案〔2019〕89号``, ``第01007号`` is ``1007``. Only a running number that is
    the whole text, or all that follows the year, is read: words with numerals in them (一号工程) stay as they are.
    """
    key = _DASHES.sub("-", name_key(number).translate(_BRACKETS).casefold())
    if alone := _PROPOSAL.fullmatch(key):
        return _running(alone["running"]) or key
    if (found := _DOCUMENT.fullmatch(key)) is None:
        return key
    year, running = _digits(found["year"]), _running(found["running"])
    return f"{found['office']}〔{year}〕{running}号" if len(year) == _YEAR and running else key


def _running(text: str) -> str:
    """Return a running number, or those of a part (``1-2``), in digits without leading noughts; "" for none."""
    parts = [_digits(part) for part in text.split("-")]
    return "-".join(part.lstrip("0") or "0" for part in parts) if all(parts) else ""


def _digits(numeral: str) -> str:
    """Return the digits of a numeral, written sign by sign (二〇一九) or with its places (一百零三); "" for none."""
    signs = numeral.translate(_SIGNS)
    return signs if signs.isdecimal() else _placed(re.sub("(?<![1-9])十", "1十", signs))


def _placed(signs: str) -> str:
    """Read what is written with places; what is not the way a number is written (一百三, 十千) is none."""
    value, digit = 0, 0
    for sign in signs:
        if sign in _PLACES:
            value, digit = value + digit * _PLACES[sign], 0
        else:
            digit = int(sign)
    return str(value + digit) if _written(value + digit) == signs else ""


def _written(value: int) -> str:
    """Write a number below ten thousand with its places: 1百03."""
    signs = ""
    for place, one in (("千", 1000), ("百", 100), ("十", 10), ("", 1)):
        digit, value = divmod(value, one)
        if digit:
            signs += f"{digit}{place}"
        elif value and signs[-1:] not in ("", "0"):
            signs += "0"
    return signs


def name_key(name: str) -> str:
    """Return what the name of a department is compared by."""
    seen = _UNSEEN.sub("", unicodedata.normalize("NFKC", name))
    return simplify(unicodedata.normalize("NFKC", seen))


def ref_key(ref: str) -> str:
    """Return a ref as the ledger writes it, whatever dashes and widths were typed."""
    return _DASHES.sub("-", unicodedata.normalize("NFKC", ref)).strip()
