"""Simulations of drafts of rules; decisions that were taken anew."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"

_KINDS = ("placement", "template", "firmware", "suppress", "correlate", "flap", "escalate", "route")
_CAUSES = ("file_request", "report", "approval")
_NEW_CAUSES = (*_CAUSES, "activation", "manual")
_STATES = ("waiting", "running", "done", "failed")


def _word(name: str, words: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=20)


def upgrade() -> None:
    _let_causes_be(_CAUSES, _NEW_CAUSES)
    op.create_table(
        "simulation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", _word("rulekind", _KINDS), nullable=False),
        sa.Column("state", _word("simulationstate", _STATES), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("tenant_ids", sa.JSON(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("drafts", sa.JSON(), nullable=False),
        sa.Column("active", sa.JSON(), nullable=False),
        sa.Column("fleet", sa.JSON(), nullable=False),
        sa.Column("only_tenant_id", sa.Integer(), nullable=True),
        sa.Column("only_model_id", sa.Integer(), nullable=True),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("cursor", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("totals", sa.JSON(), nullable=False),
        sa.Column("error", sa.String(length=1000), nullable=False),
        sa.Column("worker", sa.String(length=120), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_simulation")),
    )
    op.create_index(op.f("ix_simulation_state"), "simulation", ["state"])
    op.create_index(op.f("ix_simulation_by"), "simulation", ["by"])
    op.create_table(
        "simulation_row",
        sa.Column("simulation_id", sa.Integer(), nullable=False),
        sa.Column("device_id", sa.Integer(), nullable=False),
        sa.Column("mac", sa.String(length=12), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("rules", sa.String(length=300), nullable=False),
        sa.Column("flags", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("simulation_id", "device_id", name=op.f("pk_simulation_row")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("simulation_row")
    op.drop_table("simulation")
    op.execute("UPDATE decision SET cause = 'report' WHERE cause IN ('activation', 'manual')")
    _let_causes_be(_NEW_CAUSES, _CAUSES)


def _let_causes_be(before: tuple[str, ...], after: tuple[str, ...]) -> None:
    with op.batch_alter_table("decision") as batch:
        batch.alter_column(
            "cause",
            existing_type=_word("cause", before),
            type_=_word("cause", after),
            existing_nullable=False,
        )
