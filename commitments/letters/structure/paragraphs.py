"""Lines of a letter joined to paragraphs: a line broken in the middle of a sentence goes on in the next one."""

import re
from collections.abc import Iterator, Sequence

NUMERALS = "一二三四五六七八九十"
LABELS = (  # level, form; a line that starts with one of them is an item
    (1, re.compile(rf"([{NUMERALS}]{{1,3}})、")),
    (2, re.compile(rf"（([{NUMERALS}]{{1,3}})）、?")),
    (3, re.compile(r"(\d{1,2})(?:\.(?!\d)|\.(?=\d{1,4}[年月])|、)")),
    (4, re.compile(r"（?(\d{1,2})）")),
    (4, re.compile(r"([①-⑳])")),
    (5, re.compile(rf"(第[{NUMERALS}]{{1,2}})[，、]")),
    (6, re.compile(rf"([{NUMERALS}]{{1,2}}[是要])[，、：]?")),
)
HEADING_CHARS = 32


def paragraphs(text: str) -> Iterator[tuple[str, list[int]]]:
    """Return the paragraphs of a canonical text, each with the offset of every character and of its end."""
    lines = list(_lines(text))
    full = _full_width([line for line, _ in lines])
    held: list[str] = []
    at: list[int] = []
    for line, places in lines:
        if held and not _continues(held, line, full):
            yield "".join(held), at
            held, at = [], []
        held.append(line)
        at = [*at[:-1], *places] if len(held) == 1 else _joined(at, places)
    if held:
        yield "".join(held), at


def _joined(at: list[int], places: list[int]) -> list[int]:
    at.pop()  # the end of the line before is no character any more
    at.extend(places)
    return at


def _full_width(lines: Sequence[str]) -> int:
    """Return the width at which the lines of a printed page are broken; 0 where lines are whole paragraphs."""
    widths = sorted(map(_width, lines))
    widest = widths[len(widths) * 9 // 10] if widths else 0
    near = sum(widest - NEAR <= width <= widest + NEAR for width in widths)
    return widest - NEAR if widest <= PAGE and near * 3 >= len(widths) else 0


def _width(line: str) -> int:
    return sum(1 if sign < "\u2000" else 2 for sign in line)


NEAR, PAGE = 6, 120


def _lines(text: str) -> Iterator[tuple[str, list[int]]]:
    position = 0
    for raw in text.split("\n"):
        line = raw.strip()
        first = position + len(raw) - len(raw.lstrip())
        if line:
            yield line, list(range(first, first + len(line) + 1))
        position += len(raw) + 1


def _continues(held: Sequence[str], line: str, full: int) -> bool:
    """Say whether a line goes on with those before: the last one broke off and this one opens nothing."""
    last = held[-1]
    before = "".join(held[-4:])
    if SITE.match(line) and SITES_COMING.search(before):
        return True
    if "\t" in line or "\t" in last or label(line) or before[-1] in "。！？；：】" or STARTS.match(line):
        return False
    if full:
        return _width(last) >= full
    if SIGNED.match(line):
        return False
    broken = bool(re.search(r"[，。；、]", before))
    return broken and len(before) >= (HEADING_CHARS if label(held[0]) else WRAPPED)


SITE = re.compile(r"[①-⑳][^，。；]{1,20}[；。]?$")
SITES_COMING = re.compile(
    r"(?:(?:以下|下列|如下)(?![^：]{0,10}(?:工作|措施|方面|举措|任务))[^：]{0,14}：|[①-⑳][^，。；①-⑳]{1,20}[；]?)$"
)
STARTS = re.compile(
    r"20\d\d年\d{1,2}月\d{1,2}日$|附件|抄送|（?联系|承办|(?:再次|最后|衷心|非常)?，?感谢|特此|此[复致函]|以上答复"
)
SIGNED = re.compile(r"[^，。；、]{2,22}(?:局|委员会|政府|办公室|厅|中心|办事处|管委会|[健改]委)$")
WRAPPED = 18


def label(line: str) -> tuple[int, str, int] | None:
    """Return level, label and length of the label a line starts with."""
    for level, form in LABELS:
        if found := form.match(line):
            return level, found[1], found.end()
    return None
