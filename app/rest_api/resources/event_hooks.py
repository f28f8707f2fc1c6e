"""Web hooks for events: `/event-hooks`, who is told of what happens."""

from http import HTTPStatus
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType
from sqlalchemy import Select, select
from sqlalchemy.orm import selectinload

from app.models import Destination
from app.models.destination import MAX_DESTINATION_NAME
from app.models.enums import DestinationKind
from app.rest_api.calls import Answer, Call
from app.rest_api.keeping import fields_called, get_row, with_changes
from app.rest_api.listing import ItemPage, Listing, ListQuery, Order, RowId, Words
from app.rest_api.references import find_tenant
from app.rest_api.routes import Right, Route
from app.rules.api_tokens import Kind
from app.rules.events import Topic
from app.security.roles import DESTINATIONS
from app.services.destinations import keeping
from app.services.destinations.fields import USUAL_RATES
from app.services.destinations.keeping import FASTEST_RATE, LONGEST_PATIENCE_HOURS, Wish
from app.services.destinations.sameness import is_as_wished
from app.services.events.reading import IS_HOOK

EVENTS = DestinationKind.EVENTS
Name = Annotated[str, Meta(min_length=1, max_length=MAX_DESTINATION_NAME)]
Tenant = Annotated[Words, Meta(description="The name of a tenant; nothing is the whole system.")]
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
Rate = Annotated[int, Meta(ge=1, le=FASTEST_RATE)]
Hours = Annotated[int, Meta(ge=1, le=LONGEST_PATIENCE_HOURS)]


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
    rate_per_minute: Rate = USUAL_RATES[EVENTS]
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


_OUR_NAMES = {"tenant_id": "tenant"}
_BY_ID = Order(Destination.id, lambda row: row.id, said_as=int)
_LISTING: Listing[Destination] = Listing(
    {"name": Order(Destination.name_key, lambda row: row.name_key), "id": _BY_ID}, _BY_ID
)


def list_them(call: Call[HooksQuery, Any]) -> Answer:
    """Lists the web hooks for events of the tenants that the token sees."""
    wanted = _hooks()
    if call.query.q:
        wanted = wanted.where(Destination.name.icontains(call.query.q, autoescape=True))
    return Answer(_LISTING.page(call, wanted, call.query.sort, lambda hook: _show(call, hook)))


def read(call: Call[Any, Any]) -> Answer:
    """Shows a web hook."""
    return Answer(_show(call, hook_of(call, to_change=False)))


def add(call: Call[Any, NewHook]) -> Answer:
    """Adds a web hook, which is told of what happens from now on."""
    return _added(call, call.body)


def change(call: Call[Any, HookChanges]) -> Answer:
    """Changes what the body names of a web hook; what failed until now is tried again."""
    hook = hook_of(call, to_change=True)
    shown = _show(call, hook)
    call.check_may_change(shown)
    return _changed(
        call, hook, with_changes(msgspec.convert(shown, NewHook, from_attributes=True), call.body)
    )


def put(call: Call[Any, HookContent]) -> Answer:
    """Adds the web hook of this name, or replaces all that is said of it; secrets that are left out stay."""
    said = NewHook(name=call.place["name"], **msgspec.structs.asdict(call.body))
    hook = call.session.scalar(_named(call).with_for_update(of=Destination))
    if hook is None:
        call.conditions.check_may_add()
        return _added(call, said)
    call.check_may_change(_show(call, hook))
    return _changed(call, hook, said)


def delete(call: Call[Any, Any]) -> Answer:
    """Deletes a web hook with all that waits for it."""
    hook = hook_of(call, to_change=True)
    call.check_may_change(_show(call, hook))
    keeping.remove(call.session, hook, author=call.author, now=call.now)
    return Answer(status=HTTPStatus.NO_CONTENT)


def _added(call: Call[Any, Any], said: NewHook) -> Answer:
    wish = _wish(call, said)
    with fields_called(_OUR_NAMES):
        hook = keeping.add(call.session, EVENTS, wish, author=call.author, now=call.now)
    return Answer(_show(call, hook), HTTPStatus.CREATED, f"/event-hooks/{hook.id}")


def _changed(call: Call[Any, Any], hook: Destination, said: NewHook) -> Answer:
    wish = _wish(call, said)
    if not is_as_wished(hook, wish):
        with fields_called(_OUR_NAMES):
            keeping.change(call.session, hook, wish, author=call.author, now=call.now)
        call.session.expire(hook, ["tenant"])
    return Answer(_show(call, hook))


def _wish(call: Call[Any, Any], said: NewHook) -> Wish:
    secrets = {"secret": said.secret, "authorization": said.authorization}
    written = {name: text for name, text in secrets.items() if isinstance(text, str)}
    texts = {"url": said.url, "topics": "\n".join(said.topics), "certificates": said.certificates}
    return Wish(
        name=said.name,
        tenant_id=find_tenant(call.session, said.tenant).id if said.tenant.strip() else None,
        is_enabled=said.is_enabled,
        rate_per_minute=str(said.rate_per_minute),
        give_up_after_hours=str(said.give_up_after_hours),
        texts={**texts, **{name: written.get(name, "") for name in secrets}},
        removed=frozenset(name for name, text in written.items() if not text),
    )


def _hooks() -> Select[Destination]:
    return select(Destination).where(IS_HOOK).options(selectinload(Destination.tenant))


def hook_of(call: Call[Any, Any], *, to_change: bool) -> Destination:
    """Return the web hook that the address names, or raise NotFoundError."""
    wanted = _named(call) if "name" in call.place else _hooks().where(Destination.id == call.place["hook_id"])
    return get_row(call.session, wanted, "web hook", to_change=to_change)


def _named(call: Call[Any, Any]) -> Select[Destination]:
    return _hooks().where(Destination.name_key == Destination.fold(call.place["name"].strip()))


def _show(call: Call[Any, Any], hook: Destination) -> HookItem:
    texts, kept = keeping.shown_texts(hook), keeping.kept_secrets(hook)
    url = texts["url"]
    if not call.caller.may(DESTINATIONS, "can_edit"):
        parts = urlsplit(url)
        url = f"{parts.scheme}://{parts.netloc}/…"
    return HookItem(
        id=hook.id,
        name=hook.name,
        tenant=hook.tenant.name if hook.tenant else "",
        tenant_id=hook.tenant_id,
        url=url,
        topics=texts["topics"].split(),
        is_enabled=hook.is_enabled,
        has_secret="secret" in kept,
        has_authorization="authorization" in kept,
        certificates=texts["certificates"],
        rate_per_minute=hook.rate_per_minute,
        give_up_after_hours=hook.give_up_after_hours,
    )


def right_to(*deeds: str, page: str = DESTINATIONS) -> Right:
    """Return the right to do something with web hooks, as the screens have it on a page."""
    return Right(kind=Kind.EVENT_HOOKS, page=page, deeds=deeds)


ONE: dict[str, Any] = {"hook_id": RowId}
_NAMED: dict[str, Any] = {"name": Name}

ROUTES = (
    Route(
        method="GET", path="/event-hooks", does=list_them, name="list_event_hooks", summary="List web hooks",
        right=right_to("can_list"), query=HooksQuery, answers=ItemPage[HookItem],
    ),
    Route(
        method="POST", path="/event-hooks", does=add, name="add_event_hook", summary="Add a web hook",
        right=right_to("can_add"), body=NewHook, answers=HookItem, status=HTTPStatus.CREATED,
    ),
    Route(
        method="GET", path="/event-hooks/{hook_id}", does=read, name="show_event_hook",
        summary="Show a web hook", right=right_to("can_list"), place=ONE, answers=HookItem,
    ),
    Route(
        method="PATCH", path="/event-hooks/{hook_id}", does=change, name="change_event_hook",
        summary="Change a web hook", right=right_to("can_edit"), place=ONE, body=HookChanges, answers=HookItem,
    ),
    Route(
        method="DELETE", path="/event-hooks/{hook_id}", does=delete, name="delete_event_hook",
        summary="Delete a web hook", right=right_to("can_delete"), place=ONE, status=HTTPStatus.NO_CONTENT,
    ),
    Route(
        method="GET", path="/event-hooks/named/{name}", does=read, name="show_named_event_hook",
        summary="Show the web hook of a name", right=right_to("can_list"), place=_NAMED, answers=HookItem,
    ),
    Route(
        method="PUT", path="/event-hooks/named/{name}", does=put, name="put_event_hook",
        summary="Add or replace the web hook of a name", right=right_to("can_add", "can_edit"), place=_NAMED,
        body=HookContent, answers=HookItem, adds=True,
    ),
)  # fmt: skip
