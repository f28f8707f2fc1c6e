"""The active rules for alarms, and what they may know of some alarms; read for many alarms at once."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Alarm, DeviceStatus, Site, Tenant
from app.models.enums import RuleKind, SourceKind
from app.rules.alarm_rules.asked import AskedRules, counts_that_matter
from app.rules.alarm_rules.facts import PhoneOfAlarm, PlaceOfAlarm, facts_of
from app.rules.conditions.facts import KnownFacts
from app.services import settings
from app.services.rule_sets.active import ActiveRules

KINDS = (RuleKind.FLAP, RuleKind.SUPPRESS, RuleKind.CORRELATE, RuleKind.ESCALATE, RuleKind.ROUTE)
"""In the order in which they are asked (rules 3.3)."""


class AlarmBook:
    """The rules that are active at the moment at which it is made, or others; good for one transaction."""

    def __init__(self, session: Session, *, now: datetime, rules: ActiveRules | None = None) -> None:
        self._session = session
        self._now = now
        self._active = rules or ActiveRules(session)
        self._asked: dict[int | None, AskedRules] = {}
        self._counts: dict[int | None, frozenset[int]] = {}
        self._phones: dict[str, PhoneOfAlarm] = {}
        self._phones_of_outages: dict[str, int] = {}
        self._places: dict[tuple[int | None, int | None], PlaceOfAlarm] = {}

    def __bool__(self) -> bool:
        """Whether anybody has written rules for alarms."""
        return any(self._active.has(kind) for kind in KINDS)

    def beside(self, rules: ActiveRules) -> "AlarmBook":
        """Return a book of other rules that knows the same phones and names."""
        book = AlarmBook(self._session, now=self._now, rules=rules)
        book._phones = self._phones
        book._names_of_tenants, book._names_of_sites = self._names_of_tenants, self._names_of_sites
        return book

    def go_to(self, now: datetime) -> None:
        """Let it be another time, where alarms are played that were recorded."""
        self._now = now
        self._places.clear()

    def asked_in(self, tenant_id: int | None) -> AskedRules:
        """Return the rules that are asked about alarms of a tenant."""
        asked = self._asked.get(tenant_id)
        if asked is None:
            lists = {kind.value: self._active.lists(kind, tenant_id) for kind in KINDS}
            asked = self._asked[tenant_id] = AskedRules(**lists)
        return asked

    def asks_again(self, alarm: Mapping[str, Any]) -> bool:
        """Whether rules may say something else of an alarm because it came once more."""
        tenant_id = alarm["tenant_id"]
        if tenant_id not in self._counts:
            self._counts[tenant_id] = counts_that_matter(self.asked_in(tenant_id))
        return alarm["count"] in self._counts[tenant_id]

    def owners(self) -> Sequence[int | None]:
        """Return the tenants that there may be rules of, and None for the system."""
        return (None, *self._names_of_tenants)

    def read_phones(self, macs: Collection[str]) -> None:
        """Read what the phones of some alarms have reported, with one statement."""
        missing = {mac for mac in macs if mac and mac not in self._phones}
        if not missing or not self:
            return
        wanted = select(
            DeviceStatus.mac,
            DeviceStatus.user_agent,
            DeviceStatus.user_name,
            DeviceStatus.phone_number,
            DeviceStatus.location,
            DeviceStatus.sip_proxy,
            DeviceStatus.vlan_id,
            DeviceStatus.is_behind_proxy,
        ).where(DeviceStatus.mac.in_(missing))
        for row in self._session.execute(wanted):
            self._phones[row.mac] = PhoneOfAlarm(
                user_agent=row.user_agent,
                user=row.user_name,
                phone_number=row.phone_number,
                location=row.location,
                sip_proxy=row.sip_proxy,
                vlan=row.vlan_id,
                is_behind_proxy=row.is_behind_proxy,
            )

    def facts_of(self, alarm: Mapping[str, Any]) -> KnownFacts:
        """Return what rules may know of an alarm whose phone was read."""
        where = (alarm["tenant_id"], alarm["site_id"])
        place = self._places.get(where)
        if place is None:
            tenant = self._names_of_tenants.get(where[0] or 0, "")
            place = PlaceOfAlarm(tenant, self.name_of_site(where[1]), self._now.astimezone(self._zone))
            self._places[where] = place
        return facts_of(alarm, self._phones.get(alarm["mac"]), place, self._now)

    def note_outage(self, group_key: str, phones: int) -> None:
        """Remember how many phones an outage begins with: its alarms are not part of it yet."""
        self._phones_of_outages[group_key] = phones

    def phones_of(self, alarm: Mapping[str, Any]) -> int:
        """Return for how many phones an alarm stands: those of an outage, else its own."""
        if alarm["source_kind"] != SourceKind.GROUP:
            return 1
        key = str(alarm["dedup_key"])
        if key not in self._phones_of_outages:
            phones = select(func.count(Alarm.mac.distinct())).where(Alarm.parent_id == alarm["id"])
            self._phones_of_outages[key] = self._session.scalar(phones) or 1
        return self._phones_of_outages[key]

    def name_of_tenant(self, tenant_id: int | None) -> str:
        """Return the name of a tenant, empty where there is none."""
        return self._names_of_tenants.get(tenant_id or 0, "")

    def name_of_site(self, site_id: int | None) -> str:
        """Return the name of a site, empty where there is none."""
        return self._names_of_sites.get(site_id, "") if site_id is not None else ""

    @cached_property
    def _names_of_tenants(self) -> dict[int, str]:
        return dict(self._session.execute(select(Tenant.id, Tenant.name)).all())

    @cached_property
    def _names_of_sites(self) -> dict[int, str]:
        return dict(self._session.execute(select(Site.id, Site.name)).all())

    @cached_property
    def _zone(self) -> ZoneInfo:
        return settings.time_zone_of_phones(self._session)
