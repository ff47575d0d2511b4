"""Which list of next steps is open while the passages of a letter go by, and the lead-in over it."""

from collections.abc import Sequence
from dataclasses import replace

from commitments.letters.pledges.model import Pledge
from commitments.letters.structure import sections
from commitments.letters.structure.outline import Passage


class State:
    """Which list of next steps is open while the passages go by."""

    def __init__(self) -> None:
        self.level: int | None = None  # items deeper than this belong to the list; None when no list is open
        self.led = ""
        self.heading_led: dict[tuple[str, ...], str] = {}
        self.plain = False  # a lead-in was followed by paragraphs without labels

    def enter(self, passage: Passage) -> tuple[str, str]:
        """Return the part a passage stands in and the lead-in over it."""
        part = sections.of_passage((*passage.headings, passage.title) if passage.level in (1, 2) else passage.headings)
        if (
            self.level is not None
            and (passage.level == 0 or passage.level <= self.level)
            and not (passage.after and passage.level)
        ):
            self.level, self.led = None, ""
        self.plain = self.plain and passage.level == 0
        led = passage.after or self.led or self.heading_led.get(passage.headings[:1], "")
        if self.level is not None or self.plain:
            return sections.PLAN, led
        if passage.after and passage.level:
            return self._inline(passage, part), led
        return part, led

    def _inline(self, passage: Passage, part: str) -> str:
        if sections.leads_in(passage.after):
            return sections.PLAN
        return sections.PROGRESS if part == sections.PLAN and sections.announces_done(passage.after) else part

    def leave(self, passage: Passage, part: str, following: Passage | None) -> None:
        """Open a list after its lead-in; remember a lead-in under a heading of next steps."""
        if part == sections.PLAN and passage.headings and passage.level == 0:
            self.heading_led.setdefault(passage.headings[:1], passage.text)
        if following is None or not (sections.leads_in(passage.text) or _leads_steps(passage, following)):
            return
        self.plain = self.plain or (following.level == passage.level == 0 and passage.text[-1] == "：")
        if following.level > passage.level and not following.after and self.level is None:
            self.level, self.led = following.level - 1, passage.text


def _leads_steps(passage: Passage, following: Passage) -> bool:
    """Say whether next steps are told in a paragraph and listed in the next one: …推进相关工作。 一是…；二是…."""
    first = following.level > 1 and following.labels[-1][1].strip("第是要") in ("一", "1")
    return first and not passage.level and sections.steps(passage.text)


def as_item(passage: Passage, before: Passage | None, following: Passage | None) -> Passage:
    """Return a labelled line without a 。 as an item where its neighbours are such items, not as a heading."""
    if not passage.level or passage.body < len(passage.text):
        return passage
    beside = following is not None and following.level == passage.level
    after_one = before is not None and before.level == passage.level and before.body < len(before.text)
    ends = following is None or following.level <= passage.level
    item = ends and (beside or (after_one and before is not None and before.text[-1] not in "。；"))
    return replace(passage, body=passage.mark) if item else passage


class Runs:
    """Lists whose items so far all announce something: the next one does too, though it has no word for it."""

    def __init__(self) -> None:
        self.announced: dict[tuple[tuple[int, str], ...], bool] = {}

    def goes_on(self, passage: Passage) -> bool:
        """Say whether an item stands in such a list."""
        return bool(passage.level) and self.announced.get(_above(passage), False)

    def note(self, passage: Passage, told: Sequence[Pledge]) -> None:
        """Note what an item announces by its own words."""
        if passage.level:
            says = any(one.cue in ("will", "plan", "item") for one in told)
            self.announced[_above(passage)] = says and self.announced.get(_above(passage), True)


def _above(passage: Passage) -> tuple[tuple[int, str], ...]:
    return (*passage.labels[:-1], (passage.level, ""))
