"""Phones per status, and registered phones per tenant, site, model and firmware version.

All of it is one statement: the phones are put together once, by everything that is asked for, which the index
``ix_device_status_counts`` does by itself; the shares are taken from what came out.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CTE, Select, String, case, cast, func, literal, select, union_all
from sqlalchemy.orm import Session

from app.models import DeviceStatus, Site, Tenant
from app.models.enums import Status

LARGEST = 7
"""Slices that a pie shows by themselves; what is left over is one more."""
MOST_VERSIONS = 12
NONE = "-"
"""What an address says for phones that have nothing there: no tenant, no model."""


@dataclass(frozen=True, slots=True)
class Share:
    """A slice: what it is called, how many phones it has, and what the filters of Devices Status say for them."""

    label: str
    number: int
    filters: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Pie:
    """Registered phones by one thing, the largest first; ``others`` are the phones of all other slices."""

    name: str
    title: str
    shares: Sequence[Share]
    others: int
    kinds: int

    @property
    def total(self) -> int:
        """All phones of the pie."""
        return sum(share.number for share in self.shares) + self.others


@dataclass(frozen=True, slots=True)
class VersionCount:
    """How many phones report a firmware version, and how many of them are registered."""

    version: str
    number: int
    registered: int


@dataclass(frozen=True, slots=True)
class Counts:
    """``by_status`` has every status, and None for phones that have not reported."""

    by_status: Mapping[Status | None, int]
    pies: Sequence[Pie]
    versions: Sequence[VersionCount]


_PIES = {"tenant": "Tenants", "site": "Sites", "model": "Models", "version": "Firmware versions"}


def count(session: Session, *, largest: int = LARGEST) -> Counts:
    """Count the phones that the session sees. ``largest`` slices of each pie come by themselves."""
    found: dict[str, list[tuple[str | None, int, int, int]]] = defaultdict(list)
    for part, key, number, registered, kinds in session.execute(_statement(largest)):
        found[part].append((key, int(number), int(registered), int(kinds)))
    by_status: dict[Status | None, int] = dict.fromkeys([*Status, None], 0)
    by_status |= {Status(key) if key else None: number for key, number, _, _ in found["status"]}
    tenants = _tenants(session, [key for key, *_ in found["tenant"] if key])
    sites = _sites(session, [key for key, *_ in found["site"] if key])
    named = {"tenant": tenants, "site": sites}
    return Counts(
        by_status,
        [_pie(name, found[name], by_status[Status.REGISTERED], named.get(name)) for name in _PIES],
        [VersionCount(key, number, registered) for key, number, registered, _ in found["reported"] if key],
    )


def _statement(largest: int) -> Select[Any]:
    columns = (
        DeviceStatus.tenant_id, DeviceStatus.status, DeviceStatus.site_id, DeviceStatus.model,
        DeviceStatus.firmware_version,
    )  # fmt: skip
    cube = select(*columns, func.count().label("number")).group_by(*columns).cte("cube")
    is_registered = cube.c.status == Status.REGISTERED
    status = select(
        literal("status").label("part"),
        cast(cube.c.status, String).label("key"),
        func.sum(cube.c.number).label("number"),
        literal(0).label("registered"),
        literal(0).label("kinds"),
    )
    parts = [status.group_by(cube.c.status)]
    for name, column in {
        "tenant": cube.c.tenant_id, "site": cube.c.site_id, "model": cube.c.model,
        "version": cube.c.firmware_version,
    }.items():  # fmt: skip
        parts.append(_largest(cube, name, column, largest, is_registered))
    parts.append(
        _largest(cube, "reported", cube.c.firmware_version, MOST_VERSIONS, cube.c.firmware_version != "")
    )
    return select(union_all(*parts).subquery())


def _largest(cube: CTE, name: str, column: Any, most: int, condition: Any) -> Select[Any]:
    number = func.sum(cube.c.number)
    registered = func.sum(case((cube.c.status == Status.REGISTERED, cube.c.number), else_=0))
    found = (
        select(
            literal(name).label("part"), cast(column, String).label("key"), number.label("number"),
            registered.label("registered"), func.count().over().label("kinds"),
        )
        .where(condition)
        .group_by(column)
        .order_by(number.desc(), column)
        .limit(most)
        .subquery()
    )  # fmt: skip
    return select(found)


def _pie(
    name: str,
    rows: Sequence[tuple[str | None, int, int, int]],
    total: int,
    named: Mapping[str, tuple[str, dict[str, str]]] | None,
) -> Pie:
    shares = []
    for key, number, _, _ in rows:
        if not key:
            label, filters = f"No {name}", {name: NONE}
        elif named is None:
            label, filters = key, {name: key}
        elif key in named:
            label, filters = named[key]
        else:  # deleted since it was counted
            continue
        shares.append(Share(label, number, {"status": Status.REGISTERED.value, **filters}))
    others = total - sum(share.number for share in shares)
    return Pie(name, _PIES[name], shares, others, rows[0][3] if rows else 0)


def _tenants(session: Session, keys: Sequence[str]) -> dict[str, tuple[str, dict[str, str]]]:
    rows = session.execute(select(Tenant.id, Tenant.name).where(Tenant.id.in_(map(int, keys))))
    return {str(tenant_id): (name, {"tenant": name}) for tenant_id, name in rows}


def _sites(session: Session, keys: Sequence[str]) -> dict[str, tuple[str, dict[str, str]]]:
    """Name sites with their tenants: most tenants have sites of the same names."""
    rows = session.execute(
        select(Site.id, Site.name, Tenant.name.label("tenant"))
        .join(Tenant, Tenant.id == Site.tenant_id)
        .where(Site.id.in_(map(int, keys)))
    )
    return {
        str(site_id): (f"{name} · {tenant}", {"tenant": tenant, "site": name})
        for site_id, name, tenant in rows
    }
