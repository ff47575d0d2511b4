"""Which of the times in a pledge is its deadline."""

import re
from dataclasses import dataclass, replace
from datetime import date

from commitments.letters.dates.expressions import Time, find, mask, without_times
from commitments.letters.dates.reference import Base, last_day
from commitments.letters.dates.rules import PATTERNS, after
from commitments.letters.fields.conditions import conditions
from commitments.letters.pledges import cues
from commitments.letters.pledges.model import Pledge
from commitments.letters.structure import tables

ATTRIBUTE = re.compile(
    r"(?:之前|以前|前)?(?:建成|登记|到期|竣工|入学|出生|购买|投用|交房|注册|开工建设|取得|办理|实施|出台|印发|"
    r"签订|下达)[^，。；]{0,6}的|以来|启动的|开始的|通过的"
)
BARE_YEAR = re.compile(r"(?:到|至|在|于)?(?:今年|本年|20\d\d年|明年|本年度|今年度)")
CLAUSE = re.compile(r"[^，；。！？]+")
LIMIT = re.compile(r"前|内|底|末|季度|半年|明年|期间|起|至|到")
FORWARD = re.compile(r"将|拟|计划|预计|力争|争取|确保")
LEAD = re.compile(r"(?:下一?步|下阶段|今后|同时|此外|另外|目前|其中|因此|为此|按照计划|根据计划)?[，、：]?")
MOVED = re.compile(r"(?:原定|原计划|原拟)[^。；]{0,40}?(?:顺延|延期|延|推迟|调整|提前|变更)[^，。；]{0,3}[至到为]")


@dataclass(frozen=True)
class Deadline:
    """The deadline of a pledge: the phrase, the day or none, the rule, a note for the person."""

    text: str | None
    day: date | None
    rule: str
    note: str | None = None


def deadline(pledge: Pledge, base: Base) -> Deadline:
    """Return the deadline of a pledge (docs/pledges.md, section 5)."""
    limit = tables.time(pledge.heads, pledge.passage.text)
    text = limit or pledge.text
    times = list(find(limit, base)) if limit else _usable(text, base)  # a column of time limits leaves no doubt
    dated = [time for time in times if time.day] or ([] if limit else _leading(pledge, base))
    if term := _term(text, dated, pledge, base):
        return term
    shared = [time for time in find(pledge.shared, base) if time.day]
    if dated and not (shared and _only_the_year(dated, shared[-1])):
        return _dated(dated)
    if shared:
        return Deadline(shared[-1].text, shared[-1].day, "shared-later-sentence", "the date stands in a later sentence")
    if gates := conditions(text):
        return Deadline(gates[0].text, None, "event-gated")
    return _undated(pledge, times, limit)


def _only_the_year(dated: list[Time], shared: Time) -> bool:
    """Say whether an act names no more than the year in which a later sentence sets its day."""
    days = [time.day for time in dated if time.day]
    bare = all(BARE_YEAR.fullmatch(time.text) for time in dated)
    return bare and shared.day is not None and all(shared.day.year == day.year for day in days)


def _dated(dated: list[Time]) -> Deadline:
    """Return the deadline chosen of several times; another limit beside it is a doubt."""
    chosen = _chosen(dated)
    others = [time.text for time in dated if time.day != chosen.day and not BARE_YEAR.fullmatch(time.text)]
    doubt = f"{', '.join(others)} stands there too: please confirm" if others else None
    return Deadline(chosen.text, chosen.day, chosen.rule, "; ".join(filter(None, (chosen.note, doubt))) or None)


def _undated(pledge: Pledge, times: list[Time], limit: str) -> Deadline:
    for rule in ("year-unknown", "duration-from-reply", "event-gated", "none", "vague", "standing"):
        for time in times:
            if time.rule == rule and (time.note or rule != "none"):
                return Deadline(time.text, None, rule, time.note)
    if limit:
        return Deadline(limit, None, "vague")
    return Deadline(None, None, "open-item" if pledge.cue == "open" else "none")


def _leading(pledge: Pledge, base: Base) -> list[Time]:
    """Return the time that stands alone before the subject of the pledge: “十四五”期间，我局将…."""
    before = pledge.before.strip()
    rest = LEAD.sub("", without_times(before).strip("，、： "), count=1)
    return [] if rest or not before else [time for time in _usable(before, base) if time.day]


def _usable(text: str, base: Base) -> list[Time]:
    """Drop times that limit nothing: in attributes, of what is finished, before the reply, replaced by a later one."""
    moved = MOVED.search(text)
    clauses = {time: _clause(text, time) for time in find(text, base)}
    return [
        _in_doubt(time, clause, base)
        for time, clause in clauses.items()
        if not (moved and time.end <= moved.end())
        and not _gone(time, clause, base)
        and not ATTRIBUTE.match(text, time.end)
    ]


def _clause(text: str, time: Time) -> str:
    """Return the clause that a time stands in; behind a time of its own alone, the one that follows."""
    spans = [hit.span() for hit in CLAUSE.finditer(text) if hit.end() > time.start]
    if not spans:
        return ""
    alone = spans[0][1] - time.end < 1 and len(spans) > 1
    return text[spans[0][0] : spans[1][1] if alone else spans[0][1]]


def _gone(time: Time, clause: str, base: Base) -> bool:
    """Say whether a time is over: before the reply, of a finished clause, or the day of figures (截至6月底, …)."""
    written = base.reply or base.seen
    if time.day is None:
        return False
    if base.reply and time.day < base.reply and time.rule != "before-month-ambiguous":
        return True
    if time.text.startswith(("截至", "截止")) and not (written and time.day > written):
        return True
    later = base.reply is not None and time.day.year > base.reply.year  # 已列入明年的计划: to be carried out then
    words, ahead = mask(clause), base.reply is not None and (later or bool(LIMIT.search(time.text)))
    return not ahead and cues.done(words) and not (cues.planned(words) or cues.will(words) or cues.open_stage(words))


def _in_doubt(time: Time, clause: str, base: Base) -> Time:
    """Give no date to a day that may be over where nobody knows when the letter was written: 3月14日召开会议."""
    sure = base.reply or LIMIT.search(time.text) or FORWARD.search(mask(clause)) or time.day is None
    return time if sure else replace(time, day=None, rule="none", note=MAY_BE_OVER)


MAY_BE_OVER = "the letter gives no date to say whether this is over: please confirm"


def _chosen(dated: list[Time]) -> Time:
    """Prefer a stated limit (底前, 月) to a bare year, then the last one."""
    exact = [time for time in dated if not BARE_YEAR.fullmatch(time.text)]
    return (exact or dated)[-1]


def _term(text: str, dated: list[Time], pledge: Pledge, base: Base) -> Deadline | None:
    hit = PATTERNS["term"].search(text)
    if not hit:
        return None
    earlier = dated or [time for time in find(pledge.passage.text[: pledge.start], base) if time.day]
    start = earlier[-1].day if earlier else None
    if start is None or (dated and dated[-1].start > hit.start()):
        return None
    end = after(start, hit)
    if start == last_day(start.year, start.month) and hit["unit"] in ("年", "月"):
        end = last_day(end.year, end.month)
    return Deadline(hit[0], end, "start-plus-duration", "start plus the stated duration: please confirm")
