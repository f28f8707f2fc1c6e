"""The active rules of administrators, asked about one phone in all stages."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from app.models.enums import RuleKind, Stage
from app.rules.conditions.facts import KnownFacts
from app.rules.ordered.rule import Pin
from app.rules.ordered.rule_list import RuleList
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


def known_of(surroundings: Surroundings, facts: Facts, reported: Reported, now: datetime) -> KnownFacts:
    """Return what rules may know of a phone before anything is decided."""
    return known_facts(facts, reported, surroundings.topology, surroundings.minute_at(now))


class PhoneRules:
    """The rules that are asked about one phone; of a stage of which there are none, it is not asked.

    ``known`` is what ``known_of`` returns, where that was asked before; it gets to know what is decided. ``pins`` are
    what operators chose for the phone.
    """

    def __init__(
        self,
        surroundings: Surroundings,
        facts: Facts,
        reported: Reported,
        now: datetime,
        *,
        known: KnownFacts | None = None,
        pins: Mapping[Stage, Pin[Any]] = MappingProxyType({}),
    ) -> None:
        self._surroundings = surroundings
        self._known = known or known_of(surroundings, facts, reported, now)
        self._now = now
        self._pins = pins
        self._tenant_id: int | None = None
        self._asked: dict[Stage, int | None] = {}

    @property
    def known(self) -> KnownFacts:
        """What the rules may know of the phone."""
        return self._known

    def lists(self, stage: Stage) -> Sequence[RuleList[Any]]:
        """Return the lists that are asked in a stage: the system's, then that of the tenant that was settled."""
        tenant_id = self._tenant_id if stage is not Stage.PLACEMENT else None
        lists = self._surroundings.rules.lists(_KINDS[stage], tenant_id)
        if lists:
            self._asked[stage] = tenant_id
        return lists

    def stage(self, stage: Stage) -> StageRules[Any] | None:
        """Return the rules of a stage, None where nobody has written any for the phone, or pinned it."""
        lists, pin = self.lists(stage), self._pins.get(stage)
        return StageRules(lists, self._known, self._now, pin) if lists or pin else None

    def settle(self, tenant_id: int | None, site_id: int | None) -> None:
        """Let the stages that follow know where the phone was placed."""
        topology = self._surroundings.topology
        self._tenant_id = tenant_id
        add_place(self._known, topology.find_tenant(tenant_id), topology.find_site(site_id))

    def as_json(self) -> dict[str, Any] | None:
        """Return what was asked, so that it can be asked again; None where nothing was."""
        if not self._asked:
            return None
        rules = self._surroundings.rules
        versions = {str(stage): rules.versions(_KINDS[stage], owner) for stage, owner in self._asked.items()}
        return {"versions": versions, "known": self._known.written}


def steps_to_keep(steps: Sequence[Step]) -> list[Step]:
    """Return the steps without the rules of administrators that did not decide: they can be asked again."""
    return [step for step in steps if is_built_in(step) or step.verdict is Verdict.MATCHED]


def hits_in(steps: Sequence[Step]) -> list[str]:
    """Return the keys of the rules of administrators that decided."""
    return [step.rule for step in steps if step.verdict is Verdict.MATCHED and not is_built_in(step)]


def is_built_in(step: Step) -> bool:
    """Whether a step is of the ladder or a pin, and of no rule that an administrator wrote."""
    return step.rule.startswith(f"{step.stage}.")
