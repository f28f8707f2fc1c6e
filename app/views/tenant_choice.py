"""The tenant to which somebody has narrowed what he sees: kept in his session, and never more than his account sees.

While it holds, a request has the scope of an account that names this one tenant (docs/decisions/0053).
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from flask import flash, g, session
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Tenant
from app.security.tenant_scope import NO_TENANT, TenantScope, only_tenants, scope_of, set_scope

_KEY = "tenant"
LISTED_TENANTS = 20
"""Tenants that the menu of the top bar lists; where there are more, a page finds them."""
_FIRST = select(Tenant.id, Tenant.name).order_by(Tenant.name_key).limit(LISTED_TENANTS + 1)


@dataclass(frozen=True, slots=True)
class ChosenTenant:
    """A tenant, as the switcher names it."""

    id: int
    name: str


def narrow(database: Session, whole: TenantScope) -> TenantScope:
    """Return the scope of this request: that of the account, or of the tenant to which it was narrowed.

    A tenant that is no more, or that the account sees no more, is forgotten and its owner told.
    """
    g.whole_scope = whole
    g.chosen_tenant = None
    wanted = session.get(_KEY)
    if wanted is None:
        return whole
    set_scope(database, whole)
    found = _find(database, wanted)
    if found is None:
        forget()
        if whole != NO_TENANT:
            flash(
                "The tenant that you had chosen is not there any more: you see all of yours again.", "warning"
            )
        return whole
    g.chosen_tenant = found
    return only_tenants([found.id])


def choose(database: Session, tenant_id: int | None) -> ChosenTenant | None:
    """Narrow this session to a tenant, or with None to none; what the account does not see is not chosen."""
    if tenant_id is None:
        forget()
        return None
    with seeing_whole_scope(database):
        found = _find(database, tenant_id)
    if found is not None:
        session[_KEY] = found.id
    return found


def forget() -> None:
    """Let this session see all that its account sees."""
    session.pop(_KEY, None)


def chosen() -> ChosenTenant | None:
    """Return the tenant to which this request is narrowed, or None."""
    found: ChosenTenant | None = g.get("chosen_tenant")
    return found


def whole_scope() -> TenantScope:
    """Return what the account sees while it is not narrowed."""
    scope: TenantScope = g.get("whole_scope", NO_TENANT)
    return scope


@contextmanager
def seeing_whole_scope(database: Session) -> Iterator[None]:
    """Let a few reads see all that the account sees: what the switcher offers, and whose something is."""
    narrowed = scope_of(database)
    set_scope(database, whole_scope())
    try:
        yield
    finally:
        set_scope(database, narrowed)


def choices(database: Session) -> Sequence[ChosenTenant]:
    """Return the first LISTED_TENANTS that can be chosen, and one more where there are more."""
    with seeing_whole_scope(database):
        return tuple(ChosenTenant(*row) for row in database.execute(_FIRST))


def find_named(database: Session, name: str) -> ChosenTenant | None:
    """Return the tenant of a name among all that the account sees."""
    with seeing_whole_scope(database):
        row = database.execute(
            select(Tenant.id, Tenant.name).where(Tenant.name_key == name.casefold())
        ).first()
    return ChosenTenant(*row) if row else None


def _find(database: Session, tenant_id: object) -> ChosenTenant | None:
    if not isinstance(tenant_id, int):
        return None
    row = database.execute(select(Tenant.id, Tenant.name).where(Tenant.id == tenant_id)).first()
    return ChosenTenant(*row) if row else None
