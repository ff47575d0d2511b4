"""What part of a letter a passage stands in: background, progress, next steps, answers to single points."""

import re
from collections.abc import Sequence

from commitments.letters.patterns import patterns
from commitments.letters.pledges import cues

PLAN, PROGRESS, BACKGROUND, NEUTRAL, TROUBLE = "plan", "progress", "background", "neutral", "trouble"
PATTERNS = patterns(__file__)


def of_heading(title: str) -> str | None:
    """Return the part a heading opens, or None when its words do not tell."""
    words = title.strip("：。 ")
    if PATTERNS["topic"].search(words) and not PATTERNS["next"].search(words):
        return None
    for part in (PLAN, TROUBLE, BACKGROUND, PROGRESS):
        if PATTERNS[part].search(words) and not (part == TROUBLE and PATTERNS["remedy"].search(words)):
            return part
    return None


def of_passage(headings: Sequence[str]) -> str:
    """Return the part named by the innermost telling heading; next steps hold for all below them."""
    parts = [part for part in map(of_heading, headings) if part]
    if PLAN in parts and (parts[0] == PLAN or any(PATTERNS["next"].search(title) for title in headings)):
        return PLAN
    return next((part for part in reversed(parts) if part != PLAN), NEUTRAL)


def leads_in(text: str) -> bool:
    """Say whether a text announces a list of next steps: 下一步,我局将重点抓好以下工作:."""
    tail = text[-150:]
    measures = PATTERNS["measures"].search(tail) or PATTERNS["adopts"].search(tail)
    if measures and not cues.done(tail[-45:]) and not PATTERNS["opinion"].search(tail):
        return True
    return (
        bool(PATTERNS["future"].search(tail))
        and bool(PATTERNS["list_coming"].search(tail[-45:]))
        and not re.search(r"(?:复|函告|报告|意见|情况)[^，。]{0,4}如下", tail)
    )


def steps(text: str) -> bool:
    """Say whether the last sentence of a text speaks of next steps: 下一步，我们将深入推进相关工作。."""
    last = re.split("[。！？]", text.rstrip("。！？ "))[-1]
    return bool(cues.PATTERNS["next"].match(last)) and not (cues.done(last) or cues.refused(last))


def announces_done(text: str) -> bool:
    """Say whether a lead-in tells of the past or of difficulties: 从两个方面整治:一是…."""
    return cues.done(text[-60:]) or bool(PATTERNS["trouble"].search(re.split("[，。]", text[-30:].strip("：。"))[-1]))
