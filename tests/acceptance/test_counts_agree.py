"""Counts agree with one another in every snapshot while 1,000 simulated phones change state."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import cycle
from pathlib import Path

import pytest

from app.database import Database
from app.models import Tenant
from app.security.secrets import open_vault
from app.security.tenant_scope import ALL_TENANTS, only_tenants
from app.services import dashboard
from app.transaction import reading
from simulator.fleet import Fleet
from tests.databases import Databases
from tests.flows.installation import KEY, TENANT_PATH, Installation, installation
from tests.services.agreeing import disagreements

TENANTS, PHONES_OF_A_TENANT = 4, 250
PHONES = TENANTS * PHONES_OF_A_TENANT
BOOTED_WITHIN = timedelta(minutes=10)

pytestmark = pytest.mark.acceptance

Record = Callable[[str, object], None]


@pytest.fixture
def ringmaster(databases: Databases, tmp_path: Path) -> Iterator[Installation]:
    """A whole Ringmaster on each kind of database in turn."""
    open_vault(KEY)
    with installation(tmp_path / "data", databases.create()) as running:
        yield running


def test_counts_agree_in_every_snapshot_while_1000_phones_boot_and_register(
    ringmaster: Installation, record_property: Record
) -> None:
    tenants = [ringmaster.add_tenant() for _ in range(TENANTS)]
    is_over = threading.Event()
    seen: list[tuple[object, list[str]]] = []
    looker = threading.Thread(target=look_on, args=(ringmaster, tenants, is_over, seen))
    looker.start()
    try:
        settled = asyncio.run(boot(ringmaster, tenants))
    finally:
        is_over.set()
        looker.join()
    assert settled == PHONES
    snapshots = {numbers for numbers, _ in seen}
    record_property("snapshots", f"{len(seen)}, of which {len(snapshots)} differ")
    assert [found for _, found in seen if found] == []
    assert len(snapshots) > TENANTS  # they were taken while phones changed
    with reading(ringmaster.database, ALL_TENANTS) as session:
        shown = dashboard.figures(session)
        assert (shown.total, shown.registered) == (PHONES, PHONES)


async def boot(ringmaster: Installation, tenants: list[Tenant]) -> int:
    """Boot the phones of all tenants at once; return how many registered."""
    async with asyncio.TaskGroup() as group:
        booting = [group.create_task(boot_one(ringmaster, tenant)) for tenant in tenants]
    return sum(task.result() for task in booting)


async def boot_one(ringmaster: Installation, tenant: Tenant) -> int:
    """Boot the phones of one tenant; return how many registered."""
    path = TENANT_PATH.format(tenant=tenant.name)
    options = ringmaster.options(path, phones=PHONES_OF_A_TENANT, concurrency=8)
    async with Fleet(options) as fleet:
        assert await fleet.run(BOOTED_WITHIN.total_seconds(), until=lambda: fleet.is_settled)
        return len(fleet.phones)


def look_on(
    ringmaster: Installation,
    tenants: list[Tenant],
    is_over: threading.Event,
    seen: list[tuple[object, list[str]]],
) -> None:
    """Take snapshots for each scope in turn, and note what is shown and what disagrees."""
    snapshots = snapshots_of(ringmaster.database)
    scopes = [ALL_TENANTS, *(only_tenants([tenant.id]) for tenant in tenants)]
    for scope in cycle(scopes):
        if is_over.is_set():
            return
        with reading(snapshots, scope) as session:
            shown = dashboard.figures(session)
            numbers = tuple(sorted((str(status), number) for status, number in shown.by_status.items()))
            seen.append(((scope, numbers), disagreements(session)))


def snapshots_of(database: Database) -> Database:
    """Return the database as its readers see it who see one moment of it; on SQLite all do."""
    engine = database.reader
    if engine.dialect.name == "sqlite":
        return database
    return Database(engine.execution_options(isolation_level="REPEATABLE READ"))
