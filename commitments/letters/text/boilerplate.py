"""What belongs to the page and not to the letter: put aside and shown, never dropped.

A letter stands between its head (title, number, class, salutation) and its tail (signature, date, contact, copies).
Lines before the head and after the tail are the page's; so are lines between them that have the form of a page's own:
dates of publishing, counters, buttons, advertising. What has the form of a letter's sentence is never put aside.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from commitments.letters.patterns import patterns
from commitments.letters.text.blanks import closed
from commitments.letters.text.canonical import canonical
from commitments.letters.text.simplified import simplify

FIGURES = r"[\d一二三四五六七八九十〇]{1,3}"
DAY = rf"(?:[12][09]\d\d|[〇○零0一二三四五六七八九]{{4}})\s*[年.\-/]\s*{FIGURES}\s*[月.\-/]\s*{FIGURES}\s*日?"
PATTERNS = patterns(__file__)
SENTENCE = re.compile(r"[，。；]")
HAIL = re.compile(r"^[^，。；：]{2,40}：$")  # whoever is addressed, right above the opening
NUMBER = re.compile(r"^[^，。；]{0,14}[〔\[（(【﹝［]?\s*(?:19|20)\d\d\s*[〕\]）)】﹞］]?\s*(?:第\s*)?\d{1,5}\s*号")
DATE = re.compile(rf"^[（(]?\s*{DAY}\s*[）)]?$|^[（(]?\s*20\d{{2}}\s?\d{{1,2}}\s?\d{{1,2}}\s*$")
OPENNESS = re.compile(r"公开(?:方式|属性|范围)\s*[：:]\s*\S{2,8}$")  # below a letter it is the letter's own
LONG = 40  # characters; a line so long with the signs of a sentence is prose


@dataclass(frozen=True)
class Sorted:
    """The lines of the letter, and those put aside, both in order."""

    kept: tuple[str, ...]
    aside: tuple[str, ...]


def put_aside(lines: Sequence[str]) -> Sorted:
    """Part the letter from its page."""
    plain = [canonical(simplify(closed(line))).strip() for line in lines]
    repeated = _repeated(plain)
    start, end = _head(plain), _tail(plain)
    kept = [n for n in range(len(lines)) if n not in repeated and _is_letter(plain, n, start, end)]
    chosen = set(kept)
    return Sorted(tuple(lines[n] for n in kept), tuple(lines[n] for n in range(len(lines)) if n not in chosen))


def _is_letter(plain: Sequence[str], n: int, start: int, end: int) -> bool:
    line = plain[n]
    if is_spam(line) or (_is_pages(line) and not (start <= n <= end and _is_prose(line))):
        return n > end and not is_spam(line) and bool(OPENNESS.match(line))
    if start <= n <= end:
        return True
    own = (PATTERNS["tail"], DATE, PATTERNS["mark"]) if n > end else (PATTERNS["title"], NUMBER, PATTERNS["mark"])
    if _is_prose(line) or PATTERNS["around"].match(line):
        return _is_prose(line)
    return any(form.search(line) for form in own) or (n < start and _is_letterhead(line))


def is_spam(line: str) -> bool:
    """Say whether a line is advertising: words of that trade strung together, without the signs of a sentence."""
    trade = len(PATTERNS["spam"].findall(line))
    words = len(line.split())
    return not SENTENCE.search(line) and (trade >= 2 or (trade == 1 and words >= 4))


def _is_pages(line: str) -> bool:
    return bool(PATTERNS["page"].match(line) or (PATTERNS["navigation"].match(line) and not SENTENCE.search(line)))


def _is_prose(line: str) -> bool:
    return len(line) >= LONG and bool(SENTENCE.search(line)) and not re.match(r"[|｜]|上一|下一|相关", line)


def _is_letterhead(line: str) -> bool:
    """Say whether a line is the name of the replying unit alone: 云 州 市 教 育 局, 云州市教育局文件."""
    return bool(PATTERNS["letterhead"].fullmatch(re.sub(r"\s", "", line)))


def _head(plain: Sequence[str]) -> int:
    """Return the line at which the letter begins: its salutation, or the first sentence where it has none."""
    for n, line in enumerate(plain):
        if PATTERNS["salutation"].match(line) and not PATTERNS["page"].match(line) and opens(plain, n):
            return n
    first = next((n for n, line in enumerate(plain) if _is_prose(line) and not is_spam(line)), 0)
    hailed = first > 0 and HAIL.match(plain[first - 1]) and not PATTERNS["page"].match(plain[first - 1])
    return first - 1 if hailed else first


def opens(plain: Sequence[str], n: int) -> bool:
    """Say whether the lines after a salutation open a letter."""
    return any(PATTERNS["opening"].search(line) for line in plain[n + 1 : n + 5])


def _tail(plain: Sequence[str]) -> int:
    """Return the last line of the letter's own: its date, or the last sentence where it has none."""
    dated = [n for n, line in enumerate(plain) if DATE.match(line) and not PATTERNS["page"].match(line)]
    prose = [n for n, line in enumerate(plain) if _is_prose(line)]
    after = [n for n in dated if not prose or n > prose[0]]
    return after[-1] if after else prose[-1] + 1 if prose else len(plain)


def _repeated(plain: Sequence[str]) -> set[int]:
    """Return the lines of a letter printed a second time: its long lines, and the short ones among them."""
    first: dict[str, int] = {}
    again = {n for n, line in enumerate(plain) if len(line) >= LONG and first.setdefault(line, n) != n}
    if len(again) < 3:
        return set()
    begin, stop = min(again), max(again)
    seen = set(plain[:begin])
    while begin > 0 and plain[begin - 1] in set(plain[: begin - 1]):
        begin -= 1
    return {n for n in range(begin, len(plain)) if n <= stop or plain[n] in seen}
