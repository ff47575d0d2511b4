"""Which stretches of a letter are pledges, and where each begins and ends.

In a list of next steps the lowest numbered item is a pledge unless it refuses, explains or reports; elsewhere a
sentence must announce something by its own words. Rules of counting and cutting: docs/pledges.md, sections 2 and 3.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from commitments.letters.dates.reference import Base
from commitments.letters.pledges.items import is_shared, item
from commitments.letters.pledges.model import CLOSING, TRAIL, Pledge, pledge
from commitments.letters.pledges.prose import LEAD_CHARS, prose
from commitments.letters.pledges.step_lists import Runs, State, as_item
from commitments.letters.structure import sections
from commitments.letters.structure.outline import Passage, sentences
from commitments.letters.structure.tables import is_head, rows


def pledges(passages: Sequence[Passage], base: Base) -> list[Pledge]:
    """Return the pledges of a letter in order."""
    found: list[Pledge] = []
    state, in_table, runs, before = State(), rows(passages), Runs(), None
    for place, one in enumerate(passages):
        following = passages[place + 1] if place + 1 < len(passages) else None
        last, passage = before, as_item(one, before, following)
        before = passage
        if place in in_table or is_head(passage.text):
            found += [_of_row(passage, in_table[place])] if place in in_table else []
            continue
        part, led = state.enter(passage)
        if not CLOSING.match(passage.text):
            told = list(_of_passage(passage, part, led, following, base))
            if not told and runs.goes_on(passage):
                told = list(item(passage, sentences(passage.text, passage.body), led, base))
            runs.note(passage, told)
            found += told
        state.leave(passage, part, following)
        if "以上" in passage.text or "上述" in passage.text:
            found = _dated_together(found, passage, last)
    return [one for one in found if not EMPTY.fullmatch(one.text.strip(TRAIL))]


EMPTY = re.compile(r"(?:预计|计划|拟|力争|争取|将|正在|目前|下一?步|，)*")


def _of_row(passage: Passage, heads: tuple[str, ...]) -> Pledge:
    return replace(pledge(passage, 0, len(passage.text), "item", "", listed=True), heads=heads)


def _dated_together(found: Sequence[Pledge], passage: Passage, last: Passage | None) -> list[Pledge]:
    """Give the pledges above a sentence like 以上工作于10月底前完成 that sentence."""
    told = (passage.text[piece.start : piece.end] for piece in sentences(passage.text))
    words = next(filter(is_shared, told), None)
    if words is None:
        return list(found)
    return [*found[:-LIST_LENGTH], *(_with_shared(one, words, passage, last) for one in found[-LIST_LENGTH:])]


LIST_LENGTH = 30  # no list of next steps is longer


def _with_shared(one: Pledge, words: str, passage: Passage, last: Passage | None) -> Pledge:
    """Date a pledge of the same list, or of the same or the last paragraph, by a sentence behind it."""
    same_list = one.listed and one.passage.headings[:1] == passage.headings[:1]
    near = one.passage in (passage, last) and one.cue in ("will", "plan", "told") and words not in one.text
    return replace(one, shared=words) if same_list or near else one


def _of_passage(passage: Passage, part: str, led: str, following: Passage | None, base: Base) -> Iterator[Pledge]:
    start = passage.body
    if start >= len(passage.text):
        return
    parent = following is not None and following.level > passage.level and _leads(passage, following)
    pieces = sentences(passage.text, start)
    if part == sections.PLAN and passage.level and not parent:
        yield from item(passage, pieces, led, base)
    else:
        yield from prose(passage, pieces, part, led, base, parent=parent)


def _leads(passage: Passage, following: Passage) -> bool:
    """Say whether a passage only leads in what stands deeper behind it."""
    short = len(passage.text) - passage.body < LEAD_CHARS
    return short or bool(following.after) or passage.text[-1] in "：；" or sections.leads_in(passage.text)
