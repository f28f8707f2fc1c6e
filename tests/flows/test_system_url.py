"""Phones that are plugged in where DHCP names no tenant: they wait until an administrator approves them."""

import asyncio
from datetime import UTC, datetime

from sqlalchemy import func, select

from app.models import Device, DeviceStatus, PendingAction, Tenant
from app.models.enums import Approval, Origin, Status
from app.services import approval
from app.services.approval import ApprovalRequest
from app.services.author import Author
from simulator.fleet import Fleet
from simulator.payloads import Status as Said
from simulator.phone import Phone
from tests.flows.asking import ask
from tests.flows.installation import SYSTEM_PATH, Installation, until

PHONES = 10


def approve(ringmaster: Installation, phone: Phone, tenant: Tenant) -> None:
    with ringmaster.writing() as session:
        request = ApprovalRequest(tenant_id=tenant.id)
        approval.approve(
            session, phone.mac, request, author=Author("Alice", "127.0.0.1"), now=datetime.now(UTC)
        )


def number_told_later(ringmaster: Installation) -> int:
    """Return how many phones are told to restart with their next report: their tenant has no subnet to call them in."""
    with ringmaster.reading() as session:
        return session.scalar(select(func.count()).select_from(PendingAction)) or 0


def test_phones_wait_and_after_approval_restart_and_have_their_file(ringmaster: Installation) -> None:
    async def story() -> None:
        async with Fleet(ringmaster.options(SYSTEM_PATH, phones=PHONES)) as fleet:
            await fleet.boot()
            check_waiting(ringmaster, fleet)
            tenant = ringmaster.add_tenant()
            for phone in fleet.phones:
                approve(ringmaster, phone, tenant)
            await asyncio.to_thread(until, lambda: number_told_later(ringmaster) == PHONES)
            for phone in fleet.phones:
                await phone.report()
            check_approved(ringmaster, fleet, tenant)

    asyncio.run(story())


def check_waiting(ringmaster: Installation, fleet: Fleet) -> None:
    """Check that the phones are known, are no devices, and were told so when they asked for a file."""
    assert not fleet.ledger.failures
    assert not any(phone.provisioning.has_personal_file for phone in fleet.phones)
    refused = ask(f"{ringmaster.phone_url}/configfiles/{fleet.phones[0].mac}.cfg")
    assert refused.status == 404
    assert b"it has not been approved yet" in refused.body
    with ringmaster.reading() as session:
        for phone in fleet.phones:
            status = session.get_one(DeviceStatus, phone.mac)
            assert (status.approval, status.device_id) == (Approval.NEEDED, None)
            assert status.status == Status.REGISTERED
            assert status.placement_reason


def check_approved(ringmaster: Installation, fleet: Fleet, tenant: Tenant) -> None:
    """Check that the phones are devices of the tenant and have what is theirs."""
    assert fleet.is_settled
    assert not fleet.ledger.failures
    assert fleet.ledger.actions_taken == PHONES
    with ringmaster.reading() as session:
        for phone in fleet.phones:
            assert (phone.restarts, phone.status) == (1, Said.REGISTERED)
            status = session.get_one(DeviceStatus, phone.mac)
            device = session.get_one(Device, status.device_id)
            assert (device.tenant_id, device.origin) == (tenant.id, Origin.APPROVED)
            assert device.phone_user is not None
            assert device.phone_user.name == phone.owner.id
