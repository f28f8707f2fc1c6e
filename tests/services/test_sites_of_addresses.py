"""The site of an address: of the phones that reported from it, else of its subnet, else none."""

import pytest

from app.services import settings as system_settings
from app.services import sites_of_addresses
from app.services.author import Author
from tests import factories
from tests.factories import NOW

ADDRESS = "203.0.113.7"


@pytest.fixture
def berlin(session):
    return factories.make_site(session, "Berlin", subnet="10.1.0.0/16")


@pytest.fixture
def bonn(session):
    return factories.make_site(session, "Bonn")


def phone(session, site, **fields):
    device = factories.make_device(session, site=site)
    return factories.make_status(session, device=device, **fields)


def test_it_is_the_site_of_the_phones_that_reported_from_there(session, berlin):
    phone(session, berlin, external_ip=ADDRESS)
    phone(session, berlin, external_ip=ADDRESS, ip="10.1.2.4")
    assert sites_of_addresses.find(session, ADDRESS) == berlin.id


def test_the_address_a_phone_calls_from_goes_before_the_one_that_it_names(session, berlin, bonn):
    phone(session, berlin, external_ip=ADDRESS)
    phone(session, bonn, external_ip="198.51.100.1", ip=ADDRESS)
    assert sites_of_addresses.find(session, ADDRESS) == berlin.id


def test_the_address_that_a_phone_names_counts_where_nobody_calls_from_it(session, bonn):
    phone(session, bonn, external_ip="198.51.100.1", ip=ADDRESS)
    assert sites_of_addresses.find(session, ADDRESS) == bonn.id


def test_an_address_that_phones_of_several_sites_share_belongs_to_none(session, berlin, bonn):
    phone(session, berlin, external_ip=ADDRESS)
    phone(session, bonn, external_ip=ADDRESS)
    assert sites_of_addresses.find(session, ADDRESS) is None


def test_an_address_nobody_reported_from_has_the_site_of_its_subnet(session, berlin):
    assert sites_of_addresses.find(session, "10.1.200.1") == berlin.id
    assert sites_of_addresses.find(session, "10.2.0.1") is None


def test_auto_detection_is_no_place(session, berlin):
    tenant = berlin.tenant
    phone(session, factories.auto_detection(session, tenant), external_ip="10.1.2.3")
    assert sites_of_addresses.find(session, "10.1.2.3") == berlin.id


def test_the_address_of_the_proxy_says_nothing(session, berlin):
    phone(session, berlin, external_ip="10.1.9.9", ip="10.1.2.3", is_behind_proxy=True)
    system_settings.change(session, "sbc_proxy_host", "10.1.9.9", author=Author("alice"), now=NOW)
    assert sites_of_addresses.find(session, "10.1.9.9") is None


@pytest.mark.parametrize("address", ["", "nonsense"])
def test_what_is_no_address_belongs_to_no_site(session, berlin, address):
    phone(session, berlin, external_ip="", ip="")
    assert sites_of_addresses.find(session, address) is None
