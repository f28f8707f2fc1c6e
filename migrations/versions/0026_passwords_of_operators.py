"""Who has to choose a password of his own, and wrong passwords that all web processes count together."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    op.add_column(
        "ab_user",
        sa.Column("has_to_choose_password", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.create_table(
        "wrong_password",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("name_hash", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wrong_password")),
    )
    op.create_index("ix_wrong_password_address", "wrong_password", ["address", "at"])
    op.create_index(op.f("ix_wrong_password_at"), "wrong_password", ["at"])


def downgrade() -> None:
    op.drop_table("wrong_password")
    op.drop_column("ab_user", "has_to_choose_password")
