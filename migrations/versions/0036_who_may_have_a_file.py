"""Keys in addresses, to whom files were handed out, and what tenants demand of their phones."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"

_SWITCHES = ("demands_key", "demands_certificate", "hands_out_once")


def upgrade() -> None:
    for name in _SWITCHES:
        op.add_column("tenant", sa.Column(name, sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "tenant_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=8), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_tenant_key_tenant_id_tenant"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tenant_key")),
        sa.UniqueConstraint("name", name=op.f("uq_tenant_key_name")),
    )
    op.create_index(op.f("ix_tenant_key_tenant_id"), "tenant_key", ["tenant_id"])
    op.create_table(
        "hand_out",
        sa.Column("device_id", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("handed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refused_address", sa.String(length=45), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["device_id"], ["device.id"], name=op.f("fk_hand_out_device_id_device"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_hand_out_tenant_id_tenant"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("device_id", name=op.f("pk_hand_out")),
    )
    op.create_index(op.f("ix_hand_out_tenant_id"), "hand_out", ["tenant_id"])


def downgrade() -> None:
    op.drop_table("hand_out")
    op.drop_table("tenant_key")
    for name in _SWITCHES:
        op.drop_column("tenant", name)
