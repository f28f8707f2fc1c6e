"""Indexes over letters, by which PostgreSQL finds any part of a name among a million (extension ``pg_trgm``).

They are no part of the numbered migrations, because not every account may create the extension. Nothing depends on
them but time: each release tries again, and finds a part of a name without them by reading narrow tables.
"""

import logging

from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

log = logging.getLogger(__name__)

_INDEXES = {
    "ix_phone_search_letters": "phone_search USING gin (words gin_trgm_ops)",
    "ix_phone_user_letters": """phone_user USING gin (name_key gin_trgm_ops,
        (lower((display_name || E'\\n' || nickname) COLLATE "C")) gin_trgm_ops)""",
    "ix_device_letters": """device USING gin (mac gin_trgm_ops,
        (lower((display_name || E'\\n' || serial_number) COLLATE "C")) gin_trgm_ops)""",
}
"""What text_search.py compares, written as it writes it: PostgreSQL knows an index by its expression."""


def make_missing(engine: Engine) -> bool:
    """Make those that are missing; return whether all are there. On SQLite there are none, and searches need none."""
    if engine.dialect.name != "postgresql":
        return False
    try:
        with engine.begin() as connection:
            # A million rows take longer than a statement may otherwise.
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            connection.execute(text("CREATE EXTENSION IF NOT EXISTS pg_trgm"))
            for name, definition in _INDEXES.items():
                connection.execute(text(f"CREATE INDEX IF NOT EXISTS {name} ON {definition}"))
    except DBAPIError as error:
        reason = str(error.orig).splitlines()[0]
        log.warning(
            "Searches among very many phones are slower: the database has no indexes over letters (%s). Let an"
            " administrator of PostgreSQL run CREATE EXTENSION pg_trgm in this database, then run this again.",
            reason,
        )
        return False
    return True
