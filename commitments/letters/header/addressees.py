"""Whom a letter addresses, and with whom it was handled: salutation and opening."""

import re
from collections.abc import Iterator

from commitments.letters.header import signature
from commitments.letters.header.regions import Found, Line, Parts
from commitments.letters.patterns import patterns
from commitments.letters.text.canonical import canonical
from commitments.letters.text.simplified import simplify

PATTERNS = patterns(__file__, **{name: signature.PATTERNS.tables[name] for name in ("body", "ministry")})
STOP = re.compile(r"[，。；：《]")  # no list of units goes on behind it
ENDS = "：，；。！ "  # of a salutation
BEGINNING = 1500  # characters in which a letter says who helps
LONGEST = 40  # characters of a unit's name and the verb behind it


def proposer(where: Parts, *, joint: bool) -> Found:
    """Return whom the salutation names, without honours; in a co-handler's opinion whom the body names."""
    line = where.salutation
    if joint:
        words = where.opening.text
        found = next(filter(None, (PATTERNS[name].search(words) for name in ("of_names", "of_body", "of_unit"))), None)
        return where.take(where.opening, found.start("n"), found.end("n")) if found else None
    if line is None:
        return None
    taken = where.take(line, 0, len(line.text.rstrip(ENDS)))
    return (_without_honours(taken[0]), taken[1]) if taken else None


def to_the_lead(hail: Line, opening: Line) -> bool:
    """Say whether an office is addressed that proposed nothing: the opening names the members who did."""
    name = simplify(hail.text).rstrip(ENDS)
    if not PATTERNS["office"].search(name) or PATTERNS["proposing"].search(name):
        return False
    asked = PATTERNS["of_names"].search(opening.text) or PATTERNS["of_body"].search(opening.text)
    return bool(asked) and not PATTERNS["asked_you"].search(opening.text)


def _without_honours(name: str) -> str:
    """Take 尊敬的, 代表 and 委员 away; simplified and traditional forms have the same length."""
    plain = simplify(name)
    gone = {n for hit in PATTERNS["honour"].finditer(plain) for n in range(hit.start(), hit.end())}
    return "".join(sign for n, sign in enumerate(name) if n not in gone)


def co_units(where: Parts, own: str | None, sender: Found, *, joint: bool) -> list[str]:
    """Return the units the opening names as handling it too, each once, in order."""
    others = {simplify(name) for name in (own, sender[0] if sender else None) if name}
    found: dict[str, str] = {}
    if joint and where.salutation:
        name = where.take(where.salutation, 0, len(where.salutation.text.rstrip(ENDS)))
        found |= {simplify(name[0]): name[0]} if name else {}
    for line, start, end in _every(where):
        taken = where.take(line, start, end)
        plain = simplify(taken[0]) if taken else ""
        if taken and not any(plain == other or other.endswith(plain) for other in others):
            found.setdefault(plain, taken[0])
    return list(found.values()) or list(_departments(where))


def _departments(where: Parts) -> Iterator[str]:
    """Return units named by their matters, each with 部门 behind it: 住建、生态环境部门."""
    for line, start in _joining(where):
        if found := PATTERNS["departments"].match(line.text[start:]):
            yield from (f"{name}部门" for name in re.split("[、和]", found["names"]))


def _joining(where: Parts) -> Iterator[tuple[Line, int]]:
    """Return the places at which a list of units may begin."""
    yield from ((where.opening, hit.end()) for hit in PATTERNS["joined"].finditer(where.opening.text))
    line = _beginning(where)
    yield from ((line, hit.start("names")) for hit in PATTERNS["shared"].finditer(line.text))


def _beginning(where: Parts) -> Line:
    text = canonical(where.view.text[:BEGINNING])
    return Line(text, range(len(text)))


def _every(where: Parts) -> Iterator[tuple[Line, int, int]]:
    """Return the stretches that name units in the opening, and in a form above it: 会办单位：…."""
    yield from ((where.opening, start, end) for start, end in _named(where.opening.text))
    line = _beginning(where)
    for hit in PATTERNS["shared"].finditer(line.text):
        yield from ((line, start, end) for start, end in _split(line.text, *hit.span("names")))
    for line in where.head:
        if form := PATTERNS["form"].match(line.text):
            yield from ((line, start, end) for start, end in _split(line.text, *form.span("names")))


def _named(text: str) -> Iterator[tuple[int, int]]:
    """Return the stretches that name units, after 会同, 与, 征求 and before 参加办理."""
    for hit in PATTERNS["joined"].finditer(text):
        stop = STOP.search(text, hit.end())
        yield from _split(text, hit.end(), stop.start() if stop else len(text))
    for hit in PATTERNS["takes_part"].finditer(text):
        yield from _split(text, *hit.span("names"))


def _split(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Part a list at 、和与及以及; the last of it may have a verb behind it, which ends the list."""
    at = start
    while at < end:
        joint = PATTERNS["joint"].search(text, at, end)
        stop = joint.start() if joint else end
        name = _unit(text[at:stop])
        if not name:
            return
        lead = len(text[at:stop]) - len(text[at:stop].lstrip())
        yield at + lead, at + lead + len(name)
        if len(name) + lead < stop - at and not text[at + lead + len(name) : stop].startswith(("等", "党组")):
            return
        at = joint.end() if joint else end


def _unit(piece: str) -> str:
    """Return the unit a piece begins with, "" when it begins with none."""
    piece = piece.strip()[:LONGEST]
    ends = [n for n in range(len(piece), 2, -1) if PATTERNS["name"].fullmatch(piece[:n]) and _ends_there(piece, n)]
    name = min(ends, key=lambda n: (len(piece) != n, n), default=0)
    return "" if PATTERNS["not_units"].search(piece[:name]) else piece[:name]


def _ends_there(piece: str, n: int) -> bool:
    return n == len(piece) or bool(PATTERNS["behind"].match(piece[n:]))
