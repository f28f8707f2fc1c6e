"""Generates the files of many phones, in one process or in several at once, and renders alone."""

import multiprocessing
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from statistics import median

from sqlalchemy import select

from app.cli.release import opened_database
from app.database import Database
from app.models import Device
from app.rendering.personal_file import Overlays, render_personal_file
from app.security.tenant_scope import ALL_TENANTS
from app.services import config_files
from app.services.config_files.owners import read_owners
from app.services.config_files.sources import Sources, Values
from app.transaction import reading, writing
from config import Settings

_DEVICES_IN_TRANSACTION = 500
_RENDERED = 500
_ROUNDS = 5


def generate_all(settings: Settings, processes: int) -> float:
    """Generate the files of all devices in so many processes; return the seconds until the last was committed."""
    with opened_database(settings) as database, reading(database, ALL_TENANTS) as session:
        devices = list(session.scalars(select(Device.id).order_by(Device.mac)))
    shares = [devices[number::processes] for number in range(processes)]
    # Forked, they would share what the database's driver holds.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        return max(pool.map(_generate, [settings] * processes, shares))


def seconds_to_render(database: Database) -> float:
    """Return what it takes to render one file from values that are at hand, in the median of some rounds."""
    with reading(database, ALL_TENANTS) as session:
        sources = Sources(session)
        owners = read_owners(session, session.scalars(select(Device.id).limit(_RENDERED)).all())
        sources.load(owners)
        prepared = [
            (
                sources.template(owner.template_id).parts.personal_file.data,
                sources.values_for(owner),
                sources.overlays(
                    tenant_id=owner.tenant_id, site_id=owner.site_id, phone_user_id=owner.user_id
                ),
            )
            for owner in owners
            if owner.template_id is not None
        ]
    return median(_seconds_for(prepared) for _ in range(_ROUNDS)) / len(prepared)


def _generate(settings: Settings, devices: Sequence[int]) -> float:
    """Generate these files, some hundred in a transaction, and return the seconds it took."""
    with opened_database(settings) as database:
        started = time.perf_counter()
        for first in range(0, len(devices), _DEVICES_IN_TRANSACTION):
            with writing(database, ALL_TENANTS) as session:
                some = devices[first : first + _DEVICES_IN_TRANSACTION]
                config_files.generate_many(session, some, now=datetime.now(UTC))
        return time.perf_counter() - started


def _seconds_for(prepared: Sequence[tuple[str, Values, Overlays]]) -> float:
    started = time.process_time()
    for data, values, overlays in prepared:
        render_personal_file(data, values, overlays)
    return time.process_time() - started
