"""Placement: a phone's tenant and site, and whether somebody must approve it; the built-in ladder."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.models.enums import Approval, Stage
from app.rules.ordered.verdicts import Verdict
from app.rules.subnets import Match
from app.rules.zero_touch.facts import Facts
from app.rules.zero_touch.outcomes import PlacementOutcome
from app.rules.zero_touch.placement_rules import ask_placement_rules
from app.rules.zero_touch.spots import Question, Spot, chosen, question_of, rivals, site_in, titles
from app.rules.zero_touch.stage_rules import StageRules
from app.rules.zero_touch.topology import Place, Topology
from app.rules.zero_touch.trace import Matched, Missed, Rung, Step, decide


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a phone belongs; tenant and site are None only while it is held."""

    tenant_id: int | None
    site_id: int | None
    approval: Approval
    reason: str
    steps: tuple[Step, ...]


def place(facts: Facts, topology: Topology, rules: StageRules[PlacementOutcome] | None = None) -> Placement:
    """Return where the phone belongs: by the rules that administrators wrote, else by the first of four that applies.

    The tenant it names, then the longest subnet, then the default tenant, then on hold. An address of the
    report that is not the connection's may place a phone but does not save it the approval: anyone could
    approve himself. The address of a proxy never decides.
    """
    question = question_of(facts, topology)
    ahead = ask_placement_rules(rules, question) if rules else None
    decided = decide(Stage.PLACEMENT, LADDER, question, ahead)
    spot = decided.answer
    site_id = spot.site.id if spot.site else None
    tenant_id = spot.tenant.id if spot.tenant else None
    return Placement(tenant_id, site_id, spot.approval, decided.reason, decided.steps)


def _by_name(question: Question) -> Matched[Spot] | Missed:
    tenant = question.named
    if not question.naming:
        return Missed("Neither the URL nor the report names a tenant.")
    if tenant is None:
        return Missed(f"{_capital(question.naming)}, which does not exist.")
    site, found = site_in(question, tenant)
    return Matched(Spot(tenant, site), f"{_capital(question.naming)}; {found}.")


def _by_subnet(question: Question) -> Matched[Spot] | Missed:
    if question.naming:
        return Missed(f"Subnets are not asked, because {question.naming}, which does not exist.")
    if question.address is None:
        return Missed(_no_address(question.facts), Verdict.NOT_KNOWN)
    matches = question.topology.places.covering(question.address)
    if not matches:
        return Missed(f"{question.address} lies in no subnet of a tenant or a site.")
    sharing = rivals(matches)
    if len(sharing) > 1:
        return Missed(
            f"{question.address} lies in {matches[0].network}, a subnet of {' and of '.join(sharing)}; "
            f"only a tenant named in the URL can tell them apart."
        )
    return _placed(question, matches)


def _placed(question: Question, matches: Sequence[Match[Place]]) -> Matched[Spot]:
    place_found = matches[0].value
    sentence = f"{question.address} lies in {titles(matches)}"
    site = place_found.site
    if site is None:
        site = question.topology.find_auto_detection(place_found.tenant)
        sentence += f"; no site has it, so {chosen(site)}"
    if question.is_own_address:
        return Matched(Spot(place_found.tenant, site), f"{sentence}.")
    return Matched(
        Spot(place_found.tenant, site, Approval.NEEDED),
        f"{sentence}. It waits for approval, because the report came from {question.stranger}.",
    )


def _by_default(question: Question) -> Matched[Spot] | Missed:
    tenant = question.topology.default_tenant
    if tenant is None:
        return Missed("There is no default tenant.")
    site = question.topology.find_auto_detection(tenant)
    if tenant.approves_automatically and not question.naming:
        sentence = f"The default tenant {tenant.name} takes phones without approval; {chosen(site)}."
        return Matched(Spot(tenant, site), sentence)
    sentence = (
        f"The phone waits for approval in the default tenant {tenant.name}, because {_why_nowhere(question)}."
    )
    return Matched(Spot(tenant, site, Approval.NEEDED), sentence)


def _on_hold(question: Question) -> Matched[Spot]:
    return Matched(
        Spot(None, None, Approval.HELD),
        f"The phone is held, because {_why_nowhere(question)}, and there is no default tenant.",
    )


LADDER: tuple[Rung[Question, Spot], ...] = (
    Rung(
        "placement.url_tenant",
        "Tenant named by the phone",
        _by_name,
        "The tenant in the URL by which it asked, or the one that it reports; the site that its address has there.",
    ),
    Rung(
        "placement.subnet",
        "Longest subnet",
        _by_subnet,
        "The tenant and site whose subnet has its address; of several, the longest.",
    ),
    Rung(
        "placement.default_tenant",
        "Default tenant",
        _by_default,
        "The default tenant, where it waits for approval unless that tenant takes phones without.",
    ),
    Rung("placement.hold", "Hold", _on_hold, "No tenant: it waits until somebody approves it."),
)


def _why_nowhere(question: Question) -> str:
    if question.naming:
        return f"{question.naming}, which does not exist"
    if question.address is None:
        return "it names no tenant and its address is not known"
    return f"it names no tenant and no subnet decides for {question.address}"


def _no_address(facts: Facts) -> str:
    if facts.via_proxy:
        return "The phone came through a proxy and reports no address of its own."
    return "The address of the phone is not known."


def _capital(sentence: str) -> str:
    return sentence[0].upper() + sentence[1:]
