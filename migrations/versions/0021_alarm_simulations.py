"""Simulations of rules for alarms, and simulations that are cancelled."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"

_STATES = ("waiting", "running", "done", "failed")


def upgrade() -> None:
    _let_states_be(_STATES, (*_STATES, "cancelled"))
    op.add_column("simulation", sa.Column("since", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "simulation_alarm",
        sa.Column("simulation_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("alarm_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("source", sa.String(length=255), nullable=False),
        sa.Column("mac", sa.String(length=12), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=True),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("flags", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("simulation_id", "number", name=op.f("pk_simulation_alarm")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("simulation_alarm")
    op.execute("DELETE FROM simulation WHERE since IS NOT NULL")
    with op.batch_alter_table("simulation") as batch:
        batch.drop_column("since")
    op.execute("UPDATE simulation SET state = 'failed' WHERE state = 'cancelled'")
    _let_states_be((*_STATES, "cancelled"), _STATES)


def _let_states_be(before: tuple[str, ...], after: tuple[str, ...]) -> None:
    with op.batch_alter_table("simulation") as batch:
        batch.alter_column("state", existing_type=_word(before), type_=_word(after), existing_nullable=False)


def _word(words: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*words, name="simulationstate", native_enum=False, create_constraint=True, length=20)
