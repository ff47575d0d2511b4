"""The schema's version: is the database ours, older, or from a newer program; and bringing it up to date.

Alembic takes a third of a second to import, so ordinary commands only compare one row with ``REVISIONS``.
"""

from pathlib import Path

from sqlalchemy import Engine, MetaData, inspect, text

from commitments.errors import SchemaTooNew, SchemaTooOld
from commitments.storage import looking, plain_errors, shown, tables_may_be_remade

# Every migration, oldest first; a test compares it with the files.
REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009", "0010")
HEAD = REVISIONS[-1]
UPGRADE_LOCK = 7_001_007  # any number that nothing else in the database locks


def current(engine: Engine) -> str | None:
    """Return the schema's revision, or None for a database without tables. Raises DatabaseUnusable."""
    with looking(engine) as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return found


def check(engine: Engine) -> None:
    """Raise SchemaTooOld or SchemaTooNew unless this program and the database fit."""
    found = current(engine)
    if found == HEAD:
        return
    path = shown(engine.url)
    if found is None or found in REVISIONS:
        raise SchemaTooOld(path=path, found=found or "none", known=HEAD)
    raise SchemaTooNew(path=path, found=found, known=HEAD)


def upgrade(engine: Engine, metadata: MetaData | None = None) -> None:
    """Bring the schema to HEAD in one transaction: old or new, never between. Raises SchemaTooNew."""
    from alembic import command  # noqa: PLC0415 - slow to import, rarely needed
    from alembic.config import Config  # noqa: PLC0415

    found = current(engine)
    if found is not None and found not in REVISIONS:
        raise SchemaTooNew(path=shown(engine.url), found=found, known=HEAD)
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    with plain_errors(engine), tables_may_be_remade(engine) as connection, connection.begin():
        if engine.dialect.name == "postgresql":  # one at a time; who comes second finds nothing to do
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": UPGRADE_LOCK})
        config.attributes.update(connection=connection, metadata=metadata)
        command.upgrade(config, "head")
