"""Indexes over letters, by which PostgreSQL finds any part of a name among a million (extension ``pg_trgm``).

They are no part of the numbered migrations, because not every account may create the extension, and because small
tables are read as quickly and written faster without them. Nothing depends on them but time: each release looks again.
"""

import logging

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

log = logging.getLogger(__name__)

LARGE = 100_000
"""Rows of a table from which on it has them."""
_INDEXES = {
    "phone_search": "words gin_trgm_ops",
    "phone_user": """
        name_key gin_trgm_ops, (lower((display_name || E'\\n' || nickname) COLLATE "C")) gin_trgm_ops""",
    "device": """
        mac gin_trgm_ops, (lower((display_name || E'\\n' || serial_number) COLLATE "C")) gin_trgm_ops""",
}
"""What text_search.py compares, written as it writes it: PostgreSQL knows an index by its expression."""


def make_missing(engine: Engine, *, from_rows: int = LARGE) -> bool:
    """Make those of tables with so many rows that are missing; return whether none of them is missing now.

    SQLite has none, and its searches need none.
    """
    if engine.dialect.name != "postgresql":
        return True
    try:
        with engine.begin() as connection:
            _make(connection, from_rows)
    except DBAPIError as error:
        reason = str(error.orig).splitlines()[0]
        log.warning(
            "Searches among very many phones are slower: the database has no indexes over letters (%s). Let an"
            " administrator of PostgreSQL run CREATE EXTENSION pg_trgm in this database, then run this again.",
            reason,
        )
        return False
    return True


def _make(connection: Connection, from_rows: int) -> None:
    # A million rows take longer than a statement may otherwise.
    connection.execute(text("SET LOCAL statement_timeout = 0"))
    for table, columns in _INDEXES.items():
        row = text(f"SELECT 1 FROM {table} OFFSET :rows LIMIT 1")  # noqa: S608 - a name from above
        if connection.execute(row, {"rows": max(from_rows - 1, 0)}).first() is not None:
            connection.execute(text("CREATE EXTENSION IF NOT EXISTS pg_trgm"))
            connection.execute(
                text(f"CREATE INDEX IF NOT EXISTS ix_{table}_letters ON {table} USING gin ({columns})")
            )
