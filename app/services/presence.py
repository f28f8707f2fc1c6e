"""Presence: what phones report, and when they were last heard."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from hashlib import blake2b
from itertools import repeat
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import DeviceSeen
from app.models.enums import Status
from app.rules.alarms import Recovery
from app.services import (
    alarms,
    devices,
    journal,
    pending_actions,
    phone_users,
    report_rows,
    settings,
    status_rows,
)
from app.services.report_rows.columns import REPORTED, Changes, Look, Stored
from app.services.status_rows import StatusRow
from app.services.zero_touch import Decider

_NOT_SENT = repeat("\0")


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
    def digest(self) -> str:
        """Return 16 hex digits that are equal, in every process, for reports that store the same."""
        said = map(self.fields.get, REPORTED, _NOT_SENT)
        text = "\x1f".join([self.status or "", self.peer, self.url_tenant, *self.too_long, *said])
        return blake2b(text.encode(), digest_size=8).hexdigest()


@dataclass(frozen=True, slots=True)
class Recorded:
    """What came of reports: the actions to hand to each, and the known phones that were heard.

    Of the latter the time of the last contact is left to be written, by ``touch_last_seen``.
    """

    requests: list[list[str]]
    heard: dict[str, datetime] = field(default_factory=dict)


def record_keep_alives(session: Session, reports: Sequence[Report], *, now: datetime) -> Recorded:
    """Record reports in the order of their arrival, several of one phone included (protocol 2.5)."""
    digests = _digests(reports)
    look = report_rows.look(session, digests, now)
    waiting = pending_actions.hand_over(session, look.waiting, now=now)
    written: Collection[str] = ()
    if look.changed:
        several = {mac for mac, digest in digests.items() if not digest}
        said = [report for report in reports if report.mac in look.changed]
        written = _record_changes(session, said, look, several, now)
    heard = dict.fromkeys(digests.keys() - written, now)
    return Recorded([waiting.pop(report.mac, []) for report in reports], heard)


def touch_last_seen(session: Session, seen: Mapping[str, datetime]) -> None:
    """Write when phones were last heard."""
    report_rows.touch_seen(session, seen)


def seen_at(session: Session, mac: str) -> datetime | None:
    """Return when a phone last reported, or None."""
    return session.scalar(select(DeviceSeen.seen_at).where(DeviceSeen.mac == mac))


def _digests(reports: Sequence[Report]) -> dict[str, str]:
    """Return what each phone says, and nothing for one that says several things: then each counts as a change."""
    digests: dict[str, str] = {}
    for report in reports:
        said = report.digest
        digests[report.mac] = said if digests.get(report.mac, said) == said else ""
    return digests


def _record_changes(
    session: Session,
    reports: Sequence[Report],
    look: Look,
    several: Collection[str],
    now: datetime,
) -> Collection[str]:
    """Record the reports of phones that do not say what is stored; ``several`` are the phones that said more than one.

    Most change the row of a known phone and nothing else; only what causes more goes over the desk. Returns the phones
    whose last contact was written with it: those of the desk, and those that come back, or the sweep would find them
    silent again.
    """
    stored = look.changed
    proxy = settings.sbc_proxy_address(session) if look.has_sbc_proxy else ""
    simple: dict[str, Changes] = {}
    others: list[Report] = []
    heard: dict[str, datetime] = {}
    for report in reports:
        row = stored[report.mac]
        if row is None or report.mac in several or _causes_more(report, row):
            others.append(report)
            heard[report.mac] = now
            continue
        simple[report.mac] = _changes(report, row, proxy, now)
        if row["status"] == Status.DISCONNECTED:
            heard[report.mac] = now
    report_rows.update(session, simple)
    if others:
        _record_at_desk(session, others, stored, proxy, now)
    alarms.clear_implied(session, list(_recoveries(reports, stored)), now=now)
    touch_last_seen(session, heard)
    return heard.keys()


def _recoveries(
    reports: Iterable[Report], stored: Mapping[str, Stored | None]
) -> Iterator[tuple[str, Recovery]]:
    """Yield what phones that were heard before report of themselves, beside what they reported last.

    One that lost its digest may have raised an alarm since, so that it recovers by saying the same again.
    """
    for report in reports:
        row = stored[report.mac]
        if row is None or report.status is not Status.REGISTERED:
            continue
        was_registered = row["status"] == Status.REGISTERED
        if not was_registered or row["digest"] is None:
            yield report.mac, Recovery.REGISTERED
        user = phone_users.key_of(report.fields.get("user_id", row["user_id"]))
        is_another = not was_registered or user != phone_users.key_of(row["user_id"])
        if is_another and user not in ("", phone_users.SYSTEM_NAME):
            yield report.mac, Recovery.SIGNED_IN


def _causes_more(report: Report, stored: Stored) -> bool:
    """Whether a report changes more than its phone's row: it is no device, lacks a template, or somebody signs in."""
    if stored["device_id"] is None or stored["template_id"] is None or report.too_long:
        return True
    if report.status is not Status.REGISTERED:
        return False
    key = phone_users.key_of(report.fields.get("user_id", stored["user_id"]))
    return key not in ("", stored["user_key"])


def _changes(report: Report, stored: Mapping[str, Any], proxy: str, now: datetime) -> dict[str, Any]:
    """Return what a report changes of what is stored of its phone, as plain values."""
    status = report.status or _status_when_not_said(stored["status"])
    said: dict[str, Any] = {
        **report.fields,
        "external_ip": report.peer,
        "is_behind_proxy": report.peer == proxy != "",
        "url_tenant": report.url_tenant or stored["url_tenant"],
    }
    if status is Status.OFFLINE:  # a phone that is signed out shows no user (manual 6.1)
        said["user_name"] = said["user_id"] = ""
    changes = {name: value for name, value in said.items() if stored[name] != value}
    if stored["status"] != status:
        changes |= {"status": status.value, "status_changed_at": now}
    return changes | {"digest": report.digest}


def _record_at_desk(
    session: Session,
    reports: Sequence[Report],
    stored: Mapping[str, Stored | None],
    proxy: str,
    now: datetime,
) -> None:
    macs = {report.mac for report in reports}
    unknown = {mac for mac in macs if stored[mac] is None}
    rows = status_rows.lock_or_make(session, macs, unknown=unknown, now=now)
    desk = _Desk(session, rows.values(), proxy, now)
    for one_of_each in _rounds(reports):
        for report in one_of_each:
            if rows[report.mac]["digest"] != report.digest:
                desk.record(report, rows[report.mac])
        desk.carry_out()
    status_rows.write(session, rows.values())


def _rounds(reports: Iterable[Report]) -> list[list[Report]]:
    """Return the reports in rounds, each phone's in their order and at most one of it in each round.

    What follows from the reports of a round is done for all of its phones at once.
    """
    taken: Counter[str] = Counter()
    found: list[list[Report]] = []
    for report in reports:
        if taken[report.mac] == len(found):
            found.append([])
        found[taken[report.mac]].append(report)
        taken[report.mac] += 1
    return found


class _Desk:
    """Records what reports cause beside their rows; what it needs for all of them is read at once."""

    def __init__(self, session: Session, rows: Collection[StatusRow], proxy: str, now: datetime) -> None:
        self._session = session
        self._proxy = proxy
        self._now = now
        self._decider = Decider(session, now)
        self._decider.attach(rows)
        known = {row["device_id"] for row in rows if row["device_id"] is not None}
        self._users = devices.keys_of_users(session, known)

    def record(self, report: Report, row: StatusRow) -> None:
        """Bring a phone's row up to date, and what follows from it: a device, a user, a file."""
        row |= _changes(report, row, self._proxy, self._now)
        row["status"] = Status(row["status"])
        if report.too_long:
            self._note_too_long(report, row)
        if row["device_id"] is None:
            self._decider.decide_on_report(row, may_become_device=not report.too_long)
            return
        if row["template_id"] is None:
            self._decider.choose_missing_template(row)
        if report.status is Status.REGISTERED and not report.too_long:
            self._sign_in(row)

    def carry_out(self) -> None:
        """Write what followed from the reports so far."""
        self._decider.carry_out()

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
