"""What holds without a value: that of the next layer beneath, as far as it is the same for all phones concerned."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Placeholder
from app.models.enums import Layer
from app.rendering.placeholders import is_private
from app.services.config_files.owners import FileOwner, read_owners, values_of_fields
from app.services.config_files.sources import Sources, Values
from app.services.placeholders.secrets import shown

FIELDS = "the phone's own fields"
"""Where a value comes from that follows from what a device or its user is: language, VLAN, firmware, name."""


@dataclass(frozen=True, slots=True)
class Beneath:
    """The value that would hold, and where from; both None where no layer has one.

    ``templates`` says how many templates have a value of their own, which their phones would get instead.
    """

    value: str | None
    source: str | None
    templates: int = 0

    def masked(self) -> "Beneath":
        """Return the same with the value masked."""
        return replace(self, value=shown(self.value or "", is_masked=True) if self.source else None)


def read_beneath(session: Session, layer: Layer, rows: Sequence[Placeholder]) -> Mapping[int, Beneath]:
    """Return what would hold without each of these values, all of one layer, by the ids of the rows."""
    sources = Sources(session)
    if layer is Layer.DEVICE:
        return _beneath_devices(session, sources, rows)
    counts = {} if layer is Layer.TEMPLATE else _templates_with(session, {row.name for row in rows})
    found = {}
    for row in rows:
        layers = _shared_layers(sources, row)
        beneath = first_of(layers, row.name)
        if layer is not Layer.TEMPLATE and beneath.source not in {Layer.TENANT, Layer.SITE}:
            beneath = _with_templates(beneath, row.name, counts.get(row.name, 0))
        found[row.id] = beneath
    return found


def first_of(layers: Iterable[tuple[str, Values]], name: str) -> Beneath:
    """Return the first value of these layers, nearest to the phone first."""
    for source, values in layers:
        if name in values:
            return Beneath(values[name], source)
    return Beneath(None, None)


def _shared_layers(sources: Sources, row: Placeholder) -> Iterator[tuple[str, Values]]:
    """Yield the layers beneath a row's own that are the same for all of its phones."""
    if row.layer is Layer.SITE:
        yield Layer.TENANT, sources.values_of(Layer.TENANT, row.tenant_id)
    yield Layer.SYSTEM, sources.values_of(Layer.SYSTEM, None)


def _with_templates(beneath: Beneath, name: str, count: int) -> Beneath:
    """A private placeholder is empty in every template that has no value for it."""
    if is_private(name) and not count:
        return Beneath("", Layer.TEMPLATE)
    return replace(beneath, templates=count)


def _templates_with(session: Session, names: Collection[str]) -> dict[str, int]:
    counted = select(Placeholder.name, func.count()).where(
        Placeholder.layer == Layer.TEMPLATE, Placeholder.name.in_(names)
    )
    return dict(session.execute(counted.group_by(Placeholder.name)).all()) if names else {}


def _beneath_devices(session: Session, sources: Sources, rows: Sequence[Placeholder]) -> dict[int, Beneath]:
    owners = {
        owner.id: owner for owner in read_owners(session, {row.device_id for row in rows if row.device_id})
    }
    sources.load(owners.values())
    return {row.id: first_of(layers_of(sources, owners[row.device_id or 0])[1:], row.name) for row in rows}


def layers_of(sources: Sources, owner: FileOwner) -> Sequence[tuple[str, Values]]:
    """Return where a device's values come from, nearest first: its own placeholders, its fields, site, tenant, …"""
    return [
        (Layer.DEVICE, sources.values_of(Layer.DEVICE, owner.id)),
        (FIELDS, values_of_fields(owner)),
        (Layer.SITE, sources.values_of(Layer.SITE, owner.site_id)),
        (Layer.TENANT, sources.values_of(Layer.TENANT, owner.tenant_id)),
        (Layer.TEMPLATE, sources.values_of(Layer.TEMPLATE, owner.template_id)),
        (Layer.SYSTEM, sources.values_of(Layer.SYSTEM, None)),
    ]
