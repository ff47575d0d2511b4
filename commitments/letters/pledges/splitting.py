"""Cutting an announcement into the pledges it holds: clauses or sentences with their own date, event or doer."""

import re
from collections.abc import Sequence

from commitments.letters.dates.expressions import Time, find, mask, without_times
from commitments.letters.dates.reference import ANY_YEAR, Base
from commitments.letters.fields.conditions import conditions
from commitments.letters.patterns import patterns
from commitments.letters.pledges import cues
from commitments.letters.structure.outline import Piece, clauses

PATTERNS = patterns(__file__, **cues.PATTERNS.tables)
REPLACED = re.compile(r"顺延|延期|延至|推迟|调整为|提前至|变更为")
TERM = re.compile(r"(?:总|施工|建设)?(?:工期|建设周期|施工周期|建设期|施工期)")


def cut(text: str, start: int, end: int, base: Base, *, running: bool = False) -> list[tuple[int, int]]:
    """Cut [start, end) where a clause begins a new act with a date, an event or a doer of its own.

    In running prose the stretch behind a ； is a new act also where its date stands in a later clause of it.
    """
    places = [start]
    seen = Seen()
    for piece in clauses(text, Piece(start, end)):
        words = mask(text[piece.start : piece.end])
        own = running or text[piece.start - 1] in "。！？；"
        apart = seen.differs(words, base, doers=own) or (running and _apart(text, piece, end, base, seen))
        if piece.start > start and apart:
            places.append(piece.start)
            seen = Seen()
        seen.add(words, base)
    return list(zip(places, [*places[1:], end], strict=True))


def _apart(text: str, piece: Piece, end: int, base: Base, seen: "Seen") -> bool:
    """Say whether in running prose a clause begins an act apart: behind a ；, behind 待…, or with a doer and a date."""
    words = mask(text[piece.start : end])
    if seen.open_acts and AWAITS.match(words) and gated(words):
        return True
    if seen.open_acts and not seen.times and GOAL.match(words):
        return True
    later = _limits(re.split("；", words)[0], base)
    other = _doer(words) and seen.times and later and {time.day for time in later}.isdisjoint(t.day for t in seen.times)
    return bool(other) or _dated_apart(text, piece, end, base)


GOAL = re.compile(r"，?到(?:20\d\d年|“?十[四五六]五)[^，。；]{0,6}，(?:努力|力争|基本|全面)")
AWAITS = re.compile(
    r"，?(?:待|俟|等到?|若|如|一旦|视|[^，。；]{2,8}完毕(?:之|以)?后|在[^，。；]{2,14}(?:到位|批准|批复|获批|落实)(?:之|以)?后)"
)


def _dated_apart(text: str, piece: Piece, end: int, base: Base) -> bool:
    """Say whether a stretch between two ； begins here and has a date of its own."""
    stretch = re.split("；", mask(text[piece.start : end]))[0]
    return text[piece.start - 1] == "；" and bool(_limits(stretch, base))


class Seen:
    """What the part being gathered already holds: dates, an event, a doer, an act."""

    def __init__(self) -> None:
        self.times: list[Time] = []
        self.doer = ""
        self.acts = self.open_acts = 0

    def add(self, words: str, base: Base) -> None:
        """Note what a clause brings."""
        self.times += _limits(words, base)
        self.doer = self.doer or _doer(words)
        self.acts += has_act(words)
        self.open_acts += has_act(words) and not cues.done(words)

    def differs(self, words: str, base: Base, *, doers: bool) -> bool:
        """Say whether a clause begins a new pledge; ``doers`` says whether another doer alone does."""
        if not self.acts or REPLACED.search(words) or words.startswith("其中"):
            return False
        if PURPOSE.match(words) and all(BARE_YEAR.fullmatch(time.text) for time in _limits(words, base)):
            return False
        if self.times and (gated(words) or TERM.search(words[:8]) or self._dates_differ(_limits(words, base))):
            return True
        doer = _doer(words) if doers else ""
        return bool(doer and self.doer and doer != self.doer)

    def _dates_differ(self, times: Sequence[Time]) -> bool:
        """今年新建5处，10月底前完工 is one act; 今年新建5处，明年再建8处 is two."""
        if not times or {_day(time) for time in times} & {_day(time) for time in self.times}:
            return False
        years = {time.day.year for time in (*times, *self.times) if time.day}
        return len(years) > 1 or not all(BARE_YEAR.fullmatch(time.text) for time in self.times)


PURPOSE = re.compile(r"，?(?:确保|保证|保障|从而|以便|切实)")
BARE_YEAR = re.compile(r"(?:到|至|在|于)?(?:今年|本年|本年度|今年度|20\d\d年度?)")


def has_act(words: str) -> bool:
    """Say whether a clause says more than when: ``年底前，`` alone is no act."""
    rest = without_times(words.strip("，；。 "))
    return len(rest) >= 2 and not re.match(r"^(?:目前|其中|同时|下一步)$", rest)


def gated(words: str) -> bool:
    """Say whether a clause opens with an event to wait for."""
    gate = conditions(words)
    return bool(gate) and gate[0].start <= 4


def _day(time: Time) -> str:
    return time.day.isoformat() if time.day else time.text


def _limits(words: str, base: Base) -> list[Time]:
    """Return the times of a clause that have a day and are not over."""
    known = (time for time in find(words, base) if time.day or time.rule == "year-unknown")
    found = (time for time in known if not _bare_program(words, time.end))
    return [time for time in found if not (base.reply and time.day and time.day < base.reply)]


def _bare_program(words: str, end: int) -> bool:
    """``2024年度预算``, ``今年民生实事`` name a programme or limit nothing."""
    return bool(re.match(r"度?[^，。；]{0,6}(?:预算|民生实事|[投改建整养更治维修提]\S计划|项目库)", words[end:]))


def _doer(words: str) -> str:
    hit = PATTERNS["doer"].match(re.sub(r"^(?:同时|目前|另外|此外|，)+", "", words))
    name = (hit[1] or hit[2]) if hit else ""
    return "" if PATTERNS["not_doer"].match(name) else name


def _stands_alone(words: str, base: Base) -> bool:
    """Say whether a sentence of an item has a time, an event or a doer of its own."""
    masked = mask(words)
    vague = any(time.rule == "vague" for time in find(masked, ANY_YEAR))
    return bool(vague or _limits(masked, base) or gated(masked) or _doer(masked))


def group(text: str, kept: Sequence[Piece], base: Base) -> list[tuple[int, int]]:
    """Join the sentences of an item into pledges: one with a time, event or doer of its own begins a new one."""
    groups: list[list[Piece]] = []
    for sentence in kept:
        first = groups and groups[-1][-1]
        if first and first.end == sentence.start and not _stands_alone(text[sentence.start : sentence.end], base):
            groups[-1].append(sentence)
        else:
            groups.append([sentence])
    return [part for sentences in groups for part in cut(text, sentences[0].start, sentences[-1].end, base)]
