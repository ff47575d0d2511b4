"""What departments and proposing units say on their pages, and the generations of their links."""

import sqlalchemy as sa
from alembic import op

from commitments.storage import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the schema."""
    for table in ("department", "instance"):
        op.add_column(table, sa.Column("link_generation", sa.Integer(), nullable=False, server_default="1"))
    _receipts()
    _disputes()
    _answers()
    op.create_table(
        "submission",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_submission")),
    )


def _receipts() -> None:
    op.create_table(
        "receipt",
        sa.Column("commitment_id", sa.Integer(), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["commitment_id"], ["commitment.id"], name=op.f("fk_receipt_commitment_id")),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_receipt_department_id")),
        sa.PrimaryKeyConstraint("commitment_id", "department_id", name=op.f("pk_receipt")),
    )


def _disputes() -> None:
    op.create_table(
        "dispute",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commitment_id", sa.Integer(), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("raised_at", UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint("state IN ('waiting', 'accepted', 'refused')", name=op.f("ck_dispute_state")),
        sa.ForeignKeyConstraint(["commitment_id"], ["commitment.id"], name=op.f("fk_dispute_commitment_id")),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_dispute_department_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute")),
    )
    op.create_index(op.f("ix_dispute_commitment_id"), "dispute", ["commitment_id"])
    op.create_index(op.f("ix_dispute_state"), "dispute", ["state"])


def _answers() -> None:
    op.create_table(
        "answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("grade", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("grade IN ('satisfied', 'partly', 'not_satisfied')", name=op.f("ck_answer_grade")),
        sa.ForeignKeyConstraint(["unit_id"], ["department.id"], name=op.f("fk_answer_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer")),
    )
    op.create_index("ix_answer_unit_month", "answer", ["unit_id", "month"])
    op.create_index(op.f("ix_answer_at"), "answer", ["at"])
