"""Looks into the database after a slice: what was answered with success must be there, and nothing else."""

from datetime import datetime

from sqlalchemy import func, select

from app.database import Database
from app.models import DeviceSeen, DeviceStatus
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import reading
from benchmarks.reports import SEED_TAG


class DiscrepancyError(Exception):
    """What the database holds is not what the server has said."""


def check_changes(database: Database, tag: str, *, phones: int, answered: int, connections: int) -> None:
    """Check that just the phones whose report was answered have what it said.

    At the end of a slice each connection may have one more under way.
    """
    with reading(database, ALL_TENANTS) as session:
        changed = session.scalars(
            select(func.count()).select_from(DeviceStatus).where(DeviceStatus.location.contains(tag))
        ).one()
    _check("changed rows", changed, phones, answered, connections)


def check_no_change(database: Database) -> None:
    """Check that every phone's row still holds what the seed's report said."""
    with reading(database, ALL_TENANTS) as session:
        changed = session.scalars(
            select(func.count()).select_from(DeviceStatus).where(~DeviceStatus.location.contains(SEED_TAG))
        ).one()
    if changed:
        raise DiscrepancyError(f"{changed} rows changed, although no report said anything new.")


def check_last_contact(
    database: Database, since: datetime, *, phones: int, answered: int, connections: int
) -> None:
    """Check that just the phones that were answered were heard since then."""
    with reading(database, ALL_TENANTS) as session:
        heard = session.scalars(
            select(func.count()).select_from(DeviceSeen).where(DeviceSeen.seen_at >= since)
        ).one()
    _check("phones heard", heard, phones, answered, connections)


def _check(what: str, found: int, phones: int, answered: int, connections: int) -> None:
    least, most = min(answered, phones), min(answered + connections, phones)
    if not least <= found <= most:
        raise DiscrepancyError(
            f"{found} {what}, but {answered} reports were answered: {least} to {most} are right."
        )
