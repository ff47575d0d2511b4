"""Words restated stand apart from quotes; each supporting unit says how it is known."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the schema."""
    op.add_column("commitment", sa.Column("summary", sa.Text(), nullable=False, server_default=""))
    op.add_column("commitment", sa.Column("support_basis", sa.JSON(), nullable=False, server_default="{}"))
