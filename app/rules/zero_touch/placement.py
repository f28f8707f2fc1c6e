"""The built-in ladder of placement: a phone's tenant and site, and whether somebody must approve it."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.models.enums import Approval, Stage
from app.rules.addresses import Address, find_address
from app.rules.sentences import quoted
from app.rules.subnets import Match
from app.rules.zero_touch.facts import Facts, SiteFact, TenantFact
from app.rules.zero_touch.topology import Place, Topology
from app.rules.zero_touch.trace import Matched, Missed, Rule, Step, Verdict, decide


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a phone belongs; tenant and site are None only while it is held."""

    tenant_id: int | None
    site_id: int | None
    approval: Approval
    reason: str
    steps: tuple[Step, ...]


def place(facts: Facts, topology: Topology) -> Placement:
    """Return where the phone belongs, by the first of four rules that applies.

    The tenant it names, then the longest subnet, then the default tenant, then on hold. An address of the
    report that is not the connection's may place a phone but does not save it the approval: anyone could
    approve himself. The address of a proxy never decides.
    """
    decided = decide(Stage.PLACEMENT, _LADDER, _ask(facts, topology))
    spot = decided.answer
    site_id = spot.site.id if spot.site else None
    tenant_id = spot.tenant.id if spot.tenant else None
    return Placement(tenant_id, site_id, spot.approval, decided.reason, decided.steps)


@dataclass(frozen=True, slots=True)
class _Spot:
    tenant: TenantFact | None
    site: SiteFact | None
    approval: Approval


@dataclass(frozen=True, slots=True)
class _Question:
    """The facts as placement needs them; ``naming`` says who names which tenant, "" if nobody does."""

    facts: Facts
    topology: Topology
    naming: str
    named: TenantFact | None
    address: Address | None
    is_own_address: bool


def _ask(facts: Facts, topology: Topology) -> _Question:
    name = facts.url_tenant or facts.region
    namer = "URL" if facts.url_tenant else "report"
    address, is_own_address = _address_of(facts)
    return _Question(
        facts=facts,
        topology=topology,
        naming=f"the {namer} names tenant {quoted(name)}" if name else "",
        named=topology.find_tenant_named(name) if name else None,
        address=address,
        is_own_address=is_own_address,
    )


def _address_of(facts: Facts) -> tuple[Address | None, bool]:
    """Return the address that places the phone, and whether the connection shows it to be the phone's own."""
    reported = find_address(facts.ip) if facts.ip else None
    peer = find_address(facts.peer) if facts.peer else None
    if reported is None:
        return (None, False) if facts.via_proxy else (peer, True)
    return reported, facts.via_proxy or reported == peer


def _by_name(question: _Question) -> Matched[_Spot] | Missed:
    tenant = question.named
    if not question.naming:
        return Missed("Neither the URL nor the report names a tenant.")
    if tenant is None:
        return Missed(f"{_capital(question.naming)}, which does not exist.")
    matches = question.topology.sites_of(tenant).covering(question.address) if question.address else []
    if matches:
        found = f"{question.address} lies in {_titles(matches)}"
        return Matched(_spot(matches[0].value.site, tenant), f"{_capital(question.naming)}; {found}.")
    site = question.topology.find_auto_detection(tenant)
    missing = (
        f"{question.address} lies in none of its sites" if question.address else "the address is not known"
    )
    return Matched(_spot(site, tenant), f"{_capital(question.naming)}; {missing}, so {_chosen(site)}.")


def _by_subnet(question: _Question) -> Matched[_Spot] | Missed:
    if question.naming:
        return Missed(f"Subnets are not asked, because {question.naming}, which does not exist.")
    if question.address is None:
        return Missed(_no_address(question.facts), Verdict.NOT_KNOWN)
    matches = question.topology.places.covering(question.address)
    if not matches:
        return Missed(f"{question.address} lies in no subnet of a tenant or a site.")
    rivals = _rivals(matches)
    if len(rivals) > 1:
        return Missed(
            f"{question.address} lies in {matches[0].network}, a subnet of {' and of '.join(rivals)}; "
            f"only a tenant named in the URL can tell them apart."
        )
    return _placed(question, matches)


def _placed(question: _Question, matches: Sequence[Match[Place]]) -> Matched[_Spot]:
    place_found = matches[0].value
    sentence = f"{question.address} lies in {_titles(matches)}"
    site = place_found.site
    if site is None:
        site = question.topology.find_auto_detection(place_found.tenant)
        sentence += f"; no site has it, so {_chosen(site)}"
    if question.is_own_address:
        return Matched(_spot(site, place_found.tenant), f"{sentence}.")
    peer = quoted(question.facts.peer) if question.facts.peer else "an unknown address"
    return Matched(
        _spot(site, place_found.tenant, Approval.NEEDED),
        f"{sentence}. It waits for approval, because the report came from {peer}.",
    )


def _by_default(question: _Question) -> Matched[_Spot] | Missed:
    tenant = question.topology.default_tenant
    if tenant is None:
        return Missed("There is no default tenant.")
    site = question.topology.find_auto_detection(tenant)
    if tenant.approves_automatically and not question.naming:
        sentence = f"The default tenant {tenant.name} takes phones without approval; {_chosen(site)}."
        return Matched(_spot(site, tenant), sentence)
    sentence = (
        f"The phone waits for approval in the default tenant {tenant.name}, because {_why_nowhere(question)}."
    )
    return Matched(_spot(site, tenant, Approval.NEEDED), sentence)


def _on_hold(question: _Question) -> Matched[_Spot]:
    return Matched(
        _Spot(None, None, Approval.HELD),
        f"The phone is held, because {_why_nowhere(question)}, and there is no default tenant.",
    )


_LADDER: tuple[Rule[_Question, _Spot], ...] = (
    Rule("placement.url_tenant", "Tenant named by the phone", _by_name),
    Rule("placement.subnet", "Longest subnet", _by_subnet),
    Rule("placement.default_tenant", "Default tenant", _by_default),
    Rule("placement.hold", "Hold", _on_hold),
)


def _spot(site: SiteFact | None, tenant: TenantFact, approval: Approval = Approval.NOT_NEEDED) -> _Spot:
    return _Spot(tenant, site, approval)


def _rivals(matches: Sequence[Match[Place]]) -> list[str]:
    """Return the names of the tenants that share the longest subnet; of several none may be preferred."""
    longest = matches[0].network
    return list(dict.fromkeys(match.value.tenant.name for match in matches if match.network == longest))


def _titles(matches: Sequence[Match[Place]]) -> str:
    """Name the places from the widest subnet to the longest, which is the one that counts."""
    titles = ", ".join(match.value.title for match in reversed(matches))
    return titles if len(matches) == 1 else f"{titles}; the longest is /{matches[0].network.prefixlen}"


def _why_nowhere(question: _Question) -> str:
    if question.naming:
        return f"{question.naming}, which does not exist"
    if question.address is None:
        return "it names no tenant and its address is not known"
    return f"it names no tenant and no subnet decides for {question.address}"


def _no_address(facts: Facts) -> str:
    if facts.via_proxy:
        return "The phone came through a proxy and reports no address of its own."
    return "The address of the phone is not known."


def _chosen(site: SiteFact | None) -> str:
    return f"its site is {site.name}" if site else "it has no site"


def _capital(sentence: str) -> str:
    return sentence[0].upper() + sentence[1:]
