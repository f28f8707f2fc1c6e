"""What a place of the network is divided into, counted by the database: a page of the largest parts, and their parts.

Nothing is read for each phone: a statement puts phones together and returns so many rows at most.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import Session

from app.models import DeviceStatus, Site, Tenant
from app.models.enums import Status
from app.services.devices_status.conditions import conditions_of, reports_within
from app.services.fleet_counts import kinds
from app.services.fleet_counts.shares import NONE
from app.services.topology.places import Level, Place
from app.services.topology.subnets import configured_in

PER_PAGE = 100
_MOST_INSIDE = 400
"""Parts of parts that are read for the picture, the largest first."""

_COLUMN = {
    Level.TENANT: DeviceStatus.tenant_id,
    Level.SITE: DeviceStatus.site_id,
    Level.SUBNET: DeviceStatus.subnet,
    Level.EXTERNAL: DeviceStatus.external_ip,
}
_BELOW = {Level.TENANT: Level.SITE, Level.SITE: Level.SUBNET}


@dataclass(frozen=True, slots=True)
class Node:
    """A part of a place: ``name`` is what addresses call it, '-' for phones that have none."""

    level: Level
    name: str
    number: int
    registered: int
    disconnected: int
    inside: Sequence["Node"] = field(default=())

    @property
    def percent_registered(self) -> int:
        """Registered phones in percent, rounded down so that 100 means all."""
        return self.registered * 100 // self.number


@dataclass(frozen=True, slots=True)
class Branch:
    """A page of the parts of a place, the largest first; ``kinds`` is how many parts there are on all pages."""

    number: int
    registered: int
    disconnected: int
    kinds: int
    page: int
    nodes: Sequence[Node]

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max(1, -(-self.kinds // PER_PAGE))


def branch(session: Session, place: Place, *, page: int) -> Branch:
    """Return what the place is divided into; ``page`` counts from 1, and one too far is the last one."""
    level = place.inside
    key = _key(session, place)
    grouped = (
        select(key.label("key"), *_numbers()).where(*conditions_of(place.filters)).group_by(key).subquery()
    )
    total = session.execute(
        select(
            func.coalesce(func.sum(grouped.c.number), 0).label("number"),
            func.coalesce(func.sum(grouped.c.registered), 0).label("registered"),
            func.coalesce(func.sum(grouped.c.disconnected), 0).label("disconnected"),
            func.count().label("parts"),
        ).select_from(grouped)
    ).one()
    page = min(page, max(1, -(-total.parts // PER_PAGE)))
    rows = session.execute(
        select(grouped)
        .order_by(grouped.c.number.desc(), grouped.c.key)
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
    ).all()
    return Branch(
        int(total.number),
        int(total.registered),
        int(total.disconnected),
        total.parts,
        page,
        _nodes(session, place, level, rows),
    )


def count(session: Session, place: Place) -> Branch:
    """Count the phones of a place that is divided into phones."""
    row = session.execute(select(*_numbers()).where(*conditions_of(place.filters))).one()
    return Branch(row.number, row.registered, row.disconnected, row.number, 1, ())


def _numbers() -> list[ColumnElement[int]]:
    return [
        func.count().label("number"),
        func.count().filter(kinds.is_registered()).label("registered"),
        func.count().filter(DeviceStatus.status == Status.DISCONNECTED).label("disconnected"),
    ]


def _key(session: Session, place: Place) -> ColumnElement[Any]:
    """Return what the phones of the place are put together by."""
    column: ColumnElement[Any] = _COLUMN[place.inside]  # type: ignore[assignment]
    if place.inside is not Level.SUBNET or NONE in (place.tenant, place.site):
        return column
    subnet_of_site = func.coalesce(func.nullif(Site.subnet, ""), Tenant.subnet)
    site = select(subnet_of_site).select_from(Site).join(Tenant, Tenant.id == Site.tenant_id)
    site = site.where(Tenant.name_key == place.tenant.casefold(), Site.name_key == place.site.casefold())
    subnet = session.scalar(site)
    return case((reports_within(subnet), subnet), else_=column) if subnet else column


def _nodes(session: Session, place: Place, level: Level, rows: Sequence[Any]) -> list[Node]:
    inside = _inside(session, place, level, [row.key for row in rows])
    names = _names(session, level, [row.key for row in rows])
    return [
        Node(level, names[row.key], row.number, row.registered, row.disconnected, inside.get(row.key, ()))
        for row in rows
        if row.key in names
    ]


def _inside(
    session: Session, place: Place, level: Level, keys: Sequence[Any]
) -> Mapping[Any, Sequence[Node]]:
    """Return the largest parts of these parts, for the picture."""
    below = _BELOW.get(level) if place.by == "subnet" else None
    if below is None or not keys:
        return {}
    above = _COLUMN[level]
    rows = session.execute(_largest_below(place, above, _COLUMN[below], keys)).all()
    found: dict[Any, dict[str, list[int]]] = {}
    if below is Level.SUBNET:
        configured = configured_in(session, {row.above for row in rows})
        names = ((row, configured.of(row.above, row.key) or NONE) for row in rows)
    else:
        named = _names(session, below, [row.key for row in rows])
        names = ((row, named[row.key]) for row in rows if row.key in named)
    for row, name in names:
        numbers = found.setdefault(row.above, {}).setdefault(name, [0, 0, 0])
        for place_of, number in enumerate((row.number, row.registered, row.disconnected)):
            numbers[place_of] += number
    return {
        key: [
            Node(below, name, numbers[0], numbers[1], numbers[2])
            for name, numbers in sorted(parts.items(), key=lambda part: -part[1][0])
        ]
        for key, parts in found.items()
    }


def _largest_below(place: Place, above: Any, key: Any, keys: Sequence[Any]) -> Select[Any]:
    given = [one for one in keys if one is not None]
    number = func.count()
    return (
        select(above.label("above"), key.label("key"), *_numbers())
        .where(*conditions_of(place.filters), above.in_(given))
        .group_by(above, key)
        .order_by(number.desc(), above, key)
        .limit(_MOST_INSIDE)
    )


def _names(session: Session, level: Level, keys: Iterable[Any]) -> dict[Any, str]:
    """Return what addresses call these; one that was deleted meanwhile is left out."""
    wanted = list(keys)
    if level in (Level.SUBNET, Level.EXTERNAL):
        return {key: key or NONE for key in wanted}
    model = Tenant if level is Level.TENANT else Site
    rows = session.execute(
        select(model.id, model.name).where(model.id.in_([key for key in wanted if key is not None]))
    )
    return {None: NONE, **{row.id: row.name for row in rows}}
