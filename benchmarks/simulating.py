"""What-if over a whole fleet: made-up phones in a database, rules that are active, drafts, and one simulation."""

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.cli.release import release
from app.database import Database, make_engine, table_of
from app.models import (
    ConfigTemplate,
    Device,
    DeviceStatus,
    Firmware,
    PhoneModel,
    RuleRow,
    Simulation,
    Site,
    Tenant,
)
from app.models.enums import (
    Approval,
    Origin,
    RuleKind,
    RuleSetState,
    SimulationState,
    Stage,
    Status,
    VlanMode,
)
from app.rules.conditions.stored import tree_as_json
from app.scheduler.simulation_worker import SimulationWorker
from app.security.secrets import open_vault
from app.security.tenant_scope import ALL_TENANTS
from app.services import status_rows
from app.services.author import Author
from app.services.rule_sets import drafts
from app.services.rule_sets.activation import checksum_of
from app.services.rule_sets.reading import rows_of
from app.services.what_if import jobs
from app.services.what_if.jobs import Wish
from app.transaction import reading, writing
from benchmarks.made_rules import NAMES, STAGES, Fleet, make_fleet, make_rules
from config import Settings

_AUTHOR = Author("benchmark")
AT = datetime(2026, 11, 28, 12, tzinfo=UTC)
"""The moment as of which rules are asked."""

_ROWS_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Simulated:
    """One simulation: the processor time from the claim to the end, and for how many phones something changed."""

    seconds: float
    phones: int
    changed: int


def prepare(settings: Settings, phones: int, rules: int) -> None:
    """Install Ringmaster in an empty database with a fleet, active rules of each stage, and drafts with other ones."""
    release(settings)
    fleet = make_fleet(phones)
    with opened(settings) as database:
        with writing(database, ALL_TENANTS) as session:
            _add_names(session)
        with writing(database, ALL_TENANTS) as session:
            _add_fleet(session, fleet)
            for stage in STAGES:
                _write_rules(session, stage, rules, seed=0)
        with writing(database, ALL_TENANTS) as session:
            # Past the checks: among rules that are drawn there are some that can never match, which are asked as well.
            for draft in jobs.drafts_to_choose(session, RuleKind.TEMPLATE):
                draft.state = RuleSetState.ACTIVE
                draft.checksum = checksum_of(draft, rows_of(session, draft.id))
            session.flush()
            for stage in STAGES:
                _write_rules(session, stage, rules, seed=1)


def simulate(settings: Settings) -> Simulated:
    """Let the drafts be asked about the whole fleet; RuntimeError where that fails."""
    with opened(settings) as database:
        with writing(database, ALL_TENANTS) as session:
            chosen = [draft.id for draft in jobs.drafts_to_choose(session, RuleKind.TEMPLATE)]
            wish = Wish(kind=RuleKind.TEMPLATE, draft_ids=chosen, as_of=AT)
            simulation_id = jobs.start(session, wish, author=_AUTHOR, now=datetime.now(UTC)).id
        started = time.process_time()
        SimulationWorker(database).work_once()
        seconds = time.process_time() - started
        with reading(database, ALL_TENANTS) as session:
            found = session.get_one(Simulation, simulation_id)
            if found.state is not SimulationState.DONE:
                raise RuntimeError(f"The simulation ended as {found.state}: {found.error}")
            return Simulated(seconds, found.done, found.totals["changed"])


@contextmanager
def opened(settings: Settings) -> Iterator[Database]:
    """Open the database of an installation that is measured."""
    open_vault(settings.secret_key)
    engine = make_engine(settings.database_url)
    try:
        yield Database(engine)
    finally:
        engine.dispose()


def _add_names(session: Session) -> None:
    known = set(session.scalars(select(PhoneModel.name)))
    session.add_all(
        PhoneModel(name=name, vendor="AudioCodes") for name in NAMES["model"] if name not in known
    )
    for number, name in enumerate(NAMES["tenant"]):
        session.add(Tenant(name=name, subnet=f"10.{number}.0.0/16", created_at=AT))
    for number in range(10):
        name = f"made-{number}.img"
        session.add(
            Firmware(name=name, version=f"UC_3.{number}.1.1", sha256="0" * 64, size=1, uploaded_at=AT)
        )
    session.flush()
    tenants = _ids(session, Tenant)
    for number, name in enumerate(NAMES["site"]):
        tenant = number % len(NAMES["tenant"])
        subnet = f"10.{tenant}.{number // len(NAMES['tenant'])}.0/24"
        session.add(Site(name=name, tenant_id=tenants[NAMES["tenant"][tenant]], subnet=subnet))
    for name in NAMES["tenant"]:
        session.add(Site(name="AutoDetection", tenant_id=tenants[name], is_auto_detection=True))


def _add_fleet(session: Session, fleet: Fleet) -> None:
    models, tenants = _ids(session, PhoneModel), _ids(session, Tenant)
    sites = {
        tenant_id: site_id
        for site_id, tenant_id in session.execute(
            select(Site.id, Site.tenant_id).where(Site.is_auto_detection)
        )
    }
    templates = dict(session.execute(select(ConfigTemplate.phone_model_id, ConfigTemplate.id)).all())
    devices, rows = [], []
    for number, (phone, place) in enumerate(zip(fleet.phones, fleet.places, strict=True)):
        mac = f"{str(phone['mac'])[:6]}{number:06x}"
        tenant_id = tenants[str(place["tenant"])]
        model_id = models[str(phone["model"])]
        devices.append(
            {
                "mac": mac,
                "tenant_id": tenant_id,
                "site_id": sites[tenant_id],
                "phone_model_id": model_id,
                "template_id": templates.get(model_id),
                "origin": Origin.ZERO_TOUCH,
                "vlan_mode": VlanMode.NONE,
                "created_at": AT,
            }
        )
        rows.append(
            status_rows.make(mac, AT)
            | {
                "tenant_id": tenant_id,
                "site_id": sites[tenant_id],
                "approval": Approval.NOT_NEEDED,
                "status": Status.REGISTERED,
                "model": phone["model"],
                "firmware_version": phone["firmware"],
                "user_name": phone["user"] or "",
                "user_agent": f"AUDC-IPPhone-{phone['model']}_{phone['firmware']}/1.0",
                "ip": phone["ip"],
                "external_ip": phone["ip"],
            }
        )
    for first in range(0, len(devices), _ROWS_AT_ONCE):
        session.execute(insert(Device), devices[first : first + _ROWS_AT_ONCE])
        session.execute(insert(table_of(DeviceStatus)), rows[first : first + _ROWS_AT_ONCE])


def _write_rules(session: Session, stage: Stage, count: int, *, seed: int) -> None:
    """Write a draft with so many rules; those of another seed differ in what one in ten gives."""
    kind = RuleKind(stage)
    drafts.open_draft(session, kind, None, author=_AUTHOR, now=AT)
    version = next(draft for draft in jobs.drafts_to_choose(session, RuleKind.TEMPLATE) if draft.kind is kind)
    for row in session.scalars(select(RuleRow).where(RuleRow.version_id == version.id)):
        session.delete(row)
    session.flush()
    given = _outcomes(session, stage)
    drawn = random.Random(stage)
    for number, rule in enumerate(make_rules(stage, count)):
        chosen = drawn.randrange(len(given))
        if seed and number % 10 == 0:
            chosen = (chosen + seed) % len(given)
        session.add(
            RuleRow(
                version_id=version.id,
                key=rule.key,
                position=number + 1,
                name=rule.name,
                conditions=tree_as_json(rule.conditions),
                outcome=given[chosen],
            )
        )
    session.flush()


def _outcomes(session: Session, stage: Stage) -> list[dict[str, Any]]:
    if stage is Stage.PLACEMENT:
        return [
            {"give": "tenant", "tenant_id": tenant_id, "site_id": None}
            for tenant_id in _ids(session, Tenant).values()
        ]
    if stage is Stage.TEMPLATE:
        return [
            {"give": "template", "template_id": template_id}
            for template_id in session.scalars(select(ConfigTemplate.id))
        ]
    return [
        {"give": "firmware", "firmware_id": firmware_id, "at_least": ""}
        for firmware_id in session.scalars(select(Firmware.id))
    ]


def _ids(session: Session, model: Any) -> dict[str, int]:
    return dict(session.execute(select(model.name, model.id)).all())


def settings_of(url: str, folder: Path) -> Settings:
    """Return the settings of an installation that is measured."""
    return Settings(
        database_url=url, data_dir=folder, secret_key="of a benchmark", admin_password="pass_1234"
    )
