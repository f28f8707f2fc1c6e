"""A company that looks alive: three tenants, some hundred phones, alarms and a journal; made up, the same each time."""

import random
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import (
    Alarm,
    Device,
    DeviceSeen,
    DeviceStatus,
    JournalEntry,
    PhoneModel,
    PhoneUser,
    Site,
    Tenant,
)
from app.models.enums import Approval, Origin, Severity, Status
from tests.views.world import add_people, add_tenant

PHONES = 320
PLACES = {"Acme": ("Berlin", "Lyon", "Porto"), "Globex": ("Oslo", "Turin"), "Initech": ("Austin", "Leeds")}
FIRMWARE = {
    "405": ("2.2.16.142.27", "2.2.12.126"),
    "420HD": ("2.2.16.142.27", "UC_3.2.1.558"),
    "430HD": ("UC_3.4.6.604", "UC_3.2.1.558"),
    "450HD": ("UC_3.4.6.604", "3.4.6.604"),
    "C450HD": ("3.4.6.604",),
}
PEOPLE = (
    "Anna Berg",
    "Ben Okoye",
    "Carla Rossi",
    "Dan Meier",
    "Eva Novak",
    "Finn Lind",
    "Gita Rao",
    "Hugo Sanz",
)
ALARMS = {
    "IPPhone Register Failure": ("The phone could not register with its server.", Severity.CRITICAL),
    "IPPhone Requires Reset": (
        "A change of the configuration takes effect after a restart.",
        Severity.WARNING,
    ),
    "IPPhone Survivable Mode Start": ("The phone works through its backup server.", Severity.MAJOR),
    "IPPhone Conference Speaker Connection Failure": (
        "The speaker does not answer over USB.",
        Severity.MINOR,
    ),
}
STATUSES = {
    Status.REGISTERED: 91,
    Status.UNREGISTERED: 3,
    Status.OFFLINE: 2,
    Status.STARTED: 1,
    Status.DISCONNECTED: 3,
}


class Company:
    """Makes the rows, from one source of chance."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.chance = random.Random(160)
        self.now = datetime.now(UTC)
        self.models = {model.name: model for model in session.scalars(select(PhoneModel))}

    def ago(self, **most: float) -> datetime:
        """Return a time in the past, at most this long ago."""
        return self.now - timedelta(**most) * self.chance.random()

    def add_sites(self, tenants: Mapping[str, Sequence[str]] = PLACES, first: int = 1) -> Sequence[Site]:
        """Add the tenants and where their phones stand; the subnet of the first is ``10.first.0.0/16``."""
        sites = []
        for number, (name, places) in enumerate(tenants.items(), first):
            tenant = add_tenant(self.session, name, f"10.{number}.0.0/16")
            for place, town in enumerate(places, 1):
                sites.append(Site(tenant=tenant, name=town, subnet=f"10.{number}.{place}.0/24"))
        self.session.add_all(sites)
        self.session.flush()
        return sites

    def add_phone(self, number: int, site: Site) -> None:
        """Add a phone; one in forty waits for its approval."""
        mac = f"00908f{number * 48271 % 0xFFFFFF:06x}"
        waits = number % 40 == 7
        model = self.chance.choice(list(FIRMWARE))
        user = f"{self.chance.choice(PEOPLE)} {number}"
        status = (
            Status.UNREGISTERED if waits else self.chance.choices(list(STATUSES), list(STATUSES.values()))[0]
        )
        self.session.add(
            DeviceStatus(
                mac=mac,
                device_id=None if waits else self.add_device(mac, site, model, user).id,
                tenant_id=site.tenant_id,
                site_id=site.id,
                approval=Approval.NEEDED if waits else Approval.NOT_NEEDED,
                status=status,
                status_changed_at=self.ago(days=9),
                first_seen_at=self.now - timedelta(days=40),
                ip=f"{(site.subnet or '').removesuffix('0/24')}{self.chance.randint(2, 250)}",
                subnet=site.subnet or "",
                external_ip=f"203.0.113.{site.tenant_id}",
                model=model,
                firmware_version=self.chance.choice(FIRMWARE[model]),
                user_name="" if waits else user,
                phone_number=str(2000 + number),
            )
        )
        self.session.add(DeviceSeen(mac=mac, seen_at=self.ago(hours=1)))
        if number % 23 == 5:
            self.add_alarm(mac, site)

    def add_device(self, mac: str, site: Site, model: str, user: str) -> Device:
        """Add the device of a phone, with its user."""
        owner = PhoneUser(tenant=site.tenant, name=user.lower(), display_name=user, created_at=self.now)
        device = Device(
            mac=mac,
            tenant=site.tenant,
            site=site,
            phone_model=self.models[model],
            phone_user=owner,
            display_name=user,
            origin=Origin.ZERO_TOUCH,
            created_at=self.ago(days=40),
        )
        self.session.add(device)
        self.session.flush()
        return device

    def add_alarm(self, mac: str, site: Site) -> None:
        """Add an alarm of a phone, by chance one of the kinds there are."""
        name = self.chance.choice(list(ALARMS))
        text, severity = ALARMS[name]
        last = self.ago(hours=9)
        self.session.add(
            Alarm(
                dedup_key=mac,
                name=name,
                wire_name=name,
                severity=severity,
                reported_severity=severity,
                source=f"IPPhone/{mac}",
                mac=mac,
                ip=f"10.1.1.{self.chance.randint(2, 250)}",
                remote_host=f"10.1.1.{self.chance.randint(2, 250)}",
                tenant_id=site.tenant_id,
                site_id=site.id,
                text=text,
                count=self.chance.randint(1, 9),
                first_raised_at=last - timedelta(hours=self.chance.randint(1, 30)),
                last_raised_at=last,
                changed_at=last,
            )
        )

    def add_journal(self, tenants: Sequence[Tenant]) -> None:
        """Add what people did."""
        for number in range(60):
            name = self.chance.choice(("alice", "oscar", "hal"))
            subject = f"00908f{number * 7919:06x}"
            self.session.add(
                JournalEntry(
                    at=self.now - timedelta(minutes=17 * number),
                    actor=name,
                    address="10.1.1.20",
                    action="restart phone",
                    subject=subject,
                    text=f"{name} asked the phone {subject} to restart.",
                    tenant_id=self.chance.choice(tenants).id,
                )
            )


def make_company(session: Session) -> None:
    """Fill an installed database."""
    company = Company(session)
    sites = company.add_sites()
    for number in range(PHONES):
        company.add_phone(number, sites[number % len(sites)])
    company.add_journal([site.tenant for site in sites])
    add_people(session)
