"""Lists of rules as people read them: each rule in words, with how often it decided and what is to be said of it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.orm import Session

from app.models import RuleRow, RuleSetVersion
from app.rules.conditions.saying import said_of_rule
from app.rules.conditions.stored import tree_from_json
from app.rules.conditions.text.printer import as_text
from app.rules.conditions.tree import And, Condition, Node, Not, Or
from app.rules.conditions.types.choice import Choice
from app.rules.conditions.vocabulary import Vocabulary
from app.rules.ordered.checks import Remark
from app.rules.rule_kinds import SPECS
from app.rules.rule_kinds.names import Names
from app.rules.sentences import quoted
from app.security.tenant_scope import scope_of
from app.services.rule_sets import hits, reading
from app.services.rule_sets.checking import check, errors_in
from app.services.rule_sets.names import read_names, vocabulary_of

HIDDEN = "…"
"""Stands for the name of what an account does not see."""


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A rule: its conditions as text and in words, what it does, and how often it decided in the days counted."""

    row: RuleRow
    text: str
    when: str
    does: str
    hits: int
    remarks: Sequence[Remark]


@dataclass(frozen=True, slots=True)
class Listing:
    """The rules of a version in their order."""

    lines: Sequence[RuleLine]

    @property
    def remarks(self) -> list[Remark]:
        """What is to be said of all of them."""
        return [remark for line in self.lines for remark in line.remarks]

    @property
    def errors(self) -> int:
        """How many errors they have."""
        return len(errors_in(self.remarks))

    @property
    def warnings(self) -> int:
        """How many warnings there are."""
        return len(self.remarks) - self.errors

    @property
    def counted(self) -> str:
        """The remarks in a sentence's words: ``2 errors, 1 warning``."""
        return f"{_number(self.errors, 'error')}, {_number(self.warnings, 'warning')}"


def read_listing(session: Session, version: RuleSetVersion | None, *, today: date) -> Listing:
    """Return the rules of a version; nothing is said of rules that the account only reads with names hidden from it."""
    if version is None:
        return Listing(())
    names = read_names(session)
    rows = reading.rows_of(session, version.id)
    decided = hits.read(session, [row.key for row in rows], today=today)
    said = defaultdict[str, list[Remark]](list)
    for remark in check(session, version) if may_be_judged(session, version) else ():
        said[remark.rule].append(remark)
    describe = Describer(version, names, hides=not may_be_judged(session, version))
    return Listing(
        [
            RuleLine(
                row,
                describe.text(row),
                describe.when(row),
                describe.does(row),
                decided.get(row.key, 0),
                [_beside(remark, _title(version, row)) for remark in said[row.key]],
            )
            for row in rows
        ]
    )


def may_be_judged(session: Session, version: RuleSetVersion) -> bool:
    """Whether the account sees all that the rules may name: of the system's, an account of some tenants does not."""
    return version.tenant_id is not None or scope_of(session).is_everything


class Describer:
    """Puts the rules of a version into words, with the names that an account may see."""

    def __init__(self, version: RuleSetVersion, names: Names, *, hides: bool = False) -> None:
        self._spec = SPECS[version.kind]
        self._names = names
        self._vocabulary = vocabulary_of(version.kind, names)
        self._hides = hides

    def conditions(self, row: RuleRow) -> Node:
        """Return the conditions, with what is not to be seen hidden."""
        tree = tree_from_json(row.conditions)
        return without_hidden(tree, self._vocabulary) if self._hides else tree

    def text(self, row: RuleRow) -> str:
        """Return the conditions as text."""
        return as_text(self.conditions(row))

    def when(self, row: RuleRow) -> str:
        """Return the conditions in words."""
        return said_of_rule(self.conditions(row))

    def does(self, row: RuleRow) -> str:
        """Return what the rule does, as it follows "it"."""
        return self._spec.sentence(row.outcome, self._names)


def without_hidden(tree: Node, vocabulary: Vocabulary) -> Node:
    """Return a tree in which tenants and sites that are not among the names of a vocabulary are hidden."""
    if isinstance(tree, Not):
        return Not(without_hidden(tree.part, vocabulary))
    if not isinstance(tree, Condition):
        kind = And if isinstance(tree, And) else Or
        return kind(tuple(without_hidden(part, vocabulary) for part in tree.parts))
    field = vocabulary.fields.get(tree.field)
    if field is None or not isinstance(field.type, Choice) or field.type.noun not in ("tenant", "site"):
        return tree
    known = {name.casefold() for name in field.type.known}
    shown = (value if value.casefold() in known else HIDDEN for value in tree.values)
    return replace(tree, values=tuple(dict.fromkeys(shown)))


def _title(version: RuleSetVersion, row: RuleRow) -> str:
    return f"{'Rule' if version.tenant_id is None else 'Tenant rule'} {row.position} {quoted(row.name)} "


def _beside(remark: Remark, title: str) -> Remark:
    """Return a remark as it stands beside its rule, without the rule's name."""
    sentence = remark.sentence.removeprefix(title)
    return replace(remark, sentence=sentence[:1].upper() + sentence[1:])


def _number(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
