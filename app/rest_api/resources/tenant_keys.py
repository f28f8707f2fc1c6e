"""Keys in the addresses of a tenant's phones: `/tenants/{id}/keys`, made and revoked; one is shown when it is made."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any

from msgspec import Meta, Struct

from app.models import Tenant, TenantKey
from app.rest_api.calls import Answer, Call
from app.rest_api.listing import RowId
from app.rest_api.resources.tenants import right, tenant_of
from app.rest_api.routes import Route
from app.rules.url_keys import NAME_LENGTH
from app.security.roles import DEVICE, SEE_SECRETS
from app.services import phone_urls
from app.services.tenancy import keys

KeyName = Annotated[
    str,
    Meta(min_length=1, max_length=NAME_LENGTH, description="What the key begins with, which is no secret."),
]


class KeyItem(Struct, kw_only=True):
    """A key by what it begins with. Phones are told the one without an end; others count until then."""

    name: str
    made_at: datetime
    ends_at: datetime | None


class AllKeys(Struct, kw_only=True):
    """The keys that count, the latest first."""

    items: list[KeyItem]


class NewKey(Struct, kw_only=True, forbid_unknown_fields=True):
    """A key that is to be made."""

    at_once: Annotated[
        bool,
        Meta(
            description="End those before now, not after thirty days; phones that ask with them may be refused."
        ),
    ] = False


class MadeKey(KeyItem, kw_only=True):
    """A key that was made. It is shown in this answer alone, to who may see secrets, with the address that leads phones
    here, for DHCP option 160."""

    key: str | None
    address: str | None


def list_them(call: Call[Any, Any]) -> Answer:
    """Lists the keys of a tenant, none of them whole."""
    return Answer(_all(call, tenant_of(call, to_change=False)))


def make(call: Call[Any, NewKey]) -> Answer:
    """Gives a tenant a key, or another one; the one before counts for thirty days more, and phones are told the new one
    with their files."""
    tenant = tenant_of(call, to_change=True)
    call.check_may_change(_all(call, tenant))
    made = keys.replace_key(call.session, tenant, author=call.author, now=call.now, at_once=call.body.at_once)
    text = keys.text_of(made) if call.caller.may(DEVICE, SEE_SECRETS) else None
    address = phone_urls.of_tenant(call.session, tenant.name, text).tenant if text else None
    shown = MadeKey(name=made.name, made_at=made.made_at, ends_at=None, key=text, address=address)
    return Answer(shown, HTTPStatus.CREATED, headers={"Cache-Control": "no-store"})


def revoke(call: Call[Any, Any]) -> Answer:
    """Ends a key now. The one that phones are told stays where the tenant demands a key."""
    tenant = tenant_of(call, to_change=True)
    key = keys.get_key(call.session, tenant, call.place["key"], now=call.now)
    call.check_may_change(_show(key))
    keys.revoke_key(call.session, tenant, key, author=call.author, now=call.now)
    return Answer(status=HTTPStatus.NO_CONTENT)


def _all(call: Call[Any, Any], tenant: Tenant) -> AllKeys:
    return AllKeys(items=[_show(key) for key in keys.read_keys(call.session, tenant, now=call.now)])


def _show(key: TenantKey) -> KeyItem:
    return KeyItem(name=key.name, made_at=key.made_at, ends_at=key.ends_at)


_ONE: dict[str, Any] = {"tenant_id": RowId}
_PATH = "/tenants/{tenant_id}/keys"

ROUTES = (
    Route(
        method="GET", path=_PATH, does=list_them, name="list_tenant_keys", summary="List the keys of a tenant",
        right=right("can_show"), place=_ONE, answers=AllKeys,
    ),
    Route(
        method="POST", path=_PATH, does=make, name="make_tenant_key", summary="Make a key for a tenant",
        right=right("can_edit"), place=_ONE, body=NewKey, answers=MadeKey, status=HTTPStatus.CREATED,
    ),
    Route(
        method="DELETE", path=f"{_PATH}/{{key}}", does=revoke, name="revoke_tenant_key", summary="Revoke a key",
        right=right("can_edit"), place={**_ONE, "key": KeyName}, status=HTTPStatus.NO_CONTENT,
    ),
)  # fmt: skip
