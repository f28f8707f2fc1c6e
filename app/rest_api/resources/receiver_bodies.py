"""What is said and shown of destinations of alarms, each with the texts of its kind, and of web hooks for events."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from app.models.destination import MAX_DESTINATION_NAME
from app.models.enums import DestinationKind
from app.rest_api.listing import ListQuery, Words
from app.rules.events import Topic
from app.services.destinations.fields import FIELDS, USUAL_RATES
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
Url = Annotated[str, Meta(max_length=1_000, description="It gets each message as a POST of JSON.")]
Topics = Annotated[list[Topic], Meta(max_length=len(Topic))]
Secret = Annotated[
    str,
    Meta(
        max_length=2_000, description="Written and never shown; what is left out stays, empty takes it away."
    ),
]
Authorization = Annotated[
    str,
    Meta(
        max_length=2_000,
        description="As `secret`; where the address is another server's than before, it has to be said again.",
    ),
]
Certificates = Annotated[
    str, Meta(max_length=50_000, description="That are trusted, in PEM; of an own authority.")
]


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


class DestinationsQuery(ListQuery, kw_only=True, forbid_unknown_fields=True, frozen=True):
    """Which destinations are listed, and in which order."""

    kind: Way | None = None
    q: Annotated[Words, Meta(description="A part of the name.")] = ""
    sort: Literal["name", "-name", "id", "-id"] = "name"


class HookItem(Struct, kw_only=True):
    """A web hook. Of its address only the server is shown to who may not change it; the path may be its secret."""

    id: int
    name: str
    tenant: str
    tenant_id: int | None
    url: str
    topics: list[str]
    is_enabled: bool
    has_secret: bool
    has_authorization: bool
    certificates: str
    rate_per_minute: int
    give_up_after_hours: int


class HookContent(Struct, kw_only=True, forbid_unknown_fields=True):
    """What is said of a web hook beside its name; what is not said is as in a new one, secrets excepted."""

    url: Url
    topics: Topics
    tenant: Tenant = ""
    is_enabled: bool = True
    secret: Secret | UnsetType = UNSET
    authorization: Authorization | UnsetType = UNSET
    certificates: Certificates = ""
    rate_per_minute: Rate = USUAL_RATES[DestinationKind.EVENTS]
    give_up_after_hours: Hours = 24


class NewHook(HookContent, kw_only=True, forbid_unknown_fields=True):
    """A web hook that is to be added."""

    name: Name


class HookChanges(Struct, kw_only=True, forbid_unknown_fields=True):
    """What is to change of a web hook; the rest stays."""

    name: Name | UnsetType = UNSET
    url: Url | UnsetType = UNSET
    topics: Topics | UnsetType = UNSET
    tenant: Tenant | UnsetType = UNSET
    is_enabled: bool | UnsetType = UNSET
    secret: Secret | UnsetType = UNSET
    authorization: Authorization | UnsetType = UNSET
    certificates: Certificates | UnsetType = UNSET
    rate_per_minute: Rate | UnsetType = UNSET
    give_up_after_hours: Hours | UnsetType = UNSET


class HooksQuery(ListQuery, kw_only=True, forbid_unknown_fields=True, frozen=True):
    """Which web hooks are listed, and in which order."""

    q: Annotated[Words, Meta(description="A part of the name.")] = ""
    sort: Literal["name", "-name", "id", "-id"] = "name"
