"""The digest of a report as text, which the database compares and takes in lists: every next report is a change."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.drop_column("device_status", "digest")
    op.add_column("device_status", sa.Column("digest", sa.String(length=16), nullable=True))


def downgrade() -> None:
    op.drop_column("device_status", "digest")
    op.add_column("device_status", sa.Column("digest", sa.LargeBinary(length=8), nullable=True))
