"""Web hooks for events: `/event-hooks`, who is told of what happens."""

from typing import Any
from urllib.parse import urlsplit

import msgspec

from app.models import Destination
from app.models.enums import DestinationKind
from app.rest_api.calls import Call
from app.rest_api.keeping import with_changes
from app.rest_api.listing import ItemPage
from app.rest_api.references import find_tenant
from app.rest_api.resources.receiver_bodies import HookChanges, HookContent, HookItem, HooksQuery, NewHook
from app.rest_api.resources.receivers import Bodies, Receivers, routes_of
from app.rules.api_tokens import Kind
from app.security.roles import DESTINATIONS
from app.services.destinations import keeping
from app.services.destinations.keeping import Wish
from app.services.events.reading import IS_HOOK


def _wish(call: Call[Any, Any], said: NewHook, _present: Destination | None) -> Wish:
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


def _changed(shown: HookItem, changes: HookChanges) -> NewHook:
    return with_changes(msgspec.convert(shown, NewHook, from_attributes=True), changes)


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


HOOKS = Receivers(
    path="/event-hooks",
    row="hook_id",
    kind=Kind.EVENT_HOOKS,
    noun="web hook",
    name="event_hook",
    which=IS_HOOK,
    bodies=Bodies(
        new=NewHook,
        content=HookContent,
        changes=HookChanges,
        item=HookItem,
        page=ItemPage[HookItem],
        query=HooksQuery,
    ),
    kind_of=lambda _said: DestinationKind.EVENTS,
    show=_show,
    changed=_changed,
    wish=_wish,
    our_names=lambda _kind: {"tenant_id": "tenant"},
)

ROUTES = tuple(routes_of(HOOKS))
