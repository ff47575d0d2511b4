"""Bytes to characters: a mark, a declaration, or else what reads best."""

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE

MARKS = ((BOM_UTF8, "utf-8-sig"), (BOM_UTF16_LE, "utf-16"), (BOM_UTF16_BE, "utf-16"))
DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([\w-]+)""", re.IGNORECASE)
HEAD = 4096  # a page declares its encoding here
COMMON = frozenset(
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经，。、：；（）《》"
)
COMMON_TRADITIONAL = frozenset("這個國時來們對會發動過說產種後學經為與於條號復")
SAMPLE = 4000  # characters that decide between two readings


def decode(data: bytes) -> tuple[str, str]:
    """Return the text and a warning, empty when every byte could be read."""
    for name in _named(data):
        text = _strictly(data, name)
        if text is not None:
            return text, ""
    readings = [text for name in ("utf-8", "gb18030", "big5") if (text := _strictly(data, name)) is not None]
    if readings and data.count(0) == 0:
        return (readings[0] if _strictly(data, "utf-8") is not None else max(readings, key=_familiar)), ""
    loose = max((data.decode(name, "replace") for name in ("utf-8", "gb18030", "big5")), key=_familiar)
    return loose, "some bytes could not be read as text and stand as �"


def _named(data: bytes) -> list[str]:
    """Return the encodings a file names itself; every GB label means GB18030, which holds the others."""
    marked = [name for mark, name in MARKS if data.startswith(mark)]
    declared = [found[1].decode("ascii").lower() for found in DECLARED.finditer(data[:HEAD])]
    return marked + ["gb18030" if name.startswith("gb") else name for name in declared]


def _strictly(data: bytes, name: str) -> str | None:
    try:
        return data.decode(name)
    except (UnicodeError, LookupError, ValueError):
        return None


def _familiar(text: str) -> float:
    """Say how much of a text is made of the commonest signs: a wrong reading is made of rare ones."""
    sample = [sign for sign in text[:SAMPLE] if sign >= "\u2000"]
    known = sum(sign in COMMON or sign in COMMON_TRADITIONAL for sign in sample)
    return known / len(sample) if sample else 0.0
