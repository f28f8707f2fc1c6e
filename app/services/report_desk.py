"""The desk: what reports cause beside their rows. Few do; most never come here."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from app.models.enums import Status
from app.services import devices, journal, phone_users, report_rows, status_rows
from app.services.author import Author
from app.services.phone_history import places
from app.services.phone_history.entries import Entry, entries_of
from app.services.report_rows.columns import Stored
from app.services.reports import Report, changes_of
from app.services.status_rows import StatusRow
from app.services.zero_touch import Decider


def record_at_desk(
    session: Session,
    reports: Sequence[Report],
    stored: Mapping[str, Stored | None],
    proxy: str,
    now: datetime,
) -> None:
    """Record reports in their order, several of one phone included; ``stored`` is what was found of their phones."""
    macs = {report.mac for report in reports}
    unknown = {mac for mac in macs if stored[mac] is None}
    rows = status_rows.lock_or_make(session, macs, unknown=unknown, now=now)
    sites = places.sites_of(rows.values())
    desk = _Desk(session, rows.values(), proxy, now)
    for one_of_each in _rounds(reports):
        for report in one_of_each:
            if rows[report.mac]["digest"] != report.digest:
                desk.record(report, rows[report.mac])
        desk.carry_out()
    status_rows.write(session, rows.values())
    places.note_moves(session, sites, rows.values(), now=now)
    desk.keep_history(rows)


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
        self._kept: list[Entry] = []
        self._decider = Decider(session, now)
        self._decider.attach(rows)
        known = {row["device_id"] for row in rows if row["device_id"] is not None}
        self._users = devices.keys_of_users(session, known)

    def record(self, report: Report, row: StatusRow) -> None:
        """Bring a phone's row up to date, and what follows from it: a device, a user, a file."""
        changes = changes_of(report, row, self._proxy, self._now)
        self._kept += entries_of(report.mac, None, row, changes)
        row |= changes
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

    def keep_history(self, rows: Mapping[str, StatusRow]) -> None:
        """Write what changed, as the history of the tenant in which each phone is by now."""
        kept = [entry._replace(tenant_id=rows[entry.mac]["tenant_id"]) for entry in self._kept]
        report_rows.keep(self._session, kept, self._now)

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
            author=Author(journal.PHONE_PLANE, report.peer),
            action="report field dropped",
            subject=report.mac,
            text=f"The phone {report.mac} reported more text than is kept for {names}; it was left out.",
            tenant_id=row["tenant_id"],
        )
