"""The board: alarms of one transaction, looked up together, moved in memory by the rules, and written in bulk.

The order of processing is that of rules.md 3.3: what is raised has its type and its phone, the state follows here;
rules that suppress, correlate, escalate and route look at what the board moved before it writes
(``app/services/alarm_rules/following.py``). Where there are none, nothing is asked and their columns are not written.
"""

import hashlib
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, insert, or_, select, true, update
from sqlalchemy.orm import Session

from app.database import table_of
from app.models import Alarm
from app.models.enums import AlarmDeed, ClearedBy, Severity
from app.rules.alarms import states
from app.rules.alarms.in_memory import AlarmRow, AlarmsInMemory, Moved, Raised
from app.rules.alarms.states import Change
from app.services.alarm_rules.following import Following, write_ruled
from app.services.alarms import timeline
from app.services.bulk_rows import is_one_of, planned_each_time

_TABLE = table_of(Alarm)
_COLUMNS = _TABLE.columns
# The key, and what a repeat, a clear and a reopening change.
_CHANGING = (
    "id", "count", "reopened", "last_raised_at", "changed_at", "wire_name", "severity", "reported_severity", "text",
    "info1", "info2", "unique_id", "reported_type", "reported_cause", "reported_date", "ip", "remote_host",
    "tenant_id", "site_id", "cleared_at", "cleared_by", "next_due_at",
)  # fmt: skip
_UPDATE = (
    update(_TABLE)
    .where(_TABLE.c.id == bindparam("new_id"))
    .values({name: bindparam(f"new_{name}") for name in _CHANGING if name != "id"})
)
_INSERT = insert(_TABLE)
_INSERT_RETURNING = _INSERT.returning(_TABLE.c.id, sort_by_parameter_order=True)


def key_of(name: str, mac: str, qualifier: str = "") -> str:
    """Return what tells one alarm from another: kind and source, and where there can be two a qualifier (rules 3.1)."""
    return hashlib.sha256(f"{name}\0{mac}\0{qualifier}".encode()).hexdigest()


class Board:
    """The alarms that some keys may mean, locked; each finds what those before it left."""

    def __init__(
        self,
        session: Session,
        keys: Collection[str],
        *,
        reopening: Collection[str],
        now: datetime,
        besides: ColumnElement[bool] | None = None,
        following: Following | None = None,
    ) -> None:
        """Look up the active alarms with these keys, and ``besides`` others, in the order in which they were raised.

        Of the keys in ``reopening``, which are to be raised, those are looked up as well that were cleared just now.
        """
        self._session = session
        self._now = now
        self._following = following or Following(session, now=now)
        self._happened: list[tuple[AlarmRow, AlarmDeed | None]] = []
        self._raised: list[AlarmRow] = []
        self._changed: dict[int, AlarmRow] = {}
        self._changes: list[tuple[AlarmRow, Change]] = []
        is_asked = bool(keys) or besides is not None
        active = _lock_active(session, keys, besides) if is_asked else {}
        missing = set(reopening).difference(active)
        ended = _lock_ended(session, missing, now) if missing else {}
        self._alarms = AlarmsInMemory(active, ended, has_rules=self._following.is_asked)

    def is_active(self, key: str) -> bool:
        """Whether an alarm with this key stands."""
        return key in self._alarms.active

    def severity_of(self, key: str) -> Severity | None:
        """Return how bad the alarm with this key is said to be, None where none stands."""
        row = self._alarms.active.get(key)
        return row["reported_severity"] if row is not None else None

    def raise_(self, raised: Raised) -> None:
        """Raise an alarm: one that stands counts up, one that was cleared just now goes on, else it is a new one."""
        self._note(self._alarms.raise_(raised, now=self._now))

    def clear(self, key: str, by: ClearedBy) -> bool:
        """Clear the alarm with this key, where one stands."""
        moved = self._alarms.clear(key, by, now=self._now)
        if moved is not None:
            self._note(moved)
        return moved is not None

    def key_of_number(self, mac: str, unique_id: str) -> str | None:
        """Return the key of the latest alarm that stands with the number that its phone gave it, or None."""
        number = (mac, unique_id)
        meant = (
            row for row in reversed(self._alarms.active.values()) if (row["mac"], row["unique_id"]) == number
        )
        found = next(meant, None)
        return str(found["dedup_key"]) if found is not None else None

    def write(self) -> None:
        """Write what changed; alarms that ended before others that were raised, as one may be raised again.

        What is written goes past the session and its scope, as on all the hot path of phones: it is for those who see
        all tenants.
        """
        self._changes += self._following.ask(self._happened)
        if self._changed:
            changed = [{f"new_{name}": row[name] for name in _CHANGING} for row in self._changed.values()]
            self._session.connection().execute(_UPDATE, changed)
            ruled = {row["id"]: row for row, _ in self._happened if "id" in row}
            write_ruled(self._session, list(ruled.values()))
        if self._raised:
            self._insert()
        self._changes += self._following.tell()
        timeline.write(self._session, ((row["id"], change) for row, change in self._changes), now=self._now)

    def _note(self, moved: Moved) -> None:
        row, change = moved.row, moved.change
        if moved.is_new:
            self._raised.append(row)
        elif "id" in row:  # one that was raised in this transaction is written anyway
            self._changed[row["id"]] = row
        if change is not None:
            self._changes.append((row, change))
        if not self._following.is_asked:
            return
        if moved.is_new or change is not None:
            self._happened.append((row, change.deed if change is not None else None))
        elif self._following.book.asks_again(row):
            self._happened.append((row, AlarmDeed.REPEAT))

    def _insert(self) -> None:
        """Insert what was raised, and learn the ids of those of which somebody, or the timeline, is told already."""
        self._raised.sort(key=lambda row: str(row["mac"]))
        told = {id(row) for row, _ in self._changes} | {id(row) for row in self._following.told()}
        plain = [row for row in self._raised if id(row) not in told]
        changed = [row for row in self._raised if id(row) in told]
        connection = self._session.connection()
        if plain:
            connection.execute(_INSERT, plain)
        if changed:
            inserted = connection.execute(_INSERT_RETURNING, changed)
            for row, alarm_id in zip(changed, inserted.scalars(), strict=True):
                row["id"] = alarm_id


# Among the alarms of some phones: said so that no index of those that stand is taken for it.
_STANDS_BY_THE_WAY = Alarm.cleared_at.is_(None).is_(true())


def _lock_active(
    session: Session, keys: Collection[str], besides: ColumnElement[bool] | None
) -> dict[str, AlarmRow]:
    meant = is_one_of(session, Alarm.active_key, keys)
    if besides is not None:
        meant = meant | (_STANDS_BY_THE_WAY & besides)
    active = select(*_COLUMNS).where(meant).order_by(Alarm.id)
    with planned_each_time(session):
        return _by_key(session.execute(active.with_for_update()).mappings())


def _lock_ended(session: Session, keys: Collection[str], now: datetime) -> dict[str, AlarmRow]:
    ended = (
        select(*_COLUMNS)
        .where(
            Alarm.cleared_at.is_not(None),
            or_(Alarm.cleared_at >= now - states.REOPENS_WITHIN, Alarm.flaps_until > now),
            Alarm.dedup_key.in_(keys),
        )
        .order_by(Alarm.cleared_at, Alarm.id)
    )
    return _by_key(session.execute(ended.with_for_update()).mappings())


def _by_key(rows: Iterable[Any]) -> dict[str, AlarmRow]:
    return {row["dedup_key"]: dict(row) for row in rows}
