"""Alarms that stand are found by a key of their own, which no statistics are needed for."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    op.drop_index("uq_alarm_active", "alarm")
    # SQLite adds no column to a table that is there but one that it works out when it is asked for.
    is_kept = op.get_bind().dialect.name != "sqlite"
    is_active = sa.Computed("CASE WHEN cleared_at IS NULL THEN dedup_key END", persisted=is_kept)
    op.add_column("alarm", sa.Column("active_key", sa.String(64), is_active))
    _make_unique("active_key", "active_key IS NOT NULL")


def downgrade() -> None:
    op.drop_index("uq_alarm_active", "alarm")
    op.drop_column("alarm", "active_key")
    _make_unique("dedup_key", "cleared_at IS NULL")


def _make_unique(column: str, condition: str) -> None:
    where = sa.text(condition)
    op.create_index(
        "uq_alarm_active", "alarm", [column], unique=True, sqlite_where=where, postgresql_where=where
    )
