"""Whose values they are: how addresses name tenants, sites and the like, and on which page of the screens that is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from msgspec import Meta
from sqlalchemy import Select, select

from app.errors import NotFoundError
from app.models import Site, Tenant
from app.rest_api.calls import Call
from app.services.value_owners import Owner, OwnerKind, get_owner

NAME = Annotated[str, Meta(min_length=1, max_length=100)]


@dataclass(frozen=True, slots=True)
class Level:
    """Whose values: how the address names the owner, and on which page of the screens they are."""

    kind: OwnerKind
    page: str
    path: str
    place: Mapping[str, Any]
    find: Callable[[Call[Any, Any]], Select[int]]


def select_tenant(call: Call[Any, Any]) -> Select[int]:
    """Return the id of the tenant that the address names."""
    return select(Tenant.id).where(Tenant.name_key == Tenant.fold(call.place["tenant"].strip()))


def select_site(call: Call[Any, Any]) -> Select[int]:
    """Return the id of the site that the address names, with its tenant."""
    tenant, site = Tenant.fold(call.place["tenant"].strip()), Site.fold(call.place["site"].strip())
    return select(Site.id).join(Site.tenant).where(Tenant.name_key == tenant, Site.name_key == site)


def owner_of(level: Level, call: Call[Any, Any]) -> Owner:
    """Return whose values the address names, or raise NotFoundError."""
    found = call.session.scalar(level.find(call))
    if found is None:
        raise NotFoundError(f"There is no such {level.kind}, or none that this token sees.")
    return get_owner(call.session, level.kind, found)
