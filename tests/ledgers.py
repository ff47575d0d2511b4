"""Databases for tests: the tables are made once a process and copied; tests/commitments/test_storage.py migrates."""

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from sqlalchemy import Engine

from commitments import schema
from commitments.storage import open_engine


def new_engine(file: Path) -> Engine:
    """Return an engine on a new, empty ledger in ``file``."""
    place(file)
    return open_engine(f"sqlite:///{file}")


def place(file: Path) -> None:
    """Write an empty ledger to ``file``, readable by its owner only."""
    shutil.copyfile(_migrated(), file)
    file.chmod(0o600)


@cache
def _migrated() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="yinuo-tables-"))
    atexit.register(shutil.rmtree, folder)
    engine = open_engine(f"sqlite:///{folder}/empty.db", create=True)
    schema.upgrade(engine)
    engine.dispose()
    return folder / "empty.db"
