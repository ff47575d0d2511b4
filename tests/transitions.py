"""Has SQLite itself refuse every change of state that is not in the tables of transitions."""

from sqlalchemy import Engine, text

from notifications.outbox.transitions import ATTEMPT, MESSAGE, NEW, NOTICE, UNDER_WAY

MACHINES = (NOTICE, MESSAGE, ATTEMPT)


def refuse_other_transitions(engine: Engine) -> None:
    """Let an UPDATE fail that no event explains."""
    if engine.dialect.name != "sqlite":
        return
    with engine.begin() as connection:
        for machine in MACHINES:
            table, column = machine.table.__tablename__, machine.column
            old, new = (f"coalesce({row}.{column}, '{UNDER_WAY}')" for row in ("OLD", "NEW"))
            allowed = ", ".join(f"'{state}>{after}'" for state, _, after in machine.rows() if state != NEW)
            connection.execute(text(
                f"CREATE TRIGGER refuse_{table} BEFORE UPDATE OF {column} ON {table} WHEN {old} <> {new} "
                f"AND {old} || '>' || {new} NOT IN ({allowed}) "
                f"BEGIN SELECT RAISE(ABORT, 'no event of a {table} does that'); END"
            ))  # fmt: skip


def allow_other_transitions(engine: Engine) -> None:
    """Take that back."""
    if engine.dialect.name != "sqlite":
        return
    with engine.begin() as connection:
        for machine in MACHINES:
            connection.execute(text(f"DROP TRIGGER refuse_{machine.table.__tablename__}"))
