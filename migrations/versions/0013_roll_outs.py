"""Roll-outs: operations in waves with a gate, postponed phones, and what phones had before."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

_STATES = ("running", "stopped", "finished")
_NEW_STATES = ("running", "paused", "halted", "finished")
_TARGET_STATES = ("waiting", "claimed", "sending", "queued", "sent", "confirmed", "failed", "skipped")
_NEW_TARGET_STATES = (*_TARGET_STATES, "postponed")
_WAVE_STATES = ("waiting", "running", "watched", "passed", "failed", "passed_over")
_INDEX = "ix_operation_target_operation_id_state_id"
_NEW_INDEX = "ix_operation_target_operation_id_state_wave_id"


def upgrade() -> None:
    kept = _put_targets_aside()
    with op.batch_alter_table("operation") as batch:
        batch.drop_constraint(op.f("ck_operation_operationstate"), type_="check")
        batch.alter_column("stopped_by", new_column_name="paused_by", existing_type=sa.String(length=100))
        batch.add_column(sa.Column("deadline_seconds", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("open_wave", sa.Integer(), server_default="0", nullable=False))
        batch.add_column(sa.Column("gate", sa.JSON(), nullable=True))
        batch.add_column(sa.Column("undoes_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(
            op.f("fk_operation_undoes_id_operation"),
            "operation",
            ["undoes_id"],
            ["id"],
            ondelete="SET NULL",
        )
        batch.create_index(op.f("ix_operation_undoes_id"), ["undoes_id"])
    op.execute("UPDATE operation SET state = 'paused' WHERE state = 'stopped'")
    _permit("operation", "ck_operation_operationstate", _NEW_STATES)
    with op.batch_alter_table("operation_target") as batch:
        batch.drop_constraint(op.f("ck_operation_target_targetstate"), type_="check")
        batch.create_check_constraint(
            op.f("ck_operation_target_targetstate"), f"state IN ({_quoted(_NEW_TARGET_STATES)})"
        )
        batch.add_column(sa.Column("wave", sa.Integer(), server_default="0", nullable=False))
        batch.add_column(sa.Column("tries", sa.Integer(), server_default="0", nullable=False))
        batch.add_column(sa.Column("put_off_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("try_until", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("before", sa.JSON(), nullable=True))
        batch.add_column(sa.Column("was_registered", sa.Boolean(), nullable=True))
        batch.add_column(sa.Column("version_before", sa.String(length=64), server_default="", nullable=False))
        batch.add_column(
            sa.Column("expected_version", sa.String(length=64), server_default="", nullable=False)
        )
        batch.add_column(sa.Column("finding", sa.String(length=400), server_default="", nullable=False))
        batch.drop_index(_INDEX)
        batch.create_index(_NEW_INDEX, ["operation_id", "state", "wave", "id"])
    _bring_targets_back(kept)
    op.create_table(
        "operation_wave",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("operation_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column(
            "state",
            sa.Enum(*_WAVE_STATES, name="wavestate", native_enum=False, create_constraint=True, length=20),
            nullable=False,
        ),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("watched_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finding", sa.String(length=400), nullable=False),
        sa.Column("passed_over_by", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(
            ["operation_id"],
            ["operation.id"],
            name=op.f("fk_operation_wave_operation_id_operation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operation_wave")),
        sa.UniqueConstraint("operation_id", "number", name=op.f("uq_operation_wave_operation_id_number")),
    )
    op.create_table(
        "operation_file",
        sa.Column("target_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("given_etag", sa.String(length=70), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["target_id"],
            ["operation_target.id"],
            name=op.f("fk_operation_file_target_id_operation_target"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("target_id", name=op.f("pk_operation_file")),
    )


def downgrade() -> None:
    op.drop_table("operation_file")
    op.drop_table("operation_wave")
    op.execute("UPDATE operation_target SET state = 'waiting' WHERE state = 'postponed'")
    kept = _put_targets_aside()
    with op.batch_alter_table("operation") as batch:
        batch.drop_constraint(op.f("ck_operation_operationstate"), type_="check")
        batch.drop_constraint(op.f("fk_operation_undoes_id_operation"), type_="foreignkey")
        batch.drop_index(op.f("ix_operation_undoes_id"))
        batch.alter_column("paused_by", new_column_name="stopped_by", existing_type=sa.String(length=100))
        for column in ("undoes_id", "gate", "open_wave", "deadline_seconds"):
            batch.drop_column(column)
    op.execute("UPDATE operation SET state = 'stopped' WHERE state IN ('paused', 'halted')")
    _permit("operation", "ck_operation_operationstate", _STATES)
    with op.batch_alter_table("operation_target") as batch:
        batch.drop_constraint(op.f("ck_operation_target_targetstate"), type_="check")
        batch.create_check_constraint(
            op.f("ck_operation_target_targetstate"), f"state IN ({_quoted(_TARGET_STATES)})"
        )
        batch.drop_index(_NEW_INDEX)
        batch.create_index(_INDEX, ["operation_id", "state", "id"])
        for column in (
            "finding", "expected_version", "version_before", "was_registered", "before", "try_until",
            "next_try_at", "put_off_at", "tries", "wave",
        ):  # fmt: skip
            batch.drop_column(column)
    _bring_targets_back(kept)


def _quoted(words: tuple[str, ...]) -> str:
    return ", ".join(f"'{word}'" for word in words)


def _permit(table: str, constraint: str, words: tuple[str, ...]) -> None:
    with op.batch_alter_table(table) as batch:
        batch.create_check_constraint(op.f(constraint), f"state IN ({_quoted(words)})")


def _put_targets_aside() -> str:
    """SQLite makes a table anew to change it, and drops the old one, with which the targets of operations would go.

    Returns the columns that were put aside, for ``_bring_targets_back``; nothing for PostgreSQL, which changes tables.
    """
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        return ""
    op.execute("CREATE TEMPORARY TABLE kept_target AS SELECT * FROM operation_target")
    return ", ".join(
        f'"{column["name"]}"' for column in sa.inspect(connection).get_columns("operation_target")
    )


def _bring_targets_back(columns: str) -> None:
    if not columns:
        return
    there = {column["name"] for column in sa.inspect(op.get_bind()).get_columns("operation_target")}
    shared = ", ".join(column for column in columns.split(", ") if column.strip('"') in there)
    op.execute("DELETE FROM operation_target")
    op.execute(f"INSERT INTO operation_target ({shared}) SELECT {shared} FROM kept_target")  # noqa: S608  # our own names
    op.execute("DROP TABLE kept_target")
