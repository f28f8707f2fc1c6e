"""Groups of firmware; configuration files of company directories, and who changed a file by hand."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_KINDS = ("phone", "global", "dhcp_option", "uploaded")
_NEW_KINDS = ("phone", "global", "dhcp_option", "company_directory", "uploaded")


def upgrade() -> None:
    op.create_table(
        "firmware_group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("firmware_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("name_key", sa.String(length=180), nullable=False),
        sa.ForeignKeyConstraint(
            ["firmware_id"],
            ["firmware.id"],
            name=op.f("fk_firmware_group_firmware_id_firmware"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_firmware_group")),
        sa.UniqueConstraint("firmware_id", "name_key", name=op.f("uq_firmware_group_firmware_id_name_key")),
    )
    op.create_index(op.f("ix_firmware_group_name_key"), "firmware_group", ["name_key"])
    op.add_column(
        "config_file", sa.Column("edited_by", sa.String(length=100), server_default="", nullable=False)
    )
    _permit(_NEW_KINDS)


def downgrade() -> None:
    op.execute("UPDATE config_file SET kind = 'uploaded' WHERE kind = 'company_directory'")
    _permit(_KINDS)
    op.drop_column("config_file", "edited_by")
    op.drop_table("firmware_group")


def _permit(kinds: tuple[str, ...]) -> None:
    """Hold the kind of a configuration file to these words."""
    words = ", ".join(f"'{kind}'" for kind in kinds)
    with op.batch_alter_table("config_file") as batch:
        batch.drop_constraint(op.f("ck_config_file_filekind"), type_="check")
        batch.create_check_constraint(op.f("ck_config_file_filekind"), f"kind IN ({words})")
