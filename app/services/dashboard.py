"""What the dashboard shows, counted by the database; a session's scope decides whose phones count."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.models import DeviceSeen, DeviceStatus, Firmware
from app.models.enums import Action, OperationState, Severity, Status
from app.services import alarm_search
from app.services.fleet_counts import kinds, shares
from app.services.fleet_counts.shares import Pie, VersionCount
from app.services.licenses import blocked
from app.services.operations import reading

NEWEST_REPORTS = 10
MOST_OPERATIONS = 5
_LOOKED_AT = 200
"""Phones heard last that are looked at for the newest reports, before all phones are."""


@dataclass(frozen=True, slots=True)
class NewestReport:
    """The last report of a phone, for the list of the newest ones."""

    mac: str
    ip: str
    seen_at: datetime
    firmware_version: str
    status: Status | None


@dataclass(frozen=True, slots=True)
class UnderWay:
    """An operation that has not ended, and how far it is: of its targets that the account sees."""

    id: int
    action: Action
    state: OperationState
    ended: int
    total: int
    percent: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What the dashboard shows; ``by_status`` has every status, and None for phones that have not reported.

    ``blocked`` are phones for which licences have no room; ``behind`` says for firmware versions how many phones that
    report them should have another.
    """

    by_status: Mapping[Status | None, int]
    pies: Sequence[Pie]
    versions: Sequence[VersionCount]
    behind: Mapping[str, int]
    waiting: int
    blocked: int
    newest: Sequence[NewestReport]
    alarms: Mapping[Severity, int]
    under_way: Sequence[UnderWay]

    @property
    def total(self) -> int:
        """All phones that were ever heard of."""
        return sum(self.by_status.values())

    @property
    def not_reported(self) -> int:
        """Phones that asked for a file and have not reported yet."""
        return self.by_status[None]

    @property
    def registered(self) -> int:
        """Phones that are registered."""
        return self.by_status[Status.REGISTERED]

    @property
    def not_registered(self) -> int:
        """Phones that report and are not registered: started, unregistered, offline (manual 6.1)."""
        return sum(self.by_status[status] for status in kinds.NOT_REGISTERED)

    @property
    def disconnected(self) -> int:
        """Phones of which nothing was heard for too long."""
        return self.by_status[Status.DISCONNECTED]

    @property
    def percent_registered(self) -> int:
        """Registered phones in percent of all, rounded down so that 100 means all."""
        return self.registered * 100 // self.total if self.total else 0

    @property
    def all_behind(self) -> int:
        """Phones that should have another firmware."""
        return sum(self.behind.values())


def figures(session: Session) -> Figures:
    """Count phones and alarms, and read the newest reports and the operations under way."""
    counts = shares.count(session)
    return Figures(
        by_status=counts.by_status,
        pies=counts.pies,
        versions=counts.versions,
        behind=count_behind(session),
        waiting=_waiting(session),
        blocked=blocked.count(session),
        newest=_newest(session),
        alarms=alarm_search.count_active(session),
        under_way=_under_way(session),
    )


def count_behind(session: Session) -> Mapping[str, int]:
    """Return how many phones report a firmware version and should have another, by that version."""
    if session.scalar(select(Firmware.id).where(Firmware.version != "").limit(1)) is None:
        return {}  # no phone can be behind, and none has to be looked at
    statement = (
        select(DeviceStatus.firmware_version, func.count())
        .where(kinds.is_behind())
        .group_by(DeviceStatus.firmware_version)
    )
    return dict(session.execute(statement).all())


def _waiting(session: Session) -> int:
    return session.scalar(select(func.count(DeviceStatus.mac)).where(kinds.is_waiting())) or 0


def _newest(session: Session) -> Sequence[NewestReport]:
    """Read the newest reports: as a rule they are among the phones that were heard last of all."""
    columns = (
        DeviceStatus.mac,
        DeviceStatus.ip,
        DeviceSeen.seen_at,
        DeviceStatus.firmware_version,
        DeviceStatus.status,
    )
    last = select(DeviceSeen.mac).order_by(DeviceSeen.seen_at.desc()).limit(_LOOKED_AT)
    everywhere = (
        select(*columns)
        .join(DeviceSeen, DeviceSeen.mac == DeviceStatus.mac)
        .where(or_(DeviceStatus.status.is_(None), DeviceStatus.status != Status.DISCONNECTED))
        .order_by(DeviceSeen.seen_at.desc(), DeviceStatus.mac)
        .limit(NEWEST_REPORTS)
    )
    rows = session.execute(everywhere.where(DeviceStatus.mac.in_(last))).all()
    if len(rows) < NEWEST_REPORTS:
        rows = session.execute(everywhere).all()
    return [NewestReport(*row) for row in rows]


def _under_way(session: Session) -> Sequence[UnderWay]:
    operations = reading.find_under_way(session, at_most=MOST_OPERATIONS)
    progress = reading.progress_of(session, [operation.id for operation in operations])
    return [
        UnderWay(
            one.id,
            one.action,
            one.state,
            progress[one.id].ended,
            progress[one.id].total,
            progress[one.id].percent,
        )
        for one in operations
    ]
