"""Where a phone belongs, and whether somebody must approve it."""

import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.models.enums import Approval, Stage, Train
from app.rules.zero_touch.facts import Facts, SiteFact, TenantFact
from app.rules.zero_touch.placement import Placement, place
from app.rules.zero_touch.topology import Topology
from app.rules.zero_touch.trace import Verdict

DEFAULT = TenantFact(1, "Default", is_default=True)
ACME = TenantFact(2, "Acme", "10.0.0.0/8")
GLOBEX = TenantFact(3, "Globex")
DEFAULT_AUTO = SiteFact(11, 1, "AutoDetection", is_auto_detection=True)
ACME_AUTO = SiteFact(21, 2, "AutoDetection", is_auto_detection=True)
BERLIN = SiteFact(22, 2, "Berlin", "10.1.0.0/16")
BERLIN_HQ = SiteFact(23, 2, "Berlin-HQ", "10.1.20.0/24")
GLOBEX_AUTO = SiteFact(31, 3, "AutoDetection", is_auto_detection=True)
PARIS = SiteFact(32, 3, "Paris", "10.1.20.0/25")
TENANTS = (DEFAULT, ACME, GLOBEX)
SITES = (DEFAULT_AUTO, ACME_AUTO, BERLIN, BERLIN_HQ, GLOBEX_AUTO, PARIS)
TOPOLOGY = Topology(TENANTS, SITES)

PHONE = Facts("00908f123456", "450HD", Train.UC)


def placed(topology: Topology = TOPOLOGY, **facts: object) -> Placement:
    return place(replace(PHONE, **facts), topology)


def spot(placement: Placement) -> tuple[int | None, int | None, Approval]:
    return placement.tenant_id, placement.site_id, placement.approval


def verdicts(placement: Placement) -> list[Verdict]:
    return [step.verdict for step in placement.steps]


def test_tenant_in_the_url_places_the_phone_in_its_site_auto_detection() -> None:
    placement = placed(url_tenant="Acme")

    assert spot(placement) == (ACME.id, ACME_AUTO.id, Approval.NOT_NEEDED)
    assert placement.reason == (
        'The URL names tenant "Acme"; the address is not known, so its site is AutoDetection.'
    )


def test_longest_site_inside_the_named_tenant_is_chosen() -> None:
    placement = placed(url_tenant="Acme", ip="10.1.20.200")

    assert spot(placement) == (ACME.id, BERLIN_HQ.id, Approval.NOT_NEEDED)
    assert placement.reason == (
        'The URL names tenant "Acme"; 10.1.20.200 lies in '
        "site Berlin 10.1.0.0/16, site Berlin-HQ 10.1.20.0/24; the longest is /24."
    )


def test_sites_of_other_tenants_do_not_count_inside_the_named_tenant() -> None:
    assert spot(placed(url_tenant="Acme", ip="10.1.20.7")) == (ACME.id, BERLIN_HQ.id, Approval.NOT_NEEDED)
    assert spot(placed(url_tenant="Default", ip="10.1.20.7")) == (1, DEFAULT_AUTO.id, Approval.NOT_NEEDED)


def test_tenant_is_found_without_regard_to_case() -> None:
    assert placed(url_tenant="aCME").tenant_id == ACME.id


def test_region_of_a_report_counts_like_the_tenant_in_the_url() -> None:
    placement = placed(region="Acme")

    assert spot(placement) == (ACME.id, ACME_AUTO.id, Approval.NOT_NEEDED)
    assert placement.reason.startswith('The report names tenant "Acme"; ')


def test_url_wins_over_the_region() -> None:
    assert placed(url_tenant="Globex", region="Acme").tenant_id == GLOBEX.id


def test_unknown_tenant_waits_in_the_default_tenant_and_the_reason_names_it() -> None:
    placement = placed(url_tenant="Initech", ip="10.1.20.7", peer="10.1.20.7")

    assert spot(placement) == (DEFAULT.id, DEFAULT_AUTO.id, Approval.NEEDED)
    assert placement.reason == (
        "The phone waits for approval in the default tenant Default, "
        'because the URL names tenant "Initech", which does not exist.'
    )
    assert placement.steps[1].sentence == (
        'Subnets are not asked, because the URL names tenant "Initech", which does not exist.'
    )


def test_unknown_tenant_waits_even_where_the_default_tenant_approves_by_itself() -> None:
    topology = Topology([replace(DEFAULT, approves_automatically=True)], [DEFAULT_AUTO])

    assert placed(topology, region="Initech").approval is Approval.NEEDED


def test_long_name_from_a_phone_is_cut_in_the_reason() -> None:
    assert len(placed(url_tenant="x" * 5000).reason) < 200


def test_longest_subnet_over_all_sites_and_tenants_places_the_phone() -> None:
    placement = placed(ip="10.1.20.200", peer="10.1.20.200")

    assert spot(placement) == (ACME.id, BERLIN_HQ.id, Approval.NOT_NEEDED)
    assert placement.reason == (
        "10.1.20.200 lies in tenant Acme 10.0.0.0/8, site Berlin 10.1.0.0/16, "
        "site Berlin-HQ 10.1.20.0/24; the longest is /24."
    )


def test_longest_subnet_may_be_that_of_another_tenant() -> None:
    assert spot(placed(peer="10.1.20.7")) == (GLOBEX.id, PARIS.id, Approval.NOT_NEEDED)


def test_subnet_of_a_tenant_leads_to_its_site_auto_detection() -> None:
    placement = placed(peer="10.9.9.9")

    assert spot(placement) == (ACME.id, ACME_AUTO.id, Approval.NOT_NEEDED)
    assert placement.reason == (
        "10.9.9.9 lies in tenant Acme 10.0.0.0/8; no site has it, so its site is AutoDetection."
    )


def test_site_wins_over_its_tenant_with_an_equal_subnet() -> None:
    everywhere = SiteFact(24, 2, "Everywhere", "10.0.0.0/8")
    topology = Topology([DEFAULT, ACME], [DEFAULT_AUTO, ACME_AUTO, everywhere])

    assert placed(topology, peer="10.9.9.9").site_id == everywhere.id


def test_subnet_that_two_tenants_share_places_nobody() -> None:
    topology = Topology([DEFAULT, ACME, replace(GLOBEX, subnet="10.0.0.0/8")], SITES)
    placement = placed(topology, peer="10.9.9.9")

    assert spot(placement) == (DEFAULT.id, DEFAULT_AUTO.id, Approval.NEEDED)
    assert placement.steps[1].sentence == (
        "10.9.9.9 lies in 10.0.0.0/8, a subnet of Acme and of Globex; "
        "only a tenant named in the URL can tell them apart."
    )


def test_address_that_is_not_the_connections_places_but_does_not_save_the_approval() -> None:
    placement = placed(ip="10.1.20.200", peer="192.0.2.9")

    assert spot(placement) == (ACME.id, BERLIN_HQ.id, Approval.NEEDED)
    assert placement.reason.endswith(
        ' the longest is /24. It waits for approval, because the report came from "192.0.2.9".'
    )


def test_address_without_a_known_connection_does_not_save_the_approval() -> None:
    assert placed(ip="10.1.20.200").approval is Approval.NEEDED


def test_address_behind_a_proxy_saves_the_approval() -> None:
    assert placed(ip="10.1.20.200", peer="192.0.2.9", via_proxy=True).approval is Approval.NOT_NEEDED


@pytest.mark.parametrize("ip", ["http://10.1.20.200:80/", "::ffff:10.1.20.200", " 10.1.20.200 "])
def test_address_is_the_connections_in_whatever_spelling(ip: str) -> None:
    assert placed(ip=ip, peer="10.1.20.200").approval is Approval.NOT_NEEDED


@pytest.mark.parametrize("ip", [None, "", "unknown"])
def test_connection_places_the_phone_where_the_report_has_no_address(ip: str | None) -> None:
    assert spot(placed(ip=ip, peer="10.1.20.200")) == (ACME.id, BERLIN_HQ.id, Approval.NOT_NEEDED)


def test_address_of_a_proxy_never_decides() -> None:
    placement = placed(peer="10.1.20.200", via_proxy=True)

    assert spot(placement) == (DEFAULT.id, DEFAULT_AUTO.id, Approval.NEEDED)
    assert placement.steps[1].verdict is Verdict.NOT_KNOWN
    assert placement.steps[1].sentence == "The phone came through a proxy and reports no address of its own."


def test_address_of_a_proxy_chooses_no_site_of_the_named_tenant() -> None:
    assert placed(url_tenant="Acme", peer="10.1.20.200", via_proxy=True).site_id == ACME_AUTO.id


def test_phone_that_nothing_places_waits_in_the_default_tenant() -> None:
    placement = placed(peer="192.0.2.9")

    assert spot(placement) == (DEFAULT.id, DEFAULT_AUTO.id, Approval.NEEDED)
    assert placement.reason == (
        "The phone waits for approval in the default tenant Default, "
        "because it names no tenant and no subnet decides for 192.0.2.9."
    )


def test_default_tenant_may_approve_by_itself() -> None:
    topology = Topology([replace(DEFAULT, approves_automatically=True)], [DEFAULT_AUTO])
    placement = placed(topology, peer="192.0.2.9")

    assert spot(placement) == (DEFAULT.id, DEFAULT_AUTO.id, Approval.NOT_NEEDED)
    assert placement.reason == (
        "The default tenant Default takes phones without approval; its site is AutoDetection."
    )


def test_phone_is_held_where_there_is_no_default_tenant() -> None:
    placement = placed(Topology([ACME], [ACME_AUTO]))

    assert spot(placement) == (None, None, Approval.HELD)
    assert placement.reason == (
        "The phone is held, because it names no tenant and its address is not known, "
        "and there is no default tenant."
    )
    assert verdicts(placement) == [
        Verdict.NOT_MATCHED,
        Verdict.NOT_KNOWN,
        Verdict.NOT_MATCHED,
        Verdict.MATCHED,
    ]


def test_rules_after_the_matching_one_are_listed_as_not_reached() -> None:
    placement = placed(peer="10.1.20.200")

    assert [step.rule for step in placement.steps] == [
        "placement.url_tenant",
        "placement.subnet",
        "placement.default_tenant",
        "placement.hold",
    ]
    assert verdicts(placement) == [
        Verdict.NOT_MATCHED,
        Verdict.MATCHED,
        Verdict.NOT_REACHED,
        Verdict.NOT_REACHED,
    ]
    assert placement.steps[2].sentence == 'Not asked, because "Longest subnet" decided.'
    assert {step.stage for step in placement.steps} == {Stage.PLACEMENT}


def test_ipv6_phone_is_placed_like_any_other() -> None:
    site = SiteFact(41, 1, "Lab", "2001:db8:7::/48")

    assert placed(Topology([DEFAULT], [DEFAULT_AUTO, site]), peer="2001:db8:7::1").site_id == site.id


WORDS = st.none() | st.sampled_from(["Acme", "globex", "Initech", ""]) | st.text(max_size=20)
ADDRESSES = (
    st.none()
    | st.sampled_from(["10.1.20.7", "10.9.9.9", "::1"])
    | st.ip_addresses().map(str)
    | st.text(max_size=20)
)


@given(WORDS, WORDS, ADDRESSES, ADDRESSES, st.booleans())
def test_every_phone_is_placed_for_one_stated_reason(
    url_tenant: str | None, region: str | None, ip: str | None, peer: str | None, via_proxy: bool
) -> None:
    placement = placed(url_tenant=url_tenant, region=region, ip=ip, peer=peer, via_proxy=via_proxy)
    matched = [step.sentence for step in placement.steps if step.verdict is Verdict.MATCHED]

    assert (placement.tenant_id, placement.site_id) in {(site.tenant_id, site.id) for site in SITES}
    assert matched == [placement.reason]
    assert all(step.sentence.endswith(".") for step in placement.steps)


@given(ADDRESSES, ADDRESSES)
def test_nobody_approves_himself_by_the_address_he_reports(ip: str | None, peer: str | None) -> None:
    placement = placed(ip=ip, peer=peer)
    if placement.approval is Approval.NOT_NEEDED:
        assert spot(placement) == spot(placed(peer=peer))


def test_fleet_is_placed_among_three_thousand_subnets_in_no_time() -> None:
    tenants = [DEFAULT, *(TenantFact(100 + n, f"T{n}", f"10.{n}.0.0/16") for n in range(250))]
    sites = [SiteFact(1000 + n, 100 + n % 250, f"S{n}", f"10.{n % 250}.{n // 250}.0/24") for n in range(3000)]
    phones = [replace(PHONE, ip=f"10.{n % 255}.{n % 20}.7", peer="10.0.0.1") for n in range(3000)]

    begun = time.process_time()
    topology = Topology(tenants, sites)
    built = time.process_time()
    for phone in phones:
        place(phone, topology)
    done = time.process_time()

    assert built - begun < 0.5
    assert done - built < 0.5
