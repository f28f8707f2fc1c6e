"""What names a firmware: devices, placeholders, configuration values and templates, and phones by their model.

A handful of statements tells it for all firmware at once, whatever there is of it.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from app.models import ConfigTemplate, ConfigurationValue, Device, Firmware, PhoneModel, Placeholder
from app.models.enums import Layer, ValueLevel

PLACEHOLDER = "FirmwareFile"
PARAMETER = "provisioning/firmware/url"

_LAYERS = {Layer.TEMPLATE: "template", Layer.TENANT: "tenant", Layer.SITE: "site", Layer.DEVICE: "device"}
_LEVELS = {ValueLevel.TENANT: "tenant", ValueLevel.SITE: "site", ValueLevel.USER: "user"}
_PLURALS = {
    "template": "templates",
    "tenant": "tenants",
    "site": "sites",
    "device": "devices",
    "user": "users",
}
_names_in = re.compile(
    r"(?:/|^)([A-Za-z0-9][A-Za-z0-9 ._-]*\.(?:img|dfu))(?![A-Za-z0-9])", re.IGNORECASE
).findall


@dataclass(frozen=True, slots=True)
class Usage:
    """Who uses a firmware: ``counts`` of what names it, by kind, and the phones that take it because it bears the
    name of their model ``model`` and they have nothing else."""

    counts: Mapping[str, int]
    model: str = ""
    phones_of_model: int = 0

    @property
    def is_named(self) -> bool:
        """Whether something names it, so that it cannot go."""
        return bool(self.counts)

    @property
    def sentence(self) -> str:
        """What names it, such as ``it is used by 2 templates and 14 devices``."""
        words = [
            f"{number:,} {kind if number == 1 else _PLURALS[kind]}" for kind, number in self.counts.items()
        ]
        *others, last = words or ["nothing"]
        return f"it is used by {', '.join(others)} and {last}" if others else f"it is used by {last}"


def of(session: Session, firmware: Firmware) -> Usage:
    """Return who uses one firmware."""
    return of_all(session, [firmware])[firmware.id]


def of_all(session: Session, firmware: Iterable[Firmware]) -> dict[int, Usage]:
    """Return who uses each of these, by id; the number of statements does not grow with them."""
    named = _count_names(session)
    assigned = _count_devices(session)
    waiting = phones_without_other(session)
    usages = {}
    for one in firmware:
        counts = dict(named.get(one.name_key, {}))
        if one.id in assigned:
            counts["device"] = counts.get("device", 0) + assigned[one.id]
        model, phones = waiting.get(one.name_key.rpartition(".")[0], ("", 0))
        usages[one.id] = Usage({kind: counts[kind] for kind in _PLURALS if kind in counts}, model, phones)
    return usages


def phones_without_other(session: Session) -> dict[str, tuple[str, int]]:
    """Return for each phone model, by its name in small letters, its name and its devices without a firmware."""
    devices = (
        select(PhoneModel.name, func.count(Device.id))
        .outerjoin(Device, (Device.phone_model_id == PhoneModel.id) & Device.firmware_id.is_(None))
        .group_by(PhoneModel.name)
    )
    return {name.casefold(): (name, number) for name, number in session.execute(devices)}


def _count_devices(session: Session) -> dict[int | None, int]:
    counted = select(Device.firmware_id, func.count()).where(Device.firmware_id.is_not(None))
    return dict(session.execute(counted.group_by(Device.firmware_id)).all())


def _count_names(session: Session) -> Mapping[str, Mapping[str, int]]:
    """Return for each file name in small letters how many of each kind name it.

    The values are encrypted, so that they are looked at here; few of them concern firmware.
    """
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for layer, value in session.execute(
        select(Placeholder.layer, Placeholder.value).where(
            Placeholder.name == PLACEHOLDER, Placeholder.layer != Layer.SYSTEM
        )
    ):
        _count(counts, _LAYERS[layer], value.strip())
    for level, value in session.execute(
        select(ConfigurationValue.level, ConfigurationValue.value).where(
            ConfigurationValue.parameter == PARAMETER
        )
    ):
        _count(counts, _LEVELS[level], value.strip())
    for text in session.scalars(select(ConfigTemplate.content).where(may_name_firmware())):
        _count(counts, "template", text)
    return counts


def may_name_firmware() -> ColumnElement[bool]:
    """Return the condition for templates that are worth looking into."""
    return or_(ConfigTemplate.content.icontains(".img"), ConfigTemplate.content.icontains(".dfu"))


def is_named_in(key: str, text: str) -> bool:
    """Tell whether a text names the firmware with this key: its name in small letters."""
    return any(name.casefold() == key for name in _names_in(text))


def _count(counts: Mapping[str, dict[str, int]], kind: str, text: str) -> None:
    for name in {name.casefold() for name in _names_in(text)}:
        counts[name][kind] += 1
