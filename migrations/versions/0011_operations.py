"""Operations and their targets; when a phone booted, and when it fetched a file that an operation waits for."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

_ACTIONS = (
    "check_status", "restart", "update", "firmware", "message", "generate", "template", "tenant", "language",
    "vlan_mode", "approve", "delete_devices", "user_tenant", "passwords", "delete_users", "user_values",
    "no_user_values",
)  # fmt: skip
_STATES = ("waiting", "claimed", "sending", "queued", "sent", "confirmed", "failed", "skipped")


def _words(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=20)


def upgrade() -> None:
    op.create_table(
        "operation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("action", _words("action", *_ACTIONS), nullable=False),
        sa.Column("subject", _words("subject", "devices", "users"), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=True),
        sa.Column("batch_size", sa.Integer(), nullable=False),
        sa.Column("delay_seconds", sa.Integer(), nullable=False),
        sa.Column("patience_seconds", sa.Integer(), nullable=False),
        sa.Column("state", _words("operationstate", "running", "stopped", "finished"), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("next_batch_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_in_batch", sa.Integer(), nullable=False),
        sa.Column("last_served_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=100), nullable=False),
        sa.Column("created_from", sa.String(length=45), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stopped_by", sa.String(length=100), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("batch_size > 0", name=op.f("ck_operation_batch_size_is_positive")),
        sa.CheckConstraint("delay_seconds >= 0", name=op.f("ck_operation_delay_is_not_negative")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operation")),
    )
    op.create_index("ix_operation_state_last_served_at", "operation", ["state", "last_served_at"])
    op.create_index(op.f("ix_operation_created_at"), "operation", ["created_at"])
    op.create_index(op.f("ix_operation_finished_at"), "operation", ["finished_at"])
    op.create_table(
        "operation_target",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("operation_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=20), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("state", _words("targetstate", *_STATES), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("way", _words("way", "direct", "sbc_proxy", "keep_alive", "here"), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(length=120), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pending_action_id", sa.Integer(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirm_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["operation_id"],
            ["operation.id"],
            name=op.f("fk_operation_target_operation_id_operation"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_operation_target_tenant_id_tenant")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operation_target")),
        sa.UniqueConstraint("operation_id", "key", name=op.f("uq_operation_target_operation_id_key")),
    )
    op.create_index(
        "ix_operation_target_operation_id_state_id", "operation_target", ["operation_id", "state", "id"]
    )
    op.create_index("ix_operation_target_state_lease_until", "operation_target", ["state", "lease_until"])
    op.create_index(op.f("ix_operation_target_tenant_id"), "operation_target", ["tenant_id"])
    op.create_index(op.f("ix_operation_target_pending_action_id"), "operation_target", ["pending_action_id"])
    op.add_column("device_status", sa.Column("started_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "config_file", sa.Column("is_watched", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.add_column("config_file", sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("config_file", "fetched_at")
    op.drop_column("config_file", "is_watched")
    op.drop_column("device_status", "started_at")
    op.drop_table("operation_target")
    op.drop_table("operation")
