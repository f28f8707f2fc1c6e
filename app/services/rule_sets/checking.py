"""What is to be said of a list of rules before it becomes active."""

from collections.abc import Iterator, Sequence

from sqlalchemy.orm import Session

from app.models import RuleRow, RuleSetVersion
from app.rules.conditions.stored import tree_from_json
from app.rules.ordered.checks import Remark, Weight, check_rules
from app.rules.rule_kinds import SPECS
from app.rules.rule_kinds.names import Names
from app.services.rule_sets import reading
from app.services.rule_sets.names import read_names, vocabulary_of


def check(session: Session, version: RuleSetVersion) -> list[Remark]:
    """Return what is wrong with the rules of a version and what is probably a slip, in the order of the rules."""
    names = read_names(session)
    rows = reading.rows_of(session, version.id)
    remarks = check_rules(reading.rules_of(session, version.id), vocabulary_of(version.kind, names))
    wrong = {remark.rule for remark in errors_in(remarks)}
    remarks += _outcomes(version, [row for row in rows if row.key not in wrong], names)
    places = {row.key: row.position for row in rows}
    return sorted(remarks, key=lambda remark: places[remark.rule])


def errors_in(remarks: Sequence[Remark]) -> list[Remark]:
    """Return those of the remarks with which rules do not become active."""
    return [remark for remark in remarks if remark.weight is Weight.ERROR]


def _outcomes(version: RuleSetVersion, rows: Sequence[RuleRow], names: Names) -> Iterator[Remark]:
    spec = SPECS[version.kind]
    for row in rows:
        missing = spec.missing(row.outcome, names)
        if missing:
            yield Remark(row.key, Weight.ERROR, missing)
            continue
        mismatch = spec.mismatch(tree_from_json(row.conditions), row.outcome, names)
        if mismatch:
            yield Remark(row.key, Weight.ERROR, mismatch)
