"""What became of phones, and what they fetched; targets of operations are found by phone."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"

_ASPECTS = (
    "status", "ip", "subnet_mask", "external_ip", "vlan_id", "sip_proxy", "firmware_version", "model", "user",
    "phone_number", "location", "usb_headset", "btoe_status", "place",
)  # fmt: skip
_KINDS = ("phone", "option", "shared", "firmware")
_TOLD_BY = ("file", "user_agent", "address")


def _word(name: str, words: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=False, length=20)


def upgrade() -> None:
    op.create_table(
        "phone_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mac", sa.String(length=12), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("what", _word("aspect", _ASPECTS), nullable=False),
        sa.Column("before", sa.String(length=255), nullable=False),
        sa.Column("after", sa.String(length=255), nullable=False),
        sa.Column("is_filed", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone_change")),
    )
    op.create_index(
        "ix_phone_change_filed",
        "phone_change",
        ["mac", "id"],
        sqlite_where=sa.text("is_filed = 1"),
        postgresql_where=sa.text("is_filed"),
    )
    op.create_index(
        "ix_phone_change_to_file",
        "phone_change",
        ["id"],
        sqlite_where=sa.text("is_filed = 0"),
        postgresql_where=sa.text("NOT is_filed"),
    )
    op.create_table(
        "file_fetch",
        sa.Column("mac", sa.String(length=12), nullable=False),
        sa.Column("key", sa.String(length=16), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=True),
        sa.Column("kind", _word("fetchedkind", _KINDS), nullable=False),
        sa.Column("path", sa.String(length=255), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("user_agent", sa.String(length=255), nullable=False),
        sa.Column("told_by", _word("toldby", _TOLD_BY), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("mac", "key", name=op.f("pk_file_fetch")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_file_fetch_first_at", "file_fetch", ["first_at"])
    op.create_index("ix_operation_target_key", "operation_target", ["key"])


def downgrade() -> None:
    op.drop_index("ix_operation_target_key", table_name="operation_target")
    op.drop_table("file_fetch")
    op.drop_table("phone_change")
