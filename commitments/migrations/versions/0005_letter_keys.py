"""Compare document numbers by one spelling; letters that were entered twice in two spellings stay two."""

import sqlalchemy as sa
from alembic import op

from commitments.text.canonical import number_key

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

LETTER = sa.table("letter", sa.column("id", sa.Integer), sa.column("document_number", sa.String),
                  sa.column("number_key", sa.String))  # fmt: skip


def upgrade() -> None:
    """Change the schema."""
    op.add_column("letter", sa.Column("number_key", sa.String(), nullable=False, server_default=""))
    connection = op.get_bind()
    taken: set[str] = set()
    for row in connection.execute(sa.select(LETTER.c.id, LETTER.c.document_number).order_by(LETTER.c.id)).all():
        key = number_key(row.document_number)
        own = f"{key}#{row.id}" if key in taken else key  # entered twice already: both go on
        taken.add(own)
        connection.execute(sa.update(LETTER).where(LETTER.c.id == row.id).values(number_key=own))
    op.create_index(op.f("ix_letter_number_key"), "letter", ["number_key"], unique=True)
