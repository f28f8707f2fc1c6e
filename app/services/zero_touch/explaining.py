"""The one way through the stages for whoever asks why, or what if: everything is asked, nothing is changed or kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from app.errors import NotFoundError
from app.models.enums import Approval, Stage
from app.rules.ordered.rule import Rule
from app.rules.ordered.tracing import RuleTrace, trace_rule
from app.rules.zero_touch.facts import Facts
from app.rules.zero_touch.known import Reported
from app.rules.zero_touch.placement import Placement, place
from app.rules.zero_touch.trace import Step
from app.services import status_rows
from app.services.config_files.sources import Sources
from app.services.devices_status.phones import find_phone
from app.services.status_rows import StatusRow
from app.services.zero_touch.asking import PhoneRules, reported_by
from app.services.zero_touch.decider import Choices, choose
from app.services.zero_touch.facts import Surroundings

NOBODY = Reported()
"""A phone that has reported nothing beside what the ladder looks at."""


class Asked(NamedTuple):
    """What is known of a phone, and the moment at which it is asked about."""

    facts: Facts
    reported: Reported
    now: datetime


@dataclass(frozen=True, slots=True)
class Explained:
    """What a phone gets, and every step to it; ``known`` is what the rules may know of it."""

    placement: Placement
    choices: Choices
    known: dict[str, str]

    @property
    def stages(self) -> Sequence[tuple[Stage, Sequence[Step]]]:
        """The questions that were asked, each with the steps to its answer."""
        asked = (
            (Stage.PLACEMENT, self.placement.steps),
            (Stage.TEMPLATE, self.choices.template.steps),
            (Stage.FIRMWARE, self.choices.firmware.steps),
        )
        return [(stage, steps) for stage, steps in asked if steps]


def explain(surroundings: Surroundings, sources: Sources, asked: Asked) -> Explained:
    """Ask all stages about a phone that comes new."""
    rules = PhoneRules(surroundings, *asked)
    return _follow(
        surroundings,
        sources,
        asked,
        rules,
        place(asked.facts, surroundings.topology, rules.stage(Stage.PLACEMENT)),
    )


def explain_placed(
    surroundings: Surroundings, sources: Sources, asked: Asked, *, tenant_id: int, site_id: int | None
) -> Explained:
    """Ask the stages after placement about a phone that is in a tenant and perhaps a site."""
    placement = Placement(tenant_id, site_id, Approval.NOT_NEEDED, "", ())
    return _follow(surroundings, sources, asked, PhoneRules(surroundings, *asked), placement)


def phone_row(session: Session, mac: str) -> StatusRow:
    """Return what a phone said last, or raise NotFoundError where it said nothing that the account may see."""
    row = status_rows.find(session, mac) if find_phone(session, mac) else None
    if row is None:
        raise NotFoundError(
            f"No phone with the MAC address {mac} has ever reported, or your account does not see it."
        )
    return row


def asked_by(surroundings: Surroundings, row: StatusRow, now: datetime) -> Asked:
    """Return what is known of a phone by its row."""
    return Asked(surroundings.facts_of(row), reported_by(row), now)


def try_rule(session: Session, rule: Rule[Any], stage: Stage, mac: str, *, now: datetime) -> RuleTrace:
    """Return how a rule stands to a phone, as if it were the only one; a phone that is placed stays where it is."""
    surroundings = Surroundings(session)
    row = phone_row(session, mac)
    asked = asked_by(surroundings, row, now)
    rules = PhoneRules(surroundings, *asked)
    if stage is not Stage.PLACEMENT:
        tenant_id, site_id = row["tenant_id"], row["site_id"]
        if tenant_id is None:
            placement = place(asked.facts, surroundings.topology, rules.stage(Stage.PLACEMENT))
            tenant_id, site_id = placement.tenant_id, placement.site_id
        rules.settle(tenant_id, site_id)
    return trace_rule(rule, rules.known, now)


def _follow(
    surroundings: Surroundings, sources: Sources, asked: Asked, rules: PhoneRules, placement: Placement
) -> Explained:
    rules.settle(placement.tenant_id, placement.site_id)
    facts = asked.facts
    choices = choose(
        surroundings,
        sources,
        (facts.model, facts.train, placement.tenant_id, placement.site_id),
        rules.stage(Stage.TEMPLATE),
        rules.stage(Stage.FIRMWARE),
    )
    return Explained(placement, choices, dict(rules.known.written))
