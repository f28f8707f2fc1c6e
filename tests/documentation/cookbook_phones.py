"""What the rules of a recipe give a phone, asked of the real ladders, in the words of the cookbook."""

from datetime import UTC, datetime
from typing import Any

from app.models.enums import Approval, RuleKind, Train
from app.rules.conditions.facts import KnownFacts
from app.rules.ordered.rule_list import RuleList
from app.rules.ordered.verdicts import Verdict
from app.rules.zero_touch.facts import Facts, SiteFact, TenantFact
from app.rules.zero_touch.firmware import choose_firmware
from app.rules.zero_touch.known import Reported, known_facts
from app.rules.zero_touch.placement import place
from app.rules.zero_touch.stage_rules import StageRules
from app.rules.zero_touch.template import TemplateTable, choose_template
from app.rules.zero_touch.topology import Topology
from app.rules.zero_touch.trace import Step
from tests.documentation.recipes import NAMES

NOW = datetime(2026, 12, 7, 11, tzinfo=UTC)
SUBNETS = {"Berlin": "10.1.0.0/16", "Munich": "10.2.0.0/16", "Tokyo": "10.8.0.0/16"}
TOPOLOGY = Topology(
    [TenantFact(key, name, is_default=name == "Default") for key, name in NAMES.tenants.items()],
    [
        *(SiteFact(key, site.tenant_id, site.name, SUBNETS[site.name]) for key, site in NAMES.sites.items()),
        *(SiteFact(100 + key, key, "AutoDetection", is_auto_detection=True) for key in NAMES.tenants),
    ],
)


def phone_facts(kind: RuleKind, facts: dict[str, str]) -> KnownFacts:
    """Return what the conditions ask of a phone: before placement what it says of itself, afterwards what is given."""
    if kind is not RuleKind.PLACEMENT:
        return KnownFacts(facts)
    return known_facts(_facts(facts), Reported(), TOPOLOGY, "2026-12-07T12:00")


def phone_answer(kind: RuleKind, rules: RuleList[Any], facts: dict[str, str]) -> str:
    """Return what becomes of a phone, empty where no rule decides."""
    asked = StageRules((rules,), phone_facts(kind, facts), NOW)
    model = facts.get("model")
    if kind is RuleKind.PLACEMENT:
        placement = place(_facts(facts), TOPOLOGY, asked)
        tenant, site = (
            TOPOLOGY.find_tenant(placement.tenant_id),
            TOPOLOGY.find_site(placement.site_id),
        )
        waits = ", waits for approval" if placement.approval is Approval.NEEDED else ""
        return _decided(placement.steps, f"{tenant.name}, {site.name}{waits}")
    if kind is RuleKind.TEMPLATE:
        tenant = TOPOLOGY.find_tenant_named(facts.get("tenant", ""))
        table = TemplateTable((), NAMES.templates.values())
        choice = choose_template(model, Train.UC, tenant, table, asked)
        name = NAMES.templates[choice.template_id].name if choice.template_id else "waits for a template"
        return _decided(choice.steps, name)
    stored = {name: key for key, name in NAMES.firmware.items()}
    file = choose_firmware(model, None, stored, asked)
    return _decided(file.steps, f"loads {file.name}" if file.name else "keeps its firmware")


def _facts(facts: dict[str, str]) -> Facts:
    ip = facts.get("ip")
    return Facts(
        mac=facts.get("mac", "00908f000001"),
        model=facts.get("model"),
        train=Train.UC,
        url_tenant=facts.get("url_tenant"),
        ip=ip,
        peer=facts.get("peer", ip),
        via_proxy=facts.get("via_proxy") == "yes",
        user_agent=facts.get("user_agent"),
    )


def _decided(steps: tuple[Step, ...], answer: str) -> str:
    rule = next(step.rule for step in steps if step.verdict is Verdict.MATCHED)
    return f"{rule}: {answer}" if rule.startswith("rule ") else ""
