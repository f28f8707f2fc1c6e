"""Tenants: `/tenants`, one by its id, and by its name where it is added or replaced."""

from datetime import datetime
from http import HTTPStatus
from typing import Any

import msgspec
from sqlalchemy import Select, or_, select

from app.models import Tenant
from app.rest_api.calls import Answer, Call
from app.rest_api.keeping import Deletion, check_was_told, get_row, with_changes
from app.rest_api.listing import ItemPage, Listing, Order, RowId
from app.rest_api.problems import RefusedError
from app.rest_api.resources.tenant_bodies import (
    Name,
    NewTenant,
    Shutting,
    TenantChanges,
    TenantContent,
    TenantItem,
    TenantsQuery,
    show,
)
from app.rest_api.routes import Right, Route
from app.rules.api_tokens import Kind
from app.security.roles import TENANTS
from app.services import tenancy
from app.services.tenancy import TenantFields

_BY_ID = Order(Tenant.id, lambda row: row.id, said_as=int)
_LISTING: Listing[Tenant] = Listing(
    {
        "name": Order(Tenant.name_key, lambda row: row.name_key),
        "created_at": Order(
            Tenant.created_at,
            lambda row: row.created_at.isoformat(),
            lambda said: datetime.fromisoformat(str(said)),
        ),
        "id": _BY_ID,
    },
    _BY_ID,
)


def list_them(call: Call[TenantsQuery, Any]) -> Answer:
    """Lists the tenants that the token sees. `name` finds one by its whole name, whatever the case."""
    query, wanted = call.query, select(Tenant)
    if query.name:
        wanted = wanted.where(Tenant.name_key == Tenant.fold(query.name))
    if query.q:
        parts = (column.icontains(query.q, autoescape=True) for column in (Tenant.name, Tenant.description))
        wanted = wanted.where(or_(*parts))
    return Answer(_LISTING.page(call, wanted, query.sort, show))


def read(call: Call[Any, Any]) -> Answer:
    """Shows a tenant."""
    return Answer(show(tenant_of(call, to_change=False)))


def add(call: Call[Any, NewTenant]) -> Answer:
    """Adds a tenant with its site AutoDetection. One that becomes the default takes over from the one that was."""
    return _added(call, TenantFields(**msgspec.structs.asdict(call.body)))


def change(call: Call[Shutting, TenantChanges]) -> Answer:
    """Changes what the body names of a tenant. Phones that ask for an old name are refused: rename with care.

    Where phones that are served now would be refused, nothing is changed unless `told` says that this is known.
    """
    tenant = tenant_of(call, to_change=True)
    shown = show(tenant)
    call.check_may_change(shown)
    said = with_changes(_new_from(shown), call.body)
    return _changed(call, tenant, TenantFields(**msgspec.structs.asdict(said)))


def put(call: Call[Shutting, TenantContent]) -> Answer:
    """Adds the tenant of this name, or replaces all that is said of it: what the body leaves out is as in a new one.

    Where phones that are served now would be refused, nothing is changed unless `told` says that this is known.
    """
    said = TenantFields(name=call.place["name"], **msgspec.structs.asdict(call.body))
    tenant = call.session.scalar(_named(call).with_for_update())
    if tenant is None:
        call.conditions.check_may_add()
        return _added(call, said)
    call.check_may_change(show(tenant))
    return _changed(call, tenant, said)


def delete(call: Call[Deletion, Any]) -> Answer:
    """Deletes a tenant. What goes along has to be named by `told`; phones, for one, stand against it."""
    tenant = tenant_of(call, to_change=True)
    call.check_may_change(show(tenant))
    check_was_told(tenancy.departure_of_tenant(call.session, tenant), call.query.told)
    tenancy.delete_tenant(call.session, tenant, author=call.author, now=call.now)
    return Answer(status=HTTPStatus.NO_CONTENT)


def _new_from(shown: TenantItem) -> NewTenant:
    return msgspec.convert(shown, NewTenant, from_attributes=True)


def tenant_of(call: Call[Any, Any], *, to_change: bool) -> Tenant:
    """Return the tenant that the address names, or raise NotFoundError."""
    wanted = (
        _named(call) if "name" in call.place else select(Tenant).where(Tenant.id == call.place["tenant_id"])
    )
    return get_row(call.session, wanted, "tenant", to_change=to_change)


def _named(call: Call[Any, Any]) -> Select[Tenant]:
    return select(Tenant).where(Tenant.name_key == Tenant.fold(call.place["name"].strip()))


def _added(call: Call[Any, Any], said: TenantFields) -> Answer:
    tenant = tenancy.add_tenant(call.session, said, author=call.author, now=call.now)
    return Answer(show(tenant), HTTPStatus.CREATED, f"/tenants/{tenant.id}")


def _changed(call: Call[Shutting, Any], tenant: Tenant, said: TenantFields) -> Answer:
    shut_out = tenancy.shut_out(
        call.session,
        tenant,
        tenancy.read_allowed_networks(said.allowed_networks),
        demands_key=said.demands_key,
        demands_certificate=said.demands_certificate,
    )
    sentences = shut_out.sentences(tenant.name)
    if sentences and call.query.told != shut_out.told:
        raise RefusedError(
            HTTPStatus.CONFLICT,
            f"{' '.join(sentences)} Where that is meant, send the same with ?told=…, as this answer says it.",
            more={"told": shut_out.told},
        )
    tenancy.change_tenant(call.session, tenant, said, author=call.author, now=call.now)
    return Answer(show(tenant))


def right(*deeds: str) -> Right:
    """Return the right to do something with tenants, as the screens have it."""
    return Right(kind=Kind.TENANTS, page=TENANTS, deeds=deeds)


_ONE: dict[str, Any] = {"tenant_id": RowId}
_NAMED: dict[str, Any] = {"name": Name}

ROUTES = (
    Route(
        method="GET", path="/tenants", does=list_them, name="list_tenants", summary="List tenants",
        right=right("can_list"), query=TenantsQuery, answers=ItemPage[TenantItem],
    ),
    Route(
        method="POST", path="/tenants", does=add, name="add_tenant", summary="Add a tenant",
        right=right("can_add"), body=NewTenant, answers=TenantItem, status=HTTPStatus.CREATED,
    ),
    Route(
        method="GET", path="/tenants/{tenant_id}", does=read, name="show_tenant", summary="Show a tenant",
        right=right("can_show"), place=_ONE, answers=TenantItem,
    ),
    Route(
        method="PATCH", path="/tenants/{tenant_id}", does=change, name="change_tenant", summary="Change a tenant",
        right=right("can_edit"), place=_ONE, query=Shutting, body=TenantChanges, answers=TenantItem,
    ),
    Route(
        method="DELETE", path="/tenants/{tenant_id}", does=delete, name="delete_tenant", summary="Delete a tenant",
        right=right("can_delete"), place=_ONE, query=Deletion, status=HTTPStatus.NO_CONTENT,
    ),
    Route(
        method="GET", path="/tenants/named/{name}", does=read, name="show_named_tenant",
        summary="Show the tenant of a name", right=right("can_show"), place=_NAMED, answers=TenantItem,
    ),
    Route(
        method="PUT", path="/tenants/named/{name}", does=put, name="put_tenant",
        summary="Add or replace the tenant of a name", right=right("can_add", "can_edit"), place=_NAMED,
        query=Shutting, body=TenantContent, answers=TenantItem, adds=True,
    ),
)  # fmt: skip
