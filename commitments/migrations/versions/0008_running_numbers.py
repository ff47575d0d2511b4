"""Compare running numbers by their value; letters that were two before stay two: the later one keeps its old key."""

import sqlalchemy as sa
from alembic import op

from commitments.damage import is_damaged
from commitments.text.canonical import number_key

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

LETTER = sa.table("letter", sa.column("id", sa.Integer), sa.column("document_number", sa.String),
                  sa.column("number_key", sa.String))  # fmt: skip


def upgrade() -> None:
    """Change the schema."""
    connection = op.get_bind()
    rows = connection.execute(sa.select(LETTER).order_by(LETTER.c.id)).all()
    taken = {row.number_key for row in rows}
    for row in rows:
        key = number_key(row.document_number)
        if key not in taken and not is_damaged(key):  # among the old keys too: each is unique at every moment
            taken.add(key)
            connection.execute(sa.update(LETTER).where(LETTER.c.id == row.id).values(number_key=key))
