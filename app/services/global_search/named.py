"""What there are few of, by name: tenants, sites, templates, firmware."""

from typing import Any

from sqlalchemy import ColumnElement, Select, case, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.models import ConfigTemplate, Firmware, PhoneModel, Site, Tenant
from app.services.global_search.found import Found, Kind, Words, joined
from app.services.text_search import contains

_TEMPLATES = (
    select(ConfigTemplate.id, ConfigTemplate.name, PhoneModel.name, Tenant.name)
    .join(PhoneModel, PhoneModel.id == ConfigTemplate.phone_model_id)
    .outerjoin(Tenant, Tenant.id == ConfigTemplate.tenant_id)
)


def find_tenants(session: Session, words: Words, *, at_most: int) -> list[Found]:
    """Return tenants with these words in their name or description, or with this subnet."""
    is_found = or_(
        Tenant.name_key.contains(words.folded, autoescape=True),
        contains(Tenant.description, words.text),
        Tenant.subnet == words.text,
    )
    named = select(Tenant.id, Tenant.name, Tenant.subnet, Tenant.description).where(is_found)
    return _read(session, named, Kind.TENANT, Tenant.name_key, words, at_most)


def find_sites(session: Session, words: Words, *, at_most: int) -> list[Found]:
    """Return sites with these words in their name or description, or with this subnet."""
    is_found = or_(
        Site.name_key.contains(words.folded, autoescape=True),
        contains(Site.description, words.text),
        Site.subnet == words.text,
    )
    named = (
        select(Site.id, Site.name, Tenant.name, Site.subnet)
        .join(Tenant, Tenant.id == Site.tenant_id)
        .where(is_found)
    )
    return _read(session, named, Kind.SITE, Site.name_key, words, at_most)


def find_templates(session: Session, words: Words, *, at_most: int) -> list[Found]:
    """Return templates with these words in their name or description."""
    is_found = or_(
        ConfigTemplate.name_key.contains(words.folded, autoescape=True),
        contains(ConfigTemplate.description, words.text),
    )
    named = _TEMPLATES.where(is_found)
    return _read(session, named, Kind.TEMPLATE, ConfigTemplate.name_key, words, at_most)


def find_firmware(session: Session, words: Words, *, at_most: int) -> list[Found]:
    """Return firmware with these words in its name, version or description."""
    is_found = or_(
        Firmware.name_key.contains(words.folded, autoescape=True),
        contains(Firmware.version, words.text),
        contains(Firmware.description, words.text),
    )
    named = select(Firmware.id, Firmware.name, Firmware.version, Firmware.description).where(is_found)
    return _read(session, named, Kind.FIRMWARE, Firmware.name_key, words, at_most)


def _read(
    session: Session,
    named: Select[int, str, Any, Any],
    kind: Kind,
    key: InstrumentedAttribute[str],
    words: Words,
    at_most: int,
) -> list[Found]:
    """Read an id, a name and two notes: of exactly this name first, then those that begin with it."""
    rows = session.execute(named.order_by(_place(key, words.folded), key).limit(at_most))
    return [
        Found(kind, str(row[0]), row[1], joined(row[2], row[3]), row[1].casefold() == words.folded)
        for row in rows
    ]


def _place(key: InstrumentedAttribute[str], text: str) -> ColumnElement[int]:
    return case((key == text, 0), (key.startswith(text, autoescape=True), 1), else_=2)
