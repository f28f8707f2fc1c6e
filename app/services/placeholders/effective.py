"""What placeholders stand for on one phone, with the values that are overridden beneath."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Device, Placeholder
from app.models.enums import Layer
from app.rendering.placeholders import CATALOGUE, display_name, names_in
from app.services.config_files.owners import read_owners
from app.services.config_files.sources import Sources, Values
from app.services.placeholders.beneath import layers_of
from app.services.placeholders.secrets import IsSecret, secret_test, shown

_Layers = Sequence[tuple[str, Values]]


@dataclass(frozen=True, slots=True)
class Given:
    """A value as a person may see it, and where it comes from: a layer, or the phone's own fields."""

    value: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Effective:
    """One placeholder on one phone: the value that wins first, the overridden ones behind it.

    ``own_id`` is the placeholder of the device itself, where it has one. ``is_used`` tells whether its template
    has the placeholder.
    """

    name: str
    description: str
    given: Sequence[Given]
    own_id: int | None
    is_secret: bool
    is_used: bool

    @property
    def marker(self) -> str:
        """The placeholder as templates write it."""
        return display_name(self.name)


def effective_values(session: Session, device: Device, *, with_secrets: bool) -> Sequence[Effective]:
    """Return the placeholders of a device's template in their order there, and those that only the device has."""
    (owner,) = read_owners(session, [device.id])
    sources = Sources(session)
    sources.load([owner])
    template = None if owner.template_id is None else sources.template(owner.template_id)
    used = names_in(template.parts.personal_file.data) if template else ()
    own_ids = _ids_of(session, device)
    layers, is_secret = layers_of(sources, owner), secret_test(session)
    return [
        Effective(
            name=name,
            description=CATALOGUE[name].description if name in CATALOGUE else "",
            given=list(
                _given(layers, name, is_masked=_is_masked(is_secret, name, with_secrets=with_secrets))
            ),
            own_id=own_ids.get(name),
            is_secret=is_secret(name),
            is_used=name in used,
        )
        for name in dict.fromkeys((*used, *sorted(own_ids)))
    ]


def _given(layers: _Layers, name: str, *, is_masked: bool) -> Iterator[Given]:
    for source, values in layers:
        if name in values:
            yield Given(shown(values[name], is_masked=is_masked), source)


def _is_masked(is_secret: IsSecret, name: str, *, with_secrets: bool) -> bool:
    return is_secret(name) and not with_secrets


def _ids_of(session: Session, device: Device) -> dict[str, int]:
    own = select(Placeholder.name, Placeholder.id).where(
        Placeholder.layer == Layer.DEVICE, Placeholder.device_id == device.id
    )
    return dict(session.execute(own).all())
