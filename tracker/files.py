"""Files the program writes: for its owner alone, and never over what somebody worked in.

Databases, copies, evidence and mails hold links that are keys, and names of people: whatever the umask, nobody else
reads them. A file asked for by name follows the umask: it is there to be handed on. The sha256 of each such file stands
in ``written.sha256`` beside the ledger, as ``sha256sum`` writes it. A file whose content it does not name is somebody's
work. A record that is lost costs a ``--force``, never a file.
"""

import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path

from commitments.errors import Refused

OWNER_ONLY = 0o077
RECORD = "written.sha256"
MAX_REMEMBERED = 1000  # files remembered
_umask: ContextVar[int] = ContextVar("umask", default=OWNER_ONLY)  # of whoever started the program


class NotWritten(Refused):
    """A file cannot be written where it was asked for."""


class WorkOfOthers(Refused):
    """The file there is not as the program left it."""


@contextmanager
def owner_only() -> Iterator[None]:
    """Let nobody else read or write what is made within the block."""
    before = os.umask(OWNER_ONLY)
    given = _umask.set(before)
    try:
        yield
    finally:
        os.umask(before)
        _umask.reset(given)


def open_to_others(path: Path) -> str:
    """Return what would close a file or folder to others, or "" where nobody else can read or write it."""
    mode = path.stat().st_mode
    if not stat.S_IMODE(mode) & OWNER_ONLY:
        return ""
    return f"chmod {700 if stat.S_ISDIR(mode) else 600} {path}"


def save(folder: Path, file: Path, content: bytes, *, force: bool) -> None:
    """Write a file whole or not at all; ``folder`` is the ledger's.

    Raises NotWritten, or WorkOfOthers unless ``force``.
    """
    try:
        if file.exists() and not file.is_file():  # a device or a pipe: there is nothing to lose
            file.write_bytes(content)
            return
        if not force and not _expendable(folder, file, content):
            raise WorkOfOthers(path=file)
        _replace(file.resolve(), content)
    except OSError as trouble:
        raise NotWritten(path=file, problem=trouble.strerror) from trouble
    with suppress(OSError):
        _remember(folder, file.resolve(), content)


def _expendable(folder: Path, file: Path, content: bytes) -> bool:
    if not file.exists():
        return True
    found = file.read_bytes()
    return found in (b"", content) or _digest(found) in {line.split(" ")[0] for line in _known(folder)}


def _replace(file: Path, content: bytes) -> None:
    """Put a new file in the place of the old one, which keeps its mode."""
    partial = file.with_name(f".{file.name[:40]}.{os.getpid()}.part")
    try:
        partial.write_bytes(content)
        if file.exists():
            shutil.copymode(file, partial)
        else:  # those may read it whom the umask lets: a person asked for it, to hand it on
            partial.chmod(0o666 & ~_umask.get())
        partial.replace(file)
    finally:
        partial.unlink(missing_ok=True)


def _remember(folder: Path, file: Path, content: bytes) -> None:
    kept = [line for line in _known(folder) if not line.endswith(f"  {file}")]
    lines = [*kept, f"{_digest(content)}  {file}"][-MAX_REMEMBERED:]
    _replace(folder / RECORD, "".join(f"{line}\n" for line in lines).encode())
    (folder / RECORD).chmod(0o600)


def _known(folder: Path) -> list[str]:
    try:
        return (folder / RECORD).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []


def _digest(content: bytes) -> str:
    import hashlib

    return hashlib.sha256(content).hexdigest()
