"""What rules may ask of a phone, from all that was heard of it."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from app.models.enums import Train
from app.rules.conditions.fields import FIELDS
from app.rules.zero_touch.facts import Facts, SiteFact, TenantFact
from app.rules.zero_touch.known import Reported, add_place, known_facts, minute_of
from app.rules.zero_touch.topology import Topology

ACME = TenantFact(1, "Acme", "10.0.0.0/8")
GLOBEX = TenantFact(2, "Globex", "10.9.0.0/16")
INITECH = TenantFact(3, "Initech", "10.9.0.0/16")
BERLIN = SiteFact(11, 1, "Berlin", "10.1.0.0/16")
TOPOLOGY = Topology((ACME, GLOBEX, INITECH), (BERLIN,))
NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
AGENT = "Genesys /2.2.16.142.46 (420HDG-Rev2-AC494; 00908F9A9623)"
PHONE = Facts(
    "00908f9a9623", "420HD", Train.GENERIC, "2.2.16.142.46", user_agent=AGENT, ip="10.1.2.3", peer="10.1.2.3"
)


def known(reported: Reported = Reported(), **changed: object) -> dict[str, str]:  # noqa: B008
    return known_facts(replace(PHONE, **changed), reported, TOPOLOGY, minute_of(NOON)).written  # type: ignore[arg-type]


def test_all_that_was_heard_of_a_phone_is_known() -> None:
    assert known(Reported("anna", "123", "Berlin 3", "sip.acme.com", "100"), url_tenant="Acme") == {
        "vendor": "AudioCodes",
        "model": "420HD",
        "hardware": "Rev2-AC494",
        "oem": "Genesys",
        "url_tenant": "Acme",
        "ip": "10.1.2.3",
        "subnet_tenant": "Acme",
        "subnet_site": "Berlin",
        "mac": "00908f9a9623",
        "firmware": "2.2.16.142.46",
        "train": "generic",
        "user_agent": AGENT,
        "user": "anna",
        "phone_number": "123",
        "location": "Berlin 3",
        "sip_proxy": "sip.acme.com",
        "vlan": "100",
        "via_proxy": "no",
        "now": "2026-11-28T12:00",
    }


def test_of_a_phone_that_only_asks_little_is_known() -> None:
    facts = known_facts(Facts("00908f9a9623", None, Train.UC), Reported(), TOPOLOGY, minute_of(NOON))

    assert set(facts.written) == {"mac", "train", "via_proxy", "now"}
    assert {name for name, fact in facts.compared.items() if fact is not None} == set(facts.written)
    assert set(facts.compared) == set(FIELDS)


def test_tenant_of_a_report_counts_like_that_of_the_url_which_wins() -> None:
    assert known(region="Acme")["url_tenant"] == "Acme"
    assert known(region="Acme", url_tenant="Globex")["url_tenant"] == "Globex"


@pytest.mark.parametrize(
    ("facts", "tenant", "site"),
    [
        ({"ip": "10.2.0.1"}, "Acme", None),
        ({"ip": "192.0.2.1"}, None, None),
        ({"ip": "10.9.1.1"}, None, None),
        ({"ip": None, "peer": "10.1.2.3", "via_proxy": True}, None, None),
        ({"ip": None, "peer": "10.1.2.3"}, "Acme", "Berlin"),
    ],
)
def test_subnet_is_known_where_it_is_one_tenants_alone(
    facts: dict[str, object], tenant: str | None, site: str | None
) -> None:
    found = known(**facts)
    assert (found.get("subnet_tenant"), found.get("subnet_site")) == (tenant, site)


def test_time_is_that_of_the_clock_on_the_wall() -> None:
    berlin = NOON.astimezone(ZoneInfo("Europe/Berlin"))
    assert known_facts(PHONE, Reported(), TOPOLOGY, minute_of(berlin)).written["now"] == "2026-11-28T13:00"


def test_later_stages_know_where_the_phone_was_put() -> None:
    facts = known_facts(PHONE, Reported(), TOPOLOGY, minute_of(NOON))
    add_place(facts, ACME, None)

    assert facts.compared["tenant"] == "acme"
    assert facts.compared["site"] is None
