"""Which of the times in a pledge is its deadline."""

import re
from dataclasses import dataclass
from datetime import date

from commitments.letters.dates.expressions import Time, find
from commitments.letters.dates.reference import Base, duration, last_day, later
from commitments.letters.fields.conditions import conditions
from commitments.letters.pledges.model import Pledge

ATTRIBUTE = re.compile(
    r"(?:之前|以前|前)?(?:建成|登记|到期|竣工|入学|出生|购买|投用|交房|注册|开工建设|取得|办理|实施|出台|印发|"
    r"签订|下达)[^，。；]{0,6}的|以来|启动的|开始的|通过的"
)
TERM = re.compile(
    r"(?:工期|建设周期|施工周期|建设期|周期|历时|为期|服务期|施工期)(?:约|为|预计|计划|需|大约|限|共|合计|"
    r"约为)*(?P<number>\d{1,3}|[一二两三四五六七八九十]{1,3}|半)个?(?P<unit>年|月|天|日|周)(?P<half>半)?"
)
BARE_YEAR = re.compile(r"(?:到|至|在|于)?(?:今年|本年|20\d\d年|明年|本年度|今年度)")
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
    text = pledge.text
    times = _usable(text, base)
    dated = [time for time in times if time.day]
    if term := _term(text, dated, pledge, base):
        return term
    if dated:
        chosen = _chosen(dated)
        return Deadline(chosen.text, chosen.day, chosen.rule, chosen.note)
    if shared := [time for time in find(pledge.shared, base) if time.day]:
        return Deadline(shared[-1].text, shared[-1].day, "shared-later-sentence", "the date stands in a later sentence")
    if gates := conditions(text):
        return Deadline(gates[0].text, None, "event-gated")
    for rule in ("year-unknown", "duration-from-reply", "vague", "standing"):
        for time in times:
            if time.rule == rule:
                return Deadline(time.text, None, rule, time.note)
    return Deadline(None, None, "open-item" if pledge.cue == "open" else "none")


def _usable(text: str, base: Base) -> list[Time]:
    """Drop times that limit nothing: in attributes, before the reply, replaced by a later one."""
    moved = MOVED.search(text)
    edge = base.reply
    return [
        time
        for time in find(text, base)
        if not (moved and time.end <= moved.end())
        and not (time.day and edge and time.day < edge and time.rule != "before-month-ambiguous")
        and not ATTRIBUTE.match(text, time.end)
    ]


def _chosen(dated: list[Time]) -> Time:
    """Prefer a stated limit (底前, 月) to a bare year, then the last one."""
    exact = [time for time in dated if not BARE_YEAR.fullmatch(time.text)]
    return (exact or dated)[-1]


def _term(text: str, dated: list[Time], pledge: Pledge, base: Base) -> Deadline | None:
    hit = TERM.search(text)
    if not hit:
        return None
    earlier = dated or [time for time in find(pledge.passage.text[: pledge.start], base) if time.day]
    start = earlier[-1].day if earlier else None
    if start is None or (dated and dated[-1].start > hit.start()):
        return None
    end = later(start, *duration(hit["number"], hit["unit"]))
    end = later(end, 6, "月") if hit["half"] else end
    if start == last_day(start.year, start.month) and hit["unit"] in ("年", "月"):
        end = last_day(end.year, end.month)
    return Deadline(hit[0], end, "start-plus-duration", "start plus the stated duration: please confirm")
