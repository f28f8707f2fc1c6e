"""Which template is the Zero Touch default of {tenant, model, train} (manual 4.3, 9.3; Templates Mapping)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, selectinload

from app.errors import ConflictError, InvalidInputError, NotFoundError
from app.models import ConfigTemplate, PhoneModel, TemplateDefault, Tenant
from app.models.enums import Train
from app.rules.zero_touch.facts import TRAIN_TITLES
from app.services import journal
from app.services.author import Author
from app.services.paging import Page, page_of


class Kind(NamedTuple):
    """Which phones a default is for: of a tenant, of a model, and of one of the two trains of firmware."""

    tenant_id: int
    phone_model_id: int
    train: Train


@dataclass(frozen=True, slots=True)
class Effective:
    """What new phones of a model and train get in a tenant; ``own`` is the tenant's default, None where it has none."""

    model: PhoneModel
    train: Train
    template: ConfigTemplate | None
    own: TemplateDefault | None


class ReplacesDefaultError(ConflictError):
    """There is a default already, which nobody has said may go; ``present_id`` is its template."""

    def __init__(self, sentence: str, present_id: int) -> None:
        super().__init__(sentence)
        self.present_id = present_id


_WITH_NAMES = (
    selectinload(TemplateDefault.tenant),
    selectinload(TemplateDefault.phone_model),
    selectinload(TemplateDefault.template),
)


def search(
    session: Session, *, tenant_name: str, model: str, train: Train | None, number: int, size: int
) -> Page:
    """Return a page of the defaults that tenants have set, by tenant and model."""
    statement = (
        select(TemplateDefault)
        .join(TemplateDefault.tenant)
        .join(TemplateDefault.phone_model)
        .options(*_WITH_NAMES)
        .order_by(Tenant.name_key, PhoneModel.name, TemplateDefault.train)
    )
    if tenant_name:
        statement = statement.where(Tenant.name_key == tenant_name.casefold())
    if model:
        statement = statement.where(PhoneModel.name == model)
    if train:
        statement = statement.where(TemplateDefault.train == train)
    return page_of(session, statement, number=number, size=size)


def effective_in(session: Session, tenant: Tenant) -> Sequence[Effective]:
    """Return what new phones of each model and train get in a tenant."""
    own = {
        (default.phone_model_id, default.train): default
        for default in session.scalars(_select_of(TemplateDefault.tenant_id == tenant.id))
    }
    is_factory = ConfigTemplate.factory_content.is_not(None)
    factory = {
        (template.phone_model_id, template.train): template
        for template in session.scalars(select(ConfigTemplate).where(is_factory))
    }
    found = []
    for model in session.scalars(select(PhoneModel).order_by(PhoneModel.name)):
        for train in Train:
            default = own.get((model.id, train))
            template = default.template if default else factory.get((model.id, train))
            found.append(Effective(model, train, template, default))
    return found


def find(session: Session, kind: Kind) -> TemplateDefault | None:
    """Return the default that a tenant has set for a model and train."""
    return session.scalar(
        _select_of(
            TemplateDefault.tenant_id == kind.tenant_id,
            TemplateDefault.phone_model_id == kind.phone_model_id,
            TemplateDefault.train == kind.train,
        )
    )


def put(
    session: Session,
    kind: Kind,
    template: ConfigTemplate,
    *,
    replaces: int | None,
    author: Author,
    now: datetime,
) -> Sequence[str]:
    """Make a template the default, and return doubts as sentences.

    ReplacesDefaultError where another template is it and ``replaces`` does not name that one. Devices keep what they
    have (docs/decisions/0004).
    """
    tenant, model = _lock_tenant(session, kind.tenant_id), _get_model(session, kind.phone_model_id)
    if template.tenant_id not in {None, tenant.id}:
        raise InvalidInputError(f"The template {template.name} belongs to another tenant than {tenant.name}.")
    place = f"{model.name} ({TRAIN_TITLES[kind.train]}) in {tenant.name}"
    present = find(session, kind)
    if present is None:
        session.add(TemplateDefault(**kind._asdict(), template_id=template.id))
    elif present.template_id == template.id:
        return []
    elif present.template_id != replaces:
        raise ReplacesDefaultError(
            f"{present.template.name} is the Zero Touch default for {place}; {template.name} would take its place. "
            "Phones that are devices already keep what they have.",
            present.template_id,
        )
    else:
        present.template = template
    instead = f" in place of {present.template.name}" if present and present.template is not template else ""
    _record(
        session,
        kind,
        template,
        f"made {template.name} the default for {place}{instead}",
        author=author,
        now=now,
    )
    return _doubts(template, model, kind.train)


def remove(session: Session, default_id: int, *, author: Author, now: datetime) -> str:
    """Take away a default, and return what new phones get from then on as a sentence."""
    default = session.scalar(_select_of(TemplateDefault.id == default_id))
    if default is None:
        raise NotFoundError("There is no such default, or none that your account may see.")
    kind = Kind(default.tenant_id, default.phone_model_id, default.train)
    place = f"{default.phone_model.name} ({TRAIN_TITLES[default.train]}) in {default.tenant.name}"
    _record(
        session,
        kind,
        default.template,
        f"took away the default {default.template.name} for {place}",
        author=author,
        now=now,
    )
    session.delete(default)
    factory = find_factory(session, kind)
    then = (
        f"get the factory template {factory.name}"
        if factory
        else "wait for a template, since no other fits them"
    )
    return f"{default.template.name} is no longer the default for {place}. Phones that come new {then}."


def find_factory(session: Session, kind: Kind) -> ConfigTemplate | None:
    """Return the factory template of a model and train, which phones get where their tenant has set no default."""
    return session.scalar(
        select(ConfigTemplate).where(
            ConfigTemplate.factory_content.is_not(None),
            ConfigTemplate.phone_model_id == kind.phone_model_id,
            ConfigTemplate.train == kind.train,
        )
    )


def of_template(session: Session, template_id: int) -> Sequence[TemplateDefault]:
    """Return where a template is the default."""
    return session.scalars(_select_of(TemplateDefault.template_id == template_id)).all()


def _select_of(*conditions: object) -> Select[TemplateDefault]:
    return select(TemplateDefault).where(*conditions).options(*_WITH_NAMES)  # type: ignore[arg-type]  # comparisons


def _lock_tenant(session: Session, tenant_id: int) -> Tenant:
    """Return the tenant; until the end of the transaction nobody else sets a default of it."""
    tenant = session.scalar(select(Tenant).where(Tenant.id == tenant_id).with_for_update())
    if tenant is None:
        raise NotFoundError("There is no such tenant, or none that your account may see.")
    return tenant


def _get_model(session: Session, model_id: int) -> PhoneModel:
    model = session.get(PhoneModel, model_id)
    if model is None:
        raise NotFoundError("There is no such phone model.")
    return model


def _doubts(template: ConfigTemplate, model: PhoneModel, train: Train) -> list[str]:
    if (template.phone_model_id, template.train) == (model.id, train):
        return []
    made_for = f"{template.phone_model.name} ({TRAIN_TITLES[template.train]})"
    return [
        f"{template.name} was made for {made_for}: see that its lines fit {model.name} ({TRAIN_TITLES[train]})."
    ]


def _record(
    session: Session, kind: Kind, template: ConfigTemplate, deed: str, *, author: Author, now: datetime
) -> None:
    journal.record(
        session,
        at=now,
        author=author,
        action="template default changed",
        subject=template.name,
        text=f"{author.name} {deed}.",
        tenant_id=kind.tenant_id,
    )
