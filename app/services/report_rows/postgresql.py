"""The statements of a report for PostgreSQL: lists go in as arrays, and the text of a statement never changes.

psycopg prepares what it has sent five times, so that PostgreSQL plans it once for a connection.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from functools import lru_cache

from sqlalchemy import Connection

from app.services.report_rows.columns import SELECTED, WITH_USER, Changes, Stored, by_columns, by_phone

_FIND_CHANGED = """
SELECT asked.mac, s.mac IS NULL
FROM unnest(%s::text[], %s::text[]) AS asked (mac, digest) LEFT JOIN device_status s ON s.mac = asked.mac
WHERE s.digest IS DISTINCT FROM asked.digest
"""
_LOCK = f"""
SELECT s.mac, {SELECTED} FROM device_status s {WITH_USER}
WHERE s.mac = ANY(%s) ORDER BY s.mac FOR UPDATE OF s
"""  # noqa: S608 - made of names that stand in this package
_TOUCH_SEEN = """
INSERT INTO device_seen (mac, seen_at) SELECT * FROM unnest(%s::text[], %s::timestamptz[])
ON CONFLICT (mac) DO UPDATE SET seen_at = excluded.seen_at
"""
_FIND_WAITING_ACTIONS = (
    "SELECT id FROM pending_action WHERE mac = ANY(%s) AND handed_over_at IS NULL AND expires_at > %s"
)
_TYPES = {
    "status_changed_at": "timestamptz",
    "is_behind_proxy": "boolean",
}


def find_changed(connection: Connection, digests: Mapping[str, str]) -> dict[str, Stored | None]:
    """See the package. A row that is dropped between the two statements counts as never heard of."""
    asked = (list(digests), list(digests.values()))
    found = connection.exec_driver_sql(_FIND_CHANGED, asked).fetchall()
    changed: dict[str, Stored | None] = {mac: None for mac, _ in found}
    known = [mac for mac, is_unknown in found if not is_unknown]
    if not known:
        return changed
    return changed | by_phone(connection.exec_driver_sql(_LOCK, (known,)).fetchall())


def update(connection: Connection, changes: Mapping[str, Changes]) -> None:
    """See the package. The rows are locked, so the order of the groups leads to no deadlock."""
    for columns, phones in by_columns(changes):
        values = zip(*((mac, *changed.values()) for mac, changed in phones), strict=True)
        connection.exec_driver_sql(_update(columns), tuple(map(list, values)))


def touch_seen(connection: Connection, seen: Mapping[str, datetime]) -> None:
    """See the package; in the order of the MACs, so that two writers never wait for one another."""
    macs = sorted(seen)
    connection.exec_driver_sql(_TOUCH_SEEN, (macs, [seen[mac] for mac in macs]))


def find_waiting_actions(connection: Connection, macs: Collection[str], now: datetime) -> list[int]:
    """See the package."""
    found = connection.exec_driver_sql(_FIND_WAITING_ACTIONS, (list(macs), now))
    return [row[0] for row in found.fetchall()]


@lru_cache(maxsize=256)
def _update(columns: tuple[str, ...]) -> str:
    assignments = ", ".join(f"{name} = said.{name}" for name in columns)
    arrays = ", ".join(f"%s::{_TYPES.get(name, 'text')}[]" for name in ("mac", *columns))
    return (
        f"UPDATE device_status s SET {assignments} FROM unnest({arrays}) AS said (mac, {', '.join(columns)})"  # noqa: S608 - as above
        " WHERE s.mac = said.mac"
    )
