"""Pages of the list: found by the place of a row, so that any page costs what the first one does."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, case, func, literal, select, text, tuple_
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.errors import InvalidInputError
from app.models import DeviceStatus
from app.services.devices_status.conditions import conditions_of
from app.services.devices_status.filters import Filters
from app.services.devices_status.narrowing import narrowed, surely
from app.services.devices_status.ordering import KINDS, Part, ordering_by
from app.services.devices_status.phones import Phone, read_phones
from app.services.devices_status.positions import Position, find_position

COUNT_LIMIT = 10_000
_FEW = 500
_NEARBY, _FARTHEST = 2_000, 40_000
_SEARCH_MILLISECONDS = 8_000

Key = Row[tuple[str, Any]]
Conditions = Sequence[ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of the list, the number of the first of them, and the places of the pages beside this one.

    ``total`` is how many phones match, where that is known without counting (``count_matching``).
    """

    total: int | None
    phones: list[Phone]
    rank: int = 1
    previous: Position | None = None
    next: Position | None = None


def read_page(session: Session, filters: Filters, token: str = "") -> Page:
    """Return the page that a place in the list (``Position.encode``) leads to; without one the first.

    InvalidInputError for a place that is damaged or belongs to another order.
    """
    position = find_position(token, filters.sort, KINDS[filters.sort])
    conditions: Conditions = ()
    keys = _read_nearby(session, filters, position) if filters.given else []
    if len(keys) <= filters.rows:
        conditions = _named_if_few(session, filters)
        keys = _read_keys(session, filters, conditions, position)
    if position is not None and _is_lost(position, keys, filters.rows):
        position, keys = None, _read_keys(session, filters, conditions, None)
    return _page(session, filters, position, keys)


def count_matching(session: Session, filters: Filters) -> int:
    """Return how many phones match; a number above COUNT_LIMIT says that there are more than that."""
    with _within_time(session):
        enough = surely(session, filters)
        number = _count(session, enough) if enough else 0
        return (
            number if number > COUNT_LIMIT else _count(session, narrowed(session, filters, row_by_row=True))
        )


def _count(session: Session, conditions: Conditions) -> int:
    found = select(DeviceStatus.mac).where(*conditions).limit(COUNT_LIMIT + 1).subquery()
    return session.scalar(select(func.count()).select_from(found)) or 0


def _read_nearby(session: Session, filters: Filters, position: Position | None) -> list[Key]:
    """Return a page of keys, and one more, out of the next rows of the whole list, matching or not; fewer where they
    do not hold so many.

    What many phones have is found at once in this way, and what few have does not cost a walk through all of them in
    an order that is not theirs in the table. What some have is found among as many rows more as the first ones promise.
    """
    if not ordering_by(session, filters.sort).is_indexed:
        return []
    keys = _read_among(session, filters, position, _NEARBY)
    if not keys or len(keys) > filters.rows:
        return keys
    promised = _NEARBY * (filters.rows + 1) // len(keys) * 2
    return _read_among(session, filters, position, promised) if promised <= _FARTHEST else []


def _read_among(session: Session, filters: Filters, position: Position | None, rows: int) -> list[Key]:
    """Return what matches of so many rows of the list; nothing where it ends before."""
    is_descending = filters.is_descending == (position is None or position.is_forward)
    is_blank = _parts_from(position)[0]
    part = ordering_by(session, filters.sort).part(is_blank=is_blank)
    order = [column.desc() if is_descending else column for column in part.sorted_by]
    nearby = part.keys.order_by(*order)
    if position is not None:
        nearby = nearby.where(_lies_beyond(position, part, is_descending=is_descending))
    last = session.execute(nearby.offset(rows).limit(1)).first()
    if last is None:
        return []
    bound = Position(filters.sort, is_forward=True, value=last.value, mac=last.mac, rank=1)
    conditions = conditions_of(filters, row_by_row=True)
    found = nearby.where(*conditions, _lies_beyond(bound, part, is_descending=not is_descending))
    return list(session.execute(found.limit(filters.rows + 1)))


def _named_if_few(session: Session, filters: Filters) -> Conditions:
    """Return what has to hold for the phones that match.

    A search that finds few phones reads the whole table once: then they are named, and not searched for again.
    """
    if not filters.given:
        return ()
    with _within_time(session):
        conditions = narrowed(session, filters)
    found = select(DeviceStatus.mac).where(*conditions).limit(_FEW + 1).subquery()
    number = func.count()
    few = case((number <= _FEW, func.aggregate_strings(found.c.mac, ",")))
    with _within_time(session):
        number_found, macs = session.execute(select(number, few).select_from(found)).one()
    if number_found > _FEW:
        return conditions
    return [DeviceStatus.mac.in_(macs.split(",") if macs else ())]


@contextmanager
def _within_time(session: Session) -> Iterator[None]:
    """Give a search through all phones so much time on PostgreSQL, where there may be a million of them.

    InvalidInputError with what to do where it takes longer; nobody else waits for it then.
    """
    if session.get_bind().dialect.name != "postgresql":
        yield
        return
    try:
        with session.begin_nested():
            session.execute(text(f"SET LOCAL statement_timeout = {_SEARCH_MILLISECONDS}"))
            yield
            session.execute(text("SET LOCAL statement_timeout TO DEFAULT"))
    except OperationalError as error:
        raise InvalidInputError(
            "This search takes too long among so many phones. Narrow it by a tenant, a site or a status, or look for"
            " a whole MAC address."
        ) from error


def _is_lost(position: Position, keys: list[Key], rows: int) -> bool:
    """Whether the first page is meant: nothing is left behind the place, or less than a page before it."""
    return not keys if position.is_forward else len(keys) <= rows


def _page(session: Session, filters: Filters, position: Position | None, keys: list[Key]) -> Page:
    """Make the page of its keys, which come in reading direction and are one more where it goes on."""
    goes_on, keys = len(keys) > filters.rows, keys[: filters.rows]
    if not keys:
        return Page(0, [])
    if position is None or position.is_forward:
        has_previous, has_next = position is not None, goes_on
    else:
        has_previous, has_next = True, True
        keys.reverse()
    rank = position.rank if position else 1
    first, last = keys[0], keys[-1]
    return Page(
        total=None if has_next else rank + len(keys) - 1,
        phones=read_phones(session, [key.mac for key in keys]),
        rank=rank,
        previous=_place(filters, first, max(rank - filters.rows, 1), is_forward=False)
        if has_previous
        else None,
        next=_place(filters, last, rank + len(keys), is_forward=True) if has_next else None,
    )


def _place(filters: Filters, key: Key, rank: int, *, is_forward: bool) -> Position:
    return Position(filters.sort, is_forward, key.value, key.mac, rank)


def _read_keys(
    session: Session, filters: Filters, conditions: Conditions, position: Position | None
) -> list[Key]:
    """Return the keys of the rows from this place on, in reading direction: a page of them and one more."""
    is_descending = filters.is_descending == (position is None or position.is_forward)
    keys: list[Key] = []
    for is_blank in _parts_from(position):
        part = ordering_by(session, filters.sort).part(is_blank=is_blank)
        statement = part.keys.where(*conditions)
        if position is not None and is_blank == (position.value is None):
            statement = statement.where(_lies_beyond(position, part, is_descending=is_descending))
        order = [column.desc() if is_descending else column for column in part.sorted_by]
        keys += session.execute(statement.order_by(*order).limit(filters.rows + 1 - len(keys)))
        if len(keys) > filters.rows:
            break
    return keys


def _lies_beyond(position: Position, part: Part, *, is_descending: bool) -> ColumnElement[bool]:
    bounds = (position.value, position.mac)[-len(part.sorted_by) :]
    bound = tuple_(
        *(literal(value, column.type) for value, column in zip(bounds, part.sorted_by, strict=True))
    )
    place = tuple_(*part.sorted_by)
    return place < bound if is_descending else place > bound


def _parts_from(position: Position | None) -> tuple[bool, ...]:
    """Return which parts of the list are read on the way, rows with nothing in the sorted column being the last."""
    if position is None:
        return (False, True)
    is_blank = position.value is None
    return (is_blank,) if is_blank == position.is_forward else (is_blank, not is_blank)
