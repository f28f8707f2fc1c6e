"""How the chores of the timetable went."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    op.create_table(
        "chore_run",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("every_seconds", sa.Double(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("took_seconds", sa.Double(), nullable=False),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_chore_run")),
    )


def downgrade() -> None:
    op.drop_table("chore_run")
