"""Versions of templates, and from which of them a file was made."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "template_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("template_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_by", sa.String(length=100), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["template_id"],
            ["config_template.id"],
            name=op.f("fk_template_version_template_id_config_template"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_template_version_tenant_id_tenant")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_template_version")),
        sa.UniqueConstraint("template_id", "number", name=op.f("uq_template_version_template_id_number")),
    )
    op.create_index(op.f("ix_template_version_tenant_id"), "template_version", ["tenant_id"], unique=False)
    op.add_column("config_template", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.add_column("config_file", sa.Column("template_version", sa.Integer(), nullable=True))
    # Before this nobody could edit a template: the files that there are were made from the texts that there are.
    op.execute("UPDATE config_file SET template_version = 1 WHERE template_id IS NOT NULL")


def downgrade() -> None:
    op.drop_column("config_file", "template_version")
    op.drop_column("config_template", "version")
    op.drop_table("template_version")
