"""Phones in many places: tenants with sites, subnets in these, models, versions and statuses as real fleets are."""

import random
from datetime import UTC, datetime

from sqlalchemy import bindparam, select, update

from app.database import Database, table_of
from app.models import Device, DeviceStatus, Firmware, Site, Tenant
from app.models.enums import Status
from app.rules.phone_subnets import subnet_of
from app.security.tenant_scope import ALL_TENANTS
from app.services import tenancy
from app.transaction import writing

_TENANTS = (
    "Acme",
    "Globex",
    "Initech",
    "Umbrella",
    "Hooli",
    "Stark",
    "Wayne",
    "Wonka",
    "Tyrell",
    "Cyberdyne",
)
_SITES = ("Berlin", "Harbour", "Lisbon", "Madrid", "Oslo", "Paris", "Rome", "Vienna")
_MODELS = ("405", "420HD", "430HD", "440HD", "445HD", "450HD", "C450HD", "RX50", "8440")
_VERSIONS = ("UC_3.4.6.604", "UC_3.4.6.558", "UC_3.2.1.485", "UC_3.1.2.89", "2.2.16.142", "2.2.12.172")
_STATUSES = [
    *[Status.REGISTERED] * 90,
    *[Status.UNREGISTERED] * 3,
    *[Status.OFFLINE] * 4,
    *[Status.DISCONNECTED] * 2,
]
_MASK = "255.255.255.0"
_PHONES_OF_A_SUBNET = 230
_TOGETHER = 5_000


def spread(database: Database) -> None:
    """Give the phones of a seed to tenants and sites of different sizes, each site with subnets of its own."""
    rng = random.Random(6)
    with writing(database, ALL_TENANTS) as session:
        places = []
        for name in _TENANTS:
            tenant = session.scalar(select(Tenant).where(Tenant.name == name))
            if tenant is None:
                tenant = Tenant(name=name)
                tenancy.prepare_new_tenant(session, tenant, now=datetime.now(UTC))
            sites = [
                Site(name=site, name_key=site.casefold(), tenant=tenant)
                for site in rng.sample(_SITES, rng.randint(2, 7))
            ]
            session.add_all(sites)
            session.flush()
            places += [(tenant.id, site.id) for site in sites]
        session.add(
            Firmware(
                name="450HD.img",
                name_key="450hd.img",
                version=_VERSIONS[0],
                sha256="0" * 64,
                size=1,
                uploaded_at=datetime.now(UTC),
            )
        )
    weights = [rng.paretovariate(1.5) for _ in places]
    table, devices = table_of(DeviceStatus), table_of(Device)
    changed = update(table).where(table.c.mac == bindparam("of"))
    moved = update(devices).where(devices.c.mac == bindparam("of"))
    with writing(database, ALL_TENANTS) as session:
        macs = session.scalars(select(DeviceStatus.mac).order_by(DeviceStatus.mac)).all()
        chosen = sorted(rng.choices(range(len(places)), weights, k=len(macs)))
        rows, homes = [], []
        for number, (mac, place) in enumerate(zip(macs, chosen, strict=True)):
            ip = f"10.{place % 250}.{number // _PHONES_OF_A_SUBNET % 250}.{number % _PHONES_OF_A_SUBNET + 10}"
            tenant_id, site_id = places[place]
            status = rng.choice(_STATUSES) if place % 7 else rng.choice([*Status, Status.REGISTERED])
            rows.append(
                {
                    "of": mac, "tenant_id": tenant_id, "site_id": site_id, "ip": ip, "subnet_mask": _MASK,
                    "subnet": subnet_of(ip, _MASK), "external_ip": f"203.0.113.{place + 1}", "status": status,
                    "model": rng.choice(_MODELS), "firmware_version": rng.choices(_VERSIONS, [9, 7, 4, 2, 3, 1])[0],
                }
            )  # fmt: skip
            homes.append({"of": mac, "tenant_id": tenant_id, "site_id": site_id})
        for first in range(0, len(rows), _TOGETHER):
            session.connection().execute(changed, rows[first : first + _TOGETHER])
            session.connection().execute(moved, homes[first : first + _TOGETHER])
