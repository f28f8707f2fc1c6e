"""Destinations of messages about alarms, notices in groups, and deliveries, which are outbox and log."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

_TIME = sa.DateTime(timezone=True)


def _only(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


_DUE = _only("due_at IS NOT NULL")
_OPEN = _only("next_try_at IS NOT NULL")
_WAITS = _only("fate = 'waiting'")


def _word(*words: str, name: str, is_checked: bool = False) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=is_checked, length=20)


_SEVERITY = _word("critical", "major", "minor", "warning", "info", "cleared", name="severity")
_REASON = _word(
    *("raise", "change", "escalate", "acknowledge", "clear", "cancel", "repeat", "test"), name="noticereason"
)


def upgrade() -> None:
    op.create_table(
        "destination",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("name_key", sa.String(length=300), nullable=False),
        sa.Column(
            "kind",
            _word("mail", "snmp", "webhook", "syslog", name="destinationkind", is_checked=True),
            nullable=False,
        ),
        sa.Column("is_enabled", sa.Boolean(), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("secrets", sa.LargeBinary(), nullable=False),
        sa.Column("rate_per_minute", sa.Integer(), nullable=False),
        sa.Column("give_up_after_hours", sa.Integer(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("owner", sa.String(length=120), nullable=False),
        sa.Column("lease_until", _TIME, nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", _TIME, nullable=True),
        sa.Column("rests_until", _TIME, nullable=True),
        sa.Column("last_sent_at", _TIME, nullable=True),
        sa.Column("last_error", sa.String(length=500), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("give_up_after_hours > 0", name=op.f("ck_destination_patience_is_positive")),
        sa.CheckConstraint("rate_per_minute > 0", name=op.f("ck_destination_rate_is_positive")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_destination_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_destination")),
        sa.UniqueConstraint("name_key", name=op.f("uq_destination_name_key")),
    )
    op.create_index(op.f("ix_destination_tenant_id"), "destination", ["tenant_id"])
    op.create_table(
        "notice_group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("destination_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("rule_key", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("interval_seconds", sa.Integer(), nullable=False),
        sa.Column("repeat_seconds", sa.Integer(), nullable=False),
        sa.Column("opened_at", _TIME, nullable=False),
        sa.Column("due_at", _TIME, nullable=True),
        sa.Column("last_told_at", _TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ["destination_id"],
            ["destination.id"],
            name=op.f("fk_notice_group_destination_id_destination"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_group")),
        sa.UniqueConstraint("key", name=op.f("uq_notice_group_key")),
    )
    op.create_index(op.f("ix_notice_group_destination_id"), "notice_group", ["destination_id"])
    op.create_index("ix_notice_group_due_at", "notice_group", ["due_at"], **_DUE)
    op.create_table(
        "delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("destination_id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.Column("alarm_id", sa.Integer(), nullable=True),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("reason", _REASON, nullable=False),
        sa.Column("severity", _SEVERITY, nullable=False),
        sa.Column("subject", sa.String(length=250), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("is_test", sa.Boolean(), nullable=False),
        sa.Column(
            "state",
            _word("waiting", "failed", "sent", "given_up", name="deliverystate", is_checked=True),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("next_try_at", _TIME, nullable=True),
        sa.Column("give_up_at", _TIME, nullable=False),
        sa.Column("tried_at", _TIME, nullable=True),
        sa.Column("sent_at", _TIME, nullable=True),
        sa.Column("answer", sa.String(length=500), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["alarm_id"], ["alarm.id"], name=op.f("fk_delivery_alarm_id_alarm"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["destination_id"],
            ["destination.id"],
            name=op.f("fk_delivery_destination_id_destination"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["notice_group.id"],
            name=op.f("fk_delivery_group_id_notice_group"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_delivery_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("key", name=op.f("uq_delivery_key")),
    )
    op.create_index(op.f("ix_delivery_alarm_id"), "delivery", ["alarm_id"])
    op.create_index(op.f("ix_delivery_created_at"), "delivery", ["created_at"])
    op.create_index("ix_delivery_destination_id_tried_at", "delivery", ["destination_id", "tried_at"])
    op.create_index(op.f("ix_delivery_group_id"), "delivery", ["group_id"])
    op.create_index("ix_delivery_open", "delivery", ["destination_id", "next_try_at"], **_OPEN)
    op.create_index("ix_delivery_state_id", "delivery", ["state", "id"])
    op.create_index(op.f("ix_delivery_tenant_id"), "delivery", ["tenant_id"])
    op.create_table(
        "grouped_notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("alarm_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("reason", _REASON, nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("phones", sa.Integer(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column(
            "fate", _word("waiting", "told", "needless", "withdrawn", name="noticefate"), nullable=False
        ),
        sa.Column("delivery_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["alarm_id"], ["alarm.id"], name=op.f("fk_grouped_notice_alarm_id_alarm"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["delivery_id"],
            ["delivery.id"],
            name=op.f("fk_grouped_notice_delivery_id_delivery"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["notice_group.id"],
            name=op.f("fk_grouped_notice_group_id_notice_group"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grouped_notice")),
        sa.UniqueConstraint("key", name=op.f("uq_grouped_notice_key")),
    )
    op.create_index(op.f("ix_grouped_notice_alarm_id"), "grouped_notice", ["alarm_id"])
    op.create_index(op.f("ix_grouped_notice_at"), "grouped_notice", ["at"])
    op.create_index(op.f("ix_grouped_notice_delivery_id"), "grouped_notice", ["delivery_id"])
    op.create_index("ix_grouped_notice_group_id_alarm_id", "grouped_notice", ["group_id", "alarm_id"])
    op.create_index("ix_grouped_notice_waiting", "grouped_notice", ["group_id", "id"], **_WAITS)
    op.create_table(
        "snmp_identity",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("engine_id", sa.String(length=64), nullable=False),
        sa.Column("boots", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_snmp_identity_there_is_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snmp_identity")),
    )


def downgrade() -> None:
    for table in ("snmp_identity", "grouped_notice", "delivery", "notice_group", "destination"):
        op.drop_table(table)
