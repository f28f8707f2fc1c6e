"""A fleet of which phones fall silent, laid straight into a database: as many status rows as are wanted, in bulk."""

import random
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, func, insert, select, text, true, update

from app.database import Database
from app.models import Decision, DeviceSeen, DeviceStatus, Heartbeat
from app.models.enums import Cause
from app.phone_api import keep_alive
from app.phone_api.messages import PhoneRequest
from app.security.tenant_scope import ALL_TENANTS
from app.services import silence, status_rows
from app.services.status_rows import StatusRow
from app.transaction import reading, writing
from benchmarks import reports

SILENT_SHARE = 400
"""One phone of so many is a few: 0.25 %."""
NEVER_REPORTED_SHARE = 10

_SAMPLES = 50
_ROWS_AT_ONCE = 10_000
_LONG_AGO = timedelta(days=2)
_PEER = "10.9.8.7"


class SilentFleet:
    """Registered phones in a database, all heard a moment ago, and what befalls them."""

    def __init__(self, database: Database, size: int) -> None:
        self.size = size
        self._database = database
        self._macs = _shuffled(reports.macs(size))  # the order in which they were put into operation
        self._not_silent = iter(_shuffled(self._macs))

    def settle(self) -> None:
        """Add the phones, and a phone plane that is alive for as long as this takes."""
        now = datetime.now(UTC)
        samples = [_row_of(body, now) for body in reports.seed_bodies(_SAMPLES)]
        self._insert(
            DeviceStatus,
            (_like(samples[number % _SAMPLES], mac, number) for number, mac in enumerate(self._macs)),
        )
        self._insert(DeviceSeen, ({"mac": mac, "seen_at": now} for mac in self._macs))
        beat = {"name": silence.PHONE_PLANE, "beat_at": now + _LONG_AGO, "running_since": now - 2 * _LONG_AGO}
        self._insert(Heartbeat, [beat])
        self._tidy_up()

    def let_some_fall_silent(self) -> None:
        """Turn back when a few phones were last heard, each time others."""
        self._turn_back(DeviceSeen.mac.in_(list(islice(self._not_silent, self.size // SILENT_SHARE))))

    def let_all_fall_silent(self) -> None:
        """Turn back when all phones were last heard."""
        self._turn_back(true())

    def let_some_never_report(self) -> None:
        """Add phones that asked for a file long ago and did not report since, a tenth of the fleet."""
        then = datetime.now(UTC) - _LONG_AGO
        macs = [f"0090ff{number:06x}" for number in range(self.size // NEVER_REPORTED_SHARE)]
        decided = {"decided_at": then, "cause": Cause.FILE_REQUEST, "facts": {}, "outcome": {}, "steps": []}
        self._insert(DeviceStatus, (status_rows.make(mac, then) for mac in macs))
        self._insert(Decision, ({"mac": mac, **decided} for mac in macs))
        self._tidy_up()

    def seconds_of_a_pass(self) -> float:
        """Return how long it takes to count the phones by a column of the wide table that has no index."""
        counts = select(DeviceStatus.vlan_id, func.count()).group_by(DeviceStatus.vlan_id)
        with reading(self._database, ALL_TENANTS) as session:
            started = time.perf_counter()
            session.execute(counts).all()
            return time.perf_counter() - started

    def _turn_back(self, which: ColumnElement[bool]) -> None:
        then = datetime.now(UTC) - _LONG_AGO
        with writing(self._database, ALL_TENANTS) as session:
            session.execute(update(DeviceSeen).where(which).values(seen_at=then))
        self._tidy_up()

    def _insert(self, model: Any, rows: Iterable[Mapping[str, Any]]) -> None:
        left = iter(rows)
        while chunk := list(islice(left, _ROWS_AT_ONCE)):
            with writing(self._database, ALL_TENANTS) as session:
                session.connection().execute(insert(model.__table__), chunk)

    def _tidy_up(self) -> None:
        """Do on PostgreSQL what its autovacuum does after such changes."""
        if self._database.reader.dialect.name != "postgresql":
            return
        with self._database.reader.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("VACUUM ANALYZE"))


def _shuffled(macs: Sequence[str]) -> Sequence[str]:
    return random.Random(1).sample(macs, len(macs))


def _row_of(body: bytes, now: datetime) -> StatusRow:
    """Return the status row of a registered phone that sent this report."""
    report = keep_alive.parse(PhoneRequest("POST", reports.PATH, {}, body, _PEER), {}).report
    said = {"status": report.status, "status_changed_at": now, "digest": report.digest, "external_ip": _PEER}
    return status_rows.make(report.mac, now) | dict(report.fields) | said


def _like(row: StatusRow, mac: str, number: int) -> StatusRow:
    """Return a row of another phone, with a user of its own."""
    user = {
        "user_name": f"User {number}",
        "user_id": f"user{number}@example.com",
        "phone_number": f"+1{number:09}",
    }
    place = {
        "ip": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}",
        "location": f"Desk {number}",
    }
    return row | user | place | {"mac": mac}
