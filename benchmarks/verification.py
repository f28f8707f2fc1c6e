"""Looks into the database after a slice: what was answered with success must be there, and nothing else."""

from datetime import datetime

from sqlalchemy import func, select

from app.database import Database
from app.models import DeviceSeen, DeviceStatus
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import reading
from benchmarks.reports import SEED_TAG
from benchmarks.workloads import Effect, Workload


class DiscrepancyError(Exception):
    """What the database holds is not what the server has said."""


def check(
    database: Database, workload: Workload, tag: str, since: datetime, *, answered: int, connections: int
) -> None:
    """Check that just the phones whose report was answered have what it said, and were heard."""
    bounds = workload.reports_in(answered, connections)
    if workload.effect is Effect.CHANGE:
        check_changes(database, tag, bounds)
    elif workload.effect is Effect.TOUCH:
        check_no_change(database)
    if workload.effect is not Effect.NONE:
        check_last_contact(database, since, bounds)


def check_changes(database: Database, tag: str, bounds: tuple[int, int]) -> None:
    """Check that so many phones, at least and at most, have this tag in what they said."""
    with reading(database, ALL_TENANTS) as session:
        changed = session.scalars(
            select(func.count()).select_from(DeviceStatus).where(DeviceStatus.location.contains(tag))
        ).one()
    _check("changed rows", changed, bounds)


def check_no_change(database: Database) -> None:
    """Check that every phone's row still holds what the seed's report said."""
    with reading(database, ALL_TENANTS) as session:
        changed = session.scalars(
            select(func.count()).select_from(DeviceStatus).where(~DeviceStatus.location.contains(SEED_TAG))
        ).one()
    if changed:
        raise DiscrepancyError(f"{changed} rows changed, although no report said anything new.")


def check_last_contact(database: Database, since: datetime, bounds: tuple[int, int]) -> None:
    """Check that so many phones, at least and at most, were heard since then."""
    with reading(database, ALL_TENANTS) as session:
        heard = session.scalars(
            select(func.count()).select_from(DeviceSeen).where(DeviceSeen.seen_at >= since)
        ).one()
    _check("phones heard", heard, bounds)


def _check(what: str, found: int, bounds: tuple[int, int]) -> None:
    least, most = bounds
    if not least <= found <= most:
        raise DiscrepancyError(f"{found} {what}: by what was answered, {least} to {most} are right.")
