"""What the rules of administrators mean for placement."""

from functools import partial

from app.models.enums import Approval, Stage
from app.rules.zero_touch.outcomes import PlacedIn, PlacementOutcome
from app.rules.zero_touch.spots import Question, Spot, site_in
from app.rules.zero_touch.stage_rules import StageRules
from app.rules.zero_touch.trace import Ahead, Matched

BY_ADDRESS = frozenset({"ip", "subnet_tenant", "subnet_site"})
"""The fields that count where a rule has asked for them: what it places by an address may need an approval."""


def ask_placement_rules(rules: StageRules[PlacementOutcome], question: Question) -> Ahead[Spot]:
    """Ask the rules where a phone belongs."""
    return rules.ask(Stage.PLACEMENT, partial(_why_not, question), partial(_answer, question))


def _why_not(question: Question, outcome: PlacementOutcome) -> str:
    if not isinstance(outcome, PlacedIn):
        return ""
    tenant = question.topology.find_tenant(outcome.tenant_id)
    if tenant is None:
        return "the tenant that it names is no more"
    if outcome.site_id is None:
        return ""
    site = question.topology.find_site(outcome.site_id)
    is_there = site is not None and site.tenant_id == tenant.id
    return "" if is_there else f"the site that it names is no more in tenant {tenant.name}"


def _answer(question: Question, outcome: PlacementOutcome, asked: frozenset[str]) -> Matched[Spot]:
    tenant = question.topology.find_tenant(outcome.tenant_id) if isinstance(outcome, PlacedIn) else None
    if not isinstance(outcome, PlacedIn) or tenant is None:
        return _waiting(question)
    site, found = site_in(question, tenant)
    if outcome.site_id is not None:
        site = question.topology.find_site(outcome.site_id)
        found = f"site {site.name}" if site else found
    sentence = f"It places the phone in tenant {tenant.name}; {found}."
    # Anyone can report an address: one that the connection does not bear out saves nobody the approval.
    if asked & BY_ADDRESS and not question.is_own_address:
        sentence = f"{sentence} It waits for approval, because the report came from {question.stranger}."
        return Matched(Spot(tenant, site, Approval.NEEDED), sentence)
    return Matched(Spot(tenant, site), sentence)


def _waiting(question: Question) -> Matched[Spot]:
    tenant = question.topology.default_tenant
    if tenant is None:
        return Matched(Spot(None, None, Approval.HELD), "The phone is held; there is no default tenant.")
    site = question.topology.find_auto_detection(tenant)
    sentence = f"The phone waits for approval in the default tenant {tenant.name}."
    return Matched(Spot(tenant, site, Approval.NEEDED), sentence)
