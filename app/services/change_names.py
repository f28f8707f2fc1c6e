"""How a change of a value is named in an address, and what people call it.

=============================  ===============================================================
``placeholder.system.NAME``    a placeholder of the system layer
``placeholder.LAYER.ID.NAME``  a placeholder of a device, a site, a tenant or a template
``placeholders.LAYER.ID``      placeholders of one of these, whichever they are
``lines.LEVEL.ID``             configuration values of a tenant, a site or a user
``template.ID``                the text of a template
``daylight``                   daylight saving of System Settings
=============================  ===============================================================
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.errors import InvalidInputError
from app.models.enums import Layer, ValueLevel
from app.rendering.placeholders import check_name, display_name
from app.rules.sentences import quoted
from app.services.affected import (
    Change,
    DaylightChange,
    LinesChange,
    PlaceholderChange,
    PlaceholdersChange,
    TemplateChange,
)
from app.services.owned_values import LINES, PLACEHOLDERS
from app.services.value_owners import Owner, OwnerKind, get_owner

MOST_CHANGES = 100
"""Changes that are asked about together."""

_SYSTEM = Layer.SYSTEM.value
_DAYLIGHT = "daylight"
_LARGEST_ID = 2**31 - 1


@dataclass(frozen=True, slots=True)
class NamedChange:
    """A change that was found by its name: what people call it, and whose it is (None: of all)."""

    change: Change
    name: str
    title: str
    tenant_id: int | None = None


def name_of(change: Change) -> str:
    """Return the name by which ``find_changes`` finds a change."""
    if isinstance(change, PlaceholderChange):
        owner = _SYSTEM if change.owner_id is None else f"{change.layer}.{change.owner_id}"
        return f"placeholder.{owner}.{change.name}"
    if isinstance(change, PlaceholdersChange):
        return f"placeholders.{change.layer}.{change.owner_id}"
    if isinstance(change, LinesChange):
        return f"lines.{change.level}.{change.owner_id}"
    return _DAYLIGHT if isinstance(change, DaylightChange) else f"template.{change.template_id}"


def find_changes(session: Session, names: Sequence[str]) -> tuple[NamedChange, ...]:
    """Return the changes of these names, each once.

    InvalidInputError for a name that is none, NotFoundError for an owner that the account does not see.
    """
    if len(names) > MOST_CHANGES:
        raise InvalidInputError(
            f"{len(names)} changes are too many: ask about {MOST_CHANGES} at most at once."
        )
    return tuple(_find(session, name) for name in dict.fromkeys(names))


def _find(session: Session, name: str) -> NamedChange:
    match name.split("."):
        case ["daylight"]:
            return NamedChange(DaylightChange(), name, "daylight saving")
        case ["template", digits]:
            owner = get_owner(session, OwnerKind.TEMPLATE, _id(name, digits))
            return NamedChange(TemplateChange(owner.id), name, f"the {owner.title}", owner.tenant_id)
        case ["lines", level, digits] if level in LINES.ids:
            owner = get_owner(session, OwnerKind(level), _id(name, digits))
            change = LinesChange(ValueLevel(level), owner.id)
            return NamedChange(change, name, f"configuration of the {owner.title}", owner.tenant_id)
        case ["placeholders", layer, digits] if layer in PLACEHOLDERS.ids:
            owner = get_owner(session, OwnerKind(layer), _id(name, digits))
            several = PlaceholdersChange(Layer(layer), owner.id)
            return NamedChange(several, name, f"placeholders of the {owner.title}", owner.tenant_id)
        case ["placeholder", "system", placeholder]:
            return _placeholder(name, placeholder, None)
        case ["placeholder", layer, digits, placeholder] if layer in PLACEHOLDERS.ids:
            return _placeholder(name, placeholder, get_owner(session, OwnerKind(layer), _id(name, digits)))
    raise _unknown(name)


def _placeholder(name: str, placeholder: str, owner: Owner | None) -> NamedChange:
    check_name(placeholder)
    marker = display_name(placeholder)
    if owner is None:
        change = PlaceholderChange(Layer.SYSTEM, None, placeholder)
        return NamedChange(change, name, f"{marker} of the system")
    change = PlaceholderChange(Layer(owner.kind), owner.id, placeholder)
    return NamedChange(change, name, f"{marker} of the {owner.title}", owner.tenant_id)


def _id(name: str, digits: str) -> int:
    """Return an id as it is written, which is without a zero before it, and no larger than any id."""
    if digits.isascii() and digits.isdecimal() and digits[0] != "0" and int(digits[:11]) <= _LARGEST_ID:
        return int(digits)
    raise _unknown(name)


def _unknown(name: str) -> InvalidInputError:
    return InvalidInputError(
        f"{quoted(name[:100])} names no change of a value that files of phones are made from."
    )
