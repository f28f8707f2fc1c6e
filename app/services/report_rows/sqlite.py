"""The statements of a report for SQLite: lists go in as JSON, which SQLite itself takes apart."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import Connection

from app.services.report_rows.columns import SELECTED, WITH_USER, Changes, Stored, by_columns, by_phone

_FIND_CHANGED = f"""
SELECT json_group_array(json_array(asked.key, s.mac, {SELECTED}))
FROM json_each(?) AS asked LEFT JOIN device_status s ON s.mac = asked.key {WITH_USER}
WHERE s.digest IS NOT asked.value
"""  # noqa: S608 - made of names that stand in this package
_TOUCH_SEEN = """
INSERT INTO device_seen (mac, seen_at) SELECT key, value FROM json_each(?) WHERE true
ON CONFLICT (mac) DO UPDATE SET seen_at = excluded.seen_at
"""
_FIND_WAITING_ACTIONS = """
SELECT p.id FROM json_each(?) AS asked CROSS JOIN pending_action p
WHERE p.mac = asked.value AND p.handed_over_at IS NULL AND p.expires_at > ?
"""


def find_changed(connection: Connection, digests: Mapping[str, str]) -> dict[str, Stored | None]:
    """See the package. The writer has the whole database to itself, so nothing needs a lock of its own."""
    found = connection.exec_driver_sql(_FIND_CHANGED, (_json(digests),)).fetchall()
    rows = msgspec.json.decode(found[0][0])
    unknown: dict[str, Stored | None] = {row[0]: None for row in rows if row[1] is None}
    return unknown | by_phone(row[1:] for row in rows if row[1] is not None)


def update(connection: Connection, changes: Mapping[str, Changes]) -> None:
    """See the package."""
    for columns, phones in by_columns(changes):
        said = {mac: [_plain(value) for value in changed.values()] for mac, changed in phones}
        connection.exec_driver_sql(_update(columns), (_json(said),))


def touch_seen(connection: Connection, seen: Mapping[str, datetime]) -> None:
    """See the package."""
    connection.exec_driver_sql(_TOUCH_SEEN, (_json({mac: _text(at) for mac, at in seen.items()}),))


def find_waiting_actions(connection: Connection, macs: Collection[str], now: datetime) -> list[int]:
    """See the package."""
    found = connection.exec_driver_sql(_FIND_WAITING_ACTIONS, (_json(list(macs)), _text(now)))
    return [row[0] for row in found.fetchall()]


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
