"""What is shown of alarms, and said of them."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from app.models import Alarm
from app.models.alarm import MAX_REMARK
from app.models.enums import AlarmDeed, Severity, SourceKind
from app.rest_api.listing import ListQuery, RowId, Words
from app.services.alarm_search import OperatorState
from app.services.alarms import deeds

_Sort = Literal["last_raised_at", "-last_raised_at", "id", "-id"]
Until = Annotated[datetime, Meta(tz=True, description="A time that is still to come, with its zone.")]
Note = Annotated[str, Meta(max_length=MAX_REMARK)]


class AlarmItem(Struct, kw_only=True):
    """An alarm of one source: repeats count up, a clear ends it, and it stays as history."""

    id: int
    name: str
    severity: Severity
    text: str
    source: str
    source_kind: SourceKind
    mac: str | None
    ip: str
    tenant: str
    tenant_id: int | None
    site: str
    is_event: bool
    count: int
    first_raised_at: datetime
    last_raised_at: datetime
    cleared_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: str
    acknowledged_until: datetime | None
    shelved_until: datetime | None
    shelved_by: str
    shelf_reason: str


class AlarmLine(Struct, kw_only=True):
    """Something that happened to an alarm; `actor` is empty where nobody did it."""

    at: datetime
    deed: AlarmDeed
    old: str
    new: str
    actor: str
    note: str


class Timeline(Struct, kw_only=True):
    """What happened to an alarm after it was raised, the newest first."""

    items: list[AlarmLine]


class Remark(Struct, kw_only=True, forbid_unknown_fields=True):
    """What is said with it. `until` is for acknowledging, where it may be left out, and for shelving, where not."""

    until: Until | None = None
    note: Note = ""


class SeveralAlarms(Remark, kw_only=True, forbid_unknown_fields=True):
    """Alarms by their ids, and what is said with it."""

    ids: Annotated[list[RowId], Meta(min_length=1, max_length=deeds.CHUNK)]


class Changed(Struct, kw_only=True):
    """To how many alarms it was done; of the others nothing was to change, or they are gone or not seen."""

    changed: int


class AlarmsQuery(ListQuery, kw_only=True, forbid_unknown_fields=True, frozen=True):
    """Which alarms are listed: the active ones, or with `history` those that have ended."""

    history: bool = False
    events: Annotated[bool, Meta(description="Events as well, which are raised and never cleared.")] = False
    severity: Severity | None = None
    state: Annotated[
        OperatorState | None,
        Meta(description="Without it, what is shelved or hidden by a rule is left out of the active ones."),
    ] = None
    tenant: Annotated[Words, Meta(description="The name of a tenant.")] = ""
    type: Annotated[Words, Meta(description="The whole name of a type of alarm.")] = ""
    q: Annotated[Words, Meta(description="A part of the name, the MAC or the IP address.")] = ""
    sort: _Sort = "-last_raised_at"


def show(alarm: Alarm) -> AlarmItem:
    """Return an alarm as it is shown."""
    return AlarmItem(
        id=alarm.id,
        name=alarm.name,
        severity=alarm.severity,
        text=alarm.text,
        source=alarm.source,
        source_kind=alarm.source_kind,
        mac=alarm.mac,
        ip=alarm.ip,
        tenant=alarm.tenant.name if alarm.tenant else "",
        tenant_id=alarm.tenant_id,
        site=alarm.site.name if alarm.site else "",
        is_event=alarm.is_event,
        count=alarm.count,
        first_raised_at=alarm.first_raised_at,
        last_raised_at=alarm.last_raised_at,
        cleared_at=alarm.cleared_at,
        acknowledged_at=alarm.acknowledged_at,
        acknowledged_by=alarm.acknowledged_by,
        acknowledged_until=alarm.acknowledged_until,
        shelved_until=alarm.shelved_until,
        shelved_by=alarm.shelved_by,
        shelf_reason=alarm.shelf_reason,
    )
