"""Indexes of users and devices that say nothing another one does not say, which every row had to be entered in."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

_FIRMWARE = "ix_device_firmware_id"


def upgrade() -> None:
    op.drop_index("ix_phone_user_tenant_id", "phone_user")
    op.drop_index("ix_device_tenant_id", "device")
    op.drop_index(_FIRMWARE, "device")
    op.create_index(
        _FIRMWARE,
        "device",
        ["firmware_id"],
        sqlite_where=sa.text("firmware_id IS NOT NULL"),
        postgresql_where=sa.text("firmware_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index(_FIRMWARE, "device")
    op.create_index(_FIRMWARE, "device", ["firmware_id"])
    op.create_index("ix_device_tenant_id", "device", ["tenant_id"])
    op.create_index("ix_phone_user_tenant_id", "phone_user", ["tenant_id"])
