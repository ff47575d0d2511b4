"""A pledge as it is found: a stretch of a passage, by what it was recognised, and under which lead-in."""

import re
from dataclasses import dataclass

from commitments.letters.structure.outline import Passage

TRAIL = "。；，：！？ 、\n"
CLOSING = re.compile(  # how a line begins that closes the letter
    r"^(?:（?联系人|联系电话|承办|抄送|附件|特此|此复|此函|（此件|签发|主办|经办)|^(?:\d{4}年\d|二[〇零○0OoО])"
)
OPENING = re.compile(
    "(?:收悉|(?:已|均|我[局委办])收到|已收阅|(?:答复|回复|函复|复函|函告|报告|意见|情况)如下)[^：。，]{0,4}(?P<end>[：。，]|$)"
)


@dataclass(frozen=True, kw_only=True)
class Pledge:
    """A pledge inside a passage: [start, end) of its text, its family, and whether it stands in a next-step list."""

    passage: Passage
    start: int
    end: int
    cue: str  # will, plan, open, told, goal, dated, event, item
    listed: bool
    led: str  # the lead-in above it, which may name the doer
    shared: str = ""  # a later sentence that dates it: 以上工作于…前完成
    heads: tuple[str, ...] = ()  # of a row: the headings of the table's columns

    @property
    def text(self) -> str:
        """The words, in matching form, without the label."""
        return self.passage.text[max(self.start, self.passage.mark) : self.end]

    @property
    def before(self) -> str:
        """What stands before it in its sentence: a hedge there governs the rest."""
        return re.split(r"[。！？]", self.passage.text[: self.start])[-1]

    @property
    def act(self) -> str:
        """The words without the label and the heading glued to it."""
        return self.passage.text[max(self.start, self.passage.body) : self.end] or self.text


def pledge(passage: Passage, start: int, end: int, cue: str, led: str, *, listed: bool) -> Pledge:
    """Return a pledge without the signs around it."""
    while end > start and passage.text[end - 1] in TRAIL:
        end -= 1
    while start < end and passage.text[start] in TRAIL:
        start += 1
    return Pledge(passage=passage, start=start, end=end, cue=cue, listed=listed, led=led)
