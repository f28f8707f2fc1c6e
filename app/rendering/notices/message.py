"""What a message says, whole: it is kept as it was when it was written, and rendered when it is sent."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from app.models.enums import NoticeReason, Severity


class ToldAlarm(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One alarm of a message, with the names that its place had then.

    ``type_name`` is its SNMP name, ``title`` what pages show. ``event_type`` and ``cause`` are AudioCodes' numbers,
    their words beside them. ``phones`` is for how many phones it stands, ``worst_of_phone`` the severity of the worst
    that is active of its phone.
    """

    id: int
    type_name: str
    title: str
    reason: NoticeReason
    severity: Severity
    is_active: bool
    first_raised_at: datetime
    last_raised_at: datetime
    cleared_at: datetime | None = None
    trap_oid: str | None = None
    event_type: int = 0
    event_type_words: str = ""
    cause: int = 0
    cause_words: str = ""
    text: str = ""
    info1: str = ""
    info2: str = ""
    note: str = ""
    source: str = ""
    mac: str = ""
    ip: str = ""
    remote_host: str = ""
    model: str = ""
    firmware_version: str = ""
    tenant: str = ""
    site: str = ""
    device_name: str = ""
    serial_number: str = ""
    unique_id: str = ""
    count: int = 1
    phones: int = 1
    acknowledged_by: str = ""
    corrective_action: str = ""
    worst_of_phone: Severity | None = None

    @property
    def place(self) -> str:
        """Tenant and site, as ``emea/Berlin``."""
        return "/".join(filter(None, (self.tenant, self.site)))

    @property
    def subject(self) -> str:
        """What it is of, for people: the phone by its name, or the source."""
        if not self.mac:
            return self.source
        return f"{self.device_name} ({self.mac})" if self.device_name else self.mac


class Message(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One message: ``alarms`` are those that it lists, the worst first, ``told`` of how many it tells.

    ``group_key`` is the same in all messages of one group, ``group_title`` what the group has in common. ``active`` is
    how many alarms of the group are active, ``phones`` how many phones the message is about.
    """

    key: str
    group_key: str
    group_title: str
    reason: NoticeReason
    severity: Severity
    at: datetime
    alarms: Sequence[ToldAlarm]
    told: int
    active: int
    phones: int
    link: str = ""

    @property
    def is_resolved(self) -> bool:
        """Whether nothing of the group is active any more."""
        return not self.active

    @property
    def not_listed(self) -> int:
        """How many alarms it tells of and does not list."""
        return self.told - len(self.alarms)


def to_payload(message: Message) -> dict[str, Any]:
    """Return what is kept of a message."""
    payload: dict[str, Any] = msgspec.to_builtins(message)
    return payload


def from_payload(payload: dict[str, Any]) -> Message:
    """Return the message that was kept."""
    return msgspec.convert(payload, Message)
