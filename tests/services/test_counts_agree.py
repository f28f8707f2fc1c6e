"""Dashboard, pies, Network Topology, Devices Status and its export count the same phones, whoever looks."""

import random

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database import Database
from app.models import DeviceStatus, Firmware, Tenant
from app.models.enums import Approval, Status
from app.rules.phone_subnets import subnet_of
from app.security.tenant_scope import ALL_TENANTS, NO_TENANT, only_tenants
from app.transaction import reading, writing
from tests.factories import NOW, auto_detection, get_model, make_device, make_site, make_status, make_tenant
from tests.services.agreeing import disagreements

PHONES = 80
VERSIONS = ("UC_3.4.6.604", "UC_3.1.2.89", "")
MASKS = ("255.255.255.0", "255.254.0.0")


@pytest.fixture
def fleet(database: Database) -> Database:
    """Tenants and sites with and without subnets, sites of the same name, and phones of all kinds in them."""
    rng = random.Random(7)
    with writing(database, ALL_TENANTS) as session:
        acme = make_tenant(session, "Acme", subnet="10.1.0.0/16")
        globex = make_tenant(session, "Globex")
        places = [
            make_site(session, "Berlin", tenant=acme, subnet="10.1.2.0/24"),
            make_site(session, "Rome", tenant=acme),
            make_site(session, "Berlin", tenant=globex, subnet="2001:db8::/48"),
            auto_detection(session, globex),
        ]
        session.add(
            Firmware(
                name="430HD.img",
                name_key="430hd.img",
                version=VERSIONS[0],
                sha256="0" * 64,
                size=1,
                uploaded_at=NOW,
            )
        )
        model = get_model(session)
        for number in range(PHONES):
            device = make_device(session, site=rng.choice(places), phone_model=model) if number % 12 else None
            lost = (
                {} if device else {"is_blocked": number % 24 == 0, "tenant": rng.choice([acme, globex, None])}
            )
            make_status(session, device=device, **lost, **said(rng))
    return database


def said(rng: random.Random) -> dict[str, object]:
    """Return what a phone may report."""
    ip = rng.choice(
        ["", f"10.1.{rng.randint(1, 2)}.{rng.randint(1, 250)}", f"2001:db8::{rng.randint(1, 99)}"]
    )
    mask = rng.choice(MASKS)
    return {
        "status": rng.choice([*Status, Status.REGISTERED, None]),
        "approval": rng.choice(list(Approval)),
        "model": rng.choice(["430HD", "450HD", ""]),
        "firmware_version": rng.choice(VERSIONS),
        "ip": ip,
        "subnet_mask": mask,
        "subnet": subnet_of(ip, mask),
        "external_ip": rng.choice(["203.0.113.7", ""]),
    }


def tenant_named(session: Session, name: str) -> int:
    return session.scalars(select(Tenant.id).where(Tenant.name == name)).one()


def test_all_that_is_counted_agrees_for_everybody_while_phones_change(fleet: Database) -> None:
    rng = random.Random(11)
    with reading(fleet, ALL_TENANTS) as session:
        acme, globex = (tenant_named(session, name) for name in ("Acme", "Globex"))
    scopes = [
        ALL_TENANTS,
        NO_TENANT,
        only_tenants([acme]),
        only_tenants([globex]),
        only_tenants([acme, globex]),
    ]
    for scope in scopes:
        with reading(fleet, scope) as session:
            assert disagreements(session) == [], scope
        with writing(fleet, ALL_TENANTS) as session:
            for status in session.scalars(select(DeviceStatus)):
                if rng.random() < 0.5:
                    for name, value in said(rng).items():
                        setattr(status, name, value)
