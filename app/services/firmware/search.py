"""The list of firmware, and the phone models that have none."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, selectinload

from app.models import Firmware, FirmwareGroup, PhoneModel
from app.services.firmware.usage import phones_without_other
from app.services.paging import Page, page_of

MOST_CHOICES = 1_000
_SPEAKERS = "HRS"
_SUFFIXES = (".img", ".dfu")


@dataclass(frozen=True, kw_only=True)
class FirmwareFilter:
    """What is looked for: words in the name, description or version, and a group."""

    words: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class MissingFirmware:
    """A phone model without a firmware of its own name, and how many phones would take it."""

    model: str
    phones: int

    @property
    def name(self) -> str:
        """The name that its phones ask for."""
        return name_of_model(self.model)


def name_of_model(model: str) -> str:
    """Return the name of the file that phones of a model ask for; speakers take another kind of it (manual 4.4)."""
    return f"{model}.dfu" if model.startswith(_SPEAKERS) else f"{model}.img"


def search(session: Session, wanted: FirmwareFilter, *, number: int, size: int) -> Page:
    """Return a page of firmware in the order of the names, groups loaded."""
    return page_of(session, matching(wanted).order_by(Firmware.name_key), number=number, size=size)


def matching(wanted: FirmwareFilter) -> Select[Firmware]:
    """Return the statement of the firmware that is looked for, groups loaded."""
    statement = select(Firmware).options(selectinload(Firmware.groups))
    if wanted.words:
        columns = Firmware.name, Firmware.description, Firmware.version
        statement = statement.where(
            or_(*(column.icontains(wanted.words, autoescape=True) for column in columns))
        )
    if wanted.group:
        statement = statement.where(Firmware.groups.any(FirmwareGroup.name_key == wanted.group.casefold()))
    return statement


def missing(session: Session, wanted: FirmwareFilter) -> list[MissingFirmware]:
    """Return the models that have no firmware of their name, as far as the words fit; none in any group."""
    if wanted.group:
        return []
    phones = phones_without_other(session)
    without = [MissingFirmware(name, phones[name.casefold()][1]) for name in _models_without(session)]
    return [one for one in without if wanted.words.casefold() in one.name.casefold()]


def of_models(session: Session, models: Collection[str]) -> dict[str, Firmware]:
    """Return the firmware that phones of these models take by the name of their model; who has none is not in it."""
    keys = {f"{model.casefold()}{suffix}": model for model in models for suffix in _SUFFIXES}
    found = session.scalars(select(Firmware).where(Firmware.name_key.in_(keys)))
    return {keys[firmware.name_key]: firmware for firmware in found}


def group_names(session: Session) -> Sequence[str]:
    """Return the groups that there are."""
    one_of_each = (
        select(func.min(FirmwareGroup.name)).group_by(FirmwareGroup.name_key).order_by(FirmwareGroup.name_key)
    )
    return session.scalars(one_of_each.limit(MOST_CHOICES)).all()


def _models_without(session: Session) -> Sequence[str]:
    own_names = [func.lower(PhoneModel.name) + suffix for suffix in _SUFFIXES]
    has_own = select(Firmware.id).where(Firmware.name_key.in_(own_names)).exists()
    return session.scalars(
        select(PhoneModel.name).where(~has_own).order_by(PhoneModel.name).limit(MOST_CHOICES)
    ).all()
