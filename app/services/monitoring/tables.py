"""How large the tables of the database are, for whoever is to help."""

from dataclasses import dataclass

from sqlalchemy import func, inspect, select, table, text
from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class TableSize:
    """Rows of a table, on PostgreSQL as it estimates them; its size in bytes with its indexes, None where not known."""

    name: str
    rows: int
    size: int | None


def read(session: Session) -> list[TableSize]:
    """Return the tables by name, those of all tenants whole."""
    if session.get_bind().dialect.name == "postgresql":
        found = session.execute(
            text(
                "SELECT relname, n_live_tup, pg_total_relation_size(relid) "
                "FROM pg_stat_user_tables ORDER BY relname"
            )
        )
        return [TableSize(name, rows, size) for name, rows, size in found]
    names = sorted(inspect(session.connection()).get_table_names())
    return [
        TableSize(name, session.scalar(select(func.count()).select_from(table(name))) or 0, None)
        for name in names
    ]


def total_bytes(session: Session) -> int:
    """Return what the whole database takes on its disk."""
    if session.get_bind().dialect.name == "postgresql":
        return session.scalar(text("SELECT pg_database_size(current_database())")) or 0
    pages, size = (session.scalar(text(f"PRAGMA {name}")) or 0 for name in ("page_count", "page_size"))
    return int(pages) * int(size)
