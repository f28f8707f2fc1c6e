"""Names by which bodies refer to other rows: found in the scope of the caller, or said to be wrong at their field."""

from typing import Annotated

from msgspec import Meta
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.errors import InvalidInputError
from app.models import ConfigTemplate, Firmware, PhoneModel, Site, Tenant
from app.rules.sentences import quoted
from app.services.device_fields import may_be_used_in

TenantName = Annotated[
    str, Meta(min_length=1, max_length=100, description="The name of a tenant, whatever its case.")
]


def find_tenant(session: Session, name: str) -> Tenant:
    """Return the tenant of a name, or raise InvalidInputError."""
    found = session.scalar(select(Tenant).where(Tenant.name_key == Tenant.fold(name.strip())))
    if found is None:
        raise InvalidInputError(f"No tenant that this token sees is called {quoted(name)}.", field="tenant")
    return found


def find_site(session: Session, tenant: Tenant, name: str) -> int | None:
    """Return the id of a tenant's site, None for no name, or raise InvalidInputError."""
    wanted = select(Site.id).where(Site.tenant_id == tenant.id, Site.name_key == Site.fold(name.strip()))
    return _found(session, wanted, name, "site", f"{tenant.name} has no site that is called")


def find_template(session: Session, tenant: Tenant, name: str) -> int | None:
    """Return the id of a template that a tenant's devices may use, None for no name, or raise InvalidInputError."""
    key = ConfigTemplate.fold(name.strip())
    wanted = select(ConfigTemplate.id).where(ConfigTemplate.name_key == key, may_be_used_in(tenant.id))
    return _found(
        session, wanted, name, "template", f"Devices of {tenant.name} have no template that is called"
    )


def find_firmware(session: Session, name: str) -> int | None:
    """Return the id of a firmware file, None for no name, or raise InvalidInputError."""
    wanted = select(Firmware.id).where(Firmware.name_key == Firmware.fold(name.strip()))
    return _found(session, wanted, name, "firmware", "No firmware file is called")


def find_model(session: Session, name: str) -> int:
    """Return the id of a phone model, whatever the case of its name, or raise InvalidInputError."""
    wanted = select(PhoneModel.id).where(func.lower(PhoneModel.name) == name.strip().lower())
    found = session.scalar(wanted)
    if found is None:
        raise InvalidInputError(f"No phone model is called {quoted(name)}.", field="model")
    return found


def _found(session: Session, wanted: Select[int], name: str, field: str, none: str) -> int | None:
    if not name.strip():
        return None
    found = session.scalar(wanted)
    if found is None:
        raise InvalidInputError(f"{none} {quoted(name)}.", field=field)
    return found
