"""Accounts that a directory or a provider lets in."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"


def upgrade() -> None:
    op.add_column(
        "ab_user", sa.Column("signs_in_by", sa.String(length=40), server_default="", nullable=False)
    )
    op.add_column("ab_user", sa.Column("outside_key", sa.String(length=255), nullable=True))
    op.create_index("uq_ab_user_outside", "ab_user", ["signs_in_by", "outside_key"], unique=True)


def downgrade() -> None:
    op.drop_index("uq_ab_user_outside", table_name="ab_user")
    op.drop_column("ab_user", "outside_key")
    op.drop_column("ab_user", "signs_in_by")
