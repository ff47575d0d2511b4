"""Whom to ask about a letter: the contact it prints itself, never the site's footer."""

import re

from commitments.letters.header.regions import Found, Line, Parts
from commitments.letters.patterns import patterns

PATTERNS = patterns(__file__)


def contact(where: Parts) -> tuple[Found, Found]:
    """Return name and telephone of the contact; of two, those of who handles the matter (承办, 经办)."""
    lines = [line for line in (*where.tail, *where.head[-4:]) if len(line.text) < 120]
    names = [(line, found) for line in lines for found in PATTERNS["name"].finditer(line.text)]
    names.sort(key=lambda pair: pair[1]["who"][:2] not in ("承办", "经办"))
    phones = [(line, found) for line in lines for found in PATTERNS["phone"].finditer(line.text)]
    if names:
        phones.sort(key=lambda pair: not _goes_with(names[0], pair))
    name = where.take(names[0][0], *names[0][1].span("name")) if names else None
    return name, where.take(phones[0][0], *phones[0][1].span("n")) if phones else None


def _goes_with(name: tuple[Line, re.Match[str]], phone: tuple[Line, re.Match[str]]) -> bool:
    """Say whether a telephone stands behind a name, on its line or the next."""
    (line, found), (other, number) = name, phone
    behind = other.places[number.start()] - line.places[found.start()]
    return 0 <= behind < 60
