"""Files that outlive a power cut: written whole or not at all, and on the disk before anything builds on them."""

import os
import tempfile
from pathlib import Path


def write(target: Path, data: bytes, *, durable: bool = True) -> None:
    """Write a file of mode 0600 in place of an older one. Raises OSError and leaves nothing behind.

    Without ``durable`` it is whole too, but may be lost with the power.
    """
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".", suffix=".part", delete=False) as partial:
        try:
            partial.write(data)
            partial.flush()
            if durable:
                os.fsync(partial.fileno())
        except OSError:  # a full disk must not fill with what did not fit
            Path(partial.name).unlink()
            raise
    Path(partial.name).rename(target)
    if durable:
        sync(target.parent)


def sync(path: Path) -> None:
    """Have a file, or the names in a folder, on the disk before going on."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
