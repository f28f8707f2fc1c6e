"""The figures of the dashboard, counted by the database; a session's scope decides whose phones count."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.models import DeviceSeen, DeviceStatus
from app.models.enums import Approval, Severity, Status
from app.services import alarm_search
from app.services.licenses import blocked

NEWEST_REPORTS = 10
MOST_VERSIONS = 12


@dataclass(frozen=True)
class VersionCount:
    """How many phones report a firmware version, and how many of them are registered."""

    version: str
    number: int
    registered: int


@dataclass(frozen=True)
class NewestReport:
    """The last report of a phone, for the list of the newest ones."""

    mac: str
    ip: str
    seen_at: datetime
    firmware_version: str
    status: Status | None


@dataclass(frozen=True)
class Figures:
    """What the dashboard shows; ``by_status`` has every status, and None for phones that have not reported.

    ``blocked`` are phones for which licences have no room.
    """

    by_status: Mapping[Status | None, int]
    waiting: int
    blocked: int
    versions: Sequence[VersionCount]
    newest: Sequence[NewestReport]
    alarms: Mapping[Severity, int]

    @property
    def total(self) -> int:
        """Phones that have reported."""
        return sum(self.by_status[status] for status in Status)

    @property
    def registered(self) -> int:
        """Phones that are registered."""
        return self.by_status[Status.REGISTERED]

    @property
    def not_registered(self) -> int:
        """Phones that report and are not registered: started, unregistered, offline (manual 6.1)."""
        return sum(self.by_status[status] for status in (Status.STARTED, Status.UNREGISTERED, Status.OFFLINE))

    @property
    def disconnected(self) -> int:
        """Phones of which nothing was heard for too long."""
        return self.by_status[Status.DISCONNECTED]

    @property
    def percent_registered(self) -> int:
        """Registered phones in percent of all, rounded down so that 100 means all."""
        return self.registered * 100 // self.total if self.total else 0


def figures(session: Session) -> Figures:
    """Count phones and alarms, and read the newest reports."""
    return Figures(
        by_status=_by_status(session),
        waiting=_waiting(session),
        blocked=blocked.count(session),
        versions=_versions(session),
        newest=_newest(session),
        alarms=alarm_search.count_active(session),
    )


def _by_status(session: Session) -> Mapping[Status | None, int]:
    rows = session.execute(select(DeviceStatus.status, func.count()).group_by(DeviceStatus.status))
    return dict.fromkeys([*Status, None], 0) | dict(rows.all())


def _waiting(session: Session) -> int:
    """Count phones that an administrator must approve."""
    waiting = select(func.count(DeviceStatus.mac)).where(
        DeviceStatus.approval.in_((Approval.NEEDED, Approval.HELD)), DeviceStatus.device_id.is_(None)
    )
    return session.scalar(waiting) or 0


def _versions(session: Session) -> Sequence[VersionCount]:
    number = func.count()
    registered = func.count().filter(DeviceStatus.status == Status.REGISTERED)
    statement = (
        select(DeviceStatus.firmware_version, number, registered)
        .where(DeviceStatus.firmware_version != "")
        .group_by(DeviceStatus.firmware_version)
        .order_by(number.desc(), DeviceStatus.firmware_version)
        .limit(MOST_VERSIONS)
    )
    return [VersionCount(*row) for row in session.execute(statement)]


def _newest(session: Session) -> Sequence[NewestReport]:
    columns = (
        DeviceStatus.mac,
        DeviceStatus.ip,
        DeviceSeen.seen_at,
        DeviceStatus.firmware_version,
        DeviceStatus.status,
    )
    statement = (
        select(*columns)
        .join(DeviceSeen, DeviceSeen.mac == DeviceStatus.mac)
        .where(or_(DeviceStatus.status.is_(None), DeviceStatus.status != Status.DISCONNECTED))
        .order_by(DeviceSeen.seen_at.desc())
        .limit(NEWEST_REPORTS)
    )
    return [NewestReport(*row) for row in session.execute(statement)]
