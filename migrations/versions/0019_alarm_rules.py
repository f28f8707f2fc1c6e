"""What rules make of alarms: what flaps, is suppressed, is part of an outage, or escalates; and the steps taken."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

_TIME = sa.DateTime(timezone=True)


def _only(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


_ACTIVE = _only("cleared_at IS NULL")
_PART = _only("parent_id IS NOT NULL")
_GROUPED = _only("cleared_at IS NULL AND group_rule <> ''")
_COUNTED = ("is_event", "severity", "tenant_id", "shelved_until", "cleared_at")
_SEVERITY = sa.Enum(
    *("critical", "major", "minor", "warning", "info", "cleared"),
    name="severity",
    native_enum=False,
    create_constraint=False,
    length=20,
)


def _text(name: str, length: int) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length=length), nullable=False, server_default="")


def _number(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), nullable=False, server_default="0")


def _time(name: str) -> sa.Column[Any]:
    return sa.Column(name, _TIME, nullable=True)


def _new_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("transitions", sa.JSON(), nullable=True),
        _time("flaps_until"),
        _text("suppressed_by", 36),
        _time("suppressed_until"),
        sa.Column("is_hidden", sa.Boolean(), nullable=False, server_default=sa.false()),
        _text("group_rule", 36),
        _text("group_key", 64),
        _number("holds"),
        sa.Column("escalated_severity", _SEVERITY, nullable=True),
        _number("level"),
        _text("assigned_to", 100),
        _text("escalation_rule", 36),
        _number("escalation_cycle"),
        _number("escalation_round"),
        _number("escalation_step"),
        _time("clock_from"),
        _number("clock_ran"),
        _time("escalates_at"),
    ]


def upgrade() -> None:
    for column in _new_columns():
        op.add_column("alarm", column)
    # Without a reference: SQLite would have to write the whole history anew for it.
    op.add_column("alarm", sa.Column("parent_id", sa.Integer(), nullable=True))
    op.create_index("ix_alarm_parent_id", "alarm", ["parent_id"], **_PART)
    op.create_index("ix_alarm_group", "alarm", ["group_rule", "group_key"], **_GROUPED)
    op.drop_index("ix_alarm_counts", table_name="alarm")
    op.create_index("ix_alarm_counts", "alarm", [*_COUNTED, "is_hidden"], **_ACTIVE)
    op.add_column("alarm_change", _text("rule_key", 36))
    op.create_table(
        "escalation_step",
        sa.Column("alarm_id", sa.Integer(), nullable=False),
        sa.Column("rule_key", sa.String(length=36), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["alarm_id"], ["alarm.id"], name="fk_escalation_step_alarm_id_alarm", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("alarm_id", "rule_key", "cycle", "step", name="pk_escalation_step"),
    )
    op.create_table(
        "outage",
        sa.Column("alarm_id", sa.Integer(), nullable=False),
        sa.Column("rule_key", sa.String(length=36), nullable=False),
        sa.Column("group_key", sa.String(length=64), nullable=False),
        sa.Column("began_with", sa.Integer(), nullable=False),
        sa.Column("ends_below", sa.Integer(), nullable=False),
        sa.Column("ends_after_seconds", sa.Integer(), nullable=False),
        sa.Column("below_since", _TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ["alarm_id"], ["alarm.id"], name="fk_outage_alarm_id_alarm", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("alarm_id", name="pk_outage"),
    )
    op.create_index("ix_outage_group_key", "outage", ["group_key"])


def downgrade() -> None:
    op.drop_table("outage")
    op.drop_table("escalation_step")
    op.drop_column("alarm_change", "rule_key")
    op.drop_index("ix_alarm_counts", table_name="alarm")
    op.create_index("ix_alarm_counts", "alarm", [*_COUNTED], **_ACTIVE)
    op.drop_index("ix_alarm_group", table_name="alarm")
    op.drop_index("ix_alarm_parent_id", table_name="alarm")
    op.drop_column("alarm", "parent_id")
    for column in reversed(_new_columns()):
        op.drop_column("alarm", column.name)
