"""The statements of a report for SQLite: lists go in as JSON, which SQLite itself takes apart."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import Connection

from app.services.phone_history.entries import Entry
from app.services.report_rows.columns import SELECTED, WITH_USER, Changes, Look, by_columns, look_of

_LOOK = f"""
SELECT
    (SELECT json_group_array(json_array(s.mac, {SELECTED}))
     FROM json_each(?1) AS asked CROSS JOIN device_status s {WITH_USER}
     WHERE s.mac = asked.key AND s.digest IS NOT asked.value),
    (SELECT json_group_array(asked.key) FROM json_each(?1) AS asked
     WHERE NOT EXISTS (SELECT 1 FROM device_status s WHERE s.mac = asked.key)),
    (SELECT json_group_array(p.id) FROM json_each(?1) AS asked CROSS JOIN pending_action p
     WHERE p.mac = asked.key AND p.handed_over_at IS NULL AND p.expires_at > ?2),
    EXISTS (SELECT 1 FROM system_setting WHERE name = 'sbc_proxy_host')
"""  # noqa: S608 - made of names that stand in this package
_TOUCH_SEEN = """
INSERT INTO device_seen (mac, seen_at) SELECT key, value FROM json_each(?) WHERE true
ON CONFLICT (mac) DO UPDATE SET seen_at = excluded.seen_at
"""

_KEEP = """
INSERT INTO phone_change (mac, tenant_id, at, what, before, after)
SELECT value ->> 0, value ->> 1, ?2, value ->> 2, value ->> 3, value ->> 4 FROM json_each(?1)
"""


def look(connection: Connection, digests: Mapping[str, str], now: datetime) -> Look:
    """See the package. The writer has the whole database to itself, so nothing needs a lock of its own."""
    found = connection.exec_driver_sql(_LOOK, (_json(digests), _text(now))).fetchall()
    rows, unknown, waiting, has_sbc_proxy = found[0]
    return look_of(
        rows, msgspec.json.decode(unknown), msgspec.json.decode(waiting), has_sbc_proxy=has_sbc_proxy == 1
    )


def update(
    connection: Connection, changes: Mapping[str, Changes], kept: Sequence[Entry], now: datetime
) -> None:
    """See the package."""
    if kept:
        keep(connection, kept, now)
    for columns, phones in by_columns(changes):
        said = {mac: [_plain(value) for value in changed.values()] for mac, changed in phones}
        connection.exec_driver_sql(_update(columns), (_json(said),))


def keep(connection: Connection, entries: Sequence[Entry], now: datetime) -> None:
    """See the package."""
    connection.exec_driver_sql(_KEEP, (_json(entries), _text(now)))


def touch_seen(connection: Connection, seen: Mapping[str, datetime]) -> None:
    """See the package."""
    connection.exec_driver_sql(_TOUCH_SEEN, (_json({mac: _text(at) for mac, at in seen.items()}),))


@lru_cache(maxsize=256)
def _update(columns: tuple[str, ...]) -> str:
    assignments = ", ".join(f"{name} = said.value ->> {place}" for place, name in enumerate(columns))
    return f"UPDATE device_status SET {assignments} FROM json_each(?) AS said WHERE mac = said.key"  # noqa: S608 - as above


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _plain(value: Any) -> Any:
    return _text(value) if isinstance(value, datetime) else value


@lru_cache(maxsize=16)
def _text(at: datetime) -> str:
    """Return a time as the column type keeps it on SQLite."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
