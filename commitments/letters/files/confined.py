"""Reading a letter in a process of its own with bounds; plain text needs none: what we read it with is linear."""

from commitments.files.confined import WAIT, BeyondBounds, call
from commitments.letters.errors import UnreadableLetter
from commitments.letters.files import reader
from commitments.letters.files.reader import Source

__all__ = ["WAIT", "read_file"]


def read_file(data: bytes, name: str) -> Source:
    """Return what ``reader.read_file`` returns, and raise what it raises; UnreadableLetter beyond the bounds."""
    if reader.kind(data) in ("text", "old"):
        return reader.read_file(data, name)
    try:
        source: Source = call("commitments.letters.files.reader:read_file", data, name, wait=WAIT)
    except BeyondBounds:
        raise UnreadableLetter(name=name, fault="too_much") from None
    return source
