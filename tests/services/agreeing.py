"""Whether all that counts phones says the same, within one transaction: each count beside the list it leads to."""

from collections.abc import Iterator, Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.database import table_of
from app.models import DeviceStatus
from app.models.enums import Approval, Status
from app.security.tenant_scope import scope_of
from app.services import dashboard
from app.services.devices_status import export
from app.services.devices_status.conditions import conditions_of
from app.services.devices_status.filters import Filters
from app.services.devices_status.pages import count_matching
from app.services.topology import nodes, phones, subnets
from app.services.topology.places import Level, Place


def disagreements(session: Session) -> list[str]:
    """Return a sentence for each count that is not what the list behind it, its export and the database have."""
    return [
        f"{what}: {counted} counted, {listed} found"
        for what, counted, listed in (*_of_database(session), *_of_dashboard(session), *_of_topology(session, Place()),
                                      *_of_topology(session, Place("external")))
        if counted != listed
    ]  # fmt: skip


def exported(session: Session, filters: Filters) -> list[str]:
    """Return the MACs that the export of a list has."""
    macs, last = [], None
    while found := export.read_chunk(session, filters, after=last):
        macs += [phone.mac for phone in found]
        last = found[-1]
    return macs


def _listed(session: Session, **names: str) -> int:
    """Count the phones of a list as its pages find them."""
    conditions = conditions_of(Filters.from_query(names))
    return session.scalar(select(func.count()).select_from(DeviceStatus).where(*conditions)) or 0


def _of_database(session: Session) -> Iterator[tuple[str, int, int]]:
    """Count in Python over all rows, past the session's guard, what the dashboard says."""
    table, scope = table_of(DeviceStatus), scope_of(session)
    wanted = select(
        table.c.tenant_id, table.c.status, table.c.device_id, table.c.approval, table.c.is_blocked
    )
    rows = [
        row
        for row in session.connection().execute(wanted)
        if scope.is_everything or scope.includes(row.tenant_id)
    ]
    shown = dashboard.figures(session)
    yield "all", shown.total, len(rows)
    for status in (*Status, None):
        yield f"status {status}", shown.by_status[status], sum(row.status == status for row in rows)
    undecided = [row for row in rows if row.device_id is None]
    yield "waiting", shown.waiting, sum(row.approval != Approval.NOT_NEEDED for row in undecided)
    yield "blocked", shown.blocked, sum(row.is_blocked for row in undecided)


def _of_dashboard(session: Session) -> Iterator[tuple[str, int, int]]:
    shown = dashboard.figures(session)
    tiles: Mapping[str, tuple[int, Mapping[str, str]]] = {
        "registered": (shown.registered, {"status": "registered"}),
        "not registered": (shown.not_registered, {"status": "not_registered"}),
        "disconnected": (shown.disconnected, {"status": "disconnected"}),
        "not reported": (shown.not_reported, {"status": "not_reported"}),
        "waiting": (shown.waiting, {"approval": "pending"}),
        "blocked": (shown.blocked, {"approval": "blocked"}),
        "behind": (shown.all_behind, {"behind": "yes"}),
        "all": (shown.total, {}),
    }
    for name, (number, filters) in tiles.items():
        yield f"tile {name}", number, _listed(session, **filters)
        asked = Filters.from_query(filters)
        yield f"list of {name}", number, count_matching(session, asked)
        yield f"export of {name}", number, len(exported(session, asked))
    for pie in shown.pies:
        yield f"pie {pie.name}", pie.total, shown.registered
        for share in pie.shares:
            yield f"pie {pie.name}, {share.label}", share.number, _listed(session, **share.filters)
    for version in shown.versions:
        yield f"version {version.version}", version.number, _listed(session, version=version.version)
    for version_text, number in shown.behind.items():
        yield f"behind with {version_text}", number, _listed(session, version=version_text, behind="yes")


def _of_topology(session: Session, place: Place) -> Iterator[tuple[str, int, int]]:
    """Unfold the network down to the phones."""
    here = f"topology {place.query}"
    if place.inside is Level.PHONE:
        counted = nodes.count(session, place)
        yield here, counted.number, _listed(session, **place.names)
        yield here, min(counted.number, phones.MOST_PHONES), len(phones.phones_of(session, place).rows)
        return
    parts = nodes.branch(session, place, page=1)
    yield here, parts.number, sum(node.number for node in parts.nodes)
    yield here, parts.number, _listed(session, **place.names)
    yield here, parts.registered, _listed(session, **place.names, status="registered")
    for full in subnets.fullest(session, place):
        yield f"fullest {full.name}", full.number, _listed(session, **full.place.names)
    for node in parts.nodes:
        if node.inside:
            yield f"inside {node.name}", sum(one.number for one in node.inside), node.number
        below = place.within(node.level, node.name)
        yield f"{here}, {node.name}", node.number, _listed(session, **below.names)
        yield from _of_topology(session, below)
