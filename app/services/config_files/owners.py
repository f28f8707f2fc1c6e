"""What a device's own fields, and those of its user, give to its file."""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Device, Firmware, PhoneUser
from app.models.enums import VlanMode


class FileOwner(NamedTuple):
    """The fields of a device, and of its user, that its file is built from."""

    id: int
    mac: str
    tenant_id: int
    site_id: int
    template_id: int | None
    language: str
    vlan_mode: VlanMode
    vlan_id: int
    vlan_priority: int
    firmware: str | None
    user_id: int | None
    user_name: str | None
    user_display_name: str | None
    user_password: str | None


def read_owners(session: Session, device_ids: Collection[int]) -> list[FileOwner]:
    """Return what the files of these devices are built from, with one statement, in the order of the MACs."""
    columns = (
        Device.id, Device.mac, Device.tenant_id, Device.site_id, Device.template_id, Device.language,
        Device.vlan_mode, Device.vlan_id, Device.vlan_priority, Firmware.name,
        PhoneUser.id, PhoneUser.name, PhoneUser.display_name, PhoneUser.password,
    )  # fmt: skip
    owners = (
        select(*columns)
        .select_from(Device)
        .outerjoin(PhoneUser, Device.phone_user_id == PhoneUser.id)
        .outerjoin(Firmware, Device.firmware_id == Firmware.id)
        .where(Device.id.in_(device_ids))
        .order_by(Device.mac)
    )
    return [FileOwner._make(owner) for owner in session.execute(owners)] if device_ids else []


# What ``values_of_fields`` may name.
NAMES_OF_FIELDS = frozenset(
    {
        "mac", "Language", "VLANMode", "VLANID", "VLANPriority", "FirmwareFile",
        "Line1Id", "Line1AuthName", "Line1AuthPassword", "DisplayName",
    }
)  # fmt: skip


def values_of_fields(owner: FileOwner) -> dict[str, str]:
    """Return the placeholders that follow from a device's own fields and its user."""
    values = {"mac": owner.mac}
    if owner.language:
        values["Language"] = owner.language
    if owner.vlan_mode:
        values |= {
            "VLANMode": owner.vlan_mode.value,
            "VLANID": str(owner.vlan_id),
            "VLANPriority": str(owner.vlan_priority),
        }
    if owner.firmware:
        values["FirmwareFile"] = owner.firmware
    if owner.user_name is not None:
        values |= {
            "Line1Id": owner.user_name,
            "Line1AuthName": owner.user_name,
            "Line1AuthPassword": owner.user_password or "",
            "DisplayName": owner.user_display_name or owner.user_name,
        }
    return values
