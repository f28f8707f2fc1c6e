"""What Zero Touch decides today for whole fleets of devices, without reasons: what ``DecidesAnew`` does, for less."""

from collections.abc import Hashable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple, TypeAlias

from app.models.enums import RuleKind, Stage
from app.rules.conditions.facts import KnownFacts
from app.rules.ordered.rule import Pin
from app.rules.ordered.rule_list import RuleList
from app.rules.zero_touch.changes import Gets, Outcome
from app.rules.zero_touch.facts import Facts
from app.rules.zero_touch.firmware import FirmwareChoice
from app.rules.zero_touch.known import add_place
from app.rules.zero_touch.placement import Placement, place
from app.rules.zero_touch.placement_rules import BY_ADDRESS
from app.rules.zero_touch.remembered import Answered, Choice, Choosing, StageAnswers
from app.rules.zero_touch.spots import kind_of
from app.rules.zero_touch.template import TemplateChoice
from app.rules.zero_touch.trace import Step
from app.services.config_files.sources import Sources
from app.services.zero_touch.anew import Phone, look_at, pins_of, place_after, waits_for
from app.services.zero_touch.decider import Kind, choose_firmware_of, choose_template_of
from app.services.zero_touch.facts import Surroundings

_Lists: TypeAlias = Sequence[RuleList[Any]]


class Seen(NamedTuple):
    """A phone before it is decided upon; ``kind`` is all that placement asks of it beside the rules."""

    phone: Phone
    facts: Facts
    known: KnownFacts
    kind: Hashable
    pins: Mapping[Stage, Pin[Any]]


class InBrief(NamedTuple):
    """What was decided for a phone, the step of each stage that decided, and what was asked on the way."""

    outcome: Outcome
    steps: tuple[Step, Step, Step]
    known: KnownFacts
    lists: tuple[_Lists, _Lists, _Lists]
    placed: Answered[Placement]
    template: Answered[TemplateChoice]
    firmware: Answered[FirmwareChoice]


class DecidesFleet:
    """Decides for many phones by the rules of ``surroundings``, as they hold at a time.

    Each stage is asked by the code that decides a first contact, once for all phones that are the same to it.
    """

    def __init__(self, surroundings: Surroundings, sources: Sources, at: datetime) -> None:
        self.surroundings = surroundings
        self._sources = sources
        self._at = at
        self._lists: dict[int | None, tuple[_Lists, _Lists, _Lists]] = {}
        self._placements = StageAnswers[Placement](Stage.PLACEMENT, BY_ADDRESS)
        self._templates = StageAnswers[TemplateChoice](Stage.TEMPLATE)
        self._firmware = StageAnswers[FirmwareChoice](Stage.FIRMWARE)

    def see(self, phone: Phone) -> Seen:
        """Return what is known of a phone; those who decide by other rules in the same surroundings take it, too."""
        _, facts, _, known = look_at(self.surroundings, phone, self._at)
        return Seen(phone, facts, known, kind_of(facts, self.surroundings.topology), pins_of(phone))

    def decide(self, seen: Seen, like: InBrief | None = None) -> InBrief:
        """Return what is decided for a phone; one that would have to wait for approval stays where it is.

        ``like`` is what other rules decided for it in the same surroundings: what the same rules are asked the same
        again is taken from there.
        """
        placed = self._place(seen, like)
        tenant_id, site_id = where = place_after(placed.choice, seen.phone.has)
        kind: Kind = (seen.facts.model, seen.facts.train, tenant_id, site_id)
        lists = self._lists_for(tenant_id)
        if like and where == like.outcome.gets[:2]:
            known = like.known
        else:
            like, known = None, self._placed(seen.known, tenant_id, site_id)
        template = self._choose_template(seen, kind, known, lists[1], like)
        template_id = template.choice.template_id
        firmware = self._choose_firmware(seen, kind, template_id, known, lists[2], like)
        gets = Gets(*where, template_id, self.surroundings.firmware.get(firmware.choice.name or ""))
        steps = (placed.step, template.step, firmware.step)
        decided = {step.stage: step.rule for step in steps}
        outcome = Outcome(gets, waits_for(placed.choice, template.choice), decided)
        return InBrief(outcome, steps, known, lists, placed, template, firmware)

    def _place(self, seen: Seen, like: InBrief | None) -> Answered[Placement]:
        lists = self._lists_for(None)[0]
        if like and like.lists[0] == lists:
            return like.placed
        choose = partial(place, seen.facts, self.surroundings.topology)
        return self._find(self._placements, seen, seen.known, seen.kind, lists, choose)

    def _choose_template(
        self, seen: Seen, kind: Kind, known: KnownFacts, lists: _Lists, like: InBrief | None
    ) -> Answered[TemplateChoice]:
        if like and like.lists[1] == lists:
            return like.template
        choose = partial(choose_template_of, self.surroundings, kind)
        return self._find(self._templates, seen, known, kind[:3], lists, choose)

    def _choose_firmware(
        self,
        seen: Seen,
        kind: Kind,
        template_id: int | None,
        known: KnownFacts,
        lists: _Lists,
        like: InBrief | None,
    ) -> Answered[FirmwareChoice]:
        if like and like.lists[2] == lists and like.template.choice.template_id == template_id:
            return like.firmware
        model, _, tenant_id, site_id = kind
        named = self._sources.firmware_named(template_id=template_id, tenant_id=tenant_id, site_id=site_id)
        choose = partial(choose_firmware_of, self.surroundings, self._sources, kind, template_id)
        return self._find(self._firmware, seen, known, (model, named, seen.facts.firmware), lists, choose)

    def _find(
        self,
        answers: StageAnswers[Choice],
        seen: Seen,
        known: KnownFacts,
        kind: Hashable,
        lists: _Lists,
        choose: Choosing[Choice],
    ) -> Answered[Choice]:
        if seen.pins and (pin := seen.pins.get(answers.stage)):
            pinned = answers.find_pinned(pin, known, self._at, choose)
            if pinned:
                return pinned
        return answers.find(kind, lists, known, self._at, choose)

    def _placed(self, known: KnownFacts, tenant_id: int | None, site_id: int | None) -> KnownFacts:
        topology = self.surroundings.topology
        placed = known.copy()
        add_place(placed, topology.find_tenant(tenant_id), topology.find_site(site_id))
        return placed

    def _lists_for(self, tenant_id: int | None) -> tuple[_Lists, _Lists, _Lists]:
        found = self._lists.get(tenant_id)
        if found is None:
            rules = self.surroundings.rules
            found = self._lists[tenant_id] = (
                rules.lists(RuleKind.PLACEMENT, None),
                rules.lists(RuleKind.TEMPLATE, tenant_id),
                rules.lists(RuleKind.FIRMWARE, tenant_id),
            )
        return found
