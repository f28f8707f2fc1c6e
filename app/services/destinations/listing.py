"""The list of destinations, and where each is; a session's scope decides which."""

from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from app.models import Destination, Tenant
from app.models.enums import DestinationKind
from app.services.destinations.fields import addresses_in
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


def where(destination: Destination) -> str:
    """Return on one line where a destination is; of a web hook its server alone, as the path may be its secret."""
    texts = destination.settings
    match destination.kind:
        case DestinationKind.MAIL:
            first, *others = addresses_in(texts.get("recipients", "")) or [""]
            return f"{first} and {len(others)} more" if others else first
        case DestinationKind.WEBHOOK | DestinationKind.EVENTS:
            return urlsplit(str(texts.get("url", ""))).netloc
        case DestinationKind.SNMP:
            return f"{texts.get('host')}, port {texts.get('port')}, version {texts.get('version')}"
        case DestinationKind.SYSLOG:
            return f"{texts.get('host')}, port {texts.get('port')}, {texts.get('transport', '').upper()}"
