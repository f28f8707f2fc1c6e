"""Phones of a tenant that names networks are served from there alone, before both doors."""

from json import dumps

import pytest
from sqlalchemy import select

from app.models import Alarm, FileFetch
from tests import factories
from tests.phone_api.doors import ALERT, KEEP_ALIVE, Asked, wait_until

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
INSIDE, ELSEWHERE = "10.1.2.3", "203.0.113.9"
REFUSED = '{"error":"This is not served here."}'


@pytest.fixture
def guarded(setting_up) -> int:
    with setting_up() as session:
        return factories.make_tenant(
            session, "Acme", external_id="c-17", allowed_networks="10.1.0.0/16, 2001:db8::/32"
        ).id


@pytest.fixture
def device(guarded, first_phone):
    """A phone of the guarded tenant with a file of its own."""
    first_phone.report(region="Acme")
    first_phone.sign_in(region="Acme")
    return first_phone


@pytest.mark.parametrize("peer", [INSIDE, "2001:db8::7", "::ffff:10.1.0.1"])
def test_its_phones_are_served_from_its_networks(device, peer):
    assert device.ask("GET", f"/configfiles/{device.mac}.cfg", peer=peer).status == 200


@pytest.mark.parametrize(
    "address", ["/configfiles/{}.cfg", "/ipp/tenant/Acme/{}.cfg", "/ipp/tenant/Globex/{}.cfg"]
)
def test_a_file_is_refused_elsewhere_and_no_reason_is_told(device, address):
    answer = device.ask("GET", address.format(device.mac), peer=ELSEWHERE)
    assert (answer.status, answer.text) == (403, REFUSED)


def test_the_provisioning_log_has_the_reason(device):
    device.ask("GET", f"/configfiles/{device.mac}.cfg", peer=ELSEWHERE)

    def refused():
        device.report("registered")  # at the web door the next request writes what was fetched
        with device.reading() as session:
            return session.scalars(select(FileFetch).where(FileFetch.status == 403)).all()

    wait_until(refused)
    (fetch,) = refused()
    assert fetch.reason == "203.0.113.9 is in none of the networks from which Acme serves phones."
    assert (fetch.mac, fetch.address) == (device.mac, ELSEWHERE)


def test_a_report_from_elsewhere_changes_nothing(device):
    answer = device.report("offline", peer=ELSEWHERE)
    assert (answer.status, answer.text) == (403, REFUSED)
    assert device.row().external_ip == INSIDE
    assert device.report("registered").status == 200


def test_alarms_and_keys_from_elsewhere_are_refused(device):
    keys = {"mac": device.mac, "userId": "anna@acme.com", "version": 0, "keys": {}}
    assert device.raise_alarm(peer=ELSEWHERE).status == 403
    assert device.post("/rest/v1/ipphoneMgrStatus/user-keys", keys, peer=ELSEWHERE).status == 403
    with device.reading() as session:
        assert session.scalar(select(Alarm.id)) is None


@pytest.mark.parametrize("target", ["/ipp/tenant/ACME/00908f000001.cfg", "/ipp/region/Acme/logo.cfg"])
def test_who_names_the_tenant_is_refused_before_he_is_anybody(guarded, first_phone, target):
    assert first_phone.ask("GET", target, peer=ELSEWHERE).status == 403
    assert first_phone.report(region="acme", peer=ELSEWHERE).status == 403
    assert first_phone.report(at=f"/c/c-17{KEEP_ALIVE}", region="", peer=ELSEWHERE).status == 403
    assert first_phone.row() is None


def test_phones_of_others_are_served_from_everywhere(guarded, first_phone):
    assert first_phone.ask("GET", "/ipp/dhcpoption160.cfg", peer=ELSEWHERE).status == 200
    assert first_phone.report(peer=ELSEWHERE).status == 200
    assert first_phone.post(ALERT, {"alerts": [first_phone.alarm_of()]}, peer=ELSEWHERE).status == 200


def test_reports_of_a_batch_are_answered_each_as_it_is_due(device, plane):
    from_inside = [plane.begin(_report(device, INSIDE)) for _ in range(3)]
    from_elsewhere = [plane.begin(_report(device, ELSEWHERE)) for _ in range(3)]
    assert [each.result(30).status for each in from_inside + from_elsewhere] == [200] * 3 + [403] * 3


def _report(phone, peer):
    return Asked("POST", KEEP_ALIVE, {}, dumps(phone.report_of("registered")).encode(), peer)
