"""What users set on their phones; values of placeholders and of configurations belong to the tenant of their owner."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_FOLLOW = (
    ("placeholder", "layer", "template", "config_template", "template_id"),
    ("placeholder", "layer", "site", "site", "site_id"),
    ("placeholder", "layer", "device", "device", "device_id"),
    ("configuration_value", "level", "site", "site", "site_id"),
    ("configuration_value", "level", "user", "phone_user", "phone_user_id"),
)


def upgrade() -> None:
    op.create_table(
        "user_keys",
        sa.Column("phone_user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("lines", sa.LargeBinary(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(length=100), nullable=False),
        sa.Column("mac", sa.String(length=12), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["phone_user_id"],
            ["phone_user.id"],
            name=op.f("fk_user_keys_phone_user_id_phone_user"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_user_keys_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("phone_user_id", name=op.f("pk_user_keys")),
    )
    op.create_index(op.f("ix_user_keys_tenant_id"), "user_keys", ["tenant_id"])
    for table, column, word, owners, owner_id in _FOLLOW:
        op.execute(
            f"UPDATE {table} SET tenant_id = (SELECT {owners}.tenant_id FROM {owners} "  # noqa: S608  # our own words
            f"WHERE {owners}.id = {table}.{owner_id}) WHERE {column} = '{word}'"
        )


def downgrade() -> None:
    op.drop_table("user_keys")
