"""Destinations of alarms: `/alarm-destinations`, by mail, SNMP, web hook or syslog, one by its id and by its name."""

from http import HTTPStatus
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, UnsetType
from sqlalchemy import Select, select
from sqlalchemy.orm import selectinload

from app.errors import ConflictError, InvalidInputError
from app.models import Destination
from app.models.enums import DestinationKind
from app.rest_api.calls import Answer, Call
from app.rest_api.keeping import fields_called, get_row, with_changes
from app.rest_api.listing import ItemPage, Listing, ListQuery, Order, RowId, Words
from app.rest_api.references import find_tenant
from app.rest_api.resources.destination_bodies import (
    DestinationChanges,
    DestinationContent,
    DestinationItem,
    Name,
    NewDestination,
    Way,
)
from app.rest_api.routes import Right, Route
from app.rules.api_tokens import Kind
from app.rules.sentences import quoted
from app.security.roles import DESTINATIONS
from app.services.destinations import keeping
from app.services.destinations.fields import FIELDS, TITLES, USUAL_RATES, defaults_of
from app.services.destinations.keeping import Wish
from app.services.destinations.listing import where
from app.services.destinations.sameness import is_as_wished
from app.services.events.reading import IS_HOOK


class DestinationsQuery(ListQuery, kw_only=True, forbid_unknown_fields=True, frozen=True):
    """Which destinations are listed, and in which order."""

    kind: Way | None = None
    q: Annotated[Words, Meta(description="A part of the name.")] = ""
    sort: Literal["name", "-name", "id", "-id"] = "name"


_BY_ID = Order(Destination.id, lambda row: row.id, said_as=int)
_LISTING: Listing[Destination] = Listing(
    {"name": Order(Destination.name_key, lambda row: row.name_key), "id": _BY_ID}, _BY_ID
)


def list_them(call: Call[DestinationsQuery, Any]) -> Answer:
    """Lists the destinations of the tenants that the token sees."""
    query, wanted = call.query, _destinations()
    if query.kind is not None:
        wanted = wanted.where(Destination.kind == DestinationKind(query.kind))
    if query.q:
        wanted = wanted.where(Destination.name.icontains(query.q, autoescape=True))
    return Answer(_LISTING.page(call, wanted, query.sort, lambda found: _show(call, found)))


def read(call: Call[Any, Any]) -> Answer:
    """Shows a destination."""
    return Answer(_show(call, destination_of(call, to_change=False)))


def add(call: Call[Any, NewDestination]) -> Answer:
    """Adds a destination; send it a test then."""
    return _added(call, call.body)


def change(call: Call[Any, DestinationChanges]) -> Answer:
    """Changes what the body names of a destination; what failed until now is tried again."""
    destination = destination_of(call, to_change=True)
    shown = _show(call, destination)
    call.check_may_change(shown)
    present = msgspec.convert(shown, NewDestination, from_attributes=True)
    said = with_changes(present, call.body)
    return _changed(
        call, destination, msgspec.structs.replace(said, settings=present.settings | said.settings)
    )


def put(call: Call[Any, DestinationContent]) -> Answer:
    """Adds the destination of this name, or replaces all that is said of it; secrets that are left out stay."""
    said = NewDestination(name=call.place["name"], **msgspec.structs.asdict(call.body))
    destination = call.session.scalar(_named(call).with_for_update(of=Destination))
    if destination is None:
        call.conditions.check_may_add()
        return _added(call, said)
    call.check_may_change(_show(call, destination))
    return _changed(call, destination, said)


def delete(call: Call[Any, Any]) -> Answer:
    """Deletes a destination with all that waits for it."""
    destination = destination_of(call, to_change=True)
    call.check_may_change(_show(call, destination))
    keeping.remove(call.session, destination, author=call.author, now=call.now)
    return Answer(status=HTTPStatus.NO_CONTENT)


def _added(call: Call[Any, Any], said: NewDestination) -> Answer:
    kind, wish = DestinationKind(said.kind), _wish(call, said)
    with fields_called(_our_names(kind)):
        added = keeping.add(call.session, kind, wish, author=call.author, now=call.now)
    return Answer(_show(call, added), HTTPStatus.CREATED, f"/alarm-destinations/{added.id}")


def _changed(call: Call[Any, Any], destination: Destination, said: NewDestination) -> Answer:
    if destination.kind != said.kind:
        title = TITLES[destination.kind]
        raise ConflictError(
            f"{destination.name} is of the kind {title}, which stays. Delete it first.", field="kind"
        )
    wish = _wish(call, said)
    if not is_as_wished(destination, wish):
        with fields_called(_our_names(destination.kind)):
            keeping.change(call.session, destination, wish, author=call.author, now=call.now)
        call.session.expire(destination, ["tenant"])
    return Answer(_show(call, destination))


def _wish(call: Call[Any, Any], said: NewDestination) -> Wish:
    kind = DestinationKind(said.kind)
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


def _our_names(kind: DestinationKind) -> dict[str, str]:
    return {"tenant_id": "tenant", **{field.name: f"settings.{field.name}" for field in FIELDS[kind]}}


def _destinations() -> Select[Destination]:
    return select(Destination).where(~IS_HOOK).options(selectinload(Destination.tenant))


def destination_of(call: Call[Any, Any], *, to_change: bool) -> Destination:
    """Return the destination that the address names, or raise NotFoundError."""
    by_id = _destinations().where(Destination.id == call.place.get("destination_id"))
    wanted = _named(call) if "name" in call.place else by_id
    return get_row(call.session, wanted, "destination", to_change=to_change)


def _named(call: Call[Any, Any]) -> Select[Destination]:
    return _destinations().where(Destination.name_key == Destination.fold(call.place["name"].strip()))


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


def _right(*deeds: str) -> Right:
    return Right(kind=Kind.ALARM_DESTINATIONS, page=DESTINATIONS, deeds=deeds)


ONE: dict[str, Any] = {"destination_id": RowId}
_NAMED: dict[str, Any] = {"name": Name}
_PATH = "/alarm-destinations"

ROUTES = (
    Route(
        method="GET", path=_PATH, does=list_them, name="list_alarm_destinations", summary="List destinations",
        right=_right("can_list"), query=DestinationsQuery, answers=ItemPage[DestinationItem],
    ),
    Route(
        method="POST", path=_PATH, does=add, name="add_alarm_destination", summary="Add a destination",
        right=_right("can_add"), body=NewDestination, answers=DestinationItem, status=HTTPStatus.CREATED,
    ),
    Route(
        method="GET", path=f"{_PATH}/{{destination_id}}", does=read, name="show_alarm_destination",
        summary="Show a destination", right=_right("can_list"), place=ONE, answers=DestinationItem,
    ),
    Route(
        method="PATCH", path=f"{_PATH}/{{destination_id}}", does=change, name="change_alarm_destination",
        summary="Change a destination", right=_right("can_edit"), place=ONE, body=DestinationChanges,
        answers=DestinationItem,
    ),
    Route(
        method="DELETE", path=f"{_PATH}/{{destination_id}}", does=delete, name="delete_alarm_destination",
        summary="Delete a destination", right=_right("can_delete"), place=ONE, status=HTTPStatus.NO_CONTENT,
    ),
    Route(
        method="GET", path=f"{_PATH}/named/{{name}}", does=read, name="show_named_alarm_destination",
        summary="Show the destination of a name", right=_right("can_list"), place=_NAMED, answers=DestinationItem,
    ),
    Route(
        method="PUT", path=f"{_PATH}/named/{{name}}", does=put, name="put_alarm_destination",
        summary="Add or replace the destination of a name", right=_right("can_add", "can_edit"), place=_NAMED,
        body=DestinationContent, answers=DestinationItem, adds=True,
    ),
)  # fmt: skip
