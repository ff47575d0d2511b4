"""Events that carrying out a pledge waits for: 待…后, 视…情况, 如…, …获批后, 条件成熟时."""

from dataclasses import dataclass
from functools import lru_cache

from commitments.letters.dates.expressions import mask
from commitments.letters.patterns import patterns


@dataclass(frozen=True)
class Condition:
    """An event a pledge waits for: the phrase as printed and the event in it."""

    start: int
    end: int
    text: str
    event: str


PATTERNS = patterns(__file__)
EVENTS = (
    *("once", "awaited", "after", "after_passive", "bare", "approved", "by_procedure", "depending"),
    *("resting_on", "timely", "as_soon", "where_ripe", "if", "ripe", "provided"),
)


@lru_cache(maxsize=4096)
def conditions(text: str) -> tuple[Condition, ...]:
    """Return the events a piece of text waits for, in order, without overlaps."""
    masked = mask(text)
    found = sorted(
        (hit.start(), rank, hit.end(), hit.start("event"), hit.end("event"))
        for rank, name in enumerate(EVENTS)
        for hit in PATTERNS[name].finditer(masked)
    )
    kept: list[Condition] = []
    for start, _, end, a, b in found:
        if (not kept or start >= kept[-1].end) and _waits(masked, start, end, a):
            kept.append(Condition(start, end, text[start:end], text[a:b]))
    return tuple(kept)


def _waits(masked: str, start: int, end: int, event: int) -> bool:
    """Say whether an event is one to wait for: no manner, no cause of an effect, no milestone with a date."""
    dated = start == event and PATTERNS["milestone"].match(masked, event)
    return not (dated or PATTERNS["manner"].match(masked[start:end]) or PATTERNS["effect"].match(masked, end))
