"""Which programs work on the schema."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    table = op.create_table(
        "schema_fit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("oldest", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schema_fit")),
    )
    op.bulk_insert(table, [{"id": 1, "oldest": revision}])


def downgrade() -> None:
    op.drop_table("schema_fit")
