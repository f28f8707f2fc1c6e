"""The history of a phone as its page and its CSV show it, the newest first."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import PhoneChange, Tenant
from app.models.enums import Aspect
from app.rendering.csv_lines import csv_line
from app.security.tenant_scope import scope_of
from app.services.phone_history.filing import IS_FILED, IS_TO_FILE
from app.services.phone_history.places import BETWEEN

ELSEWHERE = "another tenant"
CHUNK_ROWS = 500


class Group(StrEnum):
    """What somebody looks for in a history; each is several aspects."""

    STATUS = "status"
    ADDRESS = "address"
    FIRMWARE = "firmware"
    USER = "user"
    PLACE = "place"
    ACCESSORIES = "accessories"


ASPECTS: Mapping[Group, Sequence[Aspect]] = {
    Group.STATUS: (Aspect.STATUS,),
    Group.ADDRESS: (
        Aspect.IP, Aspect.SUBNET_MASK, Aspect.EXTERNAL_IP, Aspect.VLAN_ID, Aspect.SIP_PROXY,
    ),
    Group.FIRMWARE: (Aspect.FIRMWARE, Aspect.MODEL),
    Group.USER: (Aspect.USER, Aspect.PHONE_NUMBER),
    Group.PLACE: (Aspect.PLACE, Aspect.LOCATION),
    Group.ACCESSORIES: (Aspect.USB_HEADSET, Aspect.BTOE_STATUS),
}  # fmt: skip
_GROUPS = {aspect: group for group, aspects in ASPECTS.items() for aspect in aspects}
TITLES: Mapping[Aspect, str] = {
    Aspect.STATUS: "Status",
    Aspect.IP: "IP address",
    Aspect.SUBNET_MASK: "Subnet",
    Aspect.EXTERNAL_IP: "External address",
    Aspect.VLAN_ID: "VLAN ID",
    Aspect.SIP_PROXY: "SIP proxy",
    Aspect.FIRMWARE: "Firmware",
    Aspect.MODEL: "Model",
    Aspect.USER: "User",
    Aspect.PHONE_NUMBER: "Phone number",
    Aspect.LOCATION: "Location",
    Aspect.USB_HEADSET: "USB headset",
    Aspect.BTOE_STATUS: "BToE",
    Aspect.PLACE: "Tenant and site",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One change as it is shown: the place before and after only as far as the account sees them."""

    id: int
    at: datetime
    mac: str
    what: Aspect
    before: str
    after: str

    @property
    def title(self) -> str:
        """What changed, in words."""
        return TITLES[self.what]

    @property
    def group(self) -> Group:
        """Under which group it is found."""
        return _GROUPS[self.what]


def read(
    session: Session, macs: Sequence[str], *, group: Group | None = None, before: int = 0, most: int
) -> list[Line]:
    """Return the newest changes of a phone and of those that it replaced, with ids below ``before`` where it is given.

    Each is of the tenant that the phone had at the time: who does not see that tenant does not see it.
    """
    wanted = select(PhoneChange).where(PhoneChange.mac.in_(macs))
    if group is not None:
        wanted = wanted.where(PhoneChange.what.in_(ASPECTS[group]))
    if before:
        wanted = wanted.where(PhoneChange.id < before)
    wanted = wanted.order_by(PhoneChange.id.desc()).limit(most)
    found = [
        change for is_where in (IS_TO_FILE, IS_FILED) for change in session.scalars(wanted.where(is_where))
    ][:most]
    hides = _Places(session)
    return [
        Line(
            change.id,
            change.at,
            change.mac,
            change.what,
            hides.shown(change.what, change.before),
            hides.shown(change.what, change.after),
        )
        for change in found
    ]


def csv_header() -> str:
    """Return the first line of the CSV."""
    return csv_line(["Time (UTC)", "MAC", "What", "From", "To"])


def csv_lines(lines: Iterable[Line]) -> str:
    """Return a line for each change."""
    return "".join(
        csv_line([f"{line.at:%Y-%m-%d %H:%M:%S}", line.mac, line.title, line.before, line.after])
        for line in lines
    )


class _Places:
    """Leaves out the names of tenants that an account does not see; they are asked for when one is to be shown."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._seen: frozenset[str] | None = None

    def shown(self, what: Aspect, text: str) -> str:
        if what is not Aspect.PLACE or not text or scope_of(self._session).is_everything:
            return text
        if self._seen is None:
            self._seen = frozenset(self._session.scalars(select(Tenant.name)))
        return text if any(text.startswith(f"{name}{BETWEEN}") for name in self._seen) else ELSEWHERE
