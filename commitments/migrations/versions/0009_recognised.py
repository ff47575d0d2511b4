"""A letter's text may have been recognised in a scan: then no quote of it is the letter's own words to the sign."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the schema."""
    op.add_column("source", sa.Column("recognised", sa.Boolean(), nullable=False, server_default=sa.false()))
