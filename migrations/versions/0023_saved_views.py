"""Views of Devices Status that people save, the columns that each chose, and operations that delete status rows."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"

_ACTIONS = (
    "check_status", "restart", "update", "firmware", "message", "generate", "template", "tenant", "language",
    "vlan_mode", "approve", "delete_devices", "user_tenant", "passwords", "delete_users", "user_values",
    "no_user_values",
)  # fmt: skip
_NEW_ACTIONS = (*_ACTIONS, "delete_status")
_OF_OPERATIONS = ("operation_target", "operation_wave", "operation_file")


def upgrade() -> None:
    op.create_table(
        "saved_view",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("name_key", sa.String(length=180), nullable=False),
        sa.Column("query", sa.String(length=3000), nullable=False),
        sa.Column("is_default", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_id"],
            ["ab_user.id"],
            name=op.f("fk_saved_view_operator_id_ab_user"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint("operator_id", "name_key", name=op.f("uq_saved_view_operator_id_name_key")),
    )
    op.add_column("ab_user", sa.Column("list_layout", sa.JSON(none_as_null=True), nullable=True))
    _let_actions_be(_ACTIONS, _NEW_ACTIONS)


def downgrade() -> None:
    op.execute("DELETE FROM operation WHERE action = 'delete_status'")
    _let_actions_be(_NEW_ACTIONS, _ACTIONS)
    op.drop_column("ab_user", "list_layout")
    op.drop_table("saved_view")


def _let_actions_be(before: tuple[str, ...], after: tuple[str, ...]) -> None:
    is_made_anew = op.get_bind().dialect.name == "sqlite"
    if is_made_anew:
        _put_aside()
    with op.batch_alter_table("operation") as batch:
        batch.alter_column("action", existing_type=_word(before), type_=_word(after), existing_nullable=False)
    if is_made_anew:
        _bring_back()


def _put_aside() -> None:
    """SQLite makes a table anew to change it, and drops the old one, with which all that belongs to its rows would go."""
    for table in _OF_OPERATIONS:
        op.execute(f"CREATE TEMPORARY TABLE kept_{table} AS SELECT * FROM {table}")  # noqa: S608  # our own names
    op.execute(
        "CREATE TEMPORARY TABLE kept_undoes AS SELECT id, undoes_id FROM operation WHERE undoes_id IS NOT NULL"
    )


def _bring_back() -> None:
    for table in reversed(_OF_OPERATIONS):
        op.execute(f"DELETE FROM {table}")  # noqa: S608  # our own names
    for table in _OF_OPERATIONS:
        op.execute(f"INSERT INTO {table} SELECT * FROM kept_{table}")  # noqa: S608  # our own names
        op.execute(f"DROP TABLE kept_{table}")
    op.execute(
        "UPDATE operation SET undoes_id = (SELECT undoes_id FROM kept_undoes WHERE kept_undoes.id = operation.id)"
        " WHERE id IN (SELECT id FROM kept_undoes)"
    )
    op.execute("DROP TABLE kept_undoes")


def _word(words: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*words, name="action", native_enum=False, create_constraint=True, length=20)
