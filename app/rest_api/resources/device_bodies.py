"""What is said and shown of a device."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from app.models import Device
from app.models.device import MAX_VLAN_ID, MAX_VLAN_PRIORITY
from app.models.enums import Origin, VlanMode
from app.rest_api.listing import ListQuery, Words
from app.rest_api.references import TenantName
from app.services.device_fields import MAX_DISPLAY_NAME, MAX_SERIAL_NUMBER

UserName = Annotated[
    str, Meta(max_length=128, description="The name of a user of the tenant; empty for nobody.")
]
SiteName = Annotated[str, Meta(max_length=100, description="A site of the tenant; empty for AutoDetection.")]
TemplateName = Annotated[
    str, Meta(max_length=100, description="The template that the phone's file is made from.")
]
FirmwareName = Annotated[
    str, Meta(max_length=120, description="A firmware file; empty for what the phone has.")
]
DisplayName = Annotated[str, Meta(max_length=MAX_DISPLAY_NAME)]
SerialNumber = Annotated[str, Meta(max_length=MAX_SERIAL_NUMBER)]
Language = Annotated[str, Meta(max_length=30, description="Empty for that of the settings.")]
VlanId = Annotated[int, Meta(ge=0, le=MAX_VLAN_ID)]
VlanPriority = Annotated[int, Meta(ge=0, le=MAX_VLAN_PRIORITY)]
_Sort = Literal["mac", "-mac", "created_at", "-created_at"]


class DeviceItem(Struct, kw_only=True):
    """A phone that is known, with its place and what its file is made from. What it last said is at /phones."""

    mac: str
    tenant: str
    tenant_id: int
    user: str
    site: str
    template: str
    firmware: str
    model: str
    display_name: str
    serial_number: str
    language: str
    vlan_mode: VlanMode
    vlan_id: int
    vlan_priority: int
    origin: Origin
    created_at: datetime


class DeviceContent(Struct, kw_only=True, forbid_unknown_fields=True):
    """What is said of a device; what is not said is as in a new one. A new device needs a user and a template."""

    tenant: TenantName
    user: UserName = ""
    site: SiteName = ""
    template: TemplateName = ""
    firmware: FirmwareName = ""
    display_name: DisplayName = ""
    serial_number: SerialNumber = ""
    language: Language = ""
    vlan_mode: VlanMode = VlanMode.NONE
    vlan_id: VlanId = 0
    vlan_priority: VlanPriority = 0


class DeviceChanges(Struct, kw_only=True, forbid_unknown_fields=True):
    """What is to change of a device; the rest stays, and so does its tenant."""

    user: UserName | UnsetType = UNSET
    site: SiteName | UnsetType = UNSET
    template: TemplateName | UnsetType = UNSET
    firmware: FirmwareName | UnsetType = UNSET
    display_name: DisplayName | UnsetType = UNSET
    serial_number: SerialNumber | UnsetType = UNSET
    language: Language | UnsetType = UNSET
    vlan_mode: VlanMode | UnsetType = UNSET
    vlan_id: VlanId | UnsetType = UNSET
    vlan_priority: VlanPriority | UnsetType = UNSET


class DevicesQuery(ListQuery, kw_only=True, forbid_unknown_fields=True, frozen=True):
    """Which devices are listed, and in which order."""

    tenant: Annotated[Words, Meta(description="The name of a tenant.")] = ""
    site: Annotated[Words, Meta(description="The name of a site.")] = ""
    user: Annotated[Words, Meta(description="The whole name of a user, whatever its case.")] = ""
    sort: _Sort = "mac"


def show(device: Device) -> DeviceItem:
    """Return a device as it is shown."""
    return DeviceItem(
        mac=device.mac,
        tenant=device.tenant.name,
        tenant_id=device.tenant_id,
        user=device.phone_user.name if device.phone_user else "",
        site=device.site.name,
        template=device.template.name if device.template else "",
        firmware=device.firmware.name if device.firmware else "",
        model=device.phone_model.name if device.phone_model else "",
        display_name=device.display_name,
        serial_number=device.serial_number,
        language=device.language,
        vlan_mode=device.vlan_mode,
        vlan_id=device.vlan_id,
        vlan_priority=device.vlan_priority,
        origin=device.origin,
        created_at=device.created_at,
    )
