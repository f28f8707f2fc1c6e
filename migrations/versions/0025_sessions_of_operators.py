"""Sessions of operators as rows, in place of an epoch that all sessions of an account shared."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    op.create_table(
        "operator_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("user_agent", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_id"],
            ["ab_user.id"],
            name=op.f("fk_operator_session_operator_id_ab_user"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operator_session")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_operator_session_key_hash")),
    )
    op.create_index("ix_operator_session_operator_id", "operator_session", ["operator_id"])
    op.drop_column("ab_user", "session_epoch")


def downgrade() -> None:
    op.add_column(
        "ab_user", sa.Column("session_epoch", sa.String(length=16), server_default="", nullable=False)
    )
    op.drop_table("operator_session")
