"""Networks from which the phones of a tenant may fetch and report."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    op.add_column("tenant", sa.Column("allowed_networks", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("tenant", "allowed_networks")
