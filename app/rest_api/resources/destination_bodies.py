"""What is said and shown of a destination of alarms: what all have, and the texts of its kind by their names."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from app.models.destination import MAX_DESTINATION_NAME
from app.models.enums import DestinationKind
from app.rest_api.listing import Words
from app.services.destinations.fields import FIELDS
from app.services.destinations.keeping import FASTEST_RATE, LONGEST_PATIENCE_HOURS

Name = Annotated[str, Meta(min_length=1, max_length=MAX_DESTINATION_NAME)]
Tenant = Annotated[Words, Meta(description="The name of a tenant; nothing is the whole system.")]
Way = Literal["mail", "snmp", "webhook", "syslog"]
_FIELD_NAMES = "; ".join(
    f"{kind}: {', '.join(field.name + ('*' if field.is_secret else '') for field in fields)}"
    for kind, fields in FIELDS.items()
    if kind is not DestinationKind.EVENTS
)
_TEXTS = (
    f"Texts by their names, as on the form. {_FIELD_NAMES}. Those with * are secrets: written and never shown, kept "
    "where they are left out or null, taken away by an empty text. The password or the header that a receiver gets has "
    "to be said again where messages go somewhere else."
)
Text = Annotated[str, Meta(max_length=50_000)]
Texts = Annotated[dict[str, Text | None], Meta(description=_TEXTS)]
ChangedTexts = Annotated[
    dict[str, Text],
    Meta(description="Those that are to change, by their names; an empty secret is taken away."),
]
Rate = Annotated[int, Meta(ge=1, le=FASTEST_RATE)]
Hours = Annotated[int, Meta(ge=1, le=LONGEST_PATIENCE_HOURS)]


class DestinationItem(Struct, kw_only=True):
    """A destination. `settings` are shown to who may change it: null of a secret, of which `is_set` says whether there
    is one."""

    id: int
    name: str
    kind: DestinationKind
    where: str
    tenant: str
    tenant_id: int | None
    is_enabled: bool
    rate_per_minute: int
    give_up_after_hours: int
    settings: dict[str, str | None] | None
    is_set: dict[str, bool]


class DestinationContent(Struct, kw_only=True, forbid_unknown_fields=True):
    """What is said of a destination beside its name; what is not said is as in a new one, secrets excepted."""

    kind: Way
    settings: Texts
    tenant: Tenant = ""
    is_enabled: bool = True
    rate_per_minute: Rate | UnsetType = UNSET
    give_up_after_hours: Hours = 24


class NewDestination(DestinationContent, kw_only=True, forbid_unknown_fields=True):
    """A destination that is to be added."""

    name: Name


class DestinationChanges(Struct, kw_only=True, forbid_unknown_fields=True):
    """What is to change of a destination; the rest stays."""

    name: Name | UnsetType = UNSET
    settings: ChangedTexts | UnsetType = UNSET
    tenant: Tenant | UnsetType = UNSET
    is_enabled: bool | UnsetType = UNSET
    rate_per_minute: Rate | UnsetType = UNSET
    give_up_after_hours: Hours | UnsetType = UNSET
