"""What each table of a ledger file may say: its keys, how a value is read, how a stored thing is stated.

A reader takes the value as the file has it and returns what the register takes. It raises ValueError with the
end of a sentence that begins with row and key: ``commitment 3 (line 74) due_on: 2019-02-30 is not a day …``.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from commitments import addresses, parties, rules
from commitments.deadlines import Offset
from commitments.glossary import LOCALES
from commitments.models import (
    DUE_BASES,
    KINDS,
    OUTCOMES,
    OWNER_BASES,
    STATES,
    STRENGTHS,
    Department,
    Letter,
    Target,
)
from commitments.search import canonical_number, near

LONGEST = 20_000  # characters in one value
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_DAYS = (re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})"), re.compile(r"(\d{4})(年)(\d{1,2})月(\d{1,2})日"))


@dataclass(frozen=True)
class Row:
    """One table as written. ``name``: ``commitment 3``, ``line 12`` or ``台账!7``.

    ``lines`` says on which lines its keys stand; of a sheet, ``columns`` says in which columns.
    """

    name: str
    values: Mapping[str, object]
    lines: Mapping[str, int] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)

    def at(self, key: str) -> str:
        """Return the beginning of a sentence about this key."""
        if key in self.columns:
            sheet, _, number = self.name.rpartition("!")
            return f"{sheet}!{self.columns[key]}{number} {key}:"
        line = self.lines.get(key) or self.lines.get("")
        return f"{self.name} (line {line}) {key}:" if line else f"{self.name} {key}:"


# -- readers -----------------------------------------------------------------------------------------------


def _prose(value: object) -> str:
    """Text that may run over lines."""
    if not isinstance(value, str):
        raise ValueError(f'{value} is not text; write it in quotes: "{value}"')  # noqa: TRY004 - one error for all
    text = value.replace("\r\n", "\n").strip()
    if len(text) > LONGEST:
        raise ValueError(f"holds {len(text)} characters, more than {LONGEST}; shorten it")
    if (bad := _CONTROL.search(text)) is not None:
        raise ValueError(f"holds the control character U+{ord(bad[0]):04X}; remove it")
    return text


def _line(value: object) -> str:
    text = _prose(value)
    if "\n" in text or "\t" in text:
        raise ValueError("holds a line break or a tab; write it on one line")
    return text


def _ordinal(value: object) -> str | None:
    return _line(value) or None


def _name(value: object) -> str:
    text = _line(value)
    if text and not parties.is_name(text):
        raise ValueError(f"{text!r} holds | or ; or ；; name it without them")
    return text


def _ref(value: object) -> str:
    text = _name(value)
    if not text:
        raise ValueError("is empty; give a ref like 2019-1007-03 or leave it out")
    if not rules.is_ref(text):
        raise ValueError(f"{text!r} cannot be a ref; write letters, digits, - _ . only, such as 2019-1007-03")
    return text


def _document_number(value: object) -> str:
    return canonical_number(_name(value))


def _names(value: object) -> list[str]:
    """A list, or text split at ``；`` or ``;`` as in CSV."""
    parts = re.split("[;；]", _line(value)) if isinstance(value, str) else value
    if not isinstance(parts, list):
        raise ValueError(f'{value} is not a list; write it like ["市民政局"]')  # noqa: TRY004 - one error for all
    names = [_name(part) for part in parts]
    return list(dict.fromkeys(name for name in names if name))


def _day(value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    match = next((match for look in _DAYS if (match := look.fullmatch(str(value).strip()))), None)
    if match is None:
        raise ValueError(f"{value} is not a date; write it like 2019-12-31 or 2019年12月31日")
    try:
        return date(int(match[1]), int(match[3]), int(match[4]))
    except ValueError:
        raise ValueError(f"{value} is not a day of the calendar; write it like 2019-12-31") from None


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{value!r} is not a number; write it like 10 or 12.5, without quotes")
    if value < 0:
        raise ValueError(f"{value} is negative; give 0 or more")
    return float(value)


def _offset(value: object) -> str:
    text = _line(value)
    Offset.parse(text)
    return text


def _mailbox(value: object) -> str:
    text = _line(value)
    if text and (wrong := addresses.problem(text)):
        raise ValueError(f"{text!r} is not a mailbox: {wrong}")
    return text


def _one_of(words: Sequence[str]) -> Callable[[object], str]:
    def read(value: object) -> str:
        if value not in words:
            raise ValueError(f"{value!r} is not one of {', '.join(words)}{meant(str(value), words)}")
        return str(value)

    return read


def _tables(value: object) -> list[dict[str, object]]:
    if not isinstance(value, list) or not all(isinstance(part, dict) for part in value):
        raise ValueError("is not a list of tables; write [[commitment.target]]")
    return value


# -- the tables --------------------------------------------------------------------------------------------

Keys = Mapping[str, Callable[[object], object]]

LETTER: Keys = {
    "document_number": _document_number,
    "proposal_number": _name,
    "proposal_title": _line,
    "session": _line,
    "proposing_unit": _name,
    "replying_unit": _name,
    "signed_on": _day,
    "published_on": _day,
    "class_mark": _line,
    "contact": _line,
}
DEPARTMENT: Keys = {
    "name": _name,
    "short_names": _names,
    "mailbox": _mailbox,
    "escalation": _mailbox,
    "locale": _one_of(LOCALES),
}
COMMITMENT: Keys = {
    "ref": _ref,
    "letter": _document_number,
    "section": _line,
    "ordinal": _ordinal,
    "kind": _one_of(KINDS),
    "strength": _one_of(STRENGTHS),
    "title": _line,
    "quote": _prose,
    "lead": _name,
    "support": _names,
    "owner_basis": _one_of(OWNER_BASES),
    "due_text": _line,
    "due_on": _day,
    "due_basis": _one_of(DUE_BASES),
    "due_rule": _prose,
    "due_from": _day,
    "due_offset": _offset,
    "first_due_on": _day,
    "condition": _prose,
    "review_on": _day,
    "state": _one_of(STATES),
    "reported_done_on": _day,
    "outcome": _one_of(OUTCOMES),
    "closed_on": _day,
    "closing_note": _prose,
    "target": _tables,
}
TARGET: Keys = {"what": _line, "unit": _line, "baseline": _number, "goal": _number}
NEEDED = {
    "letter": ("document_number", "proposal_number", "proposing_unit", "replying_unit", "signed_on"),
    "department": ("name",),
    "commitment": ("title", "lead"),
    "target": ("what", "goal"),
}


def read(row: Row, keys: Keys, needed: Sequence[str], problems: list[str]) -> dict[str, Any]:
    """Return what the row states, read; every mistake is added to ``problems`` as a sentence."""
    values = {}
    for key, value in row.values.items():
        try:
            values[key] = _reader(key, keys)(value)
        except ValueError as mistake:
            problems.append(f"{row.at(key)} {mistake}.")
    lacking = [key for key in needed if key not in row.values or values.get(key) == ""]
    problems += [f"{row.at(key)} is missing; give it." for key in lacking]
    return values


def _reader(key: str, keys: Keys) -> Callable[[object], object]:
    if key not in keys:
        raise ValueError(f"there is no such key{meant(key, keys) or '; remove it'}")
    return keys[key]


def meant(name: str, known: Mapping[str, object] | Sequence[str]) -> str:
    """Return ``; perhaps title is meant``, or nothing when no known name looks like ``name``."""
    found = near(name, known, n=1)
    return f"; perhaps {found[0]} is meant" if found else ""


def stated(thing: object, keys: Keys) -> dict[str, Any]:
    """Return what a file would state of a stored letter, department, commitment or target, every key."""
    return {key: _as_written(getattr(thing, "targets" if key == "target" else key)) for key in keys}


def _as_written(value: object) -> object:
    if isinstance(value, list):
        return [_as_written(part) for part in value]
    if isinstance(value, Target):
        return stated(value, TARGET)
    if isinstance(value, Department):
        return value.name
    return value.document_number if isinstance(value, Letter) else value
