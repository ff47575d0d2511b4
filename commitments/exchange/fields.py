"""What each table of a ledger file may say: its keys, how a value is read, how a stored thing is stated.

A reader takes the value as the file has it and returns what the register takes. It raises Mistake, the
end of a sentence that begins with row and key: ``commitment 3 (line 74) due_on: 2019-02-30 is not a day …``.
Longer than most files: one table of fields with their readers.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from commitments import addresses, validation
from commitments.calendar import dates
from commitments.calendar.deadlines import Offset
from commitments.errors import Mistake, Problem, no_choice
from commitments.i18n import LOCALES, value_of
from commitments.models import Department, Letter, Target
from commitments.queries.lookup import canonical_number, near
from commitments.text import amounts

LONGEST = 20_000  # characters in one value
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


@dataclass(frozen=True)
class Row:
    """One table as written. ``name``: ``commitment 3``, ``line 12`` or ``台账!7``.

    ``lines`` says on which lines its keys stand; of a sheet, ``columns`` says in which columns, and ``headings`` what
    stands above them.
    """

    name: str
    values: Mapping[str, object]
    lines: Mapping[str, int] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    headings: Mapping[str, str] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)  # keys whose cells are not read; they are not also missing

    def at(self, key: str, locale: str = "en") -> str:
        """Return the beginning of a sentence about this key."""
        if locale != "en":
            return f"{placed(self._place(key, '（第{}行）'), locale)} {self.headings.get(key, key)}："
        return f"{self._place(key, ' (line {})')} {key}:"

    def _place(self, key: str, form: str) -> str:
        if key in self.columns:
            sheet, _, number = self.name.rpartition("!")
            return f"{sheet}!{self.columns[key]}{number}"
        line = self.lines.get(key) or self.lines.get("")
        return f"{self.name}{form.format(line)}" if line else self.name

    def problem(self, key: str, wrong: Mistake) -> Problem:
        """Return the whole sentence about this key."""
        return Problem(lambda locale: sentence(self.at(key, locale), wrong, locale))


def placed(name: str, locale: str) -> str:
    """Say ``line 12`` in Chinese; tables are called as the file calls them."""
    return name if locale == "en" else re.sub(r"^line (\d+)", r"第\1行", name)


def sentence(place: str, wrong: Mistake, locale: str) -> str:
    """Return a whole sentence of a place, which ends with a colon, and what is wrong there."""
    if locale == "en":
        return f"{place} {wrong.message(locale)}.".lstrip()
    return f"{placed(place, locale).removesuffix(':')}{'：' if place.endswith(':') else ''}{wrong.message(locale)}。"


# -- readers -----------------------------------------------------------------------------------------------


def _prose(value: object) -> str:
    """Text that may run over lines."""
    if not isinstance(value, str):
        raise Mistake("no_text", value=value)
    text = value.replace("\r\n", "\n").strip()
    if len(text) > LONGEST:
        raise Mistake("too_long", found=len(text), most=LONGEST)
    if (bad := _CONTROL.search(text)) is not None:
        raise Mistake("control", code=f"U+{ord(bad[0]):04X}")
    return text


def _line(value: object) -> str:
    text = _prose(value)
    if "\n" in text or "\t" in text:
        raise Mistake("line_break")
    return text


def _ordinal(value: object) -> str | None:
    return _line(value) or None


def _name(value: object) -> str:
    text = _line(value)
    if text and not validation.is_name(text):
        raise Mistake("bad_name", value=text)
    return text


def _ref(value: object) -> str:
    text = _name(value)
    if not text:
        raise Mistake("empty_ref")
    if not validation.is_ref(text):
        raise Mistake("bad_ref", value=text)
    return text


def _document_number(value: object) -> str:
    return canonical_number(_name(value))


def _names(value: object) -> list[str]:
    """A list, or text split at ``；`` or ``;`` as in CSV."""
    parts = re.split("[;；]", _line(value)) if isinstance(value, str) else value
    if not isinstance(parts, list):
        raise Mistake("no_list", value=value)
    names = [_name(part) for part in parts]
    return list(dict.fromkeys(name for name in names if name))


def _dated(field: str) -> Callable[[object], date]:
    """Read a date that somebody can mean."""

    def read(value: object) -> date:
        plain = isinstance(value, date) and not isinstance(value, datetime)
        day = value if plain and isinstance(value, date) else dates.complete(str(value))
        if wrong := validation.far_day(field, day):
            raise wrong
        return day

    return read


def _number(value: object) -> float:
    endless = isinstance(value, float) and not math.isfinite(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or endless:
        raise Mistake("no_number", value=value)
    if value < 0:
        raise Mistake("negative", value=value)
    return amounts.checked(value)


def _offset(value: object) -> str:
    text = _line(value)
    try:
        Offset.parse(text)
    except ValueError:
        raise Mistake("no_offset", value=text) from None
    return text


def _mailbox(value: object) -> str:
    text = _line(value)
    if text and (wrong := addresses.problem(text)):
        raise Mistake("bad_mailbox", value=text, why=wrong)
    return text


def _one_of(words: Sequence[str]) -> Callable[[object], str]:
    def read(value: object) -> str:
        if value not in words:
            raise Mistake("no_choice", value=value, allowed=", ".join(words), hint="")
        return str(value)

    return read


def _worded(group: str) -> Callable[[object], str]:
    """Read a code, or a word of any language that stands for it."""

    def read(value: object) -> str:
        found = value_of(group, value) if isinstance(value, str) else None
        if found is None:
            raise no_choice(group, value)
        return found

    return read


def _bases(value: object) -> dict[str, str]:
    """A table, or text such as ``市委组织部：named；各区政府：推定`` as in CSV and workbooks."""
    pairs = _pairs(value) if isinstance(value, str) else value
    if not isinstance(pairs, dict):
        raise Mistake("no_bases", value=value)
    return {_name(name): str(_worded("support_basis")(basis)) for name, basis in pairs.items()}


def _pairs(text: str) -> dict[str, str]:
    parts = re.split("[;；\n]", text.replace(":", "：").replace("=", "："))
    pairs = [part.partition("：") for part in parts if part.strip()]
    if not all(colon for _, colon, _ in pairs):
        raise Mistake("no_bases", value=text)
    return {name: basis for name, _, basis in pairs}


def _tables(value: object) -> list[dict[str, object]]:
    if not isinstance(value, list) or not all(isinstance(part, dict) for part in value):
        raise Mistake("no_tables")
    return value


# -- the tables --------------------------------------------------------------------------------------------

Keys = Mapping[str, Callable[[object], object]]

LETTER: Keys = {
    "name": _name,
    "document_number": _document_number,
    "proposal_number": _name,
    "proposal_title": _line,
    "session": _line,
    "proposing_unit": _name,
    "replying_unit": _name,
    "signed_on": _dated("signed_on"),
    "published_on": _dated("published_on"),
    "class_mark": _line,
    "contact": _line,
    "co_units": _names,
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
    "kind": _worded("kind"),
    "strength": _worded("strength"),
    "title": _line,
    "quote": _prose,
    "summary": _prose,
    "lead": _name,
    "support": _names,
    "support_basis": _bases,
    "owner_basis": _worded("owner_basis"),
    "due_text": _line,
    "due_on": _dated("due_on"),
    "due_basis": _worded("due_basis"),
    "due_rule": _prose,
    "due_from": _dated("due_from"),
    "due_offset": _offset,
    "first_due_on": _dated("first_due_on"),
    "condition": _prose,
    "review_on": _dated("review_on"),
    "state": _worded("state"),
    "reported_done_on": _dated("reported_done_on"),
    "outcome": _worded("outcome"),
    "closed_on": _dated("closed_on"),
    "closing_note": _prose,
    "target": _tables,
}
TARGET: Keys = {"what": _line, "unit": _line, "baseline": _number, "goal": _number}
NEEDED = {
    "letter": (),  # a letter may say less, but not nothing: see diff
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
        except Mistake as wrong:
            problems.append(row.problem(key, wrong))
    lacking = [key for key in needed if (key not in row.values or values.get(key) == "") and key not in row.refused]
    problems += [row.problem(key, Mistake("missing")) for key in lacking]
    return values


def _reader(key: str, keys: Keys) -> Callable[[object], object]:
    if key not in keys:
        raise Mistake("no_key", advice=advice(key, keys))
    return keys[key]


def advice(name: str, known: Mapping[str, object] | Sequence[str]) -> Mistake:
    """Say which known name is meant, or that this one must go."""
    return meant(name, known) or Mistake("remove")


def meant(name: str, known: Mapping[str, object] | Sequence[str]) -> Mistake | None:
    """Return ``; perhaps title is meant``, or None when no known name looks like ``name``."""
    found = near(name, known, n=1)
    return Mistake("perhaps", name=found[0]) if found else None


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
    return value.name if isinstance(value, Letter) else value
