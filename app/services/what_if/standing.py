"""What the answer of a simulation depends on beside the phones' reports, and whether any of it has changed since."""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session

from app.database import table_of
from app.models import (
    ConfigTemplate,
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
from app.models.enums import RuleSetState, Stage
from app.services.rule_sets import reading
from app.services.rule_sets.activation import checksum_of

KINDS = tuple(Stage)
"""The kinds of rules that say what a phone gets."""

_LOOKED_AT = (
    (Tenant, ("id", "name", "subnet", "is_default", "approves_automatically")),
    (Site, ("id", "tenant_id", "name", "subnet")),
    (PhoneModel, ("id", "name", "user_agent_pattern")),
    (Firmware, ("id", "name", "version")),
    (ConfigTemplate, ("id", "name", "tenant_id", "phone_model_id", "train", "version")),
    (TemplateDefault, ("template_id", "phone_model_id", "train", "tenant_id")),
)


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


def active_checksums(session: Session) -> list[str]:
    """Return what tells the rules that are active now from others."""
    versions = table_of(RuleSetVersion)
    active = select(versions.c.checksum).where(
        versions.c.state == RuleSetState.ACTIVE, versions.c.kind.in_([kind.value for kind in KINDS])
    )
    return sorted(session.connection().scalars(active))


def fleet_as_json(session: Session, which: ColumnElement[bool]) -> dict[str, Any]:
    """Return what tells the phones, the pins, and all that rules may name from what they are later."""
    phones = select(func.count(), func.max(Device.id)).where(which)
    count, last = session.execute(phones).one()
    pinned = table_of(DevicePin)
    pins = select(func.count(), func.max(pinned.c.pinned_at))
    said: list[Any] = [str(found) for found in session.connection().execute(pins).one()]
    for model, names in _LOOKED_AT:
        columns = [table_of(model).c[name] for name in names]
        rows = session.connection().execute(select(*columns).order_by(*columns[:2]))
        said.append([list(map(str, row)) for row in rows])
    checksum = hashlib.sha256(json.dumps(said).encode()).hexdigest()
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
    if active_checksums(session) != simulation.active:
        return "Other rules are active since."
    if simulation.fleet and fleet_as_json(session, which_phones(simulation)) != simulation.fleet:
        return "Phones, pins, tenants, sites, templates or firmware files have changed since."
    return ""
