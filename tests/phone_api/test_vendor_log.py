"""The provisioning log before the phone plane knows phones of other vendors by the names that they ask for."""

import pytest

from app.models.enums import ToldBy
from tests.phone_api.doors import Phone
from tests.phone_api.test_fetch_log import fetched
from tests.phone_api.test_vendor_phones import VENDORS

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite", "postgresql"], indirect=True)


@pytest.mark.usefixtures("acme")
def test_phones_of_vendors_are_known_by_the_names_that_they_ask_for(plane, database):
    for vendor in VENDORS.values():
        phone = Phone(plane, database, vendor.mac)
        phone.report(model=vendor.model, userAgent=vendor.user_agent, region="Acme", ip="10.9.9.9")
        for name, _ in vendor.asks:
            phone.get(f"/configfiles/{name}", user_agent=vendor.user_agent)
    rows = fetched(phone, sum(len(vendor.asks) for vendor in VENDORS.values()))
    assert {(row.mac, row.name): row.told_by for row in rows} == {
        (vendor.mac, name): ToldBy.FILE if vendor.mac in name.lower() else ToldBy.USER_AGENT
        for vendor in VENDORS.values()
        for name, _ in vendor.asks
    }
