"""Which phones are counted as what: the dashboard, Network Topology, Devices Status and its export ask here."""

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import aliased

from app.models import Device, DeviceStatus, Firmware, PhoneModel
from app.models.enums import Approval, Status

Condition = ColumnElement[bool]

NOT_REGISTERED = (Status.STARTED, Status.UNREGISTERED, Status.OFFLINE)
"""What a phone says of itself that reports and is not registered (manual 6.1)."""

_GIVEN = aliased(Firmware)
# Put together for the few models first: names are not compared for each phone.
_DEFAULT = (
    select(PhoneModel.id, Firmware.version)
    .join(Firmware, Firmware.name_key == func.lower(PhoneModel.name) + ".img")
    .where(Firmware.version != "")
    .subquery("default_firmware")
)


def is_registered() -> Condition:
    """Phones that are registered."""
    return DeviceStatus.status == Status.REGISTERED


def is_not_registered() -> Condition:
    """Phones that report, and are not registered."""
    return DeviceStatus.status.in_(NOT_REGISTERED)


def is_waiting() -> Condition:
    """Phones that become devices only when an operator approves them."""
    return and_(DeviceStatus.device_id.is_(None), DeviceStatus.approval != Approval.NOT_NEEDED)


def is_blocked() -> Condition:
    """Phones that would be devices if licences had room for them."""
    return and_(DeviceStatus.is_blocked, DeviceStatus.device_id.is_(None))


def is_behind() -> Condition:
    """Phones that report another firmware version than the one that they should have.

    That is the version of the firmware that their device was given, else of the default firmware of its model; a phone
    that has neither, or whose firmware has no version that is known, is not behind.
    """
    should_have = func.coalesce(_GIVEN.version, _DEFAULT.c.version, "")
    behind = (
        select(Device.id)
        .outerjoin(_GIVEN, _GIVEN.id == Device.firmware_id)
        .outerjoin(_DEFAULT, _DEFAULT.c.id == Device.phone_model_id)
        .where(
            Device.id == DeviceStatus.device_id,
            should_have != "",
            should_have != DeviceStatus.firmware_version,
        )
        .correlate(DeviceStatus)
    )
    return and_(DeviceStatus.firmware_version != "", behind.exists())
