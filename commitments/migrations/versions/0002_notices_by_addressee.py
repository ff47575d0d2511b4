"""Find an addressee's notices without reading all that are owed."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the schema."""
    op.create_index("ix_notice_addressee", "notice", ["addressee", "state"])
