"""The phones that came since the wait for the first one began: here, or elsewhere and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Decision, DeviceStatus, SetupProgress
from app.models.enums import Stage, Status
from app.rules.zero_touch.trace import Step as TraceStep
from app.services import zero_touch
from app.services.devices_status.details import steps_by_stage
from app.services.devices_status.phones import Phone, read_phones

MOST_SHOWN = 5
# So many are looked at: of a fleet that comes at once the latest are enough to say that somebody came.
_MOST_LOOKED_AT = 200


@dataclass(frozen=True, slots=True)
class Arrival:
    """A phone that came: whether it is the tenant's, why it is where it is, and the trace of the decision."""

    phone: Phone
    is_ours: bool
    why: Sequence[str]
    trace: Sequence[tuple[Stage, Sequence[TraceStep]]]

    @property
    def has_reported(self) -> bool:
        """Whether it said how it is, and did not only ask for a file."""
        return self.phone.status is not None

    @property
    def is_registered(self) -> bool:
        """Whether somebody can call with it."""
        return self.phone.status is Status.REGISTERED

    @property
    def is_device(self) -> bool:
        """Whether it has a file of its own."""
        return self.phone.device_id is not None


@dataclass(frozen=True, slots=True)
class Arrivals:
    """The tenant's phones that came, the first one first; those that went elsewhere, the latest first; their mark."""

    ours: Sequence[Arrival]
    elsewhere: Sequence[Arrival]
    version: str

    @property
    def first(self) -> Arrival | None:
        """The phone that was waited for."""
        return self.ours[0] if self.ours else None


def version_of(session: Session, answered: SetupProgress) -> str:
    """Return a mark that is another one when something changed of the phones that came; it is cheap to ask for."""
    rows = session.execute(
        select(
            DeviceStatus.mac,
            DeviceStatus.status,
            DeviceStatus.approval,
            DeviceStatus.device_id,
            DeviceStatus.tenant_id,
            DeviceStatus.template_id,
            DeviceStatus.url_tenant,
        )
        .where(DeviceStatus.mac.in_(_macs(session, answered)))
        .order_by(DeviceStatus.mac)
    )
    told = repr([answered.waiting_after, *map(tuple, rows)])
    return sha256(told.encode()).hexdigest()[:16]


def read(session: Session, answered: SetupProgress) -> Arrivals:
    """Return the phones that came since the wait began, as far as the account sees them."""
    phones = read_phones(session, _macs(session, answered))
    ours = sorted((phone for phone in phones if _is_ours(phone, answered)), key=_came_at)
    elsewhere = sorted(
        (phone for phone in phones if not _is_ours(phone, answered)), key=_came_at, reverse=True
    )
    return Arrivals(
        [_arrival(session, phone, is_ours=True) for phone in ours[:MOST_SHOWN]],
        [_arrival(session, phone, is_ours=False) for phone in elsewhere[:MOST_SHOWN]],
        version_of(session, answered),
    )


def _macs(session: Session, answered: SetupProgress) -> list[str]:
    """Return the phones about which something was decided since, and those that were imported and now came."""
    since = answered.waiting_since
    if since is None:
        return []
    decided = session.scalars(
        select(Decision.mac)
        .where(Decision.id > (answered.waiting_after or 0))
        .order_by(Decision.id.desc())
        .limit(_MOST_LOOKED_AT)
    )
    changed = session.execute(
        select(DeviceStatus.mac, DeviceStatus.first_seen_at)
        .where(DeviceStatus.status_changed_at >= since)
        .order_by(DeviceStatus.status_changed_at.desc())
        .limit(_MOST_LOOKED_AT)
    )
    known_before = [mac for mac, first_seen_at in changed if first_seen_at >= since]
    return sorted({*decided, *known_before})


def _is_ours(phone: Phone, answered: SetupProgress) -> bool:
    """Without Zero Touch a phone names no tenant: whichever waits may be the one."""
    is_any_that_waits = answered.is_zero_touch is False and phone.is_pending and not phone.url_tenant
    return phone.tenant_id == answered.tenant_id or is_any_that_waits


def _came_at(phone: Phone) -> datetime:
    return phone.first_seen_at


def _arrival(session: Session, phone: Phone, *, is_ours: bool) -> Arrival:
    decisions = zero_touch.decisions_of(session, phone.mac)[:1]
    reasons = [str(reason) for decision in decisions for reason in decision.outcome.get("reasons", ())]
    return Arrival(
        phone,
        is_ours,
        reasons or [phone.placement_reason],
        steps_by_stage(decisions[0]) if decisions else (),
    )
