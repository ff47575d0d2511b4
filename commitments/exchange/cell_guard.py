"""What a spreadsheet makes of a cell of CSV: it runs formulas, and takes an ordinal such as 3-1 for a date."""

import re

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
SIGNS = ("ref", "section", "ordinal")  # columns of short signs, which spreadsheets take for dates and numbers
_DATE_MADE = re.compile(
    r"\d{1,2}月\d{1,2}日|\d{4}年\d{1,2}月(\d{1,2}日)?|\d{4}[-/]\d{1,2}[-/]\d{1,2}( 0?0:00(:00)?)?|\d{1,2}/\d{1,2}/\d{4}"
    r"|\d{1,2}-[A-Z][a-z]{2}(-\d{2,4})?|[A-Z][a-z]{2}-\d{2}|\d(\.\d+)?E[+-]\d+"
)


def is_date_made(text: str) -> bool:
    """Say whether a text looks like a date, or a number, that a spreadsheet wrote in place of a short sign."""
    return _DATE_MADE.fullmatch(text) is not None


def guarded(cell: str) -> str:
    """Put ``'`` before what a spreadsheet would run as a formula."""
    return f"'{cell}" if cell.lstrip("'").startswith(FORMULA_STARTS) else cell


def guarded_sign(cell: str) -> str:
    """Put ``'`` also before a short sign that reading would take for a date."""
    return f"'{cell}" if is_date_made(cell) else guarded(cell)


def unguarded(cell: str) -> str:
    """Take off the ``'`` that ``guarded`` put there."""
    return cell[1:] if cell.startswith("'") and cell.lstrip("'").startswith(FORMULA_STARTS) else cell
