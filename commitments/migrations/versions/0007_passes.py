"""When a pass last finished, and how many have failed since."""

import sqlalchemy as sa
from alembic import op

from commitments.storage import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the schema."""
    op.add_column("instance", sa.Column("passed_at", UtcDateTime(), nullable=True))
    op.add_column("instance", sa.Column("failed_passes", sa.Integer(), nullable=False, server_default="0"))
