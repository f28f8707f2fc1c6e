"""Phones that are plugged in where DHCP names their tenant: each registers and has a file of its own."""

import asyncio

from sqlalchemy import select

from app.models import ConfigFile, Decision, Device, DeviceStatus, Tenant
from app.models.enums import Approval, Cause, Origin, Status
from app.models.tenant import AUTO_DETECTION
from app.security.tenant_scope import only_tenants
from app.services import config_files, dashboard
from app.transaction import reading
from simulator.configuration_file import Setting, parse
from simulator.fleet import Fleet
from simulator.phone import Phone
from tests.flows.asking import ask
from tests.flows.installation import HOST_NAME, TENANT_PATH, USER_NAME, Installation

PHONES = 40


async def booted(ringmaster: Installation, tenant: Tenant, phones: int = PHONES) -> Fleet:
    """Plug phones in and wait until each has done all it can."""
    path = TENANT_PATH.format(tenant=tenant.name)
    async with Fleet(ringmaster.options(path, phones=phones)) as fleet:
        await fleet.boot()
    return fleet


def test_all_phones_register_and_nothing_fails(ringmaster: Installation) -> None:
    tenant = ringmaster.add_tenant()
    fleet = asyncio.run(booted(ringmaster, tenant))
    assert fleet.is_settled
    assert not fleet.ledger.failures
    with reading(ringmaster.database, only_tenants([tenant.id])) as session:
        counted = dashboard.figures(session)
        assert (counted.total, counted.registered, counted.waiting) == (PHONES, PHONES, 0)
        placed = session.scalars(select(Device)).all()
        assert {device.mac for device in placed} == {phone.mac for phone in fleet.phones}
        assert {device.site.name for device in placed} == {AUTO_DETECTION}
        assert {device.origin for device in placed} == {Origin.ZERO_TOUCH}


def test_each_phone_has_its_own_file_with_its_own_user(ringmaster: Installation) -> None:
    fleet = asyncio.run(booted(ringmaster, ringmaster.add_tenant()))
    for phone in fleet.phones:
        check_file(ringmaster, phone)
    assert len({phone.configuration[USER_NAME] for phone in fleet.phones}) == PHONES


def test_the_file_at_the_tenant_s_address_is_the_phone_s_own(ringmaster: Installation) -> None:
    tenant = ringmaster.add_tenant()
    (phone,) = asyncio.run(booted(ringmaster, tenant, phones=1)).phones
    by_tenant = ask(f"{ringmaster.phone_url}/ipp/tenant/{tenant.name}/{phone.mac}.cfg")
    assert by_tenant.body == ask(f"{ringmaster.phone_url}/configfiles/{phone.mac}.cfg").body


def test_it_is_kept_why_a_phone_is_where_it_is(ringmaster: Installation) -> None:
    tenant = ringmaster.add_tenant()
    (phone,) = asyncio.run(booted(ringmaster, tenant, phones=1)).phones
    with ringmaster.reading() as session:
        latest = session.scalars(
            select(Decision).where(Decision.mac == phone.mac).order_by(Decision.id.desc())
        ).first()
        assert latest is not None
        assert (latest.cause, latest.tenant_id) == (Cause.REPORT, tenant.id)
        assert tenant.name in latest.outcome["reasons"][0]
        status = session.get_one(DeviceStatus, phone.mac)
        assert (status.status, status.approval) == (Status.REGISTERED, Approval.NOT_NEEDED)


def check_file(ringmaster: Installation, phone: Phone) -> None:
    """Check that what is stored is what is served, and what the phone goes by."""
    served = ask(f"{ringmaster.phone_url}/configfiles/{phone.mac}.cfg")
    assert (served.status, served.is_whole) == (200, True)
    with ringmaster.reading() as session:
        stored = session.scalars(select(ConfigFile).where(ConfigFile.name == f"{phone.mac}.cfg")).one()
        assert config_files.content_of(stored) == served.body
    told = {line.name: line.value for line in parse(served.body).lines if isinstance(line, Setting)}
    assert told.items() <= phone.configuration.items()
    assert told[HOST_NAME] == phone.mac
    assert told[USER_NAME] == phone.owner.display_name
