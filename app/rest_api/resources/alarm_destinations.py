"""Destinations of alarms: `/alarm-destinations`, by mail, SNMP, web hook or syslog, one by its id and by its name."""

from typing import Any

import msgspec
from msgspec import UnsetType

from app.errors import ConflictError, InvalidInputError
from app.models import Destination
from app.models.enums import DestinationKind
from app.rest_api.calls import Call
from app.rest_api.keeping import with_changes
from app.rest_api.listing import ItemPage
from app.rest_api.references import find_tenant
from app.rest_api.resources.receiver_bodies import (
    DestinationChanges,
    DestinationContent,
    DestinationItem,
    DestinationsQuery,
    NewDestination,
)
from app.rest_api.resources.receivers import Bodies, Receivers, routes_of
from app.rules.api_tokens import Kind
from app.rules.sentences import quoted
from app.security.roles import DESTINATIONS
from app.services.destinations import keeping
from app.services.destinations.fields import FIELDS, TITLES, USUAL_RATES, defaults_of
from app.services.destinations.keeping import Wish
from app.services.destinations.listing import where
from app.services.events.reading import IS_HOOK


def _wish(call: Call[Any, Any], said: NewDestination, present: Destination | None) -> Wish:
    kind = DestinationKind(said.kind)
    if present is not None and present.kind is not kind:
        title = TITLES[present.kind]
        raise ConflictError(
            f"{present.name} is of the kind {title}, which stays. Delete it first.", field="kind"
        )
    secrets = {field.name for field in FIELDS[kind] if field.is_secret}
    written = {name: text for name, text in said.settings.items() if text is not None}
    texts = defaults_of(kind)
    unknown = next((name for name in said.settings if name not in texts), None)
    if unknown is not None:
        raise InvalidInputError(
            f"{TITLES[kind]} has no setting {quoted(unknown)}; these are: {', '.join(texts)}.",
            field="settings",
        )
    rate = USUAL_RATES[kind] if isinstance(said.rate_per_minute, UnsetType) else said.rate_per_minute
    return Wish(
        name=said.name,
        tenant_id=find_tenant(call.session, said.tenant).id if said.tenant.strip() else None,
        is_enabled=said.is_enabled,
        rate_per_minute=str(rate),
        give_up_after_hours=str(said.give_up_after_hours),
        texts={**texts, **written},
        removed=frozenset(name for name, text in written.items() if name in secrets and not text),
    )


def _changed(shown: DestinationItem, changes: DestinationChanges) -> NewDestination:
    present = msgspec.convert(shown, NewDestination, from_attributes=True)
    said = with_changes(present, changes)
    return msgspec.structs.replace(said, settings=present.settings | said.settings)


def _our_names(kind: DestinationKind) -> dict[str, str]:
    return {"tenant_id": "tenant", **{field.name: f"settings.{field.name}" for field in FIELDS[kind]}}


def _show(call: Call[Any, Any], destination: Destination) -> DestinationItem:
    kept = keeping.kept_secrets(destination)
    secrets = [field.name for field in FIELDS[destination.kind] if field.is_secret]
    sees_all = call.caller.may(DESTINATIONS, "can_edit")
    return DestinationItem(
        id=destination.id,
        name=destination.name,
        kind=destination.kind,
        where=where(destination),
        tenant=destination.tenant.name if destination.tenant else "",
        tenant_id=destination.tenant_id,
        is_enabled=destination.is_enabled,
        rate_per_minute=destination.rate_per_minute,
        give_up_after_hours=destination.give_up_after_hours,
        settings={**keeping.shown_texts(destination), **dict.fromkeys(secrets)} if sees_all else None,
        is_set={name: name in kept for name in secrets},
    )


DESTINATIONS_OF_ALARMS = Receivers(
    path="/alarm-destinations",
    row="destination_id",
    kind=Kind.ALARM_DESTINATIONS,
    noun="destination",
    name="alarm_destination",
    which=~IS_HOOK,
    bodies=Bodies(
        new=NewDestination,
        content=DestinationContent,
        changes=DestinationChanges,
        item=DestinationItem,
        page=ItemPage[DestinationItem],
        query=DestinationsQuery,
    ),
    kind_of=lambda said: DestinationKind(said.kind),
    show=_show,
    changed=_changed,
    wish=_wish,
    our_names=_our_names,
)

ROUTES = tuple(routes_of(DESTINATIONS_OF_ALARMS))
