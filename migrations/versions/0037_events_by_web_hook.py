"""Web hooks for events: one more kind of destination, and how far each has read."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"

_KINDS = ("mail", "snmp", "webhook", "syslog")
_NEW_KINDS = (*_KINDS, "events")
_OF_DESTINATIONS = ("notice_group", "delivery", "grouped_notice")


def upgrade() -> None:
    _let_kinds_be(_KINDS, _NEW_KINDS)
    op.create_table(
        "event_place",
        sa.Column("destination_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("journal_id", sa.Integer(), nullable=False),
        sa.Column("phone_change_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["destination_id"],
            ["destination.id"],
            name=op.f("fk_event_place_destination_id_destination"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("destination_id", name=op.f("pk_event_place")),
    )


def downgrade() -> None:
    op.drop_table("event_place")
    op.execute("DELETE FROM destination WHERE kind = 'events'")
    _let_kinds_be(_NEW_KINDS, _KINDS)


def _let_kinds_be(before: tuple[str, ...], after: tuple[str, ...]) -> None:
    is_made_anew = op.get_bind().dialect.name == "sqlite"
    if is_made_anew:
        _put_aside()
    with op.batch_alter_table("destination") as batch:
        batch.alter_column("kind", existing_type=_word(before), type_=_word(after), existing_nullable=False)
    if is_made_anew:
        _bring_back()


def _put_aside() -> None:
    """SQLite makes a table anew to change it, and drops the old one, with which all that belongs to its rows would go."""
    for table in _OF_DESTINATIONS:
        op.execute(f"CREATE TEMPORARY TABLE kept_{table} AS SELECT * FROM {table}")  # noqa: S608  # our own names


def _bring_back() -> None:
    for table in reversed(_OF_DESTINATIONS):
        op.execute(f"DELETE FROM {table}")  # noqa: S608  # our own names
    for table in _OF_DESTINATIONS:
        op.execute(f"INSERT INTO {table} SELECT * FROM kept_{table}")  # noqa: S608  # our own names
        op.execute(f"DROP TABLE kept_{table}")


def _word(words: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*words, name="destinationkind", native_enum=False, create_constraint=True, length=20)
