"""How far the Setup Wizard has come for each tenant."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "setup_progress",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column(
            "train",
            sa.Enum("uc", "generic", name="train", native_enum=False, create_constraint=True, length=20),
            nullable=True,
        ),
        sa.Column("is_zero_touch", sa.Boolean(), nullable=True),
        sa.Column("model_ids", sa.JSON(), nullable=False),
        sa.Column("settled", sa.JSON(), nullable=False),
        sa.Column("waiting_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("waiting_after", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_setup_progress_tenant_id_tenant")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_setup_progress")),
        sa.UniqueConstraint("tenant_id", name=op.f("uq_setup_progress_tenant_id")),
    )
    op.create_index(op.f("ix_setup_progress_tenant_id"), "setup_progress", ["tenant_id"])


def downgrade() -> None:
    op.drop_table("setup_progress")
