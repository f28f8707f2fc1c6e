"""Pages of lists by keyset: each begins behind the last row of the page before, however long the list is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated, Any, Generic, TypeVar

import msgspec
from msgspec import Meta, Struct
from sqlalchemy import ColumnElement, Select, literal, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from app.rest_api.calls import Call
from app.rest_api.cursors import MOST_CHARACTERS

LARGEST_ID = 2**31 - 1
MOST_ROWS, USUAL_ROWS = 500, 50

RowId = Annotated[int, Meta(ge=1, le=LARGEST_ID)]
Limit = Annotated[int, Meta(ge=1, le=MOST_ROWS, description="Items on a page, at most.")]
Cursor = Annotated[
    str,
    Meta(
        max_length=MOST_CHARACTERS, description="next_cursor of the page before; nothing begins at the start."
    ),
]
Words = Annotated[str, Meta(max_length=200)]
Row = TypeVar("Row")
Item = TypeVar("Item", bound=Struct)
Key = str | int


class ListQuery(Struct, forbid_unknown_fields=True, kw_only=True, frozen=True):
    """The arguments that every list has beside its own filters and its order."""

    limit: Limit = USUAL_ROWS
    cursor: Cursor = ""


class ItemPage(Struct, Generic[Item], kw_only=True):
    """A page of a list; ``next_cursor`` is null on the last one."""

    items: list[Item]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Order:
    """A column by which a list can be sorted, never NULL, and how its value is said in a cursor and read from it."""

    column: InstrumentedAttribute[Any] | ColumnElement[Any]
    say: Callable[[Any], Key]
    read: Callable[[Key], Any] = lambda said: said
    said_as: type = str


@dataclass(frozen=True, slots=True)
class Listing(Generic[Row]):
    """How a list is sorted: by one of ``orders``, and rows that are equal in it by ``tie``, which is unique."""

    orders: Mapping[str, Order]
    tie: Order

    def page(
        self, call: Call[Any, Any], statement: Select[Row], sort: str, show: Callable[[Row], Item]
    ) -> ItemPage[Item]:
        """Read the page that a call wants; ``sort`` is a name of ``orders``, with - before it for descending."""
        order, is_descending = self.orders[sort.removeprefix("-")], sort.startswith("-")
        keys = [self.tie] if order is self.tie else [order, self.tie]
        of = _mark(call.query)
        if call.query.cursor:
            said = call.cursors.read(call.query.cursor, of, [key.said_as for key in keys])
            statement = statement.where(_behind(keys, said, is_descending=is_descending))
        in_order = (key.column.desc() if is_descending else key.column.asc() for key in keys)
        found = call.session.scalars(statement.order_by(*in_order).limit(call.query.limit + 1)).all()
        rows = found[: call.query.limit]
        is_last = len(found) == len(rows)
        last = None if is_last else call.cursors.write(of, [key.say(rows[-1]) for key in keys])
        return ItemPage(items=[show(row) for row in rows], next_cursor=last)


def _behind(keys: Sequence[Order], said: Sequence[Key], *, is_descending: bool) -> ColumnElement[bool]:
    columns = tuple_(*(key.column for key in keys))
    values = [literal(key.read(value), key.column.type) for key, value in zip(keys, said, strict=True)]
    return columns < tuple_(*values) if is_descending else columns > tuple_(*values)


def _mark(query: Struct) -> str:
    """Return what tells lists apart: their filters and their order, and neither place nor length of the page."""
    said = {
        name: value for name, value in msgspec.to_builtins(query).items() if name not in ("cursor", "limit")
    }
    return sha256(msgspec.json.encode([type(query).__name__, said])).hexdigest()[:16]
