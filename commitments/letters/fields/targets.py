"""Numbers a pledge has to reach: counts, lengths, areas, rates, money, with the thing they count."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from commitments.letters.dates.expressions import mask, without_times
from commitments.letters.dates.reference import NUMERALS, number
from commitments.letters.patterns import patterns

PATTERNS = patterns(__file__)
CLASS = re.compile(r"及?以[上下]的[^，。；]{0,12}\d")  # in 50万元以上的村达到100个 the first says which are counted
LASTS = re.compile(r"(?:工期|周期|建设期|历时|为期|耗时)(?:约|为|共|预计|计划|需)*$")
REACHED = re.compile(r"(?:已|现有|现已|共有|累计|目前(?:有)?|原有?)[^，。；]{0,14}$")


@dataclass(frozen=True)
class Goal:
    """A number to reach, as printed: ``Goal(5, "万亩", "老茶园")``."""

    quantity: float
    unit: str
    what: str


def targets(text: str, printed: str | None = None) -> tuple[Goal, ...]:
    """Return the numbers of a pledge to be reached; ``printed`` is the same text in the letter's own characters."""
    masked, own = without_times(mask(text), blank="〓"), printed or text
    hits = [hit for hit in PATTERNS["amount"].finditer(masked) if _counts(masked, hit)]
    named = _respectively(masked, own, hits)
    return tuple(dict.fromkeys(_goal(masked, own, hit, named.get(hit.start())) for hit in hits))


def _respectively(masked: str, text: str, hits: Sequence[re.Match[str]]) -> dict[int, str]:
    """Pair 城市和农村社区分别按照10%和15%: the first number belongs to the first name, the second to the second."""
    paired: dict[int, str] = {}
    for place, hit in enumerate(hits):
        if led := PATTERNS["names"].search(masked[: hit.start()]):
            run = _run(masked, hits[place:])
            names = _full_names(re.split("[、和与及與]", text[led.start("names") : led.end("names")]))
            paired |= dict(zip((one.start() for one in run), names, strict=True)) if len(run) == len(names) else {}
    return paired


def _run(masked: str, hits: Sequence[re.Match[str]]) -> list[re.Match[str]]:
    """Return the first amounts that only 、 or 和 parts from one another."""
    run = list(hits[:1])
    for one, other in pairwise(hits):
        if not re.fullmatch(r"[、，和与及]", masked[one.end() : other.start()]):
            break
        run.append(other)
    return run


def _full_names(names: list[str]) -> list[str]:
    """Give the noun at the end of the last name to the shorter ones: 城市、农村社区 are 城市社区 and 农村社区."""
    *firsts, last = names
    size = len(firsts[0])
    shared = last[size:] if all(len(name) == size < len(last) for name in firsts) else ""
    return [name + shared for name in firsts] + [last]


def _counts(text: str, hit: re.Match[str]) -> bool:
    """Say whether a number is to be reached: not a clock, an ordinal, a name, a number already there."""
    if PATTERNS["not_unit"].match(text, hit.start("unit")) or CLASS.match(text, hit.end()):
        return False
    if hit["number"] == "一" and hit["unit"] in ("次", "批", "个", "项"):
        return False
    return not (REACHED.search(text[: hit.start()]) or LASTS.search(text[: hit.start()]))


def _goal(masked: str, text: str, hit: re.Match[str], name: str | None) -> Goal:
    unit = text[hit.start("scale") : hit.end("unit")].strip("余多餘")
    return Goal(quantity(hit["number"]), unit, name or _what(masked, text, hit))


def quantity(printed: str) -> float:
    """Return the value of a printed number."""
    if printed[0].isdigit():
        return float(printed.replace(",", ""))
    if "百" in printed:
        return NUMERALS[printed[0]] * 100.0
    return float(number(printed))


def _what(masked: str, text: str, hit: re.Match[str]) -> str:
    """Return what is counted: the words behind the number, or those before it when it ends its clause."""
    behind = re.split(r"[，。；、〓\d]", masked[hit.end() : hit.end() + 16])[0]
    words = re.sub(r"^(?:的|左右|以上|以内|的?比[例列])+", "", text[hit.end() : hit.end() + len(behind)])
    return words if words and words[0] not in JOINS else _before(masked, text, hit.start())


JOINS = "和与及與"


def _before(masked: str, text: str, end: int) -> str:
    """Return the thing named before a number, without the number before it and the verb around it."""
    found = re.search(r"[^，。；、〓\d]{1,16}$", masked[:end])
    if not found:
        return ""
    glued = PATTERNS["unit_and"].match(found[0]) if masked[: found.start()][-1:].isdigit() else None
    start = glued.end() if glued else 0
    first, last = MAKING.match(found[0], start), REACHING.search(found[0])
    start, stop = (first.end() if first else start), (last.start() if last else len(found[0]))
    return text[found.start() :][start:stop]


MAKING = re.compile(  # verbs before the thing that is counted
    "(?:会同.{0,10}?|.{0,6}?)(?:新增|新建|建成|建设|完成|增设|改造|组织|举办|开通|安装|更新|发放|实现)"
)
REACHING = re.compile("(?:分别|按照|达到|提高到|提升到|突破|不低于|不少于|超过|约|至)+$")
