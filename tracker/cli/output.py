"""How results are printed: a table for people, ``--json`` and ``--csv`` for programs.

Results go to stdout, everything else to stderr. Whatever a ledger holds is printed without control characters, so that
a title cannot drive the terminal; what is no UTF-8 in it is printed as a sign.
"""

import csv
import io
import json
import os
import shutil
import sys
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, TextIO

from commitments import i18n
from commitments.damage import visible

Row = Mapping[str, object]
COLOURS = {"red": "31", "yellow": "33", "green": "32", "blue": "36", "dim": "2", "bold": "1"}


def set_up_streams() -> None:
    """Let a terminal that lacks a character show ``?`` in its place: a list must not die of one sign.

    The one place where streams are set up; standard input is left strict, or damaged words would be stored.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def write_out(content: bytes) -> None:
    """Write bytes to stdout."""
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def json_text(facts: Mapping[str, object], *, escaped: bool = False) -> str:
    """Return one object, ``"schema": 1`` first, dates as ISO; ``escaped``, in ASCII."""
    text = visible(json.dumps({"schema": 1, **facts}, ensure_ascii=False, indent=2, default=_plain))
    return json.dumps(json.loads(text), indent=2) if escaped else text


def print_json(facts: Mapping[str, object]) -> None:
    """Print one object, ``"schema": 1`` first, dates as ISO; escaped where the terminal lacks a character."""
    text = json_text(facts)
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        text = json_text(facts, escaped=True)
    print(text)


def picked(row: object, names: Iterable[str]) -> dict[str, Any]:
    """Return these fields of a row."""
    return {name: getattr(row, name) for name in names}


def csv_bytes(columns: Sequence[str], rows: Iterable[Row]) -> bytes:
    """Return CSV with a byte-order mark, so that Excel reads the characters; formulas become text."""
    from commitments.exchange.cell_guard import guarded

    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row.get(column), guarded) for column in columns])
    return visible(stream.getvalue()).encode("utf-8-sig")


def print_csv(columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Print what ``csv_bytes`` returns."""
    write_out(csv_bytes(columns, rows))


def _cell(value: object, guarded: Callable[[str], str]) -> str:
    text = "；".join(str(part) for part in value) if isinstance(value, list | tuple) else _text(value)
    return guarded(text) if isinstance(value, str | list | tuple) else text


def print_table(headings: Mapping[str, str], rows: Sequence[Row], locale: str = "") -> None:
    """Print rows under headings; a column that a row does not have stays empty. With a locale, say if there is none."""
    if locale and not rows:
        say(i18n.say(locale, "cli.common.nothing"))
    print_lines(headings, [("", ["\t".join(clean(_text(row.get(column))) for column in headings) for row in rows])])


def print_lines(headings: Mapping[str, str], groups: Iterable[tuple[str, Iterable[str]]]) -> None:
    """Print groups of lines, each of one colour, under headings; a line is clean cells with tabs between them.

    On a terminal columns line up by display width; piped, the tabs stay.
    """
    if not sys.stdout.isatty():
        sys.stdout.writelines("\n".join([*lines, ""]) for _, lines in groups)
        return
    table = [("bold", list(headings.values()))]
    table += [(colour, line.split("\t")) for colour, lines in groups for line in lines]
    widths = _widths([cells for _, cells in table])
    for colour, cells in table:
        fitted = (_fit(cell, width) for cell, width in zip(cells, widths, strict=True))
        print(paint("  ".join(fitted).rstrip(), colour))


def _widths(lines: Sequence[Sequence[str]]) -> list[int]:
    """Return column widths; the widest column gives way when the terminal is too narrow."""
    widths = [max(_width(line[i]) for line in lines) for i in range(len(lines[0]))]
    spare = shutil.get_terminal_size().columns - sum(widths) - 2 * (len(widths) - 1)
    widest = widths.index(max(widths))
    widths[widest] = max(12, widths[widest] + min(0, spare))
    return widths


def _fit(cell: str, width: int) -> str:
    if _width(cell) > width:
        while cell and _width(cell) > width - 1:
            cell = cell[:-1]
        cell += "…"
    return cell + " " * (width - _width(cell))


def _width(text: str) -> int:
    from wcwidth import wcswidth

    return max(0, wcswidth(text))


def print_facts(facts: Mapping[str, object]) -> None:
    """Print names and values, one pair a line, names lined up."""
    width = max((_width(name) for name in facts), default=0)
    for name, value in facts.items():
        print(f"{name}{' ' * (width - _width(name))}  {clean(_text(value), keep_lines=True)}")


def say(text: str) -> None:
    """Tell the person something that is not the result."""
    print(text, file=sys.stderr)


def paint(text: str, colour: str, stream: TextIO | None = None) -> str:
    """Colour text on a terminal, unless NO_COLOR or a dumb terminal says no."""
    plain = "NO_COLOR" in os.environ or os.environ.get("TERM") == "dumb" or not (stream or sys.stdout).isatty()
    return text if plain or not colour else f"\033[{COLOURS[colour]}m{text}\033[0m"


def clean(text: str, *, keep_lines: bool = False) -> str:
    """Replace control and bidi characters; ``keep_lines`` spares line ends."""
    if text.isprintable():
        return text
    kept = "\n" if keep_lines else ""
    return "".join(
        c if c in kept or unicodedata.category(c) not in ("Cc", "Cf", "Cs") else "\N{REPLACEMENT CHARACTER}"
        for c in text
    )


def _text(value: object) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, list | tuple):
        return "、".join(str(part) for part in value)
    return str(_plain(value))


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return value.isoformat() if isinstance(value, date) else value
