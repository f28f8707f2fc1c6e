"""Where in the topology a phone may be put: what placement asks, and the answers it gives."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from app.models.enums import Approval
from app.rules.addresses import Address, find_address
from app.rules.sentences import quoted
from app.rules.subnets import Match
from app.rules.zero_touch.facts import Facts, SiteFact, TenantFact
from app.rules.zero_touch.topology import Place, Topology


@dataclass(frozen=True, slots=True)
class Spot:
    """A tenant and a site of it, and whether somebody must approve the phone there."""

    tenant: TenantFact | None
    site: SiteFact | None
    approval: Approval = Approval.NOT_NEEDED


@dataclass(frozen=True, slots=True)
class Question:
    """The facts as placement needs them; ``naming`` says who names which tenant, "" if nobody does."""

    facts: Facts
    topology: Topology
    naming: str
    named: TenantFact | None
    address: Address | None
    is_own_address: bool

    @property
    def stranger(self) -> str:
        """The other end of a connection that does not have the address which the phone reports."""
        return quoted(self.facts.peer) if self.facts.peer else "an unknown address"


def question_of(facts: Facts, topology: Topology) -> Question:
    """Return what placement asks about a phone."""
    name = facts.url_tenant or facts.region
    namer = "URL" if facts.url_tenant else "report"
    address, is_own_address = address_of(facts)
    return Question(
        facts=facts,
        topology=topology,
        naming=f"the {namer} names tenant {quoted(name)}" if name else "",
        named=topology.find_tenant_named(name) if name else None,
        address=address,
        is_own_address=is_own_address,
    )


def kind_of(facts: Facts, topology: Topology) -> Hashable:
    """Return all that placement asks for beside rules: phones of a kind are placed alike, for reasons of their own.

    The longest subnet around an address says which others have it, those that lie around that one.
    """
    name = facts.url_tenant or facts.region
    named = topology.find_tenant_named(name) if name else None
    address, is_own_address = address_of(facts)
    subnet = topology.places.longest_prefix(address) if address else None
    return bool(name), named and named.id, address is None, is_own_address, subnet


def address_of(facts: Facts) -> tuple[Address | None, bool]:
    """Return the address that places the phone, and whether the connection shows it to be the phone's own."""
    reported = find_address(facts.ip) if facts.ip else None
    peer = find_address(facts.peer) if facts.peer else None
    if reported is None:
        return (None, False) if facts.via_proxy else (peer, True)
    return reported, facts.via_proxy or reported == peer


def site_in(question: Question, tenant: TenantFact) -> tuple[SiteFact | None, str]:
    """Return the site that the phone's address has in a tenant, AutoDetection where none has it, and why."""
    matches = question.topology.sites_of(tenant).covering(question.address) if question.address else []
    if matches:
        return matches[0].value.site, f"{question.address} lies in {titles(matches)}"
    site = question.topology.find_auto_detection(tenant)
    missing = (
        f"{question.address} lies in none of its sites" if question.address else "the address is not known"
    )
    return site, f"{missing}, so {chosen(site)}"


def rivals(matches: Sequence[Match[Place]]) -> list[str]:
    """Return the names of the tenants that share the longest subnet; of several none may be preferred."""
    if not matches:
        return []
    longest = matches[0].network
    return list(dict.fromkeys(match.value.tenant.name for match in matches if match.network == longest))


def titles(matches: Sequence[Match[Place]]) -> str:
    """Name the places from the widest subnet to the longest, which is the one that counts."""
    named = ", ".join(match.value.title for match in reversed(matches))
    return named if len(matches) == 1 else f"{named}; the longest is /{matches[0].network.prefixlen}"


def chosen(site: SiteFact | None) -> str:
    """Say which site it is."""
    return f"its site is {site.name}" if site else "it has no site"
