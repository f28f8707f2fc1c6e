"""Presence: what phones report, and when they were last heard."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from hashlib import blake2b

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import DeviceSeen
from app.models.enums import Status
from app.services import devices, journal, pending_actions, phone_users, status_rows
from app.services.status_rows import StatusRow
from app.services.zero_touch import Decider


@dataclass(frozen=True)
class Report:
    """One keep-alive. ``fields`` has the members that were sent, under the names of the status row's columns.

    A member that was not sent stays what it was. ``too_long`` names the members that were dropped for their length.
    """

    mac: str
    fields: Mapping[str, str]
    status: Status | None
    peer: str
    url_tenant: str = ""
    too_long: tuple[str, ...] = ()

    @cached_property
    def digest(self) -> bytes:
        """Return 8 bytes that are equal, in every process, for reports that store the same."""
        parts = [self.status or "", self.peer, self.url_tenant, *self.too_long]
        parts += [f"{name}={self.fields[name]}" for name in sorted(self.fields)]
        return blake2b("\x1f".join(parts).encode(), digest_size=8).digest()


@dataclass(frozen=True, slots=True)
class Recorded:
    """What came of reports: the actions to hand to each, and the phones of which nothing changed.

    Of the latter only the time of the last contact is left to be written, by ``touch_last_seen``.
    """

    requests: list[list[str]]
    unchanged: dict[str, datetime] = field(default_factory=dict)


def record_keep_alives(session: Session, reports: Sequence[Report], *, now: datetime) -> Recorded:
    """Record reports in the order of their arrival, several of one phone included (protocol 2.5)."""
    macs = {report.mac for report in reports}
    digests = status_rows.read_digests(session, macs)
    changed = {report.mac for report in reports if digests.get(report.mac) != report.digest}
    status_rows.add_missing(session, changed - digests.keys(), now=now)
    rows = status_rows.lock(session, changed)
    waiting = pending_actions.hand_over(session, macs, now=now)
    _record_changes(session, [report for report in reports if report.mac in changed], rows, digests, now)
    status_rows.write(session, rows.values())
    touch_last_seen(session, dict.fromkeys(rows, now))
    return Recorded([waiting.pop(report.mac, []) for report in reports], dict.fromkeys(macs - changed, now))


def touch_last_seen(session: Session, seen: Mapping[str, datetime]) -> None:
    """Write when phones were last heard."""
    status_rows.write_seen(session, seen)


def seen_at(session: Session, mac: str) -> datetime | None:
    """Return when a phone last reported, or None."""
    return session.scalar(select(DeviceSeen.seen_at).where(DeviceSeen.mac == mac))


def _record_changes(
    session: Session,
    reports: Sequence[Report],
    rows: Mapping[str, StatusRow],
    digests: dict[str, bytes | None],
    now: datetime,
) -> None:
    """Bring rows up to date with the reports that differ from what is stored, one after the other."""
    if not reports:
        return
    desk = _Desk(session, rows.values(), now)
    for report in reports:
        if digests.get(report.mac) != report.digest:
            desk.record(report, rows[report.mac])
            digests[report.mac] = report.digest


class _Desk:
    """Records the reports of one transaction; what it needs for all of them is read at once."""

    def __init__(self, session: Session, rows: Collection[StatusRow], now: datetime) -> None:
        self._session = session
        self._now = now
        self._decider = Decider(session, now)
        self._decider.attach(rows)
        known = {row["device_id"] for row in rows if row["device_id"] is not None}
        self._users = devices.keys_of_users(session, known)

    def record(self, report: Report, row: StatusRow) -> None:
        """Bring a phone's row up to date, and what follows from it: a device, a user, a file."""
        self._store(report, row)
        if report.too_long:
            self._note_too_long(report, row)
        if row["device_id"] is None:
            self._decider.decide_on_report(row, may_become_device=not report.too_long)
            return
        if row["template_id"] is None:
            self._decider.choose_missing_template(row)
        if report.status is Status.REGISTERED and not report.too_long:
            self._sign_in(row)

    def _store(self, report: Report, row: StatusRow) -> None:
        row |= report.fields
        row["external_ip"] = report.peer
        row["is_behind_proxy"] = self._decider.surroundings.is_proxy(report.peer)
        row["url_tenant"] = report.url_tenant or row["url_tenant"]
        row["digest"] = report.digest
        status = report.status or _status_when_not_said(row["status"])
        if status is not row["status"]:
            row["status"], row["status_changed_at"] = status, self._now
        if status is Status.OFFLINE:  # a phone that is signed out shows no user (manual 6.1)
            row["user_name"] = row["user_id"] = ""

    def _sign_in(self, row: StatusRow) -> None:
        key = phone_users.key_of(row["user_id"])
        if key and key != self._users.get(row["device_id"]):
            self._decider.sign_in(row)
            self._users[row["device_id"]] = key

    def _note_too_long(self, report: Report, row: StatusRow) -> None:
        names = ", ".join(report.too_long)
        journal.record(
            self._session,
            at=self._now,
            actor=journal.PHONE_PLANE,
            action="report field dropped",
            subject=report.mac,
            text=f"The phone {report.mac} reported more text than is kept for {names}; it was left out.",
            tenant_id=row["tenant_id"],
            address=report.peer,
        )


def _status_when_not_said(status: Status | None) -> Status:
    """Return the status of a phone whose report names none: what it was, or started when it was silent."""
    return Status.STARTED if status in {None, Status.DISCONNECTED} else Status(status)
