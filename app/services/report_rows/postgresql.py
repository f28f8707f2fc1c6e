"""The statements of a report for PostgreSQL: lists go in as JSON, and the text of a statement never changes.

psycopg would turn an array into text element by element. It prepares what it has sent five times, so that PostgreSQL
plans it once for a connection.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import Connection

from app.services.report_rows.columns import SELECTED, WITH_USER, Changes, Look, by_columns, look_of

_LOOK = f"""
WITH asked AS MATERIALIZED (
    SELECT key AS mac, value AS digest FROM json_each_text(%s::json)
), found AS MATERIALIZED (
    SELECT asked.mac, s.mac IS NULL AS is_unknown FROM asked LEFT JOIN device_status s ON s.mac = asked.mac
    WHERE s.digest IS DISTINCT FROM asked.digest
), locked AS MATERIALIZED (
    SELECT s.* FROM device_status s
    WHERE s.mac IN (SELECT mac FROM found WHERE NOT is_unknown) ORDER BY s.mac FOR UPDATE
)
SELECT
    (SELECT json_agg(json_build_array(s.mac, {SELECTED}))::text FROM locked s {WITH_USER}),
    ARRAY(SELECT mac FROM found WHERE is_unknown),
    ARRAY(
        SELECT p.id FROM asked JOIN pending_action p ON p.mac = asked.mac
        WHERE p.handed_over_at IS NULL AND p.expires_at > %s
    ),
    EXISTS (SELECT 1 FROM system_setting WHERE name = 'sbc_proxy_host')
"""  # noqa: S608 - made of names that stand in this package
_TOUCH_SEEN = """
INSERT INTO device_seen (mac, seen_at) SELECT key, value::timestamptz FROM json_each_text(%s::json) ORDER BY key
ON CONFLICT (mac) DO UPDATE SET seen_at = excluded.seen_at
"""
_TYPES = {
    "status_changed_at": "timestamptz",
    "started_at": "timestamptz",
    "is_behind_proxy": "boolean",
}


def look(connection: Connection, digests: Mapping[str, str], now: datetime) -> Look:
    """See the package. A row that is dropped while this waits for its lock is missing: its phone says nothing new."""
    found = connection.exec_driver_sql(_LOOK, (_json(digests), now)).fetchall()
    rows, unknown, waiting, has_sbc_proxy = found[0]
    return look_of(rows, unknown, waiting, has_sbc_proxy=has_sbc_proxy)


def update(connection: Connection, changes: Mapping[str, Changes]) -> None:
    """See the package. The rows are locked, so the order of the groups leads to no deadlock."""
    for columns, phones in by_columns(changes):
        said = [{"mac": mac, **changed} for mac, changed in phones]
        connection.exec_driver_sql(_update(columns), (_json(said),))


def touch_seen(connection: Connection, seen: Mapping[str, datetime]) -> None:
    """See the package; in the order of the MACs, so that two writers never wait for one another."""
    connection.exec_driver_sql(_TOUCH_SEEN, (_json(seen),))


@lru_cache(maxsize=256)
def _update(columns: tuple[str, ...]) -> str:
    assignments = ", ".join(f"{name} = said.{name}" for name in columns)
    types = ", ".join(f"{name} {_TYPES.get(name, 'text')}" for name in ("mac", *columns))
    return (
        f"UPDATE device_status s SET {assignments} FROM json_to_recordset(%s::json) AS said ({types})"  # noqa: S608 - as above
        " WHERE s.mac = said.mac"
    )


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
