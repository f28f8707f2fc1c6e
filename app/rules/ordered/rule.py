"""A rule that an administrator wrote, and what an operator pinned for one phone."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

from app.rules.conditions.tree import Node, conditions_in
from app.rules.sentences import quoted

Outcome = TypeVar("Outcome")


@dataclass(frozen=True, slots=True)
class Rule(Generic[Outcome]):
    """A row of an ordered list; ``key`` stays the same in all versions of the list, ``position`` is what people see.

    It holds from ``valid_from`` up to, but not at, ``valid_until``; None is for ever. One of a tenant's own list
    ``is_tenants``.
    """

    key: str
    position: int
    name: str
    conditions: Node
    outcome: Outcome
    is_enabled: bool = True
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    is_tenants: bool = False
    title: str = field(init=False, repr=False, compare=False)
    fields: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Make ready what is asked for every phone: how sentences name the rule, and the fields that it asks for."""
        noun = "tenant rule" if self.is_tenants else "rule"
        object.__setattr__(self, "title", f"{noun} {self.position} {quoted(self.name)}")
        asked = frozenset(condition.field for condition in conditions_in(self.conditions))
        object.__setattr__(self, "fields", asked)

    @property
    def has_dates(self) -> bool:
        """Whether it does not hold for ever."""
        return self.valid_from is not None or self.valid_until is not None

    def is_valid_at(self, at: datetime) -> bool:
        """Return whether a time lies in the dates of the rule."""
        return not self.starts_after(at) and (self.valid_until is None or at < self.valid_until)

    def starts_after(self, at: datetime) -> bool:
        """Return whether the dates of the rule begin later."""
        return self.valid_from is not None and at < self.valid_from

    def is_valid_whenever(self, other: "Rule[Outcome]") -> bool:
        """Return whether the dates of another rule lie within those of this one."""
        begins = self.valid_from is None or (
            other.valid_from is not None and self.valid_from <= other.valid_from
        )
        ends = self.valid_until is None or (
            other.valid_until is not None and other.valid_until <= self.valid_until
        )
        return begins and ends


@dataclass(frozen=True, slots=True)
class Pin(Generic[Outcome]):
    """What an operator chose for one phone, above all rules, until it is released."""

    outcome: Outcome
    by: str
    at: datetime

    @property
    def title(self) -> str:
        """The pin as sentences name it."""
        return f"what {self.by} pinned on {self.at:%Y-%m-%d}"
