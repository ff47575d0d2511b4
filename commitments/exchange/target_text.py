"""Figures promised (量化目标) as the text of one cell, one on a line: ``城市社区创建比例：0→10 %``."""

import re
from collections.abc import Mapping, Sequence

from commitments import amounts
from commitments.errors import Mistake

_LINE = re.compile(rf"(.+)[：:]\s*(?:({amounts.NUMBER})\s*→\s*)?({amounts.NUMBER})(?:\s+(.*)|((?!\s){amounts.UNIT}))?")


def told(targets: Sequence[Mapping[str, object]]) -> str:
    """Return the text of these targets (what, unit, baseline, goal)."""
    return "\n".join(
        f"{one['what']}：{_figure(one['baseline'])}→{_figure(one['goal'])} {one['unit']}".rstrip() for one in targets
    )


def _figure(value: object) -> str:
    return amounts.written(value) if isinstance(value, int | float) else repr(value)


def read(text: str) -> list[dict[str, object]]:
    """Return the targets of a cell. Raises Mistake."""
    return [_one(line.strip()) for line in text.splitlines() if line.strip()]


def _one(line: str) -> dict[str, object]:
    found = _LINE.fullmatch(line)
    if found is None:
        raise Mistake("no_target", value=line)
    what, baseline, goal, unit, joined = found.groups()
    figures = {"baseline": amounts.read(baseline)} if baseline else {}
    return {"what": what.strip(), "unit": (unit or joined or "").strip(), **figures, "goal": amounts.read(goal)}
