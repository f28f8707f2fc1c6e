"""Alarms that the manager raises itself, of phones and of itself; those of itself belong to no tenant."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.models.enums import ClearedBy, Severity, SourceKind
from app.rules.alarms.catalogue import AlarmType, ClearKind
from app.rules.alarms.in_memory import Raised
from app.services.alarms import places
from app.services.alarms.board import Board, key_of
from app.services.alarms.places import Place

SERVER = "Server"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnAlarm:
    """What is to be raised: of a phone, by its MAC, or of the server; ``qualifier`` tells two of a kind apart."""

    kind: AlarmType
    mac: str = ""
    qualifier: str = ""
    text: str = ""
    info: str = ""
    severity: Severity | None = None

    @property
    def key(self) -> str:
        """What tells it from another."""
        return key_of(self.kind.name, self.mac, self.qualifier)


def raise_own(session: Session, alarms: Sequence[OwnAlarm], *, now: datetime) -> int:
    """Raise alarms, with as many statements for many as for one; return how many were not standing before.

    One that lasts as long as what it tells of is raised once, and again when it is worse or better than it was; only
    what ends by itself counts up. Nothing is raised of a phone that was never heard of.
    """
    found = places.lock(session, {alarm.mac for alarm in alarms if alarm.mac})
    wanted = [alarm for alarm in alarms if not alarm.mac or alarm.mac in found]
    if not wanted:
        return 0
    keys = {alarm.key for alarm in wanted}
    board = Board(session, keys, reopening=keys, now=now)
    number = 0
    for alarm in wanted:
        stands = board.is_active(alarm.key)
        number += not stands
        is_other = alarm.severity not in {None, board.severity_of(alarm.key)}
        if not stands or is_other or alarm.kind.clears is ClearKind.BY_ITSELF:
            board.raise_(_raised(alarm, found.get(alarm.mac)))
    board.write()
    return number


def clear_own(
    session: Session, kind: AlarmType, sources: Collection[tuple[str, str]], *, now: datetime
) -> int:
    """Clear the alarms of a kind whose reason is over; takes MACs, or an empty text for the server, with qualifiers."""
    keys = {key_of(kind.name, mac, qualifier) for mac, qualifier in sources}
    if not keys:
        return 0
    board = Board(session, keys, reopening=(), now=now)
    number = sum(board.clear(key, ClearedBy.STATE) for key in sorted(keys))
    board.write()
    return number


def _raised(alarm: OwnAlarm, place: Place | None) -> Raised:
    said = {
        "wire_name": alarm.kind.name,
        "text": alarm.text or alarm.kind.description,
        "info1": alarm.qualifier,
        "info2": alarm.info,
        "unique_id": "",
        "reported_type": "",
        "reported_cause": "",
        "reported_date": "",
        "remote_host": "",
        **(place.said if place else {"ip": "", "tenant_id": None, "site_id": None}),
    }
    fixed = {
        "name": alarm.kind.title,
        "is_event": alarm.kind.is_event,
        "source_kind": alarm.kind.source_kind,
        "source": f"IPPhone/{alarm.mac}" if alarm.kind.source_kind is SourceKind.PHONE else SERVER,
        **(place.fixed if place else {"mac": "", "model": "", "firmware_version": ""}),
    }
    return Raised(alarm.key, alarm.kind, alarm.severity or alarm.kind.severity, said, fixed)
