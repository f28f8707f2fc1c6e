"""A decision that was taken, with every rule that was asked then: from the versions and facts that are kept with it."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from app.models import Decision
from app.models.enums import Stage
from app.rules.conditions.facts import KnownFacts
from app.rules.ordered.rule import Rule
from app.rules.ordered.tracing import RuleTrace
from app.rules.ordered.verdicts import Verdict
from app.rules.zero_touch.trace import Step, steps_from_json
from app.services.rule_sets.active import AnyRules, lists_of
from app.services.zero_touch.asking import is_built_in

_NOT_TO_BE_HAD = "what it gives could not be had then"


def replay(session: Session, decision: Decision) -> list[tuple[Stage, Sequence[Step]]]:
    """Return how a decision came about, with the rules that did not decide as well; stages without a step are left out.

    What is kept of it is shown as it was said then; the other rules are asked again, exactly as they were.
    """
    kept = steps_from_json(decision.steps)
    stages = [(stage, [step for step in kept if step.stage is stage]) for stage in Stage]
    if decision.rules is None:
        return [(stage, steps) for stage, steps in stages if steps]
    known = KnownFacts(decision.rules["known"])
    return [(stage, _replay(session, decision, known, stage, steps)) for stage, steps in stages if steps]


def _replay(
    session: Session, decision: Decision, known: KnownFacts, stage: Stage, kept: Sequence[Step]
) -> list[Step]:
    asked = (decision.rules or {}).get("versions", {}).get(stage, ())
    lists = lists_of(session, asked)
    said = {step.rule: step for step in kept if not is_built_in(step)}
    built_in = [step for step in kept if is_built_in(step)]
    pinned = [step for step in built_in if step.rule == f"{stage}.pinned"]
    ladder = [step for step in built_in if step.rule != f"{stage}.pinned"]
    decided_by = next((step.title for step in pinned if step.verdict is Verdict.MATCHED), "")
    traces = _ask(lists, known, decision, next(iter(said), ""), decided_by)
    rules = [
        said.get(trace.key) or Step(stage, trace.key, trace.title, trace.verdict, trace.sentence, trace.rows)
        for trace in traces
    ]
    return [*pinned, *rules, *ladder]


def _ask(
    lists: Sequence[AnyRules], known: KnownFacts, decision: Decision, winner: str, decided_by: str
) -> list[RuleTrace]:
    """Ask the rules again. One that matches ahead of what decided gave what could not be had at the time."""
    ahead: set[str] = set()
    if not decided_by:
        keys = [rule.key for rules in lists for rule in rules.rules]
        ahead = set(keys[: keys.index(winner)] if winner in keys else keys)

    def why_not(rule: Rule[object]) -> str:
        return _NOT_TO_BE_HAD if rule.key in ahead else ""

    traces: list[RuleTrace] = []
    for rules in lists:
        found = rules.trace(known, decision.decided_at, decided_by=decided_by, why_not=why_not)
        traces += found.steps
        decided_by = decided_by or (found.winner.title if found.winner else "")
    return traces
