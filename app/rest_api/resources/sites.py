"""Sites: `/sites`, one by its id, and by the names of its tenant and its own where it is added or replaced."""

from http import HTTPStatus
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import contains_eager

from app.models import Site, Tenant
from app.rest_api.calls import Answer, Call
from app.rest_api.keeping import Deletion, check_was_told, get_row, with_changes
from app.rest_api.listing import ItemPage, Listing, ListQuery, Order, RowId, Words
from app.rest_api.references import TenantName, find_tenant
from app.rest_api.resources.tenant_bodies import Description, Subnet
from app.rest_api.routes import Right, Route
from app.rules.api_tokens import Kind
from app.security.roles import SITES
from app.services import tenancy
from app.services.tenancy import PlaceFields

Name = Annotated[str, Meta(min_length=1, max_length=100, description="Phones can name it in their address.")]
_Sort = Literal["name", "-name", "id", "-id"]


class SiteItem(Struct, kw_only=True):
    """A site of a tenant. AutoDetection takes the phones that no other site takes; it keeps its name."""

    id: int
    tenant: str
    tenant_id: int
    name: str
    description: str
    subnet: str | None
    is_auto_detection: bool


class SiteContent(Struct, kw_only=True, forbid_unknown_fields=True):
    """What is said of a site beside its name; what is not said is as in a new one."""

    description: Description = ""
    subnet: Subnet | None = None


class NewSite(SiteContent, kw_only=True, forbid_unknown_fields=True):
    """A site that is to be added to the tenant of a name."""

    tenant: TenantName
    name: Name


class SiteChanges(Struct, kw_only=True, forbid_unknown_fields=True):
    """What is to change of a site; the rest stays, and so does its tenant."""

    name: Name | UnsetType = UNSET
    description: Description | UnsetType = UNSET
    subnet: Subnet | UnsetType | None = UNSET


class SitesQuery(ListQuery, kw_only=True, forbid_unknown_fields=True, frozen=True):
    """Which sites are listed, and in which order."""

    tenant: Annotated[Words, Meta(description="The name of a tenant.")] = ""
    q: Annotated[Words, Meta(description="A part of the name or of the description.")] = ""
    sort: _Sort = "name"


_BY_ID = Order(Site.id, lambda row: row.id, said_as=int)
_LISTING: Listing[Site] = Listing(
    {"name": Order(Site.name_key, lambda row: row.name_key), "id": _BY_ID}, _BY_ID
)


def list_them(call: Call[SitesQuery, Any]) -> Answer:
    """Lists the sites of the tenants that the token sees."""
    query, wanted = call.query, _sites()
    if query.tenant:
        wanted = wanted.where(Tenant.name_key == Tenant.fold(query.tenant))
    if query.q:
        parts = (column.icontains(query.q, autoescape=True) for column in (Site.name, Site.description))
        wanted = wanted.where(or_(*parts))
    return Answer(_LISTING.page(call, wanted, query.sort, show))


def read(call: Call[Any, Any]) -> Answer:
    """Shows a site."""
    return Answer(show(_site(call, to_change=False)))


def add(call: Call[Any, NewSite]) -> Answer:
    """Adds a site to a tenant."""
    body = call.body
    said = PlaceFields(name=body.name, description=body.description, subnet=body.subnet)
    return _added(call, body.tenant, said)


def change(call: Call[Any, SiteChanges]) -> Answer:
    """Changes what the body names of a site."""
    site = _site(call, to_change=True)
    shown = show(site)
    call.check_may_change(shown)
    said = with_changes(msgspec.convert(shown, NewSite, from_attributes=True), call.body)
    return _changed(call, site, PlaceFields(name=said.name, description=said.description, subnet=said.subnet))


def put(call: Call[Any, SiteContent]) -> Answer:
    """Adds the site of this name to the tenant of that one, or replaces all that is said of it."""
    said = PlaceFields(name=call.place["name"], description=call.body.description, subnet=call.body.subnet)
    site = call.session.scalar(_named(call).with_for_update(of=Site))
    if site is None:
        call.conditions.check_may_add()
        return _added(call, call.place["tenant"], said)
    call.check_may_change(show(site))
    return _changed(call, site, said)


def delete(call: Call[Deletion, Any]) -> Answer:
    """Deletes a site; its phones go to AutoDetection. What goes along has to be named by `told`."""
    site = _site(call, to_change=True)
    call.check_may_change(show(site))
    check_was_told(tenancy.departure_of_site(call.session, site), call.query.told)
    tenancy.delete_site(call.session, site, author=call.author, now=call.now)
    return Answer(status=HTTPStatus.NO_CONTENT)


def show(site: Site) -> SiteItem:
    """Return a site as it is shown."""
    return SiteItem(
        id=site.id,
        tenant=site.tenant.name,
        tenant_id=site.tenant_id,
        name=site.name,
        description=site.description,
        subnet=site.subnet,
        is_auto_detection=site.is_auto_detection,
    )


def _sites() -> Select[Site]:
    return select(Site).join(Site.tenant).options(contains_eager(Site.tenant))


def _site(call: Call[Any, Any], *, to_change: bool) -> Site:
    wanted = _named(call) if "name" in call.place else _sites().where(Site.id == call.place["site_id"])
    return get_row(call.session, wanted, "site", to_change=to_change)


def _named(call: Call[Any, Any]) -> Select[Site]:
    tenant, name = Tenant.fold(call.place["tenant"].strip()), Site.fold(call.place["name"].strip())
    return _sites().where(Tenant.name_key == tenant, Site.name_key == name)


def _added(call: Call[Any, Any], tenant: str, said: PlaceFields) -> Answer:
    owner = find_tenant(call.session, tenant)
    site = tenancy.add_site(call.session, owner, said, author=call.author, now=call.now)
    return Answer(show(site), HTTPStatus.CREATED, f"/sites/{site.id}")


def _changed(call: Call[Any, Any], site: Site, said: PlaceFields) -> Answer:
    tenancy.change_site(call.session, site, said, author=call.author, now=call.now)
    return Answer(show(site))


def _right(*deeds: str) -> Right:
    return Right(kind=Kind.SITES, page=SITES, deeds=deeds)


_ONE: dict[str, Any] = {"site_id": RowId}
_NAMED: dict[str, Any] = {"tenant": TenantName, "name": Name}

ROUTES = (
    Route(
        method="GET",
        path="/sites",
        does=list_them,
        name="list_sites",
        summary="List sites",
        right=_right("can_list"),
        query=SitesQuery,
        answers=ItemPage[SiteItem],
    ),
    Route(
        method="POST",
        path="/sites",
        does=add,
        name="add_site",
        summary="Add a site",
        right=_right("can_add"),
        body=NewSite,
        answers=SiteItem,
        status=HTTPStatus.CREATED,
    ),
    Route(
        method="GET",
        path="/sites/{site_id}",
        does=read,
        name="show_site",
        summary="Show a site",
        right=_right("can_show"),
        place=_ONE,
        answers=SiteItem,
    ),
    Route(
        method="PATCH",
        path="/sites/{site_id}",
        does=change,
        name="change_site",
        summary="Change a site",
        right=_right("can_edit"),
        place=_ONE,
        body=SiteChanges,
        answers=SiteItem,
    ),
    Route(
        method="DELETE",
        path="/sites/{site_id}",
        does=delete,
        name="delete_site",
        summary="Delete a site",
        right=_right("can_delete"),
        place=_ONE,
        query=Deletion,
        status=HTTPStatus.NO_CONTENT,
    ),
    Route(
        method="GET",
        path="/sites/named/{tenant}/{name}",
        does=read,
        name="show_named_site",
        summary="Show the site of a name",
        right=_right("can_show"),
        place=_NAMED,
        answers=SiteItem,
    ),
    Route(
        method="PUT",
        path="/sites/named/{tenant}/{name}",
        does=put,
        name="put_site",
        summary="Add or replace the site of a name",
        right=_right("can_add", "can_edit"),
        place=_NAMED,
        body=SiteContent,
        answers=SiteItem,
        adds=True,
    ),
)
