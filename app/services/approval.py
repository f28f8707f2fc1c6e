"""Approving a phone that waits: it becomes a device of the tenant one chooses (manual, chapter 8)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import ConflictError, NotFoundError
from app.models import Device, PhoneUser, Site, Tenant
from app.models.enums import Approval, Stage, VlanMode
from app.models.phone_user import MAX_DISPLAY_NAME
from app.rules.ordered.verdicts import Verdict
from app.rules.typed_names import checked_name
from app.rules.vlan import check_vlan
from app.rules.zero_touch.placement import Placement
from app.rules.zero_touch.trace import Step
from app.services import devices, phone_user_passwords, phone_users, pins, status_rows, zero_touch
from app.services.author import Author
from app.services.licenses.room import NoRoomError
from app.services.operations import restarting
from app.services.phone_history import places
from app.services.phone_users import NamedUser
from app.services.status_rows import StatusRow


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalRequest:
    """What an administrator says when he approves a phone.

    Without a site it is the one whose subnet has the phone, else AutoDetection. Without a user name it is the user
    whom the phone reported; a phone that does not sign in to Skype for Business reports none, and is a device without
    user then.
    """

    tenant_id: int
    site_id: int | None = None
    user_name: str = ""
    display_name: str = ""
    password: str = ""
    vlan_mode: VlanMode = VlanMode.NONE
    vlan_id: int = 0
    vlan_priority: int = 0


def approve(session: Session, mac: str, request: ApprovalRequest, *, author: Author, now: datetime) -> Device:
    """Make a waiting phone a device (``make_device``), and have it restart, so that it fetches its file."""
    device = make_device(session, mac, request, author=author, now=now)
    restarting.restart(session, mac, author=author, now=now)
    return device


def make_device(
    session: Session, mac: str, request: ApprovalRequest, *, author: Author, now: datetime
) -> Device:
    """Make a waiting phone a device, with its user and its file.

    Raises NotFoundError for a phone, tenant or site that the session does not see, ConflictError for a phone that is
    a device already, or for which licences have no room, InvalidInputError for values out of range.
    """
    decider = zero_touch.Decider(session, now)
    row = _get_waiting_phone(session, decider, mac)
    waited_at = places.sites_of([row])
    vlan = _vlan(request)
    tenant = _get_tenant(session, request.tenant_id)
    site = _get_site(session, decider, row, tenant, request.site_id)
    user = _user(session, tenant, row, request, author=author, now=now)
    chosen = {"phone_user_id": user.id if user else None, **vlan}
    decider.decide_on_approval(row, _placement(tenant, site, author.name), chosen, author=author)
    decider.carry_out()
    if row["is_blocked"]:
        raise NoRoomError(row["placement_reason"])
    status_rows.write(session, [row | {"digest": None}])
    places.note_moves(session, waited_at, [row], now=now)
    device = session.get_one(Device, row["device_id"])
    pins.pin(session, [device], (Stage.PLACEMENT,), author=author, now=now)
    return device


def _get_waiting_phone(session: Session, decider: zero_touch.Decider, mac: str) -> StatusRow:
    """Return the row of a phone that is no device, locked: of two who approve it at once the second is told."""
    devices.get_status(session, mac)
    row = status_rows.lock(session, [mac])[mac]
    decider.attach([row])
    if row["device_id"] is not None:
        raise ConflictError(f"The phone {mac} is a device already; there is nothing to approve.")
    return row


def _get_tenant(session: Session, tenant_id: int) -> Tenant:
    tenant = session.scalar(select(Tenant).where(Tenant.id == tenant_id))
    if tenant is None:
        raise NotFoundError("The tenant does not exist, or your account does not see it. Choose another one.")
    return tenant


def _get_site(
    session: Session, decider: zero_touch.Decider, row: StatusRow, tenant: Tenant, site_id: int | None
) -> Site:
    """Return the site that was chosen, else the one that the phone's address has in this tenant."""
    if site_id is None:
        site_id = decider.site_in(tenant.name, row)
    site = session.scalar(select(Site).where(Site.id == site_id, Site.tenant_id == tenant.id))
    if site is None:
        raise NotFoundError(f"The tenant {tenant.name} has no such site. Choose one of its sites.")
    return site


def _placement(tenant: Tenant, site: Site, by: str) -> Placement:
    sentence = f"{by} approved the phone for the tenant {tenant.name}, site {site.name}."
    step = Step(Stage.PLACEMENT, "placement.approved", "Approved by an operator", Verdict.MATCHED, sentence)
    return Placement(tenant.id, site.id, Approval.NOT_NEEDED, sentence, (step,))


def _user(
    session: Session,
    tenant: Tenant,
    row: StatusRow,
    request: ApprovalRequest,
    *,
    author: Author,
    now: datetime,
) -> PhoneUser | None:
    """Return the user who was typed in, else the one whom the phone reported, else None."""
    typed = request.user_name.strip()
    display_name = checked_name(request.display_name, "display name", MAX_DISPLAY_NAME) or row["user_name"]
    if not typed:
        named = phone_users.reported(tenant.id, row["user_id"], display_name, author=author)
        return phone_users.find_or_add(session, named, now=now) if named else None
    name = phone_users.checked_name(typed)
    phone_user_passwords.checked(request.password)
    named = NamedUser(tenant_id=tenant.id, name=name, display_name=display_name, author=author)
    user = phone_users.find_or_add(session, named, now=now)
    if request.password:
        phone_user_passwords.reset(session, [user.id], shared=request.password, author=author, now=now)
    return user


def _vlan(request: ApprovalRequest) -> dict[str, Any]:
    check_vlan(request.vlan_id, request.vlan_priority)
    return {
        "vlan_mode": request.vlan_mode,
        "vlan_id": request.vlan_id,
        "vlan_priority": request.vlan_priority,
    }
