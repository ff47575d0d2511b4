"""Tables of measures in a letter: a heading row that speaks of time limits or units in charge, then one pledge a row.

A row is one line whose cells are parted by tabs.
"""

import re
from collections.abc import Sequence

from commitments.letters.structure.outline import Passage

HEAD = re.compile(r"时限|期限|完成时间|计划时间|责任单位|责任部门|牵头单位|承办单位|主办单位|落实单位")
REPORT = re.compile(r"完成情况|办理情况|进展情况")
FINISHED = re.compile(r"(?:^|\t)(?:已|均已)?(?:完成|办结|落实)(?:$|\t)|(?:^|\t)已[^\t]{1,12}(?:$|\t)")
CELLS, HEAD_CHARS = 2, 10


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


def rows(passages: Sequence[Passage]) -> set[int]:
    """Return the places of the rows that are pledges."""
    found: set[int] = set()
    inside = False
    for place, passage in enumerate(passages):
        is_row = len(cells(passage.text)) >= CELLS
        if is_row and inside and not FINISHED.search(passage.text):
            found.add(place)
        inside = is_row and (inside or is_head(passage.text))
    return found
