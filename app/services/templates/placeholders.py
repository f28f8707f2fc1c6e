"""The placeholders that templates may use: which there are, and where their values come from (manual 9.4.5)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import ConfigTemplate, Placeholder
from app.models.enums import Layer
from app.rendering.placeholders import CATALOGUE, display_name, is_private, names_in
from app.rendering.secret_parameters import MASK
from app.rendering.secret_placeholders import is_secret_placeholder
from app.services.config_files.owners import NAMES_OF_FIELDS
from app.services.config_files.sources import Sources

# Stands in the <destinationDir> of templates, which no phone sees.
_IN_NO_FILE = frozenset({"destination"})


@dataclass(frozen=True, slots=True)
class Usable:
    """A placeholder that may be used in a template.

    ``value`` is what it stands for where nothing nearer to the phone has a value, None where it then has none;
    ``source`` says in words where values come from.
    """

    name: str
    marker: str
    description: str
    value: str | None
    source: str
    is_used: bool


def known_names(session: Session) -> set[str]:
    """Return the names of the placeholders that there are: the product's, and those that people have added."""
    return {*CATALOGUE, *session.scalars(select(Placeholder.name).distinct())}


def add_private(session: Session, template: ConfigTemplate, text: str) -> Sequence[str]:
    """Give the template an empty value for each private placeholder of its text that has none; return their names."""
    own = select(Placeholder.name).where(
        Placeholder.layer == Layer.TEMPLATE, Placeholder.template_id == template.id
    )
    present = set(session.scalars(own))
    names = [name for name in names_in(text) if is_private(name) and name not in present]
    for name in names:
        session.add(
            Placeholder(
                layer=Layer.TEMPLATE,
                template_id=template.id,
                tenant_id=template.tenant_id,
                name=name,
                value="",
                description="Written into the template",
            )
        )
    return names


def usable_in(
    session: Session, template: ConfigTemplate, text: str, *, with_secrets: bool
) -> Sequence[Usable]:
    """Return all placeholders that may be used, those that the text uses first."""
    sources = Sources(session)
    system = sources.shared_values(template_id=None, tenant_id=None, site_id=None)
    merged = sources.shared_values(template_id=template.id, tenant_id=None, site_id=None)
    stored = _read_stored(session, template)
    used = set(names_in(text))
    return [
        Usable(
            name=name,
            marker=display_name(name),
            description=stored.descriptions.get(name) or _description(name),
            value=_shown(name, merged.get(name), with_secrets=with_secrets),
            source=_source(name, is_system=name in system, layers=stored.layers.get(name, {})),
            is_used=name in used,
        )
        for name in sorted(
            {*CATALOGUE, *stored.layers, *used}, key=lambda name: (name not in used, name.casefold())
        )
    ]


@dataclass(frozen=True, slots=True)
class _Stored:
    """What is stored: for each name its description, and how many owners of each layer have a value."""

    descriptions: Mapping[str, str]
    layers: Mapping[str, Mapping[Layer, int]]


def _read_stored(session: Session, template: ConfigTemplate) -> _Stored:
    """Read it; values that other templates have for a name say nothing about this one."""
    is_of_other = (Placeholder.layer == Layer.TEMPLATE) & Placeholder.template_id.is_distinct_from(
        template.id
    )
    counts = (
        select(Placeholder.name, Placeholder.layer, func.count(), func.max(Placeholder.description))
        .where(~is_of_other)
        .group_by(Placeholder.name, Placeholder.layer)
    )
    descriptions: dict[str, str] = {}
    layers: dict[str, dict[Layer, int]] = defaultdict(dict)
    for name, layer, count, description in session.execute(counts):
        layers[name][layer] = count
        descriptions[name] = descriptions.get(name) or description
    return _Stored(descriptions, layers)


def _description(name: str) -> str:
    known = CATALOGUE.get(name)
    if known:
        return known.description
    return "Private to the template" if is_private(name) else ""


def _shown(name: str, value: str | None, *, with_secrets: bool) -> str | None:
    return MASK if value and not with_secrets and is_secret_placeholder(name) else value


def _source(name: str, *, is_system: bool, layers: Mapping[Layer, int]) -> str:
    """Say where values come from, nearest to the phone first."""
    if name in _IN_NO_FILE:
        return "not needed"
    return (
        ", else ".join(_layers_in_words(name, is_system=is_system, layers=layers)) or "no layer has a value"
    )


def _layers_in_words(name: str, *, is_system: bool, layers: Mapping[Layer, int]) -> Iterable[str]:
    if layers.get(Layer.DEVICE):
        yield _counted(layers[Layer.DEVICE], "device")
    if name in NAMES_OF_FIELDS:
        yield "the phone and its user"
    for layer in (Layer.SITE, Layer.TENANT):
        if layers.get(layer):
            yield _counted(layers[layer], layer.value)
    if layers.get(Layer.TEMPLATE):
        yield "this template"
    if is_system:
        yield "a changed system value" if layers.get(Layer.SYSTEM) else "the system"


def _counted(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
