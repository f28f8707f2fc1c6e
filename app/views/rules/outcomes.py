"""What a phone gets, in words: as it was decided once, and as it would be decided now."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from app.models import Decision
from app.models.enums import Approval
from app.rules.rule_kinds.names import Names
from app.services.config_files.sources import Sources
from app.services.rule_sets.names import read_names
from app.services.zero_touch import explaining
from app.services.zero_touch.explaining import Explained
from app.services.zero_touch.facts import Surroundings
from app.views.times import time_of_page

_APPROVALS = {
    Approval.NOT_NEEDED: "needs none",
    Approval.NEEDED: "has to be approved",
    Approval.HELD: "is held",
}
_LABELS = {
    "tenant": "Tenant",
    "site": "Site",
    "approval": "Approval",
    "template": "Template",
    "firmware": "Firmware",
}


class Got(NamedTuple):
    """What a phone gets of one kind: as it was decided once, empty where nothing was, and now."""

    label: str
    then: str
    now: str


def then_and_now(names: Names, explained: Explained, decision: Decision | None) -> list[Got]:
    """Return what a phone gets beside what was decided for it."""
    placement, choices = explained.placement, explained.choices
    outcome = {
        "tenant_id": placement.tenant_id,
        "site_id": placement.site_id,
        "template_id": choices.template.template_id,
        "firmware": choices.firmware.name,
        "approval": placement.approval,
    }
    now = _said(names, outcome)
    then = _said(names, decision.outcome) if decision else {}
    return [Got(label, then.get(name, ""), now[name]) for name, label in _LABELS.items()]


def decided_and_today(session: Session, decision: Decision) -> Sequence[Got]:
    """Return what was decided for a phone, and what it would get today if it came new."""
    surroundings = Surroundings(session)
    row = explaining.phone_row(session, decision.mac)
    asked = explaining.asked_by(surroundings, row, time_of_page())
    return then_and_now(
        read_names(session), explaining.explain(surroundings, Sources(session), asked), decision
    )


def _said(names: Names, outcome: Mapping[str, Any]) -> dict[str, str]:
    tenant_id, site_id, template_id = (outcome[name] for name in ("tenant_id", "site_id", "template_id"))
    site = names.sites.get(site_id)
    template = names.templates.get(template_id)
    return {
        "tenant": "none" if tenant_id is None else names.tenants.get(tenant_id, f"one {names.gone}"),
        "site": "none" if site_id is None else site.name if site else f"one {names.gone}",
        "approval": _APPROVALS[Approval(outcome["approval"])],
        "template": "none, it waits"
        if template_id is None
        else (template.name if template else f"one {names.gone}"),
        "firmware": outcome["firmware"] or "keeps what it has",
    }
