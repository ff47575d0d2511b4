"""What a person types in a review: keys, and lines. Without a terminal, the first character of a line is a key."""

import sys
import unicodedata
from contextlib import suppress

from commitments.errors import sentence
from tracker.cli.base import UsageError
from tracker.cli.output import say

YES = ("y", "yes", "是")


class Ended(Exception):
    """Nothing more will be typed: Ctrl-D, the end of a file, a terminal that was closed."""


def key(prompt: str) -> str:
    """Return one key in small letters of common width, Enter as a line end. Raises Ended."""
    if sys.stdin.isatty():
        found = _pressed(prompt)
    else:
        _prompt(prompt)
        found = _typed().strip()[:1] or "\n"
    return unicodedata.normalize("NFKC", found).lower()


def line(prompt: str) -> str:
    """Ask for a line. Raises Ended, UsageError for bytes that are no text here."""
    _prompt(f"{prompt}: ")
    return _typed().strip()


def _prompt(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()


def _pressed(prompt: str) -> str:
    """Read one key that was pressed after the question: an Enter too many before it confirms nothing. Raises Ended."""
    import termios
    import tty

    before = termios.tcgetattr(sys.stdin)
    try:
        tty.setcbreak(sys.stdin)  # drops what was typed ahead
        _prompt(prompt)
        found = sys.stdin.read(1)
    except OSError as gone:
        raise Ended from gone
    finally:
        with suppress(termios.error):
            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)
    say(found.strip())
    if found in ("", "\x04"):
        raise Ended
    return found


def _typed() -> str:
    """Read a line with its end. Raises Ended, UsageError."""
    try:
        found = sys.stdin.readline()
    except UnicodeDecodeError:
        raise UsageError(problem=sentence("cli.common.encoding", encoding=sys.stdin.encoding)) from None
    except OSError as gone:
        raise Ended from gone
    if not found:
        raise Ended
    return found
