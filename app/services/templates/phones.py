"""The phones that use a template, as its page lists them (manual 9.4.4)."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, joinedload

from app.models import ConfigTemplate, Device, PhoneUser, Tenant
from app.services.paging import Page, page_of


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneFilter:
    """What is looked for: words in MAC, display name or user; a tenant's name."""

    words: str = ""
    tenant_name: str = ""


def count(session: Session, template: ConfigTemplate) -> int:
    """Count the devices that use a template."""
    devices = select(func.count()).select_from(Device).where(Device.template_id == template.id)
    return session.scalar(devices) or 0


def search(
    session: Session, template: ConfigTemplate, wanted: PhoneFilter, *, number: int, size: int
) -> Page:
    """Return a page of the devices that use a template, by MAC."""
    statement = (
        select(Device)
        .where(Device.template_id == template.id)
        .options(joinedload(Device.phone_user), joinedload(Device.tenant), joinedload(Device.site))
        .order_by(Device.mac)
    )
    if wanted.words:
        statement = statement.where(_has_words(wanted.words))
    if wanted.tenant_name:
        statement = statement.where(Device.tenant.has(Tenant.name_key == wanted.tenant_name.casefold()))
    return page_of(session, statement, number=number, size=size)


def _has_words(words: str) -> ColumnElement[bool]:
    columns = (Device.mac, Device.display_name)
    of_user = Device.phone_user.has(
        or_(
            *(column.icontains(words, autoescape=True) for column in (PhoneUser.name, PhoneUser.display_name))
        )
    )
    return or_(*(column.icontains(words, autoescape=True) for column in columns), of_user)
