"""The list of destinations; a session's scope decides which."""

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from app.models import Destination, Tenant
from app.models.enums import DestinationKind
from app.services.paging import Page, page_of
from app.services.text_search import contains


def search(
    session: Session, *, words: str, kind: DestinationKind | None, tenant_name: str, number: int, size: int
) -> Page:
    """Return a page of destinations by name, with their tenants."""
    statement = select(Destination).options(selectinload(Destination.tenant)).order_by(Destination.name_key)
    if words:
        statement = statement.where(contains(Destination.name, words))
    if kind is not None:
        statement = statement.where(Destination.kind == kind)
    if tenant_name:
        statement = statement.where(Destination.tenant.has(Tenant.name_key == tenant_name.casefold()))
    return page_of(session, statement, number=number, size=size)
