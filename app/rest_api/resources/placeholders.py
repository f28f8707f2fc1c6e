"""Values of placeholders: those of templates, tenants, sites and devices; secrets are never shown."""

from collections.abc import Iterator
from functools import partial
from http import HTTPStatus
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct
from sqlalchemy import Select, select

from app.errors import NotFoundError
from app.models import ConfigTemplate, Device, Placeholder
from app.rest_api.calls import Answer, Call
from app.rest_api.levels import NAME, Level, owner_of, select_site, select_tenant
from app.rest_api.listing import ItemPage, Listing, ListQuery, Order
from app.rest_api.places import Mac, mac_of
from app.rest_api.routes import Right, Route
from app.rules.api_tokens import Kind
from app.security.roles import (
    DEVICES_PLACEHOLDERS,
    SITE_CONFIGURATION,
    TEMPLATE_PLACEHOLDERS,
    TENANT_CONFIGURATION,
)
from app.services.owned_values import PLACEHOLDERS
from app.services.placeholders import changes
from app.services.placeholders.changes import MAX_DESCRIPTION
from app.services.placeholders.formats import checked_name
from app.services.placeholders.secrets import IsSecret, secret_test
from app.services.value_owners import Owner, OwnerKind

PlaceholderName = Annotated[
    str, Meta(min_length=1, max_length=120, description="With or without %ITCS_ and % around it.")
]
Value = Annotated[str, Meta(max_length=10_000)]


class PlaceholderItem(Struct, kw_only=True):
    """A placeholder and its value, which is null of a secret and where there is none; `is_set` says which."""

    name: str
    value: str | None
    is_secret: bool
    is_set: bool
    description: str


class ValueContent(Struct, kw_only=True, forbid_unknown_fields=True):
    """The value of a placeholder, and what is said of it."""

    value: Value
    description: Annotated[str, Meta(max_length=MAX_DESCRIPTION)] = ""


class ValuesQuery(ListQuery, kw_only=True, forbid_unknown_fields=True, frozen=True):
    """In which order values are listed."""

    sort: Literal["name", "-name"] = "name"


def _template(call: Call[Any, Any]) -> Select[int]:
    name = ConfigTemplate.fold(call.place["template"].strip())
    return select(ConfigTemplate.id).where(ConfigTemplate.name_key == name)


def _device(call: Call[Any, Any]) -> Select[int]:
    return select(Device.id).where(Device.mac == mac_of(call))


LEVELS = (
    Level(OwnerKind.TEMPLATE, TEMPLATE_PLACEHOLDERS, "templates/{template}", {"template": NAME}, _template),
    Level(OwnerKind.TENANT, TENANT_CONFIGURATION, "tenants/{tenant}", {"tenant": NAME}, select_tenant),
    Level(
        OwnerKind.SITE,
        SITE_CONFIGURATION,
        "sites/{tenant}/{site}",
        {"tenant": NAME, "site": NAME},
        select_site,
    ),
    Level(OwnerKind.DEVICE, DEVICES_PLACEHOLDERS, "devices/{mac}", {"mac": Mac}, _device),
)

_BY_NAME = Order(Placeholder.name, lambda row: row.name)
_LISTING: Listing[Placeholder] = Listing({"name": _BY_NAME}, _BY_NAME)


def list_them(level: Level, call: Call[ValuesQuery, Any]) -> Answer:
    """Lists the values that an owner has itself."""
    owner, is_secret = owner_of(level, call), secret_test(call.session)
    return Answer(
        _LISTING.page(call, PLACEHOLDERS.of_owner(owner), call.query.sort, lambda row: _show(row, is_secret))
    )


def put(level: Level, call: Call[Any, ValueContent]) -> Answer:
    """Gives an owner a value, or replaces the one that it has. Phones get it with their next generated file."""
    owner, said, is_secret = owner_of(level, call), call.body, secret_test(call.session)
    row = _find(call, owner)
    if row is None:
        call.conditions.check_may_add()
        row = changes.add(
            call.session,
            owner,
            name=call.place["name"],
            value=said.value,
            description=said.description,
            author=call.author,
            now=call.now,
        )
        return Answer(_show(row, is_secret), HTTPStatus.CREATED)
    call.check_may_change(_show(row, is_secret))
    if (row.value, row.description) != (said.value, said.description.strip()):
        changes.edit(
            call.session,
            row,
            name=row.name,
            value=said.value,
            description=said.description,
            author=call.author,
            now=call.now,
        )
    return Answer(_show(row, is_secret))


def delete(level: Level, call: Call[Any, Any]) -> Answer:
    """Takes a value from its owner; what is beneath it holds from the next generated file on."""
    row = _find(call, owner_of(level, call))
    if row is None:
        raise NotFoundError("It has no value of this name.")
    call.check_may_change(_show(row, secret_test(call.session)))
    changes.delete(call.session, row, author=call.author, now=call.now)
    return Answer(status=HTTPStatus.NO_CONTENT)


def _find(call: Call[Any, Any], owner: Owner) -> Placeholder | None:
    name = checked_name(call.place["name"])
    wanted = PLACEHOLDERS.of_owner(owner).where(Placeholder.name == name)
    return call.session.scalar(wanted.with_for_update())


def _show(row: Placeholder, is_secret: IsSecret) -> PlaceholderItem:
    hides = is_secret(row.name)
    return PlaceholderItem(
        name=row.name,
        value=None if hides else row.value,
        is_secret=hides,
        is_set=bool(row.value),
        description=row.description,
    )


def _routes_of(level: Level) -> Iterator[Route]:
    kind, path = level.kind, f"/placeholders/{level.path}"

    def right(*deeds: str) -> Right:
        return Right(kind=Kind.PLACEHOLDERS, page=level.page, deeds=deeds)

    named = {**level.place, "name": PlaceholderName}
    yield Route(
        method="GET", path=path, does=partial(list_them, level), name=f"list_{kind}_placeholders",
        summary=f"List the values of a {kind}", right=right("can_list"), place=level.place,
        query=ValuesQuery, answers=ItemPage[PlaceholderItem],
    )  # fmt: skip
    yield Route(
        method="PUT", path=f"{path}/{{name}}", does=partial(put, level), name=f"put_{kind}_placeholder",
        summary=f"Add or replace a value of a {kind}", right=right("can_add", "can_edit"), place=named,
        body=ValueContent, answers=PlaceholderItem, adds=True,
    )  # fmt: skip
    yield Route(
        method="DELETE", path=f"{path}/{{name}}", does=partial(delete, level),
        name=f"delete_{kind}_placeholder", summary=f"Delete a value of a {kind}",
        right=right("can_delete"), place=named, status=HTTPStatus.NO_CONTENT,
    )  # fmt: skip


ROUTES = tuple(route for level in LEVELS for route in _routes_of(level))
