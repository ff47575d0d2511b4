"""How many examples a property takes: all of them in CI, a third at a person's desk, who runs the tests often."""

import os

CI = bool(os.environ.get("CI"))


def examples(number: int) -> int:
    """Return how many of so many examples are tried here."""
    return number if CI else number // 3
