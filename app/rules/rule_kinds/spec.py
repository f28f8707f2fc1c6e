"""What a kind of rule is to the rest: the fields of its outcome, its JSON, its sentence, what it means."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Generic, TypeAlias, TypeVar

from app.models.enums import RuleKind
from app.rules.conditions.fields import Occasion
from app.rules.conditions.tree import Node
from app.rules.rule_kinds.names import Names

Outcome = TypeVar("Outcome")

Values: TypeAlias = Mapping[str, Sequence[str]]
"""What a form sends, by the names of fields; a field that is not there was left empty."""


class Control(StrEnum):
    """How a field of an outcome is filled in."""

    CHOICE = "choice"
    MANY = "many"
    SUGGESTED = "suggested"
    TEXT = "text"
    NUMBER = "number"
    TICK = "tick"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class OutcomeField:
    """A field of the form in which an outcome is filled in.

    ``options`` are pairs of value and title: all there are for a choice or for many, suggestions where any text may be
    typed. It is shown where another field has one of some values; ``shown_where`` is empty for one that always is.
    """

    name: str
    title: str
    control: Control
    help: str = ""
    options: Sequence[tuple[str, str]] = ()
    default: str = ""
    unit: str = ""
    shown_where: tuple[str, tuple[str, ...]] | tuple[()] = ()


class RuleKindSpec(ABC, Generic[Outcome]):
    """A kind of rule. What is kept of an outcome is plain data with ids, so that what is renamed is still found.

    ``is_for_tenants`` says whether tenants may have lists of their own, which are asked after the system's.
    """

    kind: ClassVar[RuleKind]
    title: ClassVar[str]
    question: ClassVar[str]
    stage: ClassVar[Occasion]
    is_for_tenants: ClassVar[bool] = True

    @abstractmethod
    def fields(self, names: Names) -> Sequence[OutcomeField]:
        """Return the fields of the form."""

    @abstractmethod
    def read(self, values: Values, names: Names) -> dict[str, Any]:
        """Return what is kept of a form that was filled in; InvalidInputError names the fields that are wrong."""

    @abstractmethod
    def values(self, kept: Mapping[str, Any], names: Names) -> dict[str, list[str]]:
        """Return how the form is filled in that gives this; what is no more is left empty."""

    @abstractmethod
    def outcome(self, kept: Mapping[str, Any]) -> Outcome:
        """Return what it means to the engine."""

    @abstractmethod
    def sentence(self, kept: Mapping[str, Any], names: Names) -> str:
        """Return what the rule does, as it follows "it": ``places the phone in tenant emea, site Berlin``."""

    def mismatch(self, conditions: Node, kept: Mapping[str, Any], names: Names) -> str:
        """Return why a phone that matches can never have the outcome, as a sentence; empty if there may be one."""
        return ""

    @abstractmethod
    def missing(self, kept: Mapping[str, Any], names: Names) -> str:
        """Return what it names that is no more, as a sentence; empty where all is there."""


def one(values: Values, name: str) -> str:
    """Return the text of a field, empty where it was left empty."""
    return next(iter(values.get(name, ())), "").strip()
