"""The active rules of administrators, asked about one phone in all stages."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from app.models.enums import RuleKind, Stage
from app.rules.conditions.facts import KnownFacts
from app.rules.ordered.verdicts import Verdict
from app.rules.zero_touch.facts import Facts
from app.rules.zero_touch.known import Reported, add_place, known_facts
from app.rules.zero_touch.stage_rules import StageRules
from app.rules.zero_touch.trace import Step
from app.services.status_rows import StatusRow
from app.services.zero_touch.facts import Surroundings

_KINDS = {stage: RuleKind(stage) for stage in Stage}


def reported_by(row: StatusRow) -> Reported:
    """Return what a phone reported that rules may ask for."""
    return Reported(
        user=row["user_name"] or row["user_id"],
        phone_number=row["phone_number"],
        location=row["location"],
        sip_proxy=row["sip_proxy"],
        vlan=row["vlan_id"],
    )


class PhoneRules:
    """The rules that are asked about one phone; of a stage of which there are none, it is not asked."""

    def __init__(self, surroundings: Surroundings, facts: Facts, reported: Reported, now: datetime) -> None:
        self._surroundings = surroundings
        self._now = now
        self._tenant_id: int | None = None
        self._versions: dict[str, list[int]] = {}
        wall = now.astimezone(surroundings.time_zone)
        self._known = known_facts(facts, reported, surroundings.topology, wall)

    @property
    def known(self) -> KnownFacts:
        """What the rules may know of the phone."""
        return self._known

    def stage(self, stage: Stage) -> StageRules[Any] | None:
        """Return the rules of a stage, None where nobody has written any for the phone."""
        kind = _KINDS[stage]
        tenant_id = self._tenant_id if stage is not Stage.PLACEMENT else None
        rules = self._surroundings.rules
        lists = rules.lists(kind, tenant_id)
        if not lists:
            return None
        self._versions[stage] = rules.versions(kind, tenant_id)
        return StageRules(lists, self._known, self._now)

    def settle(self, tenant_id: int | None, site_id: int | None) -> None:
        """Let the stages that follow know where the phone was placed."""
        topology = self._surroundings.topology
        self._tenant_id = tenant_id
        add_place(self._known, topology.find_tenant(tenant_id), topology.find_site(site_id))

    def as_json(self) -> dict[str, Any] | None:
        """Return what was asked, so that it can be asked again; None where nothing was."""
        if not self._versions:
            return None
        return {"versions": self._versions, "known": self._known.written}


def steps_to_keep(steps: Sequence[Step]) -> list[Step]:
    """Return the steps without the rules of administrators that did not decide: they can be asked again."""
    return [step for step in steps if is_built_in(step) or step.verdict is Verdict.MATCHED]


def hits_in(steps: Sequence[Step]) -> list[str]:
    """Return the keys of the rules of administrators that decided."""
    return [step.rule for step in steps if step.verdict is Verdict.MATCHED and not is_built_in(step)]


def is_built_in(step: Step) -> bool:
    """Whether a step is of the ladder or a pin, and of no rule that an administrator wrote."""
    return step.rule.startswith(f"{step.stage}.")
