"""Imports: files on their way in, what was found of their rows, and what is to be written."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "import_job",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "users",
                "configuration",
                name="importkind",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "uploaded",
                "checked",
                "refused",
                "confirmed",
                "written",
                "done",
                "undoing",
                "undone",
                name="importstate",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("asked_by", sa.String(length=100), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("tenant_ids", sa.JSON(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sentence", sa.String(length=1000), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("places", sa.JSON(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("cursor", sa.String(length=40), nullable=False),
        sa.Column("worker", sa.String(length=120), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_job")),
    )
    op.create_index(op.f("ix_import_job_by"), "import_job", ["by"], unique=False)
    op.create_index(op.f("ix_import_job_state"), "import_job", ["state"], unique=False)
    op.create_table(
        "import_device",
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("mac", sa.String(length=12), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("is_known", sa.Boolean(), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("user_key", sa.String(length=384), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("phone_model_id", sa.Integer(), nullable=True),
        sa.Column("template_id", sa.Integer(), nullable=True),
        sa.Column("display_name", sa.String(length=200), nullable=False),
        sa.Column("serial_number", sa.String(length=60), nullable=False),
        sa.Column("language", sa.String(length=30), nullable=False),
        sa.Column(
            "vlan_mode",
            sa.Enum(
                "",
                "Disable",
                "Manual",
                "CDP",
                "LLDP",
                "CDP_LLDP",
                name="vlanmode",
                native_enum=False,
                create_constraint=False,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("vlan_id", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("vlan_priority", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("job_id", "mac", name=op.f("pk_import_device")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "import_file",
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["job_id"], ["import_job.id"], name=op.f("fk_import_file_job_id_import_job"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("job_id", name=op.f("pk_import_file")),
    )
    op.create_table(
        "import_row",
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum(
                "new",
                "unchanged",
                "exists",
                "error",
                name="verdict",
                native_enum=False,
                create_constraint=False,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("part", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("tenant_name", sa.String(length=100), nullable=False),
        sa.Column("devices", sa.String(length=300), nullable=False),
        sa.Column("adds", sa.Boolean(), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=True),
        sa.Column("name_key", sa.String(length=384), nullable=False),
        sa.Column("display_name", sa.String(length=200), nullable=False),
        sa.Column("password", sa.LargeBinary(), nullable=True),
        sa.Column("outcome", sa.Text(), server_default="", nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("job_id", "line", name=op.f("pk_import_row")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("import_row")
    op.drop_table("import_file")
    op.drop_table("import_device")
    op.drop_index(op.f("ix_import_job_state"), table_name="import_job")
    op.drop_index(op.f("ix_import_job_by"), table_name="import_job")
    op.drop_table("import_job")
