"""What belongs to the page and not to the letter: put aside and shown, never dropped.

A letter stands between its head (title, number, class, salutation) and its tail (signature, date, contact, copies).
Lines before the head and after the tail are the page's; so are lines between them that have the form of a page's own:
dates of publishing, counters, buttons, advertising. What has the form of a letter's sentence is never put aside.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from commitments.letters.patterns import patterns
from commitments.letters.structure.paragraphs import label
from commitments.letters.structure.tables import listed
from commitments.letters.text.blanks import closed
from commitments.letters.text.canonical import canonical
from commitments.letters.text.repairs import plain
from commitments.letters.text.simplified import simplify

PATTERNS = patterns(__file__)
DAY = PATTERNS.text("day")
SENTENCE = re.compile(r"[，。；]")
HAIL = re.compile(r"^[^，。；：]{2,40}：$")  # whoever is addressed, right above the opening
DATE = re.compile(rf"^[（(]?\s*{DAY}\s*[）)]?$|^[（(]?\s*20\d{{2}}\s?\d{{1,2}}\s?\d{{1,2}}\s*$")
OPENNESS = re.compile(r"公开(?:方式|属性|范围)\s*[：:]\s*\S{2,8}$")  # below a letter it is the letter's own
OTHER_LETTERS = re.compile(r"[|｜\s]*(?:上一|下一|相关)")
LONG = 40  # characters; a line so long with the signs of a sentence is prose


@dataclass(frozen=True)
class Sorted:
    """The lines of the letter, and those put aside, both in order."""

    kept: tuple[str, ...]
    aside: tuple[str, ...]


def put_aside(lines: Sequence[str]) -> Sorted:
    """Part the letter from its page."""
    seen = [canonical(simplify(closed(plain(line)))).strip() for line in lines]
    repeated = _repeated(seen)
    where = Bounds(_head(seen), *_ends(seen))
    table = listed(["" if _is_pages(line) else canonical(simplify(lines[n])) for n, line in enumerate(seen)])
    own = (n for n in range(len(lines)) if n not in repeated)
    kept = [n for n in own if n in table or _is_letter(seen, n, where)]
    chosen = set(kept)
    return Sorted(tuple(lines[n] for n in kept), tuple(lines[n] for n in range(len(lines)) if n not in chosen))


@dataclass(frozen=True)
class Bounds:
    """The first and the last line between which all is the letter's, and the one from which all is the page's."""

    start: int
    end: int
    footer: int


def _is_letter(seen: Sequence[str], n: int, where: Bounds) -> bool:
    line = seen[n]
    if n >= where.footer or is_spam(line):
        return False
    if _is_own_form(seen, n, where):
        return True
    inside = where.start <= n <= where.end
    if _is_pages(line) and not (inside and (_is_prose(line) or label(line))):
        return n > where.end and bool(OPENNESS.match(line))
    return inside or _is_letter_outside(seen, n, where)


def _is_own_form(seen: Sequence[str], n: int, where: Bounds) -> bool:
    """Say whether a line looks like a page's and is none: facts above the letter, unit and day at its end."""
    if n >= where.start:
        return n > where.start and bool(PATTERNS["closing"].match(seen[n]))
    beside = any(PATTERNS["form"].match(line) for line in seen[max(0, n - 1) : n + 2])
    return bool(PATTERNS["form"].match(seen[n]) or (beside and PATTERNS["form_unit"].match(seen[n])))


def _is_letter_outside(seen: Sequence[str], n: int, where: Bounds) -> bool:
    """Say whether a line above or below the letter is of its head or tail."""
    line, below = seen[n], n > where.end
    if _is_prose(line) or PATTERNS["around"].match(line):
        return _is_prose(line)
    above = (PATTERNS["title"], PATTERNS["numbered"], PATTERNS["torn_number"], PATTERNS["mark"])
    own = (PATTERNS["tail"], DATE, PATTERNS["mark"]) if below else above
    signed = n < where.start or (n <= where.end + SIGNATURE and not any(map(_is_pages, seen[where.end + 1 : n])))
    return any(form.search(line) for form in own) or (signed and _is_letterhead(line))


SIGNATURE = 3  # lines below the last sentence in which a unit may sign without a day


def is_spam(line: str) -> bool:
    """Say whether a line is advertising: words of that trade strung together, without the signs of a sentence."""
    trade = len(PATTERNS["spam"].findall(line))
    words = len(line.split())
    return not SENTENCE.search(line) and (trade >= 2 or (trade == 1 and words >= 4))


def _is_pages(line: str) -> bool:
    line = line.lstrip("|｜ ")  # the edge of a table
    return bool(PATTERNS["page"].match(line) or (PATTERNS["navigation"].match(line) and not SENTENCE.search(line)))


def _is_prose(line: str) -> bool:
    return len(line) >= LONG and bool(SENTENCE.search(line)) and not OTHER_LETTERS.match(line)


def _is_letterhead(line: str) -> bool:
    """Say whether a line is the name of the replying unit alone: 云 州 市 教 育 局, 云州市教育局文件."""
    return bool(PATTERNS["letterhead"].fullmatch(re.sub(r"\s", "", line)))


def _head(seen: Sequence[str]) -> int:
    """Return the line at which the letter begins: its salutation, or the first sentence where it has none."""
    hail = salutation(seen)
    if hail is not None:
        return hail
    first = next((n for n, line in enumerate(seen) if _is_prose(line) and not is_spam(line) and not _is_pages(line)), 0)
    if first > 0 and HAIL.match(seen[first - 1]) and not PATTERNS["page"].match(seen[first - 1]):
        return first - 1
    while first > 0 and label(seen[first - 1]):  # the heading above the first sentence
        first -= 1
    return first


def salutation(seen: Sequence[str]) -> int | None:
    """Return the line that addresses somebody: before an opening, or a person's name and title alone."""
    lines = [(n, line) for n, line in enumerate(seen) if not PATTERNS["page"].match(line)]
    opened = (n for n, line in lines if PATTERNS["salutation"].match(line) and opens(seen, n))
    spoken = (n for n, line in lines if PATTERNS["uncoloned"].match(line) and _to_you(seen[n + 1 : n + 2]))
    person = (n for n, line in lines if PATTERNS["person"].match(line))
    return next(opened, next(spoken, next(person, None)))


def _to_you(following: Sequence[str]) -> bool:
    return any(PATTERNS["to_you"].match(line) for line in following)


def opens(seen: Sequence[str], n: int) -> bool:
    """Say whether the lines after a salutation open a letter."""
    return any(PATTERNS["opening"].search(line) for line in seen[n + 1 : n + 5])


def _ends(seen: Sequence[str]) -> tuple[int, int]:
    """Return the last line of the letter's own, its date or last sentence, and the first of the page's foot."""
    dated = [n for n, line in enumerate(seen) if is_dated(line)]
    prose = [n for n, line in enumerate(seen) if _is_prose(line)]
    after = [n for n in dated if not prose or n > prose[0]]
    end = after[-1] if after else prose[-1] + 1 if prose else len(seen)
    footer = (n for n in range(end + 1, len(seen)) if PATTERNS["footer"].match(seen[n]))
    return end, next(footer, len(seen))


def is_dated(line: str) -> bool:
    """Say whether a line is the day of a signature, alone or behind the unit."""
    return bool(PATTERNS["closing"].match(line) or (DATE.match(line) and not PATTERNS["page"].match(line)))


def _repeated(seen: Sequence[str]) -> set[int]:
    """Return the lines of a letter printed a second time: its long lines, and the short ones among them."""
    first: dict[str, int] = {}
    again = {n for n, line in enumerate(seen) if len(line) >= LONG and first.setdefault(line, n) != n}
    if len(again) < 3:
        return set()
    begin, stop = min(again), max(again)
    before = set(seen[:begin])
    while begin > 0 and seen[begin - 1] in set(seen[: begin - 1]):
        begin -= 1
    return {n for n in range(begin, len(seen)) if n <= stop or seen[n] in before}
