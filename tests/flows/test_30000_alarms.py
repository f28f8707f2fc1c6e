"""A storm of alarms: 30,000 come in through the phone plane, one in each request, and all are worked off."""

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import pytest
from sqlalchemy import insert

from app.models import DeviceStatus, Site
from app.models.enums import Approval, Status
from app.security.tenant_scope import only_tenants
from app.services import alarm_search
from app.services.alarm_search import AlarmFilter
from app.services.alarms import deeds
from app.services.alarms.deeds import Deed, Order
from app.services.author import Author
from app.transaction import reading, writing
from tests.flows.alerting import send_all
from tests.flows.installation import Installation

ALARMS = 30_000
WITHIN_SECONDS = 30

pytestmark = pytest.mark.acceptance

Record = Callable[[str, object], None]


def test_30000_alarms_are_raised_in_half_a_minute_and_deleted(
    ringmaster: Installation, record_property: Record
) -> None:
    tenant = ringmaster.add_tenant()
    macs = [f"0a0000{number:06x}" for number in range(ALARMS)]
    _add_phones(ringmaster, tenant.id, macs)
    began_at = time.monotonic()
    asyncio.run(send_all(ringmaster.phone_url, macs))
    seconds = time.monotonic() - began_at
    record_property("seconds for 30,000 alarms", f"{seconds:.1f}")
    wanted, scope = AlarmFilter(), only_tenants([tenant.id])
    with reading(ringmaster.database, scope) as session:
        began_at = time.monotonic()
        page = alarm_search.search(session, wanted, number=1, size=50)
        counts = alarm_search.count_active(session)
        record_property("milliseconds for a page of them", f"{(time.monotonic() - began_at) * 1000:.0f}")
        up_to = deeds.latest_id(session)
    assert (len(page.rows), page.has_next, sum(counts.values())) == (50, True, alarm_search.COUNTED_ALARMS)
    began_at, done = time.monotonic(), 0
    with reading(ringmaster.database, scope) as session:
        ids = deeds.find_matching(session, wanted, up_to=up_to)
    for first in range(0, len(ids), deeds.CHUNK):
        chunk, order = ids[first : first + deeds.CHUNK], Order(deed=Deed.DELETE)
        with writing(ringmaster.database, scope) as session:
            done += deeds.do(session, chunk, order, author=Author("anna"), now=datetime.now(UTC))
    record_property("seconds to delete them all", f"{time.monotonic() - began_at:.1f}")
    assert done == ALARMS
    assert seconds < WITHIN_SECONDS


def _add_phones(ringmaster: Installation, tenant_id: int, macs: Sequence[str]) -> None:
    with ringmaster.writing() as session:
        site = Site(tenant_id=tenant_id, name="Storm")
        session.add(site)
        session.flush()
        phone = {
            "tenant_id": tenant_id, "site_id": site.id, "approval": Approval.NOT_NEEDED, "ip": "10.1.2.3",
            "status": Status.UNREGISTERED, "first_seen_at": datetime.now(UTC),
        }  # fmt: skip
        session.execute(insert(DeviceStatus), [{**phone, "mac": mac} for mac in macs])
