"""Traces for accounts of some tenants: the system's rules may name others, whose names they are not shown."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import RuleRow
from app.models.enums import RuleKind, Stage
from app.rules.conditions.stored import tree_from_json
from app.rules.ordered.verdicts import Verdict
from app.rules.rule_kinds import SPECS
from app.rules.zero_touch.trace import Step
from app.security.tenant_scope import scope_of
from app.services.rule_sets.listing import without_hidden
from app.services.rule_sets.names import read_names, vocabulary_of
from app.services.zero_touch.asking import is_built_in

Stages = Sequence[tuple[Stage, Sequence[Step]]]
_WORDS = {
    Verdict.MATCHED: "matched",
    Verdict.SHADOWED: "would match, but an earlier one decided",
    Verdict.NOT_KNOWN: "cannot be answered",
}


def discreet(session: Session, stages: Stages) -> Stages:
    """Return a trace without what rules say of tenants that the account does not see."""
    if scope_of(session).is_everything:
        return stages
    hidden = _naming_others(
        session, {step.rule for _, steps in stages for step in steps if not is_built_in(step)}
    )
    return [
        (stage, [_masked(step) if step.rule in hidden else step for step in steps]) for stage, steps in stages
    ]


def _naming_others(session: Session, keys: Iterable[str]) -> set[str]:
    names = read_names(session)
    rows = session.scalars(select(RuleRow).where(RuleRow.key.in_(keys), RuleRow.tenant_id.is_(None)))
    found = set()
    for row in rows:
        tree = tree_from_json(row.conditions)
        kind = RuleKind.FIRMWARE  # the last stage knows the fields of all
        names_others = without_hidden(tree, vocabulary_of(kind, names)) != tree
        if names_others or (
            "tenant_id" in row.outcome and SPECS[RuleKind.PLACEMENT].missing(row.outcome, names)
        ):
            found.add(row.key)
    return found


def _masked(step: Step) -> Step:
    said = _WORDS.get(step.verdict, "did not match")
    return step._replace(sentence=f"{step.title} {said}. It names what your account does not see.", rows=())
