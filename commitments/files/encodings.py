"""Bytes to characters, for every text that people or relays bring: the one place that knows encodings by name.

A letter is read by its mark, its declaration, or else as what reads best; a ledger file only as what it surely is.
"""

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, getincrementaldecoder
from collections.abc import Mapping

from commitments.errors import Problem, sentence

MARKS = ((BOM_UTF8, "utf-8-sig"), (BOM_UTF16_LE, "utf-16"), (BOM_UTF16_BE, "utf-16"))
DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([\w-]+)""", re.IGNORECASE)
UTF16 = (BOM_UTF16_LE, BOM_UTF16_BE)
CHINESE = ("utf-8", "gb18030")  # what texts are saved in today
GB = CHINESE[1]
TRIED = (*CHINESE, "big5hkscs")
SHOWN = dict(zip(TRIED, ("UTF-8", "GB18030", "Big5"), strict=True))
SPELT = {
    **dict.fromkeys(("utf-8", "utf8", "unicode"), "utf-8"),
    **{name: name for name in ("utf-16", "utf-16le", "utf-16be")},
    **dict.fromkeys(("big5", "x-x-big5", "cn-big5", "big5-hkscs", "big5hkscs", "cp950"), "big5hkscs"),
    **dict.fromkeys(("iso-8859-1", "latin1", "latin-1", "windows-1252", "us-ascii", "ascii"), "cp1252"),
}  # labels that pages bear
FAR, PROSE = 3.0, 0.15  # times as many common signs, and as many as prose has: more than chance
HEAD = 4096  # a page declares its encoding here
COMMON = frozenset(
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经，。、：；（）《》"
)
COMMON_TRADITIONAL = frozenset("這個國時來們對會發動過說產種後學經為與於條號復")
SAMPLE = 4000  # characters that decide between two readings
EVERYDAY_BIG5 = range(0xA4, 0xC7)  # the first bytes of Big5's everyday characters; rarer ones come after


def decode(data: bytes, *, page: bool = False, said: str = "") -> tuple[str, tuple[Problem, ...]]:
    """Return the text with what a reader should know: signs that are lost, an encoding that was found by trying.

    What a file says of itself, or ``said`` says of it, is believed unless another reading is far more familiar. Of a
    web page, ``page``, it is also told when nothing said how to read it.
    """
    named = _named(data, said)
    readings = {name: text for name in (*named, *TRIED) if (text := strictly(data, name)) is not None}
    if not readings or (data.count(0) and not named):
        loose = max((data.decode(name, "replace") for name in TRIED), key=_familiar)
        return loose, (sentence("letter_warning.lost_signs"),)
    used = _likeliest(readings, named)
    return readings[used], _doubts(named, used) if page else ()


def _likeliest(readings: Mapping[str, str], named: Mapping[str, str]) -> str:
    """Return the encoding a file names, or, where its text is made of rare signs, the one that reads best."""
    own = next((name for name in (*named, "utf-8") if name in readings), "")
    known = {name: _familiar(text) for name, text in readings.items()}
    best = max(known, key=lambda name: known[name])
    if not named and own:
        return own  # by chance no text is UTF-8
    return best if not own or known[best] > max(FAR * known[own], PROSE) else own


def _doubts(named: Mapping[str, str], used: str) -> tuple[Problem, ...]:
    """Say that a page's encoding is another than it says, or was found by trying."""
    if used in named or (not named and used == "utf-8"):
        return ()
    if named:
        return (sentence("letter_warning.wrong_charset", declared=next(iter(named.values())), used=SHOWN[used]),)
    return (sentence("letter_warning.no_charset", used=SHOWN[used]),)


def _named(data: bytes, said: str) -> dict[str, str]:
    """Return the encodings a file is said to have, each with the label; every GB label is GB18030, which holds all."""
    marked = {name: name for mark, name in MARKS if data.startswith(mark)}
    labels = [said, *(found[1].decode("ascii") for found in DECLARED.finditer(data[:HEAD]))]
    return marked | {name: label for label in labels if (name := _codec(label.lower()))}


def _codec(label: str) -> str:
    """Return the codec of a label; empty for what no text is kept in, and for codecs that take their time."""
    if label.startswith(("gb", "x-gb", "hz")):
        return GB
    return SPELT.get(label.replace("_", "-"), "")


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
