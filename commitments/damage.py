"""Text that is not UTF-8: what another program, or a bit that flipped, left in an SQLite file.

It is read with each bad byte as a lone surrogate (PEP 383), so that nothing stops at it and every byte stays as it is.
No lone surrogate can be written back: SQLite's driver refuses it. People are shown U+FFFD in its place.
"""

import json
import re
from collections.abc import Callable, Mapping
from operator import methodcaller
from typing import Any, TypeVar

from commitments.errors import DamagedText

_LONE = re.compile("[\ud800-\udfff]")
AROUND = 20  # characters on either side that say which text it is
T = TypeVar("T")
from_bytes = methodcaller("decode", "utf-8", "surrogateescape")  # a call in C: every value of every list goes through


class Unreadable(dict[str, str]):
    """A JSON value that cannot be read: its text stands for itself as the only key."""

    def __str__(self) -> str:
        """Return what stands there."""
        return visible("".join(self))


def is_damaged(text: str) -> bool:
    """Say whether a text holds what was no UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def visible(text: str) -> str:
    """Return a text with a sign for each byte that was no UTF-8."""
    return _LONE.sub("\N{REPLACEMENT CHARACTER}", text) if is_damaged(text) else text


def error_at(text: str) -> DamagedText:
    """Return the error that shows the damaged place of a text, on one line."""
    found = _LONE.search(text)
    start = max(0, found.start() - AROUND) if found else 0
    return DamagedText(text=visible(" ".join(text[start : start + 2 * AROUND].split())))


def whole(facts: Mapping[str, T]) -> Mapping[str, T]:
    """Return a JSON object by whose keys something is looked up. Raises DamagedText: a missing one would be a lie."""
    keys = "".join(facts) if isinstance(facts, Mapping) else repr(facts)
    if not isinstance(facts, Mapping) or isinstance(facts, Unreadable) or is_damaged(keys):
        raise error_at(keys)
    return facts


def or_named(read: Callable[[Any], T]) -> Callable[[Any], T]:
    """Return ``read``, with what it cannot read as DamagedText."""

    def guarded(value: Any) -> T:
        try:
            return read(value)
        except (ValueError, TypeError):
            raise error_at(str(value)) from None

    return guarded


def from_json(text: str) -> object:
    """Read a JSON value; one that cannot be read stops nobody who only passes by."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return Unreadable({text: ""})


def to_json(value: object) -> str:
    """Write a JSON value. Raises UnicodeEncodeError rather than keep damage for ever, escaped."""
    json.dumps(value, ensure_ascii=False).encode()
    return json.dumps(value)
