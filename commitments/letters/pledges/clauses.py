"""What each clause of a sentence says: will, plan, open, told, goal, dated, event or nothing; and about whom."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from commitments.letters.dates.expressions import Time, find, mask, without_times
from commitments.letters.dates.reference import Base
from commitments.letters.fields.conditions import conditions
from commitments.letters.patterns import patterns
from commitments.letters.pledges import cues
from commitments.letters.structure.outline import Piece, clauses

PATTERNS = patterns(__file__, **cues.PATTERNS.tables)
GOAL = re.compile(r"(?:力争)?(?:到|(?<!截)至|力争到)(?:20\d\d年|“?十[三四五六]五|今年|明年)")
THIS_YEAR = re.compile(r"(?:今年|本年度)，?(?:将|由我|要|还?将|大力|继续|再|还要|重点|着力|全力|拟)")
LIMIT = re.compile(r"内|前|底|旬|季度|下半年|上半年|明年|月")
LIMITS = ("exact-day", "ten-day", "quarter", "duration-from-reply", "recurring-first")
SHORT = 6
REMARK = re.compile(r"（(?:目前|现|均|其中)?[^（）]{0,8}(?:已|现有)[^（）]{0,40}）")  # told by the way
FULL_DAY = re.compile(r"于?20\d\d年\d{1,2}月(?:\d{1,2}日|[上中下]旬)?")


@dataclass(frozen=True)
class Clause:
    """A clause with what it says: ``cue`` (will, plan, open, told, goal, dated, event, rest) or none; done; refused."""

    start: int
    end: int
    text: str
    cue: str | None
    subject: str
    done: bool
    refused: bool
    text_end: str  # the sign that ends it


def read(text: str, sentence: Piece, base: Base, *, telling: bool) -> list[Clause]:
    """Return the clauses of a sentence with their cues; ``telling`` means a section that reports what was done."""
    masked = REMARK.sub(lambda hit: "〓" * len(hit[0]), mask(text))
    pieces = clauses(text, sentence)
    words = masked[sentence.start : sentence.end]
    gone = _gone(find(words, base), base)
    telling = telling or gone
    past = telling or cues.done(words)
    ends = [piece.end for piece in pieces[1:]] + [sentence.end]
    return [
        _clause(masked[piece.start : piece.end], masked[piece.end : end], piece, base, telling=telling, past=past)
        for piece, end in zip(pieces, ends, strict=True)
    ]


def _clause(words: str, after: str, piece: Piece, base: Base, *, telling: bool, past: bool) -> Clause:
    stripped = words.strip("，；：。 ")
    found = _goal(stripped, after, base) or _cue(stripped, base, telling=telling, past=past)
    name, at = found or (None, 0)
    subject = _subject(stripped[:at]) if name else stripped[:8]
    done = cues.done(stripped) and name not in ("will", "plan")
    return Clause(piece.start, piece.end, stripped, name, subject, done, cues.refused(stripped), words[-1:])


def _cue(words: str, base: Base, *, telling: bool, past: bool) -> tuple[str, int] | None:
    """Return the first reading that fits and where its cue stands."""
    if cues.PATTERNS["forecast"].search(words) or cues.courteous(words) or cues.PATTERNS["need"].search(words):
        return None
    if cues.open_stage(words):
        return "open", cues.PATTERNS.place("open", words)
    if cues.planned(words) and not _gone(find(words, base), base):
        return "plan", cues.PATTERNS.place("plan", words)
    if PATTERNS["outcome"].search(words):
        return None
    if PATTERNS["unable"].search(words):
        return None
    if cues.will(words, telling=telling) or (not past and cues.moves_by_us(words)) or PATTERNS["then"].match(words):
        return "will", _will_at(words)
    return None if cues.done(words) or cues.refused(words) else _implied(words, base, telling=telling)


def _implied(words: str, base: Base, *, telling: bool) -> tuple[str, int] | None:
    """Read what announces without a word for it: an order, a limit that lies ahead, an event waited for."""
    told = None if telling else PATTERNS["instruct"].search(words) or PATTERNS["by"].search(words)
    if told and words[: told.start()][-1:] != "的":
        return "told", told.start()
    if THIS_YEAR.match(words):
        return "dated", 0
    times = find(words, base)
    unknown = (time for time in times if time.rule == "year-unknown" and not telling)
    if due := [time for time in (*_ahead(times, base), *unknown) if _is_limit(time, base)]:
        return "dated", due[0].start
    gates = (gate.text[0] in "待视若如一" or (gate.start <= 1 and not telling) for gate in conditions(words))
    return ("event", 0) if any(gates) else None


def _goal(words: str, after: str, base: Base) -> tuple[str, int] | None:
    """Read 到2025年…达到…, also where the date is a clause of its own."""
    goal = GOAL.search(words)
    if not goal or not _ahead(find(words[goal.start() :], base), base):
        return None
    reach = words[goal.end() :] + (after if len(words) - goal.end() < SHORT else "")
    reached = cues.PATTERNS["reach"].search(reach) and not cues.PATTERNS["forecast"].search(words + reach)
    return ("goal", goal.start()) if reached else None


def _will_at(words: str) -> int:
    if hit := cues.PATTERNS["can"].search(words):
        return hit.end() - 1
    announcing = (cues.PATTERNS["will"], cues.PATTERNS["also_will"])
    places = [hit.start() for pattern in announcing if (hit := pattern.search(words))]
    return min(places, default=max(0, words.find("将")))


def _ahead(times: Sequence[Time], base: Base) -> list[Time]:
    """Keep the times that lie after the reply (its year when it has no day)."""
    edge = base.reply.isoformat() if base.reply else f"{base.meant or 0}-01-01"
    return [time for time in times if time.day and time.day.isoformat() > edge]


def _gone(times: Sequence[Time], base: Base) -> bool:
    """Say whether the times of a clause are all over: 2022年计划…, told in 2023."""
    days = [time.day for time in times if time.day]
    edge = base.reply or (date(base.meant, 1, 1) if base.meant else None)
    return bool(days) and edge is not None and all(day < edge for day in days)


def _is_limit(time: Time, base: Base) -> bool:
    """A bare year (今年, 2023年) announces nothing by itself; 年内, 10月底前, 明年 do.

    Nor does a day with its year where nothing says that it lies ahead: 2023年3月14日召开专题会.
    """
    if base.reply is None and FULL_DAY.fullmatch(time.text):
        return False
    return bool(LIMIT.search(time.text)) or time.rule in LIMITS


def _subject(before: str) -> str:
    """Return what is left before a cue when adverbs and time phrases are taken away."""
    adverbs = cues.PATTERNS["adverbs"]
    words = adverbs.sub("", without_times(adverbs.sub("", before)))
    return "" if PATTERNS["preposed"].match(words) and not PATTERNS["actor"].search(words) else words
