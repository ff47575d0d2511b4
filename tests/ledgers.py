"""Databases for tests: the tables are made once a process and copied; tests/commitments/test_storage.py migrates."""

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, text

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


def migrate(connection: Connection, revision: str) -> None:
    """Make the tables as an earlier program had them."""
    config = Config()
    config.set_main_option("script_location", str(Path(schema.__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes.update(connection=connection, metadata=None)
    command.upgrade(config, revision)


def wipe(engine: Engine) -> None:
    """Take every table out of a database."""
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:
            connection.execute(text("DROP SCHEMA IF EXISTS public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
        return
    engine.dispose()
    Path(str(engine.url.database)).write_bytes(b"")
