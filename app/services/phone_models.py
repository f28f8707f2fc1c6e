"""Phone models: those that are shipped, and those that an administrator adds for phones of other vendors."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.database import table_of
from app.errors import ConflictError, InvalidInputError
from app.models import ConfigTemplate, Device, PhoneModel
from app.models.enums import ValueFormat
from app.rendering.format_check import fault_in_markup, faults_of_format
from app.rendering.one_line import line_feeds_only
from app.rendering.template_file import parse_template
from app.rules.phone_forms import check_boot_file, read_names, read_type
from app.rules.user_agent_patterns import check_pattern, model_by_pattern
from app.rules.user_agents import known_model, parse_user_agent
from app.services.usage import Consequence, Departure, Fate, Kind, check_may_go, departure, look_up

MAX_NAME = 60
_NOT_IN_NAMES = set("/;\\%")
_TEMPLATES = Kind("templates", "template", "templates")
_DEVICES = Kind("devices", "device", "devices")
_TEMPLATE_TABLE = table_of(ConfigTemplate)


@dataclass(frozen=True, slots=True)
class ModelFigures:
    """How many templates and devices there are of each model, by its id, and the names of the models."""

    names: dict[int, str]
    templates: dict[int, int]
    devices: dict[int, int]


@dataclass(frozen=True, slots=True)
class Recognition:
    """The model that a User-Agent is understood as, or None, and why."""

    model: str | None
    reason: str


def prepare(session: Session, model: PhoneModel) -> list[str]:
    """Check a model that is to be added or saved, and return doubts as sentences.

    InvalidInputError or ConflictError name the wrong field.
    """
    with session.no_autoflush:
        known_as = session.scalar(select(PhoneModel.name).where(PhoneModel.id == model.id))
        model.vendor = _checked(model.vendor, "vendor", "Give the vendor of the phone.")
        model.name = _checked(model.name, "name", "Give the name of the model, as its phones report it.")
        model.description = (model.description or "").strip()
        _take_pattern(model)
        _take_form(session, model)
        _check_shipped_stays(session, model)
        _check_is_unique(session, model)
    return _doubts_of_name(known_as, model)


def departure_of(session: Session, model: PhoneModel) -> Departure:
    """Return what stands against the deletion of a model."""
    shipped = f"{model.name} comes with the product; it stays, whether phones of it are there or not."
    templates = select(ConfigTemplate.id, ConfigTemplate.name).where(
        ConfigTemplate.phone_model_id == model.id
    )
    devices = select(Device.mac, Device.mac).where(Device.phone_model_id == model.id)
    consequences = [
        Consequence(
            Fate.REFUSES,
            look_up(session, _TEMPLATES, templates.order_by(ConfigTemplate.name_key)),
            "Delete the templates of the model first.",
        ),
        Consequence(
            Fate.REFUSES,
            look_up(session, _DEVICES, devices.order_by(Device.mac)),
            "Delete the devices of the model first.",
        ),
    ]
    return departure(f"The phone model {model.name}", consequences, shipped if model.is_shipped else "")


def check_model_may_go(session: Session, model: PhoneModel) -> None:
    """Raise ConflictError with what stands against the deletion of a model."""
    check_may_go(departure_of(session, model))


def figures_of(session: Session, ids: Collection[int]) -> ModelFigures:
    """Count what there is of these models, with one statement for templates and one for devices."""
    names = session.execute(select(PhoneModel.id, PhoneModel.name).where(PhoneModel.id.in_(ids)))
    return ModelFigures(
        names=dict(names.all()),
        templates=_count_by_model(session, ConfigTemplate.phone_model_id, ids),
        devices=_count_by_model(session, Device.phone_model_id, ids),
    )


def recognise(session: Session, user_agent: str) -> Recognition:
    """Return which model a phone with this User-Agent is, as Zero Touch sees it."""
    models = session.execute(select(PhoneModel.name, PhoneModel.user_agent_pattern)).all()
    agent = parse_user_agent(user_agent)
    by_name = known_model(agent.model, [name for name, _ in models]) if agent else None
    if by_name is not None and agent is not None:
        return Recognition(by_name, f"It names the model {agent.model} of {agent.vendor}.")
    by_pattern = model_by_pattern(user_agent, {name: pattern for name, pattern in models if pattern})
    if by_pattern is not None:
        return Recognition(by_pattern, f"It fits the pattern of {by_pattern}.")
    if agent is not None:
        return Recognition(
            None, f"It names the model {agent.model} of {agent.vendor}: add a model of this name."
        )
    return Recognition(None, "No model of this vendor is known by it: add a model with a pattern that fits.")


def _count_by_model(session: Session, column: Any, ids: Collection[int]) -> dict[int, int]:
    counts = select(column, func.count()).where(column.in_(ids)).group_by(column)
    return dict(session.execute(counts).all()) if ids else {}


def _checked(text: str | None, field: str, missing: str) -> str:
    stripped = (text or "").strip()
    if not stripped:
        raise InvalidInputError(missing, field=field)
    if len(stripped) > MAX_NAME:
        raise InvalidInputError(f"This is too long; {MAX_NAME} characters fit.", field=field)
    if not stripped.isprintable() or _NOT_IN_NAMES & set(stripped):
        raise InvalidInputError(
            "The name stands in names of files; use letters, digits, blanks and hyphens, and none of / ; \\ %.",
            field=field,
        )
    return stripped


def _doubts_of_name(known_as: str | None, model: PhoneModel) -> list[str]:
    if known_as is None or known_as.casefold() == model.name.casefold() or model.user_agent_pattern:
        return []
    return [
        f"New phones that call themselves {known_as} are no longer recognised, and take no {known_as}.img."
    ]


def _take_pattern(model: PhoneModel) -> None:
    try:
        model.user_agent_pattern = check_pattern(model.user_agent_pattern or "")
    except InvalidInputError as error:
        raise InvalidInputError(str(error), field="user_agent_pattern") from None


def _take_form(session: Session, model: PhoneModel) -> None:
    """Check what the files of the model's phones are like, and that its templates do for it."""
    model.value_format = ValueFormat(model.value_format or ValueFormat.AUDIOCODES)
    names = _read("file_names", model, read_names)
    boot_names = _read("boot_file_names", model, read_names)
    model.content_type = (model.content_type or "").strip()
    if model.content_type:
        model.content_type = _read("content_type", model, lambda text, _model: (read_type(text),))[0]
    model.boot_file = line_feeds_only(model.boot_file or "").strip("\n")
    check_boot_file(names, boot_names, model.boot_file, model.name)
    if model.value_format is ValueFormat.XML and model.boot_file.lstrip().startswith("<"):
        _check_boot_markup(model)
    model.file_names, model.boot_file_names = "\n".join(names), "\n".join(boot_names)
    _check_templates_do(session, model)


def _read(field: str, model: PhoneModel, read: Callable[[str, str], tuple[str, ...]]) -> tuple[str, ...]:
    try:
        return read(getattr(model, field) or "", model.name)
    except InvalidInputError as error:
        raise InvalidInputError(str(error), field=field) from None


def _check_boot_markup(model: PhoneModel) -> None:
    wrong = fault_in_markup(model.boot_file)
    if wrong:
        raise InvalidInputError(
            f"The boot file is no well-formed XML in line {wrong[0]}: {wrong[1]}.", field="boot_file"
        )


def _check_templates_do(session: Session, model: PhoneModel) -> None:
    """Refuse another format while a template of the model makes no such files, of whatever tenant it is."""
    before = session.scalar(select(PhoneModel.value_format).where(PhoneModel.id == model.id))
    if before is None or before is model.value_format:
        return
    texts = select(_TEMPLATE_TABLE.c.name, _TEMPLATE_TABLE.c.content).where(
        _TEMPLATE_TABLE.c.phone_model_id == model.id
    )
    for name, content in session.connection().execute(texts):
        fault = next(faults_of_format(parse_template(content), model.value_format), None)
        if fault is not None:
            raise ConflictError(
                f"The template {name} was written for the format that the model has: {fault.sentence} Give it another "
                "model first, or make its text do.",
                field="value_format",
            )


def _check_shipped_stays(session: Session, model: PhoneModel) -> None:
    before = session.execute(
        select(PhoneModel.name, PhoneModel.vendor).where(PhoneModel.id == model.id, PhoneModel.is_shipped)
    ).first()
    if before is not None and (before.name, before.vendor) != (model.name, model.vendor):
        raise ConflictError(
            f"{before.name} of {before.vendor} comes with the product; it keeps its name and its vendor.",
            field="name" if before.name != model.name else "vendor",
        )


def _check_is_unique(session: Session, model: PhoneModel) -> None:
    """Compare names without regard to case, as phones are recognised; there are some dozens of models."""
    others = session.execute(
        select(PhoneModel.name, PhoneModel.user_agent_pattern).where(PhoneModel.id.is_distinct_from(model.id))
    )
    for name, pattern in others:
        if name.casefold() == model.name.casefold():
            raise ConflictError(f"There is already a model {name}; choose another name.", field="name")
        if pattern and pattern.casefold() == model.user_agent_pattern.casefold():
            raise ConflictError(
                f"The model {name} has this pattern; one pattern tells one model.", field="user_agent_pattern"
            )
