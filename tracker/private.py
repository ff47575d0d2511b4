"""What the program writes is for its owner alone, whatever the umask; a file asked for by name follows the umask.

Databases, copies, evidence and mails hold links that are keys, and names of people.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

OWNER_ONLY = 0o077
_umask: ContextVar[int] = ContextVar("umask", default=OWNER_ONLY)  # of whoever started the program


@contextmanager
def private() -> Iterator[None]:
    """Let nobody else read or write what is made within the block."""
    before = os.umask(OWNER_ONLY)
    given = _umask.set(before)
    try:
        yield
    finally:
        os.umask(before)
        _umask.reset(given)


def share(file: Path) -> None:
    """Let those read a new file whom the umask lets: a person asked for it, to hand it on."""
    file.chmod(0o666 & ~_umask.get())


def open_to_others(path: Path) -> str:
    """Return what would close a file or folder to others, or "" where nobody else can read or write it."""
    mode = path.stat().st_mode
    if not stat.S_IMODE(mode) & OWNER_ONLY:
        return ""
    return f"chmod {700 if stat.S_ISDIR(mode) else 600} {path}"
