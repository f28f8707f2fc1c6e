"""Which phone models a tenant has, and the template and firmware that new phones of each get (manual 4.3, 4.4)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import ConflictError, InvalidInputError
from app.models import (
    ConfigTemplate,
    DeviceStatus,
    Firmware,
    PhoneModel,
    SetupProgress,
    TemplateDefault,
    Tenant,
)
from app.models.enums import Train
from app.rules.user_agents import known_model
from app.rules.zero_touch.facts import TRAIN_TITLES, TemplateFact
from app.services.author import Author
from app.services.firmware import search as firmware_search
from app.services.setup_wizard import progress
from app.services.setup_wizard.progress import Settled, Step
from app.services.templates import defaults as template_defaults
from app.services.templates.defaults import Kind, ReplacesDefaultError
from app.services.templates.search import get_template
from app.services.zero_touch.facts import Surroundings

MOST_MODELS = 500


@dataclass(frozen=True, slots=True)
class ModelInUse:
    """A model that the tenant has: the template that its new phones get, None where they would wait."""

    id: int
    name: str
    template: str | None


@dataclass(frozen=True, slots=True)
class ModelLine:
    """A phone model in the form: whether the tenant has it, and why that is certain; its template and the others.

    ``own_id`` is the template that is the tenant's default, None where the factory's holds, whose name is
    ``factory``, '' where there is none. ``choices`` are templates as ids and names.
    """

    id: int
    name: str
    vendor: str
    is_used: bool
    is_fixed_by: str
    own_id: int | None
    own_name: str
    factory: str
    choices: Sequence[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class ModelFirmware:
    """The file that phones of a model take by its name, and what there is of it."""

    model: str
    file_name: str
    firmware: Firmware | None


class ReplacesDefaultsError(ConflictError):
    """Templates are the default already, which nobody has said may go; ``present`` has their ids by model."""

    def __init__(self, sentences: Sequence[str], present: Mapping[int, int]) -> None:
        super().__init__(" ".join(sentences))
        self.present = present


def in_use(
    session: Session, tenant: Tenant, answered: SetupProgress | None, train: Train
) -> list[ModelInUse]:
    """Return the models that the tenant has: those that were chosen, those of its phones and of its defaults."""
    surroundings = Surroundings(session)
    fixed = _fixed(session, tenant, train, surroundings)
    used = {*(answered.model_ids if answered else ()), *fixed}
    found = []
    for name, model_id in sorted(surroundings.models.items()):
        if model_id in used:
            own = surroundings.templates.find_default(name, train, tenant.id)
            template = own or surroundings.templates.find_factory(name, train)
            found.append(ModelInUse(model_id, name, template.name if template else None))
    return found


def lines(session: Session, tenant: Tenant, answered: SetupProgress | None, train: Train) -> list[ModelLine]:
    """Return all models, those that the tenant has first."""
    surroundings = Surroundings(session)
    fixed = _fixed(session, tenant, train, surroundings)
    used = {*(answered.model_ids if answered else ()), *fixed}
    choices = _choices(session, tenant, train)
    models = session.execute(select(PhoneModel.id, PhoneModel.name, PhoneModel.vendor).limit(MOST_MODELS))
    found = []
    for model_id, name, vendor in models:
        own = surroundings.templates.find_default(name, train, tenant.id)
        factory = surroundings.templates.find_factory(name, train)
        found.append(
            ModelLine(
                model_id,
                name,
                vendor,
                is_used=model_id in used,
                is_fixed_by=fixed.get(model_id, ""),
                own_id=own.id if own else None,
                own_name=own.name if own else "",
                factory=factory.name if factory else "",
                choices=_with_own(choices.get(model_id, []), own),
            )
        )
    return sorted(found, key=lambda line: (not line.is_used, not line.factory, line.name))


def save(
    session: Session,
    tenant: Tenant,
    train: Train,
    wanted: Mapping[int, int | None],
    *,
    replaces: Mapping[int, int],
    author: Author,
    now: datetime,
) -> list[str]:
    """Keep which models the tenant has and map each to a template, None being the factory's; return doubts.

    All or nothing: ReplacesDefaultsError names every default that would go, unless ``replaces`` names it.
    """
    if not wanted:
        raise InvalidInputError("Tick the models that you have, or skip this step.", field="models")
    known = session.scalars(select(PhoneModel.id).where(PhoneModel.id.in_(wanted))).all()
    if len(known) < len(wanted):
        raise InvalidInputError("Choose phone models that there are.", field="models")
    doubts: list[str] = []
    sentences: list[str] = []
    present: dict[int, int] = {}
    for model_id, template_id in wanted.items():
        kind = Kind(tenant.id, model_id, train)
        try:
            doubts += _map(session, kind, template_id, replaces.get(model_id), author, now)
        except ReplacesDefaultError as error:
            sentences.append(str(error))
            present[model_id] = error.present_id
    if sentences:
        raise ReplacesDefaultsError(sentences, present)
    progress.choose_models(session, tenant, sorted(wanted), author=author, now=now)
    progress.settle(session, tenant, Step.TEMPLATES, Settled.ANSWERED, author=author, now=now)
    return doubts


def firmware_of(session: Session, models: Collection[str]) -> list[ModelFirmware]:
    """Return for each model the file that its phones take by their name."""
    found = firmware_search.of_models(session, models)
    return [
        ModelFirmware(model, firmware_search.name_of_model(model), found.get(model))
        for model in sorted(models)
    ]


def _map(
    session: Session, kind: Kind, template_id: int | None, replaces: int | None, author: Author, now: datetime
) -> Sequence[str]:
    if template_id is not None:
        template = get_template(session, template_id)
        return template_defaults.put(session, kind, template, replaces=replaces, author=author, now=now)
    present = template_defaults.find(session, kind)
    if present is None:
        return ()
    if present.template_id != replaces:
        raise ReplacesDefaultError(_what_follows(session, kind, present), present.template_id)
    return (template_defaults.remove(session, present.id, author=author, now=now),)


def _what_follows(session: Session, kind: Kind, present: TemplateDefault) -> str:
    factory = template_defaults.find_factory(session, kind)
    then = (
        f"the factory template {factory.name} would take its place"
        if factory
        else "nothing would take its place"
    )
    return (
        f"{present.template.name} is the Zero Touch default for {present.phone_model.name} "
        f"({TRAIN_TITLES[kind.train]}) in {present.tenant.name}; {then}. "
        "Phones that are devices already keep what they have."
    )


def _fixed(session: Session, tenant: Tenant, train: Train, surroundings: Surroundings) -> dict[int, str]:
    """Return the models that the tenant certainly has, by their ids, and by what one sees it."""
    defaults = select(TemplateDefault.phone_model_id).where(
        TemplateDefault.tenant_id == tenant.id, TemplateDefault.train == train
    )
    fixed = dict.fromkeys(session.scalars(defaults), "has a default template here")
    reported = select(DeviceStatus.model).where(DeviceStatus.tenant_id == tenant.id, DeviceStatus.model != "")
    for text in session.scalars(reported.distinct()):
        model = known_model(text, surroundings.models)
        if model is not None:
            fixed[surroundings.models[model]] = "has phones here"
    return fixed


def _choices(session: Session, tenant: Tenant, train: Train) -> dict[int, list[tuple[int, str]]]:
    """Return the templates of this train by their model: the tenant's, and those that all tenants share."""
    is_ours = ConfigTemplate.tenant_id.is_(None) | (ConfigTemplate.tenant_id == tenant.id)
    rows = session.execute(
        select(ConfigTemplate.phone_model_id, ConfigTemplate.id, ConfigTemplate.name)
        .where(is_ours, ConfigTemplate.train == train, ConfigTemplate.factory_content.is_(None))
        .order_by(ConfigTemplate.name_key)
        .limit(MOST_MODELS)
    )
    found: dict[int, list[tuple[int, str]]] = {}
    for model_id, template_id, name in rows:
        found.setdefault(model_id, []).append((template_id, name))
    return found


def _with_own(choices: Sequence[tuple[int, str]], own: TemplateFact | None) -> list[tuple[int, str]]:
    """Return the choices with the template that is chosen, which may be another model's."""
    if own is None or own.id in {template_id for template_id, _ in choices}:
        return list(choices)
    return [(own.id, own.name), *choices]
