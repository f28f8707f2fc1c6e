"""What it takes to ask rules for a whole fleet and about one phone, beside a plain loop of looks into dictionaries."""

import gc
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from app.models.enums import Stage
from app.rules.conditions.facts import KnownFacts
from app.rules.conditions.vocabulary import Vocabulary
from app.rules.ordered.checks import check_rules
from app.rules.ordered.rule import Rule
from app.rules.ordered.rule_list import RuleList
from app.rules.zero_touch.facts import SiteFact, TenantFact
from app.rules.zero_touch.topology import Topology
from benchmarks.made_rules import NAMES, STAGES, Fleet, make_rules
from benchmarks.verification import DiscrepancyError

RULES = 200
SUBNETS = 3_000
_AT = datetime(2026, 11, 28, 12, tzinfo=UTC)
_LOOKED_OVER = 200
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Decided:
    """One round, in seconds.

    ``plain`` is as many looks into a dictionary, each with a comparison, as there are phones times rules times stages.
    ``fleet`` is the first match of every phone in every stage, ``unnamed`` the same with rules that name neither models
    nor tenants. ``single`` is one such decision, ``trace`` all three stages with the reasons of all rules.
    """

    plain: float
    facts: float
    compiling: float
    fleet: float
    unnamed: float
    single: float
    trace: float
    checks: float
    subnets: float


def measure(fleet: Fleet) -> Decided:
    """Measure one round, and compare the answers for some phones with what the trace says; DiscrepancyError if not."""
    rules = {stage: make_rules(stage, RULES) for stage in STAGES}
    plain, _ = _timed(lambda: _looks(fleet))
    facts, known = _timed(lambda: [KnownFacts(phone) for phone in fleet.phones])
    compiling, lists = _timed(lambda: _ready(rules.values()))
    seconds, found = _timed(lambda: _decide_all(lists, known, fleet))
    _compare(lists, fleet, found)
    others = _ready(make_rules(stage, RULES, names_models=False) for stage in STAGES)
    unnamed, _ = _timed(lambda: _decide_all(others, [KnownFacts(phone) for phone in fleet.phones], fleet))
    phone = KnownFacts({**fleet.phones[0], **fleet.places[0]})
    single, _ = _timed(lambda: [_first(each, phone) for each in lists])
    trace, _ = _timed(lambda: [each.trace(phone, _AT) for each in lists])
    checks, _ = _timed(lambda: check_rules(rules[Stage.TEMPLATE], Vocabulary(Stage.TEMPLATE, NAMES)))
    subnets = _arranging()
    return Decided(plain, facts, compiling, seconds, unnamed - facts, single, trace, checks, subnets)


def _timed(work: Callable[[], _T]) -> tuple[float, _T]:
    started = time.perf_counter()
    result = work()
    return time.perf_counter() - started, result


def _arranging() -> float:
    """Return the median time of arranging the subnets; what this process holds beside is not searched for garbage."""
    gc.collect()
    gc.freeze()
    try:
        return statistics.median(_timed(_build_topology)[0] for _ in range(15))
    finally:
        gc.unfreeze()


def _ready(rules: Iterable[Sequence[Rule[int]]]) -> list[RuleList[int]]:
    return [RuleList(each) for each in rules]


def _first(rules: RuleList[int], phone: KnownFacts) -> int | None:
    found = rules.first_match(phone, _AT)
    return found.outcome if found else None


def _decide_all(
    lists: Sequence[RuleList[int]], known: Sequence[KnownFacts], fleet: Fleet
) -> list[tuple[int | None, ...]]:
    placement, *others = lists
    found: list[tuple[int | None, ...]] = []
    for phone, place in zip(known, fleet.places, strict=True):
        placed = _first(placement, phone)
        phone.add(place)
        found.append((placed, *(_first(each, phone) for each in others)))
    return found


def _looks(fleet: Fleet) -> int:
    """Look into the facts of each phone as often as there are rules, and compare what is found."""
    wanted = [("model", str(number)) for number in range(RULES * len(STAGES))]
    hits = 0
    for phone in fleet.phones:
        for name, value in wanted:
            if phone[name] == value:
                hits += 1
    return hits


def _compare(lists: Sequence[RuleList[int]], fleet: Fleet, found: Sequence[tuple[int | None, ...]]) -> None:
    for number in range(0, len(fleet.phones), max(1, len(fleet.phones) // _LOOKED_OVER)):
        phone = KnownFacts(fleet.phones[number])
        traced: list[int | None] = []
        for each in lists:
            winner = each.trace(phone, _AT).winner
            traced.append(winner.outcome if winner else None)
            phone.add(fleet.places[number])
        if tuple(traced) != found[number]:
            raise DiscrepancyError(f"Phone {number} was given {found[number]}, and its traces say {traced}.")


def _build_topology() -> Any:
    tenants = [TenantFact(number, f"tenant {number}", f"10.{number}.0.0/16") for number in range(200)]
    sites = [
        SiteFact(number, number % 200, f"site {number}", f"10.{number % 200}.{number // 200}.0/24")
        for number in range(SUBNETS - len(tenants))
    ]
    topology = Topology(tenants, sites)
    for tenant in tenants:  # those of a tenant are arranged when they are first asked for
        topology.sites_of(tenant)
    return topology
