"""Alarms of phones are listed while they stand, with the phone's tenant, and are history when they are over."""

import asyncio
from collections.abc import Sequence

from app.models.enums import Severity
from app.security.tenant_scope import only_tenants
from app.services import alarm_search
from app.services.alarm_search import AlarmFilter
from app.transaction import reading
from simulator.fleet import Fleet
from tests.flows.installation import TENANT_PATH, Installation

NAME = "IPPHONE LYNC LOGIN FAILURE"


def listed(ringmaster: Installation, tenant_id: int, *, history: bool) -> Sequence[tuple[str, Severity]]:
    with reading(ringmaster.database, only_tenants([tenant_id])) as session:
        page = alarm_search.search(session, AlarmFilter(is_history=history), number=1, size=50)
        return [(alarm.mac, alarm.severity) for alarm in page.rows]


def test_an_alarm_stands_until_the_phone_clears_it(ringmaster: Installation) -> None:
    async def story() -> None:
        tenant = ringmaster.add_tenant()
        async with Fleet(ringmaster.options(TENANT_PATH.format(tenant=tenant.name), phones=2)) as fleet:
            await fleet.boot()
            phone = fleet.phones[0]
            assert await phone.raise_alarm(NAME)
            assert listed(ringmaster, tenant.id, history=False) == [(phone.mac, Severity.CRITICAL)]
            assert await phone.clear_alarm(NAME)
        assert not listed(ringmaster, tenant.id, history=False)
        assert [mac for mac, _ in listed(ringmaster, tenant.id, history=True)] == [phone.mac]

    asyncio.run(story())


def test_a_phone_that_cannot_register_raises_its_alarm_by_itself(ringmaster: Installation) -> None:
    async def story() -> None:
        tenant = ringmaster.add_tenant()
        path = TENANT_PATH.format(tenant=tenant.name)
        async with Fleet(ringmaster.options(path, phones=3, fails_to_register=1.0)) as fleet:
            await fleet.boot()
        raised = listed(ringmaster, tenant.id, history=False)
        assert sorted(mac for mac, _ in raised) == [phone.mac for phone in fleet.phones]

    asyncio.run(story())
