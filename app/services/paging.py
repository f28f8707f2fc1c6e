"""Pages of long lists: a number of rows, whether more follow, and a count that stops counting."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, literal, select
from sqlalchemy.orm import Session

COUNT_AT_MOST = 10_000


@dataclass(frozen=True)
class Page:
    """One page of a list; ``count`` is that of all rows, and COUNT_AT_MOST + 1 where there are more."""

    rows: Sequence[Any]
    number: int
    size: int
    count: int
    has_next: bool

    @property
    def first(self) -> int:
        """The place of the page's first row in the list, from 1."""
        return (self.number - 1) * self.size + 1

    @property
    def shown_count(self) -> str:
        """The count as it is written: ``1,234`` or ``10,000+``."""
        return f"{COUNT_AT_MOST:,}+" if self.count > COUNT_AT_MOST else f"{self.count:,}"

    @property
    def sentence(self) -> str:
        """Which rows of how many, for the line under a list."""
        if not self.rows:
            return "Nothing to show"
        return f"{self.first:,} to {self.first + len(self.rows) - 1:,} of {self.shown_count}"


def page_of(session: Session, statement: Select[Any], *, number: int, size: int) -> Page:
    """Read one page of a statement that names its order; rows are what its first column holds."""
    found = session.scalars(statement.offset((number - 1) * size).limit(size + 1)).all()
    rows = found[:size]
    has_next = len(found) > size
    if has_next or not rows:
        count = count_of(session, statement) if has_next or number > 1 else 0
    else:
        count = (number - 1) * size + len(rows)
    return Page(rows=rows, number=number, size=size, count=count, has_next=has_next)


def page_of_found(session: Session, statement: Select[Any], *, number: int, size: int) -> Page:
    """Read one page of ids like ``page_of``, where what they must fulfil costs more than to read them: it is asked
    once, for the page and for the count."""
    if number * size > COUNT_AT_MOST:
        return page_of(session, statement, number=number, size=size)
    found = session.scalars(statement.limit(COUNT_AT_MOST + 1)).all()
    rows = found[(number - 1) * size : number * size]
    return Page(rows=rows, number=number, size=size, count=len(found), has_next=len(found) > number * size)


def count_of(session: Session, statement: Select[Any], at_most: int = COUNT_AT_MOST) -> int:
    """Count the rows of a statement, and stop one after ``at_most``."""
    rows = (
        statement.order_by(None).with_only_columns(literal(1), maintain_column_froms=True).limit(at_most + 1)
    )
    return session.scalar(select(func.count()).select_from(rows.subquery())) or 0
