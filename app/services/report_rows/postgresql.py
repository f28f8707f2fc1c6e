"""The statements of a report for PostgreSQL: lists go in as arrays, and the text of a statement never changes.

psycopg prepares what it has sent five times, so that PostgreSQL plans it once for a connection.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache

from sqlalchemy import Connection

from app.services.report_rows.columns import SELECTED, WITH_USER, Changes, Look, by_columns, look_of

_LOOK = f"""
WITH found AS MATERIALIZED (
    SELECT asked.mac, s.mac IS NULL AS is_unknown
    FROM unnest(%s::text[], %s::text[]) AS asked (mac, digest) LEFT JOIN device_status s ON s.mac = asked.mac
    WHERE s.digest IS DISTINCT FROM asked.digest
), locked AS MATERIALIZED (
    SELECT s.* FROM device_status s
    WHERE s.mac IN (SELECT mac FROM found WHERE NOT is_unknown) ORDER BY s.mac FOR UPDATE
)
SELECT
    (SELECT json_agg(json_build_array(s.mac, {SELECTED}))::text FROM locked s {WITH_USER}),
    ARRAY(SELECT mac FROM found WHERE is_unknown),
    ARRAY(SELECT id FROM pending_action WHERE mac = ANY(%s) AND handed_over_at IS NULL AND expires_at > %s),
    EXISTS (SELECT 1 FROM system_setting WHERE name = 'sbc_proxy_host')
"""  # noqa: S608 - made of names that stand in this package
_TOUCH_SEEN = """
INSERT INTO device_seen (mac, seen_at) SELECT * FROM unnest(%s::text[], %s::timestamptz[])
ON CONFLICT (mac) DO UPDATE SET seen_at = excluded.seen_at
"""
_TYPES = {
    "status_changed_at": "timestamptz",
    "is_behind_proxy": "boolean",
}


def look(connection: Connection, digests: Mapping[str, str], now: datetime) -> Look:
    """See the package. A row that is dropped while this waits for its lock is missing: its phone says nothing new."""
    macs = list(digests)
    found = connection.exec_driver_sql(_LOOK, (macs, list(digests.values()), macs, now)).fetchall()
    rows, unknown, waiting, has_sbc_proxy = found[0]
    return look_of(rows, unknown, waiting, has_sbc_proxy=has_sbc_proxy)


def update(connection: Connection, changes: Mapping[str, Changes]) -> None:
    """See the package. The rows are locked, so the order of the groups leads to no deadlock."""
    for columns, phones in by_columns(changes):
        values = zip(*((mac, *changed.values()) for mac, changed in phones), strict=True)
        connection.exec_driver_sql(_update(columns), tuple(map(list, values)))


def touch_seen(connection: Connection, seen: Mapping[str, datetime]) -> None:
    """See the package; in the order of the MACs, so that two writers never wait for one another."""
    macs = sorted(seen)
    connection.exec_driver_sql(_TOUCH_SEEN, (macs, [seen[mac] for mac in macs]))


@lru_cache(maxsize=256)
def _update(columns: tuple[str, ...]) -> str:
    assignments = ", ".join(f"{name} = said.{name}" for name in columns)
    arrays = ", ".join(f"%s::{_TYPES.get(name, 'text')}[]" for name in ("mac", *columns))
    return (
        f"UPDATE device_status s SET {assignments} FROM unnest({arrays}) AS said (mac, {', '.join(columns)})"  # noqa: S608 - as above
        " WHERE s.mac = said.mac"
    )
