"""What is known of a phone, as the conditions of rules ask for it."""

from dataclasses import dataclass
from datetime import datetime

from app.models.enums import Train
from app.rules.conditions.facts import KnownFacts
from app.rules.conditions.fields import GENERIC, UC
from app.rules.conditions.types.yes_no import NO, YES
from app.rules.user_agents import parse_user_agent
from app.rules.zero_touch.facts import Facts, SiteFact, TenantFact
from app.rules.zero_touch.spots import address_of, rivals
from app.rules.zero_touch.topology import Topology

_TRAINS = {Train.UC: UC, Train.GENERIC: GENERIC}


@dataclass(frozen=True, slots=True)
class Reported:
    """What a phone reports beside what Zero Touch's own ladder looks at; empty is not known."""

    user: str = ""
    phone_number: str = ""
    location: str = ""
    sip_proxy: str = ""
    vlan: str = ""


def minute_of(on_the_wall: datetime) -> str:
    """Return the time where a phone is as its facts have it."""
    return on_the_wall.replace(tzinfo=None).isoformat(timespec="minutes")


def known_facts(facts: Facts, reported: Reported, topology: Topology, minute: str) -> KnownFacts:
    """Return the facts of a phone before anything is decided; ``minute`` is the time where it is, by ``minute_of``.

    The address is the one that places a phone: never that of a proxy. Its subnet counts where it is one tenant's alone.
    """
    agent = parse_user_agent(facts.user_agent or "")
    address, _ = address_of(facts)
    matches = topology.places.covering(address) if address else []
    subnet = matches[0].value if len(rivals(matches)) == 1 else None
    return KnownFacts(
        {
            "vendor": agent.vendor if agent else None,
            "model": facts.model,
            "hardware": agent.hardware if agent else None,
            "oem": agent.oem if agent else None,
            "url_tenant": facts.url_tenant or facts.region,
            "ip": str(address) if address else None,
            "subnet_tenant": subnet.tenant.name if subnet else None,
            "subnet_site": subnet.site.name if subnet and subnet.site else None,
            "mac": facts.mac,
            "firmware": facts.firmware,
            "train": _TRAINS[facts.train],
            "user_agent": facts.user_agent,
            "user": reported.user,
            "phone_number": reported.phone_number,
            "location": reported.location,
            "sip_proxy": reported.sip_proxy,
            "vlan": reported.vlan,
            "via_proxy": YES if facts.via_proxy else NO,
            "now": minute,
        }
    )


def add_place(known: KnownFacts, tenant: TenantFact | None, site: SiteFact | None) -> None:
    """Let the stages after placement know where the phone was put."""
    known.add({"tenant": tenant.name if tenant else None, "site": site.name if site else None})
