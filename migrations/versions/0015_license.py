"""The installed licence, and phones for which licences have no room."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_table(
        "installed_license",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("installed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("installed_by", sa.String(length=100), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_installed_license_there_is_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_installed_license")),
    )
    op.add_column(
        "device_status", sa.Column("is_blocked", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.create_index(
        "ix_device_status_blocked",
        "device_status",
        ["first_seen_at"],
        sqlite_where=sa.text("is_blocked = 1"),
        postgresql_where=sa.text("is_blocked"),
    )


def downgrade() -> None:
    op.drop_index("ix_device_status_blocked", "device_status")
    op.drop_column("device_status", "is_blocked")
    op.drop_table("installed_license")
