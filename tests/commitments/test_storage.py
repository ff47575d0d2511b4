import os
import threading
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic import op
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, inspect, select, text
from sqlalchemy.dialects import sqlite

from commitments import schema
from commitments.base import Base
from commitments.errors import DatabaseMissing, DatabaseUnusable, SchemaTooNew, SchemaTooOld
from commitments.models import Department
from commitments.storage import UtcDateTime, copy_into, open_engine, reading, writing
from notifications import models as _notifications  # noqa: F401 - all tables
from tests.conftest import Scene


def test_every_connection_is_durable_and_checks_foreign_keys(sqlite_engine: Engine) -> None:
    wanted = {"journal_mode": "persist", "synchronous": 3, "foreign_keys": 1, "busy_timeout": 15000}
    connections = [sqlite_engine.connect() for _ in range(3)]
    try:
        for connection in connections[:1]:
            found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in wanted}
            assert found == wanted
    finally:
        for connection in connections[:1]:
            connection.close()


def test_a_database_is_never_made_by_accident(tmp_path: Path) -> None:
    with pytest.raises(DatabaseMissing, match="There is no database"):
        open_engine(f"sqlite:///{tmp_path}/missing.db")
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_database_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "bad.db").write_bytes(b"not a database at all" * 100)
    engine = open_engine(f"sqlite:///{tmp_path}/bad.db")
    with pytest.raises(DatabaseUnusable, match="bad"), reading(engine) as session:
        session.scalars(select(Department)).all()


def test_two_writers_lose_no_update(sqlite_engine: Engine) -> None:
    with writing(sqlite_engine) as session:
        session.add(Department(name="0"))

    read = [threading.Event(), threading.Event()]

    def count(own: int, other: int) -> None:
        with writing(sqlite_engine) as session:
            row = session.scalars(select(Department)).one()
            read[own].set()
            read[other].wait(1)  # for a writer who must not have read the same
            row.name = str(int(row.name) + 1)

    hands = [threading.Thread(target=count, args=order) for order in ((0, 1), (1, 0))]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    with reading(sqlite_engine) as session:
        assert session.scalars(select(Department.name)).one() == "2"


def test_what_fails_leaves_nothing(engine: Engine) -> None:
    def fail() -> None:
        with writing(engine) as session:
            session.add(Department(name="x"))
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with reading(engine) as session:
        assert session.scalars(select(Department)).all() == []


@given(st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2100, 1, 1)), st.integers(-12, 14))
def test_instants_survive_whatever_their_zone(moment: datetime, hours: int) -> None:
    kind, dialect = UtcDateTime(), sqlite.dialect()
    aware = moment.replace(tzinfo=timezone(timedelta(hours=hours)))
    assert kind.process_result_value(kind.process_bind_param(aware, dialect), dialect) == aware


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        UtcDateTime().process_bind_param(datetime(2019, 1, 1), sqlite.dialect())


def test_the_migrations_make_exactly_the_models(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_the_known_revisions_are_the_files() -> None:
    files = sorted((Path(schema.__file__).parent / "migrations" / "versions").glob("0*.py"))
    assert tuple(file.name[:4] for file in files) == schema.REVISIONS


def test_upgrading_twice_changes_nothing(engine: Engine) -> None:
    schema.upgrade(engine)
    assert schema.current(engine) == schema.HEAD


def test_a_newer_schema_is_refused(sqlite_engine: Engine) -> None:
    with sqlite_engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for refused in (schema.check, schema.upgrade):
        with pytest.raises(SchemaTooNew, match="9999"):
            refused(sqlite_engine)


def test_a_database_without_tables_must_be_initialised(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/new.db", create=True)
    with pytest.raises(SchemaTooOld, match="older schema"):
        schema.check(engine)


def test_a_migration_that_dies_leaves_the_old_schema(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/new.db", create=True)
    made = op.create_table
    calls = iter(range(100))

    def dying(*args: object, **kwargs: object) -> object:
        if next(calls) == 5:
            raise KeyboardInterrupt
        return made(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(op, "create_table", dying)
    with pytest.raises(KeyboardInterrupt):
        schema.upgrade(engine)
    assert inspect(engine).get_table_names() == []


def test_a_copy_is_complete_and_leaves_locks_alone(quick: Scene, tmp_path: Path) -> None:
    quick.add(due_on=date(2019, 12, 31))
    copy_into(quick.engine, tmp_path / "copy.db")
    with reading(open_engine(f"sqlite:///{tmp_path}/copy.db")) as session:
        assert len(session.scalars(select(Department)).all()) == 4


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_database_is_one_sentence(quick: Scene) -> None:
    (quick.folder / "ledger.db").chmod(0o400)
    with pytest.raises(DatabaseUnusable, match="readonly"):
        quick.add(due_on=date(2019, 12, 31))


def test_the_clock_of_rows_is_utc(quick: Scene) -> None:
    quick.add(due_on=date(2019, 12, 31))
    with reading(quick.engine) as session:
        found = session.execute(text("SELECT opened_at FROM commitment")).scalar()
    assert str(found).startswith("2019-06-27 01:00")
    assert quick.now == datetime(2019, 6, 27, 1, tzinfo=UTC)
