"""What two texts of Chinese are compared by: the traditional one says the same words as the simplified one."""

from collections.abc import Iterable

from commitments.letters.text.simplified import simplify, table

QUOTES = str.maketrans("「」", "“”")  # the marks official letters in traditional characters quote with


def as_simplified(text: str) -> str:
    """Return what a traditional text is written as in simplified characters."""
    return simplify(text).translate(QUOTES)


def simplified_signs(texts: Iterable[str]) -> set[str]:
    """Return the characters that are the simplified form of another one; some are good traditional ones as well."""
    simplified = {chr(sign) for sign in table().values()} - {chr(sign) for sign in table()}
    return {sign for sign in "".join(texts) if sign in simplified and not sign.isascii()}
