"""Names of gambling sites that stand in a broken-into page where a place or a word of the letter stood."""

from collections.abc import Iterator

from commitments.letters.patterns import patterns

PATTERNS = patterns(__file__)


def planted(text: str) -> Iterator[tuple[int, int]]:
    """Return the stretches that were planted in the lines of a letter: 某某官网登录入口消防救援大队."""
    return (hit.span() for hit in PATTERNS["planted"].finditer(text))
