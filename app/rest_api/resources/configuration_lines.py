"""Configuration lines: `parameter = value`, laid over the files of a tenant's, a site's or a user's phones."""

from collections.abc import Iterator
from functools import partial
from http import HTTPStatus
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct
from sqlalchemy import Select, select

from app.errors import NotFoundError
from app.models import ConfigurationValue, PhoneUser, Tenant
from app.rendering.secret_parameters import is_secret_parameter
from app.rest_api.calls import Answer, Call
from app.rest_api.levels import NAME, Level, owner_of, select_site, select_tenant
from app.rest_api.listing import ItemPage, Listing, ListQuery, Order, Words
from app.rest_api.routes import Right, Route
from app.rules.api_tokens import Kind
from app.security.roles import SITE_CONFIGURATION, TENANT_CONFIGURATION, USER_CONFIGURATION
from app.services.configuration_values import changes
from app.services.owned_values import LINES
from app.services.value_owners import Owner, OwnerKind

Parameter = Annotated[
    str, Meta(min_length=1, max_length=200, description="With its slashes: `voip/line/0/enabled`.")
]


class LineItem(Struct, kw_only=True):
    """A line; the value of a secret is null, and `is_set` says that there is one."""

    parameter: str
    value: str | None
    is_secret: bool
    is_set: bool


class LineContent(Struct, kw_only=True, forbid_unknown_fields=True):
    """The value of a parameter."""

    value: Annotated[str, Meta(max_length=10_000)]


class LinesQuery(ListQuery, kw_only=True, forbid_unknown_fields=True, frozen=True):
    """Which lines are listed, and in which order."""

    q: Annotated[Words, Meta(description="A part of the parameter.")] = ""
    sort: Literal["parameter", "-parameter"] = "parameter"


def _user(call: Call[Any, Any]) -> Select[int]:
    tenant, user = Tenant.fold(call.place["tenant"].strip()), PhoneUser.fold(call.place["user"].strip())
    of_tenant = select(PhoneUser.id).join(Tenant, PhoneUser.tenant_id == Tenant.id)
    return of_tenant.where(Tenant.name_key == tenant, PhoneUser.name_key == user)


LEVELS = (
    Level(OwnerKind.TENANT, TENANT_CONFIGURATION, "tenants/{tenant}", {"tenant": NAME}, select_tenant),
    Level(
        OwnerKind.SITE,
        SITE_CONFIGURATION,
        "sites/{tenant}/{site}",
        {"tenant": NAME, "site": NAME},
        select_site,
    ),
    Level(OwnerKind.USER, USER_CONFIGURATION, "users/{tenant}/{user}", {"tenant": NAME, "user": NAME}, _user),
)

_BY_PARAMETER = Order(ConfigurationValue.parameter, lambda row: row.parameter)
_LISTING: Listing[ConfigurationValue] = Listing({"parameter": _BY_PARAMETER}, _BY_PARAMETER)


def list_them(level: Level, call: Call[LinesQuery, Any]) -> Answer:
    """Lists the lines that an owner has itself."""
    wanted = LINES.of_owner(owner_of(level, call))
    if call.query.q:
        wanted = wanted.where(ConfigurationValue.parameter.icontains(call.query.q, autoescape=True))
    return Answer(_LISTING.page(call, wanted, call.query.sort, _show))


def put(level: Level, call: Call[Any, LineContent]) -> Answer:
    """Gives an owner a line, or replaces the value that it has. Phones get it with their next generated file."""
    owner, line = owner_of(level, call), changes.read_line(call.place["parameter"], call.body.value)
    found = _find(call, owner)
    if found is None:
        call.conditions.check_may_add()
    else:
        call.check_may_change(_show(found))
    changes.lay_over(call.session, owner, [line], replaces=True, author=call.author, now=call.now)
    row = call.session.scalars(LINES.of_owner(owner).where(ConfigurationValue.parameter == line[0])).one()
    return Answer(_show(row), HTTPStatus.CREATED if found is None else HTTPStatus.OK)


def delete(level: Level, call: Call[Any, Any]) -> Answer:
    """Takes a line from its owner; it is left out of the files that are generated from now on."""
    row = _find(call, owner_of(level, call))
    if row is None:
        raise NotFoundError("It has no line with this parameter.")
    call.check_may_change(_show(row))
    changes.delete(call.session, row, author=call.author, now=call.now)
    return Answer(status=HTTPStatus.NO_CONTENT)


def _find(call: Call[Any, Any], owner: Owner) -> ConfigurationValue | None:
    named = ConfigurationValue.parameter == call.place["parameter"].strip()
    return call.session.scalar(LINES.of_owner(owner).where(named).with_for_update())


def _show(row: ConfigurationValue) -> LineItem:
    hides = is_secret_parameter(row.parameter)
    return LineItem(
        parameter=row.parameter, value=None if hides else row.value, is_secret=hides, is_set=bool(row.value)
    )


def _routes_of(level: Level) -> Iterator[Route]:
    kind, path = level.kind, f"/configuration/{level.path}"

    def right(*deeds: str) -> Right:
        return Right(kind=Kind.CONFIGURATION, page=level.page, deeds=deeds)

    one = {**level.place, "parameter": Parameter}
    yield Route(
        method="GET", path=path, does=partial(list_them, level), name=f"list_{kind}_lines",
        summary=f"List the lines of a {kind}", right=right("can_list"), place=level.place, query=LinesQuery,
        answers=ItemPage[LineItem],
    )  # fmt: skip
    yield Route(
        method="PUT", path=f"{path}/{{parameter}}", does=partial(put, level), name=f"put_{kind}_line",
        summary=f"Add or replace a line of a {kind}", right=right("can_add", "can_edit"), place=one,
        body=LineContent, answers=LineItem, adds=True,
    )  # fmt: skip
    yield Route(
        method="DELETE", path=f"{path}/{{parameter}}", does=partial(delete, level), name=f"delete_{kind}_line",
        summary=f"Delete a line of a {kind}", right=right("can_delete"), place=one, status=HTTPStatus.NO_CONTENT,
    )  # fmt: skip


ROUTES = tuple(route for level in LEVELS for route in _routes_of(level))
