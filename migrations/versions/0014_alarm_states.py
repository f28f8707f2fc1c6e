"""Alarms that are acknowledged, shelved, reopened and cleared by somebody; and what happened to each."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

_ACTIVE = {"sqlite_where": sa.text("cleared_at IS NULL"), "postgresql_where": sa.text("cleared_at IS NULL")}
_CLEARED = {
    "sqlite_where": sa.text("cleared_at IS NOT NULL"),
    "postgresql_where": sa.text("cleared_at IS NOT NULL"),
}
_DUE = {
    "sqlite_where": sa.text("next_due_at IS NOT NULL"),
    "postgresql_where": sa.text("next_due_at IS NOT NULL"),
}
_TIME = sa.DateTime(timezone=True)


def _word(*words: str, name: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=False, length=20)


_SEVERITY = _word("critical", "major", "minor", "warning", "info", "cleared", name="severity")
_CLEARED_BY = _word("phone", "itself", "state", "operator", "device_removed", name="clearedby")
_DEED = _word(
    *("severity", "clear", "reopen", "acknowledge", "unacknowledge"),
    *("shelve", "unshelve", "comment", "move"),
    name="alarmdeed",
)


def _new_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("reported_severity", _SEVERITY, nullable=False, server_default="info"),
        sa.Column(
            "source_kind", _word("phone", "server", name="sourcekind"), nullable=False, server_default="phone"
        ),
        sa.Column("model", sa.String(length=64), nullable=False, server_default=""),
        sa.Column("firmware_version", sa.String(length=64), nullable=False, server_default=""),
        sa.Column("reopened", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("changed_at", _TIME, nullable=False, server_default="2000-01-01 00:00:00"),
        sa.Column("cleared_by", _CLEARED_BY, nullable=True),
        sa.Column("acknowledged_at", _TIME, nullable=True),
        sa.Column("acknowledged_by", sa.String(length=100), nullable=False, server_default=""),
        sa.Column("acknowledged_until", _TIME, nullable=True),
        sa.Column("shelved_until", _TIME, nullable=True),
        sa.Column("shelved_by", sa.String(length=100), nullable=False, server_default=""),
        sa.Column("shelf_reason", sa.String(length=1000), nullable=False, server_default=""),
        sa.Column("next_due_at", _TIME, nullable=True),
    ]


def upgrade() -> None:
    for column in _new_columns():
        op.add_column("alarm", column)
    op.execute(
        "UPDATE alarm SET reported_severity = severity, changed_at = COALESCE(cleared_at, last_raised_at),"
        " cleared_by = CASE WHEN cleared_at IS NULL THEN NULL ELSE 'phone' END,"
        # Whether it ends by itself, and when, is worked out where the rules are: everything is looked at once.
        " next_due_at = CASE WHEN cleared_at IS NULL THEN last_raised_at ELSE NULL END"
    )
    op.drop_index("ix_alarm_severity", table_name="alarm")
    op.create_index("ix_alarm_cleared", "alarm", ["dedup_key"], **_CLEARED)
    op.create_index("ix_alarm_next_due_at", "alarm", ["next_due_at"], **_DUE)
    op.create_index(
        "ix_alarm_counts",
        "alarm",
        ["is_event", "severity", "tenant_id", "shelved_until", "cleared_at"],
        **_ACTIVE,
    )
    op.create_table(
        "alarm_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("alarm_id", sa.Integer(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("deed", _DEED, nullable=False),
        sa.Column("old", sa.String(length=100), nullable=False),
        sa.Column("new", sa.String(length=100), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.ForeignKeyConstraint(
            ["alarm_id"], ["alarm.id"], name=op.f("fk_alarm_change_alarm_id_alarm"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarm_change")),
    )
    op.create_index(op.f("ix_alarm_change_alarm_id"), "alarm_change", ["alarm_id"])


def downgrade() -> None:
    op.drop_table("alarm_change")
    for name in ("ix_alarm_counts", "ix_alarm_next_due_at", "ix_alarm_cleared"):
        op.drop_index(name, table_name="alarm")
    op.create_index("ix_alarm_severity", "alarm", ["severity"])
    for column in reversed(_new_columns()):
        op.drop_column("alarm", column.name)
