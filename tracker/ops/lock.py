"""The sending lock of an SQLite ledger: one process may send. The kernel lets go of it when the process dies.

It is a separate file: opening and closing the database file itself would drop SQLite's own locks.
"""

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from commitments.errors import DatabaseHeld, DatabaseUnusable, Mistake


@contextmanager
def sending_lock(database: Path) -> Iterator[None]:
    """Hold the lock for the block. Raises DatabaseHeld, naming the holder, or DatabaseUnusable."""
    try:
        handle = os.open(database.with_name(database.name + ".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as trouble:
        raise DatabaseUnusable(
            path=database, problem=Mistake("folder_unwritable", problem=trouble.strerror)
        ) from trouble
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as taken:
            holder = os.pread(handle, 200, 0).decode("utf-8", "replace").strip()
            raise DatabaseHeld(path=database, holder=holder or "unknown") from taken
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"pid {os.getpid()} on {socket.gethostname()}".encode(), 0)
        yield
    finally:
        os.close(handle)
