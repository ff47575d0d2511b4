"""How a number format shows numbers: as dates, as they are, with zeros in front (``000``), or in some other way."""

import re

# Number formats that are dates; those from 27 on in Chinese Excel.
_BUILT_IN = {str(key) for key in (*range(14, 23), *range(27, 37), *range(50, 59))}
_AS_IT_IS = ("0", "1", "49")  # general, whole, text
DATE, PLAIN, OTHER = "date", "plain", "other"
_GENERAL = ("general", "g/通用格式", "@", "0", "0_", "#")
_ASIDE = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')  # what a number format shows as it stands


def of_key(key: str) -> str:
    """Return the look of a format that Excel knows by its number."""
    return DATE if key in _BUILT_IN else PLAIN if key in _AS_IT_IS else OTHER


def of_code(code: str) -> str:
    """Say how a number format shows numbers; one with a year or a day in it is a date."""
    bare = _ASIDE.sub("", code).lower()
    if any(sign in "yd" for sign in bare):
        return DATE
    if code.strip().lower() in _GENERAL:
        return PLAIN
    return code if re.fullmatch("0{2,20}", code) else OTHER
