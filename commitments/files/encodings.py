"""Bytes to characters, for every text that people or relays bring: the one place that knows encodings by name.

A letter is read by its mark, its declaration, or else as what reads best; a ledger file only as what it surely is.
"""

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, getincrementaldecoder

MARKS = ((BOM_UTF8, "utf-8-sig"), (BOM_UTF16_LE, "utf-16"), (BOM_UTF16_BE, "utf-16"))
DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([\w-]+)""", re.IGNORECASE)
UTF16 = (BOM_UTF16_LE, BOM_UTF16_BE)
CHINESE = ("utf-8", "gb18030")  # what texts are saved in today
HEAD = 4096  # a page declares its encoding here
COMMON = frozenset(
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经，。、：；（）《》"
)
COMMON_TRADITIONAL = frozenset("這個國時來們對會發動過說產種後學經為與於條號復")
SAMPLE = 4000  # characters that decide between two readings
EVERYDAY_BIG5 = range(0xA4, 0xC7)  # the first bytes of Big5's everyday characters; rarer ones come after


def decode(data: bytes) -> tuple[str, str]:
    """Return the text and a warning, empty when every byte could be read."""
    for name in _named(data):
        text = strictly(data, name)
        if text is not None:
            return text, ""
    readings = [text for name in ("utf-8", "gb18030", "big5") if (text := strictly(data, name)) is not None]
    if readings and data.count(0) == 0:
        return (readings[0] if strictly(data, "utf-8") is not None else max(readings, key=_familiar)), ""
    loose = max((data.decode(name, "replace") for name in ("utf-8", "gb18030", "big5")), key=_familiar)
    return loose, "some bytes could not be read as text and stand as �"


def _named(data: bytes) -> list[str]:
    """Return the encodings a file names itself; every GB label means GB18030, which holds the others."""
    marked = [name for mark, name in MARKS if data.startswith(mark)]
    declared = [found[1].decode("ascii").lower() for found in DECLARED.finditer(data[:HEAD])]
    return marked + ["gb18030" if name.startswith("gb") else name for name in declared]


def strictly(data: bytes, name: str) -> str | None:
    """Return the text, or None when it is not in this encoding."""
    try:
        return data.decode(name)
    except (UnicodeError, LookupError, ValueError):
        return None


def tabbed_utf16(data: bytes) -> str | None:
    """Decode the "Unicode text" of spreadsheets, which is parted by tabs; None for other files in UTF-16."""
    text = data.decode("utf-16", "replace")
    return text if "\t" in text and "\N{REPLACEMENT CHARACTER}" not in text else None


def surely_gb18030(data: bytes) -> str | None:
    """Nearly any bytes decode as GB18030; text that was meant so is nearly all everyday characters."""
    text = strictly(data, "gb18030")
    foreign = [character for character in text or "" if not character.isascii()]
    rare = [character for character in foreign if not _everyday(character)]
    return text if len(rare) * 10 <= len(foreign) else None


def _everyday(character: str) -> bool:
    """Say whether a character is in GB 2312, or among those of Big5 that traditional text is written with."""
    traditional = character.encode("big5", "ignore")
    return bool(character.encode("gb2312", "ignore")) or (traditional != b"" and traditional[0] in EVERYDAY_BIG5)


def decode_answer(answer: bytes) -> str:
    """Decode what a mail relay answers, which may be cut: UTF-8, or what Chinese relays write, GB18030 or Big5."""
    for codec in ("utf-8", "big5" if _like_big5(answer) else "gb18030", "gb18030"):
        try:
            return getincrementaldecoder(codec)().decode(answer)  # an answer may be cut within a character
        except UnicodeDecodeError:
            continue
    return answer.decode("utf-8", "replace")


def _like_big5(answer: bytes) -> bool:
    """Common signs of Big5 begin with A4 to AF, where GB18030 has kana and nothing else that is used."""
    pairs = re.findall(rb"([\x81-\xfe])[\x40-\x7e\x80-\xfe]", answer)
    return any(b"\xa4" <= lead <= b"\xaf" for lead in pairs)


def _familiar(text: str) -> float:
    """Say how much of a text is made of the commonest signs: a wrong reading is made of rare ones."""
    sample = [sign for sign in text[:SAMPLE] if sign >= "\u2000"]
    known = sum(sign in COMMON or sign in COMMON_TRADITIONAL for sign in sample)
    return known / len(sample) if sample else 0.0
