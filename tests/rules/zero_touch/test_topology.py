"""Tenants and sites, arranged for placement."""

from ipaddress import ip_address

from app.rules.zero_touch.facts import SiteFact, TenantFact
from app.rules.zero_touch.topology import Topology

ACME = TenantFact(2, "Acme", "10.0.0.0/8")
GLOBEX = TenantFact(3, "Globex", is_default=True)
AUTO = SiteFact(21, 2, "AutoDetection", is_auto_detection=True)
BERLIN = SiteFact(22, 2, "Berlin", "10.1.0.0/16")
PARIS = SiteFact(32, 3, "Paris", "10.1.20.0/24")
TOPOLOGY = Topology([ACME, GLOBEX], [AUTO, BERLIN, PARIS])
ADDRESS = ip_address("10.1.20.7")


def test_tenant_is_found_by_id_and_by_name() -> None:
    assert TOPOLOGY.find_tenant(2) is ACME
    assert TOPOLOGY.find_tenant_named("ACME") is ACME


def test_unknown_tenant_is_not_found() -> None:
    assert TOPOLOGY.find_tenant(None) is None
    assert TOPOLOGY.find_tenant(9) is None
    assert TOPOLOGY.find_tenant_named("") is None


def test_default_tenant_and_auto_detection_are_known() -> None:
    assert TOPOLOGY.default_tenant is GLOBEX
    assert TOPOLOGY.find_auto_detection(ACME) is AUTO
    assert TOPOLOGY.find_auto_detection(GLOBEX) is None
    assert Topology([ACME], []).default_tenant is None


def test_all_subnets_are_told_with_their_titles() -> None:
    assert [match.value.title for match in TOPOLOGY.places.covering(ADDRESS)] == [
        "site Paris 10.1.20.0/24",
        "site Berlin 10.1.0.0/16",
        "tenant Acme 10.0.0.0/8",
    ]


def test_sites_of_a_tenant_are_only_its_own() -> None:
    assert [match.value.site for match in TOPOLOGY.sites_of(ACME).covering(ADDRESS)] == [BERLIN]
    assert Topology([ACME], []).sites_of(ACME).covering(ADDRESS) == []


def test_site_whose_tenant_is_not_known_yet_is_left_out() -> None:
    topology = Topology([ACME], [BERLIN, PARIS])

    assert [match.value.site for match in topology.places.covering(ADDRESS)] == [BERLIN, None]
