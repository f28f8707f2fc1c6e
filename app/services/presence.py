"""Presence: what phones report, and when they were last heard."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import DeviceSeen
from app.models.enums import Status
from app.rules.alarms.catalogue import Recovery
from app.services import pending_actions, phone_users, report_rows, settings
from app.services.alarms import recording as alarms
from app.services.phone_history.entries import Entry, entries_of
from app.services.report_desk import record_at_desk
from app.services.report_rows.columns import Changes, Look, Stored
from app.services.reports import Report, changes_of, digests_of


@dataclass(frozen=True, slots=True)
class Recorded:
    """What came of reports: the actions to hand to each, and the known phones that were heard.

    Of the latter the time of the last contact is left to be written, by ``touch_last_seen``.
    """

    requests: list[list[str]]
    heard: dict[str, datetime] = field(default_factory=dict)


def record_keep_alives(session: Session, reports: Sequence[Report], *, now: datetime) -> Recorded:
    """Record reports in the order of their arrival, several of one phone included (protocol 2.5)."""
    digests = digests_of(reports)
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
    kept: list[Entry] = []
    heard: dict[str, datetime] = {}
    for report in reports:
        row = stored[report.mac]
        if row is None or report.mac in several or _causes_more(report, row):
            others.append(report)
            heard[report.mac] = now
            continue
        simple[report.mac] = changes = changes_of(report, row, proxy, now)
        kept += entries_of(report.mac, row["tenant_id"], row, changes)
        if row["status"] == Status.DISCONNECTED:
            heard[report.mac] = now
    report_rows.update(session, simple, kept, now=now)
    if others:
        record_at_desk(session, others, stored, proxy, now)
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
        if row is None:
            continue
        if row["status"] == Status.DISCONNECTED:
            yield report.mac, Recovery.HEARD
        if report.status is not Status.REGISTERED:
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
