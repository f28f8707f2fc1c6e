"""The phones that use a template: whose files are of an older text of it, and making them anew (manual 9.4.4)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, joinedload

from app.models import ConfigFile, ConfigTemplate, Device, PhoneUser, Tenant
from app.security.tenant_scope import scope_of
from app.services import config_files
from app.services.paging import Page, page_of

CHUNK = 250
"""Files that one transaction writes: on SQLite some tenths of a second at most in which nobody else can write."""


@dataclass(frozen=True, slots=True)
class Usage:
    """How many devices use a template, and of how many the file is not of its present text or not there."""

    devices: int
    outdated: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneFilter:
    """What is looked for: words in MAC, display name or user; a tenant's name; files of an older text only."""

    words: str = ""
    tenant_name: str = ""
    is_outdated: bool = False


def usage(session: Session, template: ConfigTemplate) -> Usage:
    """Count the devices that use a template."""
    devices = select(func.count()).select_from(Device).where(Device.template_id == template.id)
    outdated = select(func.count()).select_from(_outdated(template).subquery())
    return Usage(session.scalar(devices) or 0, session.scalar(outdated) or 0)


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
    if wanted.is_outdated:
        statement = statement.where(Device.id.in_(_outdated(template)))
    return page_of(session, statement, number=number, size=size)


def files_of(session: Session, device_ids: Collection[int]) -> dict[int, ConfigFile]:
    """Return the files of devices, without their contents."""
    found = session.scalars(select(ConfigFile).where(ConfigFile.device_id.in_(device_ids)))
    return {file.device_id: file for file in found if file.device_id is not None}


def generate_next(session: Session, template: ConfigTemplate, *, now: datetime) -> int:
    """Make the files of the next devices anew that are not of the template's present text; return how many.

    What is due is asked of the database each time: who asks twice, or two who ask at once, do nothing twice, and what
    was interrupted goes on where it was. 0 says that nothing is left, or that another is at it.
    """
    due = _outdated(template).order_by(Device.id).limit(CHUNK)
    ids = session.scalars(due.with_for_update(of=Device, skip_locked=True)).all()
    _generate(session, template, ids, now)
    return len(ids)


def generate_chosen(
    session: Session, template: ConfigTemplate, device_ids: Collection[int], *, now: datetime
) -> int:
    """Make the files of chosen devices anew, at most ``CHUNK``; return how many of them use the template."""
    chosen = select(Device.id).where(
        Device.template_id == template.id, Device.id.in_(list(device_ids)[:CHUNK])
    )
    ids = session.scalars(chosen).all()
    _generate(session, template, ids, now)
    return len(ids)


def _generate(session: Session, template: ConfigTemplate, device_ids: Collection[int], now: datetime) -> None:
    """Write the files; the one that all phones of the template include too, if the account may."""
    if scope_of(session).includes(template.tenant_id):
        config_files.generate_global_file(session, template.id, now=now)
    config_files.generate_many(session, device_ids, now=now)


def _outdated(template: ConfigTemplate) -> Select[int]:
    is_of_older_text = or_(
        ConfigFile.id.is_(None),
        ConfigFile.template_id.is_distinct_from(template.id),
        ConfigFile.template_version.is_distinct_from(template.version),
    )
    return (
        select(Device.id)
        .outerjoin(ConfigFile, ConfigFile.device_id == Device.id)
        .where(Device.template_id == template.id, is_of_older_text)
    )


def _has_words(words: str) -> ColumnElement[bool]:
    columns = (Device.mac, Device.display_name)
    of_user = Device.phone_user.has(
        or_(
            *(column.icontains(words, autoescape=True) for column in (PhoneUser.name, PhoneUser.display_name))
        )
    )
    return or_(*(column.icontains(words, autoescape=True) for column in columns), of_user)
