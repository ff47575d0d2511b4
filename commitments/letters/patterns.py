"""The patterns by which letters are read: regular expressions kept as data, with sentences that say why they are there.

Beside a module with long ones stands a file of the same name (``cues.toml``). Each table of it is a pattern, or an
array of tables: groups of alternatives of one pattern. Their keys:

``any``      alternatives, each a regular expression
``regex``    instead: one regular expression, in pieces where it is long
``example``  a sentence, or a piece of one, in which the group finds something and without the group nothing is found
``unlike``   a sentence in which the pattern finds nothing though it looks so

``{name}`` in a regular expression stands for another pattern of the file, or one it borrows.
``tests/commitments/letters/test_patterns.py`` runs every sentence.
"""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

NAME = re.compile(r"\{([a-z_]+)\}")  # no quantifier has letters


class Patterns(dict[str, re.Pattern[str]]):
    """The patterns of a file by name, each compiled when it is first asked for."""

    def __init__(self, tables: Mapping[str, Any], borrowed: Mapping[str, Any]) -> None:
        super().__init__()
        self.tables = tables
        self.known = {**borrowed, **tables}

    def __missing__(self, name: str) -> re.Pattern[str]:
        self[name] = re.compile(self.text(name))
        return self[name]

    def text(self, name: str) -> str:
        """Return a pattern as text. Raises KeyError where there is none of that name."""
        table = self.known[name]
        groups = table if isinstance(table, list) else [table]
        text = "|".join(one for group in groups for one in group.get("any") or ["".join(group["regex"])])
        return NAME.sub(lambda found: f"(?:{self.text(found[1])})", text)

    def place(self, name: str, text: str) -> int:
        """Return where a pattern first finds something in a text, 0 where it finds nothing."""
        hit = self[name].search(text)
        return hit.start() if hit else 0


def patterns(module: str, **borrowed: Any) -> Patterns:
    """Return the patterns that stand beside a module (its ``__file__``); it may use the tables of borrowed ones."""
    text = Path(module).with_suffix(".toml").read_text(encoding="utf-8")
    return Patterns(tomllib.loads(text), borrowed)
