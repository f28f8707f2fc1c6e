"""What the answer of a simulation depends on beside what phones report, and whether any of it has changed since."""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session

from app.database import Base, table_of
from app.models import (
    ConfigTemplate,
    Destination,
    Device,
    DevicePin,
    Firmware,
    PhoneModel,
    RuleSetVersion,
    Simulation,
    Site,
    TemplateDefault,
    Tenant,
)
from app.models.enums import RuleKind, RuleSetState, Stage
from app.services.alarm_rules import book
from app.services.rule_sets import reading
from app.services.rule_sets.activation import checksum_of
from app.services.what_if.named_values import values_named

OF_FLEET: tuple[RuleKind, ...] = tuple(RuleKind(stage.value) for stage in Stage)
"""The kinds of rules that say what a phone gets."""

_Columns: TypeAlias = Sequence[tuple[type[Base], Sequence[str]]]
_LOOKED_AT: _Columns = (
    (Tenant, ("id", "name", "subnet", "is_default", "approves_automatically")),
    (Site, ("id", "tenant_id", "name", "subnet")),
    (PhoneModel, ("id", "name", "user_agent_pattern")),
    (Firmware, ("id", "name", "version")),
    (ConfigTemplate, ("id", "name", "tenant_id", "phone_model_id", "train", "version")),
    (TemplateDefault, ("template_id", "phone_model_id", "train", "tenant_id")),
)
_LOOKED_AT_OF_ALARMS: _Columns = (
    (Tenant, ("id", "name")),
    (Site, ("id", "tenant_id", "name")),
    (Destination, ("id", "name", "tenant_id", "kind", "is_enabled")),
)


def kinds_with(kind: RuleKind) -> tuple[RuleKind, ...]:
    """Return the kinds of rules that are simulated together: those about phones, or those about alarms."""
    return OF_FLEET if kind in OF_FLEET else book.KINDS


def is_of_alarms(simulation: Simulation) -> bool:
    """Whether recorded alarms are played, and not phones looked at."""
    return simulation.kind not in OF_FLEET


def drafts_as_json(session: Session, drafts: Collection[RuleSetVersion]) -> list[dict[str, Any]]:
    """Return what tells these drafts from what they become later."""
    return [
        {
            "version_id": draft.id,
            "kind": draft.kind.value,
            "tenant_id": draft.tenant_id,
            "revision": draft.revision,
            "checksum": checksum_of(draft, reading.rows_of(session, draft.id)),
        }
        for draft in sorted(drafts, key=lambda draft: draft.id)
    ]


def drafts_of(session: Session, kept: Sequence[Mapping[str, Any]]) -> list[RuleSetVersion]:
    """Return those of the drafts of a simulation that are still drafts as they were looked at."""
    wanted = {draft["version_id"]: draft["revision"] for draft in kept}
    found = session.scalars(
        select(RuleSetVersion).where(
            RuleSetVersion.id.in_(wanted), RuleSetVersion.state == RuleSetState.DRAFT
        )
    )
    return [draft for draft in found if draft.revision == wanted[draft.id]]


def active_checksums(session: Session, kind: RuleKind) -> list[str]:
    """Return what tells the rules that are active now, of this kind and those simulated with it, from others."""
    versions = table_of(RuleSetVersion)
    active = select(versions.c.checksum).where(
        versions.c.state == RuleSetState.ACTIVE,
        versions.c.kind.in_([each.value for each in kinds_with(kind)]),
    )
    return sorted(session.connection().scalars(active))


def world_as_json(session: Session, simulation: Simulation) -> dict[str, Any]:
    """Return what tells all that the rules of a simulation ask about, and may name, from what it is later.

    What phones report, and alarms, change all the time: they are left out.
    """
    if is_of_alarms(simulation):
        return {"checksum": _checksum(_rows_of(session, _LOOKED_AT_OF_ALARMS))}
    phones = select(func.count(), func.max(Device.id)).where(which_phones(simulation))
    count, last = session.execute(phones).one()
    pinned = table_of(DevicePin)
    pins = select(func.count(), func.max(pinned.c.pinned_at))
    said = [str(found) for found in session.connection().execute(pins).one()]
    values = values_named(session, [draft["version_id"] for draft in simulation.drafts])
    checksum = _checksum([said, values, *_rows_of(session, _LOOKED_AT)])
    return {"phones": count, "last": last, "checksum": checksum}


def which_phones(simulation: Simulation) -> ColumnElement[bool]:
    """Return the condition for the devices that a simulation is about."""
    found: ColumnElement[bool] = true()
    if simulation.tenant_ids is not None:
        found &= Device.tenant_id.in_(simulation.tenant_ids)
    if simulation.only_tenant_id is not None:
        found &= Device.tenant_id == simulation.only_tenant_id
    if simulation.only_model_id is not None:
        found &= Device.phone_model_id == simulation.only_model_id
    return found


def why_outdated(session: Session, simulation: Simulation) -> str:
    """Return what has changed since a simulation began, as a sentence; empty where nothing has."""
    if len(drafts_of(session, simulation.drafts)) < len(simulation.drafts):
        return "The draft has changed since, or is no draft any more."
    if active_checksums(session, simulation.kind) != simulation.active:
        return "Other rules are active since."
    if simulation.fleet and world_as_json(session, simulation) != simulation.fleet:
        if is_of_alarms(simulation):
            return "Tenants, sites or destinations have changed since."
        return "Phones, pins, tenants, sites, templates, their values or firmware files have changed since."
    return ""


def _rows_of(session: Session, looked_at: _Columns) -> list[Any]:
    said = []
    for model, names in looked_at:
        columns = [table_of(model).c[name] for name in names]
        rows = session.connection().execute(select(*columns).order_by(*columns[:2]))
        said.append([list(map(str, row)) for row in rows])
    return said


def _checksum(said: Sequence[Any]) -> str:
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()
