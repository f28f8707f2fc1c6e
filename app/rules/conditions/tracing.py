"""Trees asked about one phone, whole and in the order in which they are written, with a sentence for each condition.

A tree is made ready once (``TreeTracer``), and so is what is said of a phone's facts (``PhoneWords``): what is left for
each condition is one comparison and one sentence.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from app.rules.conditions.compiling import compile_condition
from app.rules.conditions.facts import KnownFacts
from app.rules.conditions.fields import FIELDS
from app.rules.conditions.operators import CONTRARIES, PRESENCE, Operator
from app.rules.conditions.saying import in_quotes, predicate_of
from app.rules.conditions.tree import And, Condition, Node, Not, Or
from app.rules.conditions.truth import Truth, conjunction, disjunction, negation
from app.rules.sentences import quoted


class Row(NamedTuple):
    """A condition and what a phone has to it; ``found`` is empty where it is not known.

    ``is_exception`` where the rule does not match because the condition holds.
    """

    field: str
    operator: Operator
    wanted: tuple[str, ...]
    found: str
    verdict: Truth
    sentence: str
    is_exception: bool


class TreeTrace(NamedTuple):
    """Whether a tree holds for a phone, its conditions as they are written, and the sentences that make it so."""

    verdict: Truth
    rows: tuple[Row, ...]
    reasons: tuple[str, ...]


class _Words(NamedTuple):
    """A fact in sentences: as it is shown, as their subject, and all there is to say where nothing is compared."""

    fact: str
    found: str
    subject: str
    whole: str


class PhoneWords:
    """The facts of a phone, each put into words when a condition first asks for it."""

    def __init__(self, facts: KnownFacts) -> None:
        self.facts = facts
        self._words: dict[str, _Words] = {}

    def of(self, name: str) -> _Words:
        """Return a fact in words."""
        words = self._words.get(name)
        if words is None:
            words = self._words[name] = self._put(name)
        return words

    def _put(self, name: str) -> _Words:
        field, written = FIELDS[name], self.facts.written.get(name, "")
        if self.facts.compared[name] is None:
            why = (
                f"{quoted(written)} cannot be understood"
                if written
                else field.missing or "nothing has said it"
            )
            return _Words("", "", "", f"{field.title} not known yet: {why}")
        found = field.type.shown(written)
        return _Words(written, found, f"{field.title} {in_quotes(found)}", field.type.statement(written))


class TreeTracer:
    """A tree that is ready to be asked about many phones."""

    def __init__(self, tree: Node) -> None:
        self._leaves: list[_Leaf] = []
        self._root = self._ready(tree, is_exception=False)

    def ask(self, words: PhoneWords) -> TreeTrace:
        """Ask every condition, also where the answer is certain without it."""
        rows = tuple([leaf.ask(words) for leaf in self._leaves])
        verdict = self._root.judge(rows)
        reasons = (_reason(row, verdict) for row in self._root.reasons(rows))
        return TreeTrace(verdict, rows, tuple(dict.fromkeys(reasons)))

    def _ready(self, node: Node, *, is_exception: bool) -> "_Part":
        if isinstance(node, Condition):
            leaf = _Leaf(node, len(self._leaves), is_exception=is_exception)
            self._leaves.append(leaf)
            return leaf
        if isinstance(node, Not):
            return _Turned(self._ready(node.part, is_exception=not is_exception))
        return _Joined(node, [self._ready(part, is_exception=is_exception) for part in node.parts])


def trace_tree(tree: Node, facts: KnownFacts) -> TreeTrace:
    """Ask a tree about one phone."""
    return TreeTracer(tree).ask(PhoneWords(facts))


class _Part(ABC):
    """A part of a tree; the rows are the answers to all conditions of the whole tree."""

    @abstractmethod
    def judge(self, rows: Sequence[Row]) -> Truth:
        """Return whether it holds."""

    @abstractmethod
    def reasons(self, rows: Sequence[Row]) -> Iterator[Row]:
        """Yield the conditions that make the answer what it is: one where one is enough, else all of them."""


class _Leaf(_Part):
    def __init__(self, condition: Condition, number: int, *, is_exception: bool) -> None:
        self._condition = condition
        self._number = number
        self._is_exception = is_exception
        self._judge = compile_condition(condition)
        self._type = FIELDS[condition.field].type
        self._is_affirmed = condition.operator not in CONTRARIES
        yes, no, wanted = predicate_of(condition)
        # What is missing is said of its field as a whole, so of presence there is only one thing left to say.
        self._yes = f"{yes} {wanted}".rstrip()
        self._no = self._yes if condition.operator in PRESENCE else f"{no} {wanted}"

    def ask(self, words: PhoneWords) -> Row:
        condition = self._condition
        fact, found, subject, whole = words.of(condition.field)
        verdict = self._judge(words.facts.compared)
        return Row(
            condition.field,
            condition.operator,
            condition.values,
            found,
            verdict,
            whole or f"{subject} {self._compared(fact, verdict)}",
            self._is_exception,
        )

    def judge(self, rows: Sequence[Row]) -> Truth:
        return rows[self._number].verdict

    def reasons(self, rows: Sequence[Row]) -> Iterator[Row]:
        yield rows[self._number]

    def _compared(self, fact: str, verdict: Truth) -> str:
        said = self._yes if verdict is self._is_affirmed else self._no
        remark = self._type.remark(fact, self._condition.values)
        return f"{said} ({remark})" if remark else said


class _Turned(_Part):
    def __init__(self, part: _Part) -> None:
        self._part = part

    def judge(self, rows: Sequence[Row]) -> Truth:
        return negation(self._part.judge(rows))

    def reasons(self, rows: Sequence[Row]) -> Iterator[Row]:
        return self._part.reasons(rows)


class _Joined(_Part):
    def __init__(self, node: And | Or, parts: Sequence[_Part]) -> None:
        self._parts = parts
        self._is_and = isinstance(node, And)
        self._join = conjunction if self._is_and else disjunction

    def judge(self, rows: Sequence[Row]) -> Truth:
        return self._join([part.judge(rows) for part in self._parts])

    def reasons(self, rows: Sequence[Row]) -> Iterator[Row]:
        verdict = self.judge(rows)
        decisive = [part for part in self._parts if part.judge(rows) is verdict]
        if verdict is not self._is_and:
            # One false part makes an "and" false, one true part an "or" true, one unknown part either unknown.
            decisive = decisive[:1]
        for part in decisive:
            yield from part.reasons(rows)


def _reason(row: Row, verdict: Truth) -> str:
    is_excepted = verdict is False and row.is_exception and row.verdict is True
    return f"excepted, because {row.sentence}" if is_excepted else row.sentence
