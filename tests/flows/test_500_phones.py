"""The size of a first installation: 500 phones boot at once by the URL of their tenant."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.models import ConfigFile, Device
from app.security.tenant_scope import only_tenants
from app.services import config_files, dashboard, stored_files
from app.services.devices_status.filters import Filters
from app.services.devices_status.pages import read_page
from app.transaction import reading
from simulator.fleet import Fleet
from tests.flows.installation import TENANT_PATH, Installation

PHONES = 500
BOOTED_WITHIN = timedelta(minutes=3)

pytestmark = pytest.mark.acceptance


def test_all_500_phones_register_each_with_its_file(
    ringmaster: Installation, record_property: Callable[[str, object], None]
) -> None:
    async def story() -> Fleet:
        tenant_path = TENANT_PATH.format(tenant=tenant.name)
        async with Fleet(ringmaster.options(tenant_path, phones=PHONES)) as fleet:
            assert await fleet.run(BOOTED_WITHIN.total_seconds(), until=lambda: fleet.is_settled)
        return fleet

    tenant = ringmaster.add_tenant()
    fleet = asyncio.run(story())
    summary = fleet.summary()
    record_property("seconds until all were registered", f"{summary.seconds:.1f}")
    record_property("requests", f"{fleet.ledger.requests:,}")
    assert not summary.failures
    with reading(ringmaster.database, only_tenants([tenant.id])) as session:
        counted = dashboard.figures(session)
        assert (counted.total, counted.registered, counted.waiting) == (PHONES, PHONES, 0)
        assert read_page(session, Filters()).total == PHONES
        macs = {phone.mac for phone in fleet.phones}
        assert set(session.scalars(select(Device.mac))) == macs
        files = session.scalars(select(ConfigFile).where(ConfigFile.device_id.is_not(None))).all()
        assert {file.name for file in files} == {f"{mac}.cfg" for mac in macs}
        assert len({stored_files.etag_of(config_files.content_of(file)) for file in files}) == PHONES
