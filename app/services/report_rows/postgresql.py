"""The statements of a report for PostgreSQL: lists go in as JSON, and the text of a statement never changes.

psycopg would turn an array into text element by element. It prepares what it has sent five times, so that PostgreSQL
plans it once for a connection.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import Connection

from app.services.phone_history.entries import Entry
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
_KEEP = """
INSERT INTO phone_change (mac, tenant_id, at, what, before, after)
SELECT value ->> 0, (value ->> 1)::integer, %s, value ->> 2, value ->> 3, value ->> 4 FROM json_array_elements(%s::json)
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


def update(
    connection: Connection, changes: Mapping[str, Changes], kept: Sequence[Entry], now: datetime
) -> None:
    """See the package. The rows are locked, so the order of the groups leads to no deadlock.

    The history goes with the first group: one round trip less.
    """
    for columns, phones in by_columns(changes):
        said = _json([{"mac": mac, **changed} for mac, changed in phones])
        if kept:
            connection.exec_driver_sql(_update(columns, keeps=True), (now, _json(kept), said))
            kept = ()
        else:
            connection.exec_driver_sql(_update(columns), (said,))


def keep(connection: Connection, entries: Sequence[Entry], now: datetime) -> None:
    """See the package."""
    connection.exec_driver_sql(_KEEP, (now, _json(entries)))


def touch_seen(connection: Connection, seen: Mapping[str, datetime]) -> None:
    """See the package; in the order of the MACs, so that two writers never wait for one another."""
    connection.exec_driver_sql(_TOUCH_SEEN, (_json(seen),))


@lru_cache(maxsize=256)
def _update(columns: tuple[str, ...], *, keeps: bool = False) -> str:
    assignments = ", ".join(f"{name} = said.{name}" for name in columns)
    types = ", ".join(f"{name} {_TYPES.get(name, 'text')}" for name in ("mac", *columns))
    update_rows = (
        f"UPDATE device_status s SET {assignments} FROM json_to_recordset(%s::json) AS said ({types})"  # noqa: S608 - as above
        " WHERE s.mac = said.mac"
    )
    return f"WITH kept AS ({_KEEP}) {update_rows}" if keeps else update_rows


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
