"""What uses a row, and what would become of it if the row went: for pages that tell before something is done."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.errors import ConflictError

NAMES_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of thing that may use another: ``key`` is its word in the code, the others stand in sentences."""

    key: str
    one: str
    many: str


@dataclass(frozen=True, slots=True)
class Named:
    """A row by its id (of a phone: its MAC address) and the name that people know it by."""

    id: int | str
    name: str


@dataclass(frozen=True, slots=True)
class Usage:
    """How many things of one kind use a row, and the first few of them."""

    kind: Kind
    count: int
    first: Sequence[Named]

    @property
    def words(self) -> str:
        """The number with its noun: ``1 site``, ``1,200 devices``."""
        return f"{self.count:,} {self.kind.one if self.count == 1 else self.kind.many}"

    @property
    def others(self) -> int:
        """How many there are beyond the first few."""
        return self.count - len(self.first)


def look_up(session: Session, kind: Kind, statement: Select[Any, str]) -> Usage:
    """Count the rows of a statement and read the first of them; it selects id and name, in the order to show."""
    count = session.scalar(select(func.count()).select_from(statement.order_by(None).subquery())) or 0
    first = session.execute(statement.limit(NAMES_SHOWN)).all() if count else []
    return Usage(kind, count, [Named(*row) for row in first])


class Fate(StrEnum):
    """What becomes of a thing when what it uses is deleted."""

    REFUSES = "refuses"
    GOES = "goes"
    STAYS = "stays"


@dataclass(frozen=True, slots=True)
class Consequence:
    """What a deletion means for the things of one kind; ``words`` say what to do first, or what becomes of them."""

    fate: Fate
    usage: Usage
    words: str = ""


@dataclass(frozen=True, slots=True)
class Departure:
    """All that the deletion of a row would mean; ``obstacle`` is a sentence where the row itself has to stay."""

    subject: str
    obstacle: str
    consequences: Sequence[Consequence]

    def of(self, fate: Fate) -> Sequence[Consequence]:
        """Return the consequences of one fate."""
        return [consequence for consequence in self.consequences if consequence.fate == fate]

    @property
    def is_possible(self) -> bool:
        """Whether nothing stands against the deletion."""
        return not self.obstacle and not self.of(Fate.REFUSES)

    @property
    def fingerprint(self) -> str:
        """A text that differs when something else would go or stay than before."""
        counts = (f"{one.usage.kind.key}-{one.usage.count}" for one in self.consequences)
        return ".".join(counts) or "nothing"

    @property
    def words_of_what_goes(self) -> str:
        """What goes along, for a sentence: ``2 sites, 5 phone users``."""
        return ", ".join(consequence.usage.words for consequence in self.of(Fate.GOES))


def departure(subject: str, consequences: Sequence[Consequence], obstacle: str = "") -> Departure:
    """Return what a deletion means, without what there is none of."""
    return Departure(subject, obstacle, [one for one in consequences if one.usage.count])


def check_may_go(departing: Departure) -> None:
    """Raise ConflictError with what stands against the deletion, if something does."""
    if departing.obstacle:
        raise ConflictError(departing.obstacle)
    against = departing.of(Fate.REFUSES)
    if against:
        counts = ", ".join(consequence.usage.words for consequence in against)
        reasons = " ".join(dict.fromkeys(consequence.words for consequence in against))
        raise ConflictError(f"{departing.subject} still has {counts}. {reasons}")
