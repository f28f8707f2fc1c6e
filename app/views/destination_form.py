"""The form of a destination: fields of its kind between those that all have, what was typed, and what is wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from app.models import Destination
from app.models.enums import DestinationKind
from app.security.tenant_scope import scope_of
from app.services import drop_downs
from app.services.destinations.fields import FIELDS, TITLES, USUAL_RATES, DestinationField, defaults_of
from app.services.destinations.keeping import (
    FASTEST_RATE,
    LONGEST_PATIENCE_HOURS,
    Wish,
    kept_secrets,
    shown_texts,
)
from app.services.settings.definitions import NO, YES
from app.services.settings.texts import choice, line, whole_number
from app.views.list_arguments import LARGEST_ID
from app.views.web_session import db

SYSTEM = "system"
_KEPT = "kept"


@dataclass(frozen=True, slots=True)
class FormField:
    """One field: the setting, the text in it, what will not do; ``seen`` tells that a secret is kept."""

    setting: DestinationField
    text: str
    seen: str = ""
    problem: str = ""
    is_found: bool = True


@dataclass(frozen=True, slots=True)
class FieldGroup:
    """Fields that stand together."""

    title: str
    fields: Sequence[FormField]


def new_texts(kind: DestinationKind) -> dict[str, str]:
    """Return what the form of a new destination begins with."""
    return {
        "name": "",
        "tenant_id": next(iter(_owners())),
        "is_enabled": YES,
        "rate_per_minute": str(USUAL_RATES[kind]),
        "give_up_after_hours": "24",
        **defaults_of(kind),
    }


def texts_of(destination: Destination) -> dict[str, str]:
    """Return what the form of a destination shows: no secret."""
    return {
        "name": destination.name,
        "tenant_id": str(destination.tenant_id or SYSTEM),
        "is_enabled": YES if destination.is_enabled else NO,
        "rate_per_minute": str(destination.rate_per_minute),
        "give_up_after_hours": str(destination.give_up_after_hours),
        **shown_texts(destination),
    }


def groups_of(
    kind: DestinationKind,
    texts: Mapping[str, str],
    problems: Mapping[str, str],
    destination: Destination | None,
) -> Sequence[FieldGroup]:
    """Return the fields with these texts."""
    kept = kept_secrets(destination) if destination is not None else frozenset()

    def field(setting: DestinationField) -> FormField:
        name = setting.name
        text = "" if setting.is_secret else texts.get(name, setting.default)
        return FormField(setting, text, _KEPT if name in kept else "", problems.get(name, ""))

    return [
        FieldGroup("Destination", [field(setting) for setting in _beginning()]),
        FieldGroup(TITLES[kind], [field(setting) for setting in FIELDS[kind]]),
        FieldGroup("Sending", [field(setting) for setting in _SENDING]),
    ]


def read_wish(kind: DestinationKind, form: MultiDict[str, str]) -> Wish:
    """Return what was typed."""
    return Wish(
        name=form.get("name", ""),
        tenant_id=_tenant_id(form.get("tenant_id", "")),
        is_enabled=form.get("is_enabled") == YES,
        rate_per_minute=form.get("rate_per_minute", ""),
        give_up_after_hours=form.get("give_up_after_hours", ""),
        texts=typed_texts(kind, form),
        removed=frozenset(field.name for field in FIELDS[kind] if f"{field.name}.remove" in form),
    )


def typed_texts(kind: DestinationKind, form: MultiDict[str, str]) -> dict[str, str]:
    """Return the texts of a form; of what several may be chosen of, each on a line."""
    return {**form.to_dict(), **{field.name: "\n".join(form.getlist(field.name)) for field in FIELDS[kind]}}


def _tenant_id(text: str) -> int | None:
    """Return the tenant that was chosen; what is none of the choices is no tenant's either."""
    if text == SYSTEM:
        return None
    is_id = text.isascii() and text.isdecimal() and len(text) <= len(str(LARGEST_ID))
    return min(int(text), LARGEST_ID) if is_id else 0


def _owners() -> dict[str, str]:
    """Return whose a destination may be, for the one who is signed in."""
    tenants = {str(tenant_id): name for tenant_id, name in drop_downs.tenants_by_id(db.session())}
    if scope_of(db.session()).is_everything:
        return {SYSTEM: "The whole system", **tenants}
    return tenants or {"0": "None of your tenants"}


def _beginning() -> Sequence[DestinationField]:
    return (
        DestinationField("name", "Name", "What rules and the delivery log call it.", line(100)),
        DestinationField(
            "tenant_id",
            "Tenant",
            "A tenant's destination hears of what is that tenant's alone.",
            choice(_owners()),
        ),
        DestinationField(
            "is_enabled",
            "In use",
            "While it is not, nothing is sent to it, and it is told of nothing that happens meanwhile.",
            choice({YES: "Yes", NO: "No"}),
        ),
    )


_SENDING = (
    DestinationField(
        "rate_per_minute",
        "Messages in a minute, at most",
        "What is beyond waits for its turn.",
        whole_number(1, FASTEST_RATE),
    ),
    DestinationField(
        "give_up_after_hours",
        "Give up after",
        "How long a message is tried again that cannot be delivered, ever more seldom.",
        whole_number(1, LONGEST_PATIENCE_HOURS, "hours"),
    ),
)
