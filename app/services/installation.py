"""What an installation has from the start, brought up to date with each version (product, "Words")."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import ConfigTemplate, PhoneModel, PhoneUser, Tenant
from app.rendering.factory_templates import FACTORY_TEMPLATES, VENDOR_TEMPLATES, FactoryTemplate
from app.services import config_files, leases, public_address, shipped_models, tenancy
from app.services.author import Author
from app.services.templates import texts, versions

DEFAULT_TENANT = "Default"
SYSTEM_USER = "system"


def install(session: Session, *, public_url: str, rest_port: int, now: datetime) -> None:
    """Add what is missing and bring up to date what was shipped; what an administrator changed stays.

    A ``rest_port`` of 0 takes the port that phones report to by themselves.
    """
    leases.add_missing(session, leases.TIMETABLE, now=now)
    _add_default_tenant(session, now)
    _add_system_user(session, now)
    _bring_factory_templates_up_to_date(session, shipped_models.add_missing(session), now)
    public_address.keep(session, public_url, rest_port)
    config_files.generate_shared_files(session, now=now)


def _add_default_tenant(session: Session, now: datetime) -> None:
    """Add the default tenant to an empty installation; later it may bear any name."""
    if session.scalar(select(Tenant.id).limit(1)) is None:
        tenancy.prepare_new_tenant(session, Tenant(name=DEFAULT_TENANT, is_default=True), now=now)
        session.flush()


def _add_system_user(session: Session, now: datetime) -> None:
    if session.scalar(select(PhoneUser.id).where(PhoneUser.is_system)) is not None:
        return
    tenant = session.scalars(select(Tenant).where(Tenant.is_default)).one()
    user = PhoneUser(
        name=SYSTEM_USER, display_name="System User", is_system=True, created_at=now, tenant=tenant
    )
    session.add(user)


def _bring_factory_templates_up_to_date(
    session: Session, models: dict[str, PhoneModel], now: datetime
) -> None:
    known = _templates_by_key(session.scalars(select(ConfigTemplate)))
    for shipped in (*FACTORY_TEMPLATES, *VENDOR_TEMPLATES):
        if shipped.model not in models:
            continue
        template = known.get(shipped.name.casefold())
        if template is None:
            session.add(_new_template(shipped, models[shipped.model], now))
        elif template.is_factory and template.factory_content != shipped.content:
            _update_template(session, template, shipped, now)
    versions.keep_missing(session)
    session.flush()


def _templates_by_key(templates: Iterable[ConfigTemplate]) -> dict[str, ConfigTemplate]:
    return {template.name_key: template for template in templates}


def _new_template(shipped: FactoryTemplate, model: PhoneModel, now: datetime) -> ConfigTemplate:
    return ConfigTemplate(
        name=shipped.name,
        description=shipped.description,
        phone_model=model,
        train=shipped.train,
        content=shipped.content,
        factory_content=shipped.content,
        changed_at=now,
    )


def _update_template(
    session: Session, template: ConfigTemplate, shipped: FactoryTemplate, now: datetime
) -> None:
    """Take over what is shipped; the text of an edited template stays until somebody restores it."""
    is_edited = template.is_edited
    template.factory_content = shipped.content
    if not is_edited:
        reason = "brought up to date with the product"
        author = Author(versions.PRODUCT)
        texts.put(session, template, shipped.content, reason, author=author, now=now)
