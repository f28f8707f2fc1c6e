"""Lists of configuration templates, with the tenants in which each is the Zero Touch default."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, selectinload

from app.errors import NotFoundError
from app.models import ConfigTemplate, Device, PhoneModel, TemplateDefault, Tenant
from app.models.enums import Train
from app.services.paging import Page, page_of

_WITH_PLACE = (selectinload(ConfigTemplate.phone_model), selectinload(ConfigTemplate.tenant))


@dataclass(frozen=True, kw_only=True)
class TemplateFilter:
    """What is looked for: words in the name or description, a model's name, a train, a tenant's name."""

    words: str = ""
    model: str = ""
    train: Train | None = None
    tenant_name: str = ""


def search(session: Session, wanted: TemplateFilter, *, number: int, size: int) -> Page:
    """Return a page of templates in the order of their names."""
    return page_of(session, matching(wanted).order_by(ConfigTemplate.name_key), number=number, size=size)


def matching(wanted: TemplateFilter) -> Select[ConfigTemplate]:
    """Return the statement of the templates that are looked for, with their models and tenants."""
    statement = select(ConfigTemplate).options(*_WITH_PLACE)
    if wanted.words:
        columns = ConfigTemplate.name, ConfigTemplate.description
        statement = statement.where(
            or_(*(column.icontains(wanted.words, autoescape=True) for column in columns))
        )
    if wanted.model:
        statement = statement.where(ConfigTemplate.phone_model.has(PhoneModel.name == wanted.model))
    if wanted.train:
        statement = statement.where(ConfigTemplate.train == wanted.train)
    if wanted.tenant_name:
        statement = statement.where(
            ConfigTemplate.tenant.has(Tenant.name_key == wanted.tenant_name.casefold())
        )
    return statement


def get_template(session: Session, template_id: int) -> ConfigTemplate:
    """Return a template, or raise NotFoundError where there is none that may be seen."""
    template = session.scalar(
        select(ConfigTemplate).where(ConfigTemplate.id == template_id).options(*_WITH_PLACE)
    )
    if template is None:
        raise NotFoundError("There is no such template, or none that your account may see.")
    return template


def default_in(session: Session, templates: Iterable[ConfigTemplate]) -> Mapping[int, Sequence[str]]:
    """Return the names of the tenants in which each template is the default, by the template's id."""
    statement = (
        select(TemplateDefault.template_id, Tenant.name)
        .join(TemplateDefault.tenant)
        .where(TemplateDefault.template_id.in_([template.id for template in templates]))
        .order_by(Tenant.name_key)
    )
    found: dict[int, list[str]] = defaultdict(list)
    for template_id, tenant_name in session.execute(statement):
        found[template_id].append(tenant_name)
    return found


def count_devices(session: Session, templates: Iterable[ConfigTemplate]) -> Mapping[int, int]:
    """Return how many devices use each template, by the template's id; those that none uses are left out."""
    ids = [template.id for template in templates]
    counts = select(Device.template_id, func.count()).where(Device.template_id.in_(ids))
    return {found: count for found, count in session.execute(counts.group_by(Device.template_id)) if found}
