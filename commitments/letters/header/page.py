"""What the page of a letter says of it, in lines that were put aside: labels and their values."""

from commitments.letters.patterns import patterns
from commitments.letters.text.blanks import closed
from commitments.letters.text.canonical import canonical
from commitments.letters.text.document import Document
from commitments.letters.text.repairs import plain
from commitments.letters.text.simplified import simplify

PATTERNS = patterns(__file__)
EDGE = " \t\u3000\u00a0•·*|｜-"  # bullets, and the edge of a table


def facts(document: Document) -> list[str]:
    """Return the lines put aside, in their own characters; a label alone stands with the value that follows it."""
    lines = [closed(plain(line)).strip(EDGE) for line in document.quarantined]
    found: list[str] = []
    for line in filter(None, lines):
        if found and _is_label(found[-1]) and not _is_label(line):
            found[-1] = f"{found[-1].rstrip('：: ')}：{line}"
        else:
            found.append(line)
    return found


def _is_label(line: str) -> bool:
    return bool(PATTERNS["label"].fullmatch(canonical(simplify(line))))
