"""Tables of measures in a letter: a heading row that speaks of time limits or units in charge, then one pledge a row.

A row is one line whose cells are parted by tabs; a cell merged over several rows stands in each of them.
"""

import re
from collections.abc import Sequence

from commitments.letters.structure.outline import Passage

LEAD = r"牵头|主办|承办|(?:责任|落实|实施)(?:单位|部门|主体)"
SUPPORT = r"配合|协办|会办|协同|协助|参与"
TIME = re.compile(r"时限|期限|(?:完成|计划|办结|起止|实施|落实)时间|^时间$|时间(?:节点|安排|要求)|进度安排")
HEAD = re.compile(rf"{TIME.pattern}|(?:{LEAD}|{SUPPORT})(?:单位|部门)|责任(?:单位|部门|主体)|(?:^|\t)牵头(?:\t|$)")
UNITS = tuple(re.compile(rf"^(?!.*(?:[^任]人|领导|电话|联系)$).*(?:{words})") for words in (LEAD, SUPPORT))
REPORT = re.compile(r"完成情况|办理情况|进展情况")
FINISHED = re.compile(r"(?:^|\t)(?:已|均已)?(?:完成|办结|落实)(?:$|\t)|(?:^|\t)已[^\t]{1,12}(?:$|\t)")
ROLE = re.compile(r"^.{0,6}：|(?:牵头|主办|配合|负责|等)$")
NAME = re.compile(r"(?!无$)[\u4e00-\u9fff（）]{2,24}")
COUNTED = ("序号", "编号")
NUMBER = re.compile(r"\d{1,3}|[一二三四五六七八九十]{1,3}")
CELLS, HEAD_CHARS, TITLE_CHARS = 2, 10, 32


def cells(text: str) -> list[str]:
    """Return the cells of a row; a line without tabs has one."""
    return [cell.strip() for cell in text.split("\t")]


def is_head(text: str) -> bool:
    """Say whether a line is the heading row of a table of measures still to be taken."""
    row = cells(text)
    return (
        len(row) >= CELLS
        and bool(HEAD.search(text))
        and not REPORT.search(text)
        and all(len(cell) <= HEAD_CHARS for cell in row)
    )


def listed(lines: Sequence[str]) -> set[int]:
    """Return the places of the lines that are a table of measures: its heading and the rows of as many cells below.

    A heading across the table does not end it, an empty line does.
    """
    found: set[int] = set()
    columns = 0
    for place, line in enumerate(lines):
        count = len(cells(line))
        goes_on = bool(line) and count in (1, columns)
        columns = count if is_head(line) else columns if goes_on else 0
        found |= {place} if columns >= CELLS and count == columns else set()
    return found


def rows(passages: Sequence[Passage]) -> dict[int, tuple[str, ...]]:
    """Return the places of the rows that are pledges, each with the headings of its columns."""
    found: dict[int, tuple[str, ...]] = {}
    heads: tuple[str, ...] = ()
    for place, passage in enumerate(passages):
        row = cells(passage.text)
        if is_head(passage.text):
            heads = _below(heads, row)
        elif len(row) < CELLS:
            heads = heads if _is_title(passages, place, len(heads)) else ()
        elif heads and not FINISHED.search(passage.text):
            found[place] = heads
    return found


def _below(heads: Sequence[str], row: Sequence[str]) -> tuple[str, ...]:
    """Return the headings of a row, or, below a first row of as many, of both together: 责任单位 over 牵头 and 配合."""
    if len(heads) != len(row):
        return tuple(row)
    return tuple(lower or upper for upper, lower in zip(heads, row, strict=True))


def _is_title(passages: Sequence[Passage], place: int, columns: int) -> bool:
    """Say whether a line between rows is a heading across the table."""
    after = cells(passages[place + 1].text) if place + 1 < len(passages) else []
    text = passages[place].text
    return columns >= CELLS and len(after) == columns and len(text) <= TITLE_CHARS and "。" not in text


def units(heads: Sequence[str], text: str) -> list[str]:
    """Return the units that a row names in the columns for them, who leads first."""
    row = _aligned(heads, text)
    if not row:
        return []
    filled = [row[n] for form in UNITS for n, head in enumerate(heads) if form.search(head)]
    named = (ROLE.sub("", part) for cell in filled for part in re.split(r"[、，；,;/\s]", cell))
    return list(dict.fromkeys(name for name in named if NAME.fullmatch(name)))


def time(heads: Sequence[str], text: str) -> str:
    """Return what a row says in its column of time limits; empty where there is none."""
    row = _aligned(heads, text)
    filled = [row[n] for n, head in enumerate(heads) if TIME.search(head)] if row else []
    return next(filter(None, filled), "")


def _aligned(heads: Sequence[str], text: str) -> list[str]:
    """Return a row with a cell for each heading, or none where that cannot be told.

    Empty cells at either end of a line are lost: that a table counts its rows says at which.
    """
    row = cells(text)
    lost = [""] * (len(heads) - len(row))
    if len(row) == len(heads):
        return row
    if not lost or heads[0] not in COUNTED:
        return []
    return [*row, *lost] if NUMBER.fullmatch(row[0]) else [*lost, *row]
