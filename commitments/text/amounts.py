"""Figures of targets (量化目标) as people write them, and the bounds within which what is kept is what was written.

A float holds fifteen digits: beyond ``LARGEST`` another number would be stored than was promised.
"""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

from commitments.errors import Mistake

LARGEST, DECIMALS = 10**15, 6
SHOWN = 40  # signs of a figure that is refused
NUMBER = r"(?:\d{1,3}(?:[,，]\d{3})+|\d+)(?:\.\d+)?"
UNIT = r"(?![eExX]?[-+]?\d|[.,，]).*"  # joined to a number; what goes on with figures, as in 1e400%, is none
_SIGNED = re.compile(rf"[-+]?{NUMBER}")
_TARGET = re.compile(rf"(.+)[：:]\s*(?:({NUMBER})\s*→\s*)?({NUMBER})(?:\s+(.*)|((?!\s){UNIT}))?")


def read(text: str) -> float:
    """Read a number without an exponent, with or without commas between thousands. Raises Mistake."""
    plain = text.strip().replace("－", "-").replace("−", "-")
    if _SIGNED.fullmatch(plain) is None:
        raise Mistake("no_number", value=text)
    return checked(Decimal(re.sub("[,，]", "", plain)))


def checked(value: float | Decimal) -> float:
    """Return a figure that can be kept. Raises Mistake."""
    if not is_kept(value):
        raise Mistake("far_figure", value=written(value)[:SHOWN])
    return float(value)


def is_kept(value: float | Decimal) -> bool:
    """Say whether a figure lies within ``LARGEST`` and has no more than ``DECIMALS`` decimals."""
    exact = Decimal(str(value))
    return exact.is_finite() and abs(exact) <= LARGEST and exact == round(exact, DECIMALS)


def written(value: float | Decimal) -> str:
    """Write a figure without an exponent and idle noughts, as ``read`` reads it: ``10``, ``6.5``."""
    text = f"{Decimal(str(value)):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def targets_text(targets: Sequence[Mapping[str, object]]) -> str:
    """Return targets (what, unit, baseline, goal) as the text of one cell, one on a line: ``创建比例：0→10 %``."""
    return "\n".join(
        f"{one['what']}：{_figure(one['baseline'])}→{_figure(one['goal'])} {one['unit']}".rstrip() for one in targets
    )


def _figure(value: object) -> str:
    return written(value) if isinstance(value, int | float) else repr(value)


def read_targets(text: str) -> list[dict[str, object]]:
    """Return the targets of a cell. Raises Mistake."""
    return [_target(line.strip()) for line in text.splitlines() if line.strip()]


def _target(line: str) -> dict[str, object]:
    found = _TARGET.fullmatch(line)
    if found is None:
        raise Mistake("no_target", value=line)
    what, baseline, goal, unit, joined = found.groups()
    figures = {"baseline": read(baseline)} if baseline else {}
    return {"what": what.strip(), "unit": (unit or joined or "").strip(), **figures, "goal": read(goal)}
