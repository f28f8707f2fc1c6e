"""Why operators do what they do."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"

_ADDED = (("journal_entry", "reason"), ("operation", "given_reason"), ("import_job", "given_reason"))


def upgrade() -> None:
    for table, column in _ADDED:
        op.add_column(table, sa.Column(column, sa.String(length=200), server_default="", nullable=False))


def downgrade() -> None:
    for table, column in reversed(_ADDED):
        op.drop_column(table, column)
