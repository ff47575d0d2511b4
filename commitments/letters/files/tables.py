"""Tables of any kind of file to lines: a row is one line whose cells are parted by tabs, a merged cell repeats itself.

A row of one cell alone is the frame of a page or a heading across a table: its lines stay lines.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

MOST_COLUMNS = 64  # a cell across more of them lays out a page
FEW = 400  # characters: more is no cell of a list of measures
HEAD = 12  # characters of a column's heading


@dataclass(eq=False)
class Cell:
    """What stands in a cell, over how many columns and rows; ``goes_on``: it is the cell above."""

    lines: list[str] = field(default_factory=list)
    across: int = 1
    down: int = 1
    goes_on: bool = False

    @property
    def text(self) -> str:
        """What it says, in one line."""
        return " ".join(self.lines).replace("\t", " ").strip()

    @property
    def holds_table(self) -> bool:
        """Whether rows of a table inside it are among its lines."""
        return any("\t" in line for line in self.lines)


def spread(rows: Iterable[Sequence[Cell]]) -> Iterator[list[Cell]]:
    """Return each row with a cell for every column, a merged one in each of its places."""
    above: list[Cell] = []
    for row in rows:
        here: list[Cell | None] = []
        hanging = {n: cell for n, cell in enumerate(above) if cell.down > 1}
        for cell in row:
            _skip(here, hanging)
            place = len(here)
            kept = _repeated(above[place], cell.down) if cell.goes_on and place < len(above) else cell
            here += [kept] * min(cell.across, MOST_COLUMNS)
        _skip(here, hanging)
        above = _one_row_less(here, hanging)
        yield above


def _skip(here: list[Cell | None], hanging: Mapping[int, Cell]) -> None:
    """Leave the next places to cells that hang down from the row above."""
    while len(here) in hanging:
        here.append(None)


def _one_row_less(here: Sequence[Cell | None], hanging: Mapping[int, Cell]) -> list[Cell]:
    """Fill in the cells that hang down, each with one row less to go."""
    less = {id(cell): _repeated(cell, cell.down - 1) for cell in hanging.values()}
    return [cell or less[id(hanging[place])] for place, cell in enumerate(here)]


def _repeated(cell: Cell, down: int) -> Cell:
    return Cell(cell.lines, cell.across, down, goes_on=True)


def lines(rows: Iterable[Sequence[Cell]], *, framed: bool = False) -> Iterator[str]:
    """Return the lines of a table. ``framed``: it may lay out a page, and cells of many lines are not one line."""
    table = list(spread(rows))
    listed = not framed or _is_headed(table)
    for row in table:
        if len({id(cell) for cell in row}) == 1 or not all(_is_one_line(cell, listed=listed) for cell in row):
            yield from (line for cell in dict.fromkeys(row) if not cell.goes_on for line in cell.lines)
        elif line := "\t".join(cell.text for cell in row).rstrip("\t"):
            yield line


def _is_one_line(cell: Cell, *, listed: bool) -> bool:
    if len(cell.lines) <= 1:
        return not cell.holds_table
    return listed and not cell.holds_table and sum(map(len, cell.lines)) <= FEW


def _is_headed(table: Sequence[Sequence[Cell]]) -> bool:
    """Say whether a table begins with a row of headings, after a title at most."""
    rows = [row for row in table if len({id(cell) for cell in row}) > 1]
    return len(rows) > 1 and all(len(cell.lines) == 1 and len(cell.text) <= HEAD for cell in rows[0])
