"""How alarms are at this moment, with the names of their places and phones: what a message keeps of them."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Alarm, Device, Site, SystemSetting, Tenant
from app.models.enums import NoticeReason, Severity
from app.rendering.notices.message import ToldAlarm
from app.rules.alarms.catalogue import type_titled
from app.services import public_address

_RANKS = {severity: rank for rank, severity in enumerate(Severity)}


class ShortKind(NamedTuple):
    """What a message says of an alarm's type."""

    name: str
    trap_oid: str | None


def short_kind_of(title: str, wire_name: str) -> ShortKind:
    """Return the type of an alarm by its title; what the catalogue does not know is called as phones call it."""
    kind = type_titled(title)
    return ShortKind(kind.name, kind.trap_oid) if kind else ShortKind(wire_name, None)


class Snapshots:
    """Some alarms as they are; what is needed for all of them is read at once."""

    def __init__(
        self, session: Session, alarm_ids: Collection[int], *, worst_of_phones: bool = False
    ) -> None:
        self._session = session
        self._alarms = {
            alarm.id: alarm for alarm in session.scalars(select(Alarm).where(Alarm.id.in_(alarm_ids)))
        }
        alarms = self._alarms.values()
        self._tenants = _names(session, Tenant, {alarm.tenant_id for alarm in alarms})
        self._sites = _names(session, Site, {alarm.site_id for alarm in alarms})
        macs = {alarm.mac for alarm in alarms if alarm.mac}
        devices = select(Device.mac, Device.display_name, Device.serial_number).where(Device.mac.in_(macs))
        self._devices = {row.mac: row for row in session.execute(devices)} if macs else {}
        self._worst = _worst_of(session, macs) if worst_of_phones else {}

    def told(self, alarm_id: int, reason: NoticeReason, note: str, phones: int) -> ToldAlarm:
        """Return one of them as a message has it."""
        alarm = self._alarms[alarm_id]
        kind, short = type_titled(alarm.name), short_kind_of(alarm.name, alarm.wire_name)
        device = self._devices.get(alarm.mac)
        return ToldAlarm(
            id=alarm.id,
            type_name=short.name,
            title=alarm.name,
            reason=reason,
            severity=alarm.severity,
            is_active=alarm.is_active,
            first_raised_at=alarm.first_raised_at,
            last_raised_at=alarm.last_raised_at,
            cleared_at=alarm.cleared_at,
            trap_oid=short.trap_oid,
            event_type=kind.event_type if kind else 0,
            event_type_words=kind.event_type.words if kind else "",
            cause=kind.cause if kind else 0,
            cause_words=kind.cause.words if kind else "",
            text=alarm.text,
            info1=alarm.info1,
            info2=alarm.info2,
            note=note,
            source=alarm.source,
            mac=alarm.mac,
            ip=alarm.ip,
            remote_host=alarm.remote_host,
            model=alarm.model,
            firmware_version=alarm.firmware_version,
            tenant=self._tenants.get(alarm.tenant_id, ""),
            site=self._sites.get(alarm.site_id, ""),
            device_name=device.display_name if device else "",
            serial_number=device.serial_number if device else "",
            unique_id=alarm.unique_id,
            count=alarm.count,
            phones=phones,
            acknowledged_by=alarm.acknowledged_by,
            corrective_action=kind.corrective_action if kind else "",
            worst_of_phone=self._worst.get(alarm.mac),
        )

    def link_to(self, alarms: Sequence[ToldAlarm]) -> str:
        """Return the address of the page that shows these, as far as this installation knows its own."""
        if self._session.get(SystemSetting, public_address.PUBLIC_URL) is None:
            return ""
        root = public_address.installed_urls(self._session).public_url
        return f"{root}/alarms/{alarms[0].id}/" if len(alarms) == 1 else f"{root}/alarms/"


def _names(
    session: Session, model: type[Tenant] | type[Site], ids: Collection[int | None]
) -> dict[int | None, str]:
    wanted = {row_id for row_id in ids if row_id is not None}
    if not wanted:
        return {}
    return {
        row.id: row.name for row in session.execute(select(model.id, model.name).where(model.id.in_(wanted)))
    }


def _worst_of(session: Session, macs: Collection[str]) -> dict[str, Severity]:
    """Return the severity of the worst active alarm of each of these phones."""
    active = (
        select(Alarm.mac, Alarm.severity).where(Alarm.mac.in_(macs), Alarm.cleared_at.is_(None)).distinct()
    )
    worst: dict[str, Severity] = {}
    for mac, severity in session.execute(active) if macs else ():
        worst[mac] = min(worst.get(mac, severity), severity, key=_RANKS.__getitem__)
    return worst
