"""What the files of a phone model are called, and how values are written into them."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"

_TEXTS = ("file_names", "boot_file_names", "boot_file")


def upgrade() -> None:
    for name in _TEXTS:
        op.add_column("phone_model", sa.Column(name, sa.Text(), server_default="", nullable=False))
    op.add_column(
        "phone_model", sa.Column("content_type", sa.String(length=100), server_default="", nullable=False)
    )
    # In one statement: SQLite would make a table anew for a check, and devices and templates refer to this one.
    op.execute(
        "ALTER TABLE phone_model ADD COLUMN value_format VARCHAR(20) DEFAULT 'audiocodes' NOT NULL "
        "CONSTRAINT ck_phone_model_valueformat CHECK (value_format IN ('audiocodes', 'text', 'xml'))"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE phone_model DROP COLUMN value_format")
    for name in ("content_type", *_TEXTS):
        op.drop_column("phone_model", name)
