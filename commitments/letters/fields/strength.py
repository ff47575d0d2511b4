"""How hard a pledge is: conditional, soft, planned or firm; the first rule that fits (docs/pledges.md, section 6)."""

import re
from dataclasses import dataclass
from functools import lru_cache

from commitments.letters.dates.expressions import mask, without_times
from commitments.letters.fields.conditions import Condition
from commitments.letters.fields.targets import Goal
from commitments.letters.patterns import patterns
from commitments.letters.pledges import cues

PATTERNS = patterns(__file__)


@dataclass(frozen=True)
class Hard:
    """How hard a pledge is, and the rule that says so."""

    name: str  # conditional, soft, planned, firm
    rule: str  # condition, talks, step, no-output, hedge, output


def strength(
    text: str, cue: str, gates: tuple[Condition, ...], goals: tuple[Goal, ...], *, dated: bool, before: str = ""
) -> Hard:
    """Return how hard a pledge's words are."""
    words = mask(text)
    if gates:
        return Hard("conditional", "condition")
    if cue == "open":
        return _open(words, goals, dated=dated, hedged=bool(cues.PATTERNS["plan"].search(mask(before))))
    if not goals and not has_output(words) and not (dated and dated_act(words)):
        return Hard("soft", "no-output")
    plan = cues.PATTERNS["plan"]
    hedged = plan.search(words) or plan.search(mask(before)) or PATTERNS["hedge"].search(words)
    under_way = not dated and not goals and cues.open_stage(words)
    return Hard("planned", "hedge") if hedged or under_way else Hard("firm", "output")


def _open(words: str, goals: tuple[Goal, ...], *, dated: bool, hedged: bool) -> Hard:
    if not hedged and _ends_surely(words):
        return Hard("firm", "output")
    stage = re.split("[，；]", words[cues.PATTERNS.place("open", words) :])[0]
    counted = goals and cues.PATTERNS["done"].search(words)
    return Hard("soft", "talks") if _only_talk(stage) and not dated and not counted else Hard("planned", "step")


def _ends_surely(words: str) -> bool:
    """Say whether the end of what is under way is promised without a hedge: 正在铺设，年内即可通水."""
    ends = (clause for clause in re.split("[，；]", words) if PATTERNS["sure_end"].search(clause))
    return any(not cues.planned(clause) for clause in ends)


def _only_talk(stage: str) -> bool:
    """Say whether a stage is talk or inquiry: what it says first."""
    talk, step = PATTERNS["talk"].search(stage), PATTERNS["step"].search(stage)
    return talk is not None and not (step and step.start() < talk.start())


def has_output(words: str) -> bool:
    """Say whether one clause names something that could be shown as proof."""
    return any(_shows(clause) for clause in re.split(r"[，。；：]", words))


def dated_act(words: str) -> bool:
    """Say whether the clause with the date tells of an act that is over at some time: 年内开通, not 年内加强."""
    acts = [rest for rest in map(without_times, re.split(r"[，。；：]", words)) if len(rest) >= 2]
    return any(not PATTERNS["soft_head"].match(act) and not PATTERNS["mechanism"].search(act) for act in acts)


@lru_cache(maxsize=4096)  # asked for the title and for the strength
def _shows(clause: str) -> bool:
    begins = any(PATTERNS[name].match(clause) for name in ("soft_head", "serves", "hasten"))
    soft = begins or any(PATTERNS[name].search(clause) for name in ("watches", "standing", "talks", "mechanism"))
    return not soft and bool(PATTERNS["output"].search(clause))
