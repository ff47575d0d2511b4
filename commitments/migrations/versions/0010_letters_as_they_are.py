"""A letter may say less: its number, date and units may be missing, and it has a name of its own in the ledger.

Who does it may be known by nobody (``unassigned``) or by a person's choice (``assigned``).
"""

import re
from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

BASES = ("owner_basis IN ('stated', 'self', 'inferred')",
         "owner_basis IN ('stated', 'self', 'inferred', 'unassigned', 'assigned')")  # fmt: skip
MAY_BE_MISSING = {"proposing_unit_id": "INTEGER", "replying_unit_id": "INTEGER", "signed_on": "DATE"}
KINDS = ("table", "index")
ONCE = "uq_letter_document_number"


def upgrade() -> None:
    """Change the schema."""
    op.add_column("letter", sa.Column("name", sa.String(), nullable=False, server_default=""))
    op.add_column("letter", sa.Column("co_units", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("commitment", sa.Column("confidence", sa.Double()))
    op.execute("UPDATE letter SET name = document_number")
    if op.get_bind().dialect.name == "sqlite":
        _on_sqlite()
    else:
        _on_postgresql()
    op.create_index(op.f("ix_letter_name"), "letter", ["name"], unique=True)


def _on_sqlite() -> None:
    nullable = [(f"\t{name} {kind} NOT NULL", f"\t{name} {kind}") for name, kind in MAY_BE_MISSING.items()]
    _rebuilt("letter", [*nullable, (f", \n\tCONSTRAINT {ONCE} UNIQUE (document_number)", "")])
    _rebuilt("commitment", [BASES])


def _rebuilt(table: str, changes: Sequence[tuple[str, str]]) -> None:
    """Make a table anew by its changed statement, as SQLite alters none; ``schema`` has taken foreign keys off."""
    query = sa.text("SELECT sql FROM sqlite_master WHERE tbl_name = :table AND type = :kind AND sql IS NOT NULL")
    (made,), indexes = (op.get_bind().scalars(query, {"table": table, "kind": kind}).all() for kind in KINDS)
    for old, new in changes:
        made = made.replace(old, new)
    op.execute(re.sub(rf'^CREATE TABLE "?{table}"?', f"CREATE TABLE {table}_new", made))
    op.execute(f"INSERT INTO {table}_new SELECT * FROM {table}")  # noqa: S608 - names of our own tables
    op.execute(f"DROP TABLE {table}")
    op.execute(f"ALTER TABLE {table}_new RENAME TO {table}")
    for index in indexes:
        op.execute(index)


def _on_postgresql() -> None:
    for name in MAY_BE_MISSING:
        op.alter_column("letter", name, nullable=True)
    op.execute(f"ALTER TABLE letter DROP CONSTRAINT IF EXISTS {ONCE}")
    op.drop_constraint("ck_commitment_owner_basis", "commitment")
    op.create_check_constraint(op.f("ck_commitment_owner_basis"), "commitment", BASES[1])
