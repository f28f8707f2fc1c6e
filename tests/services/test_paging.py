"""Pages of long lists."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database import Database, make_engine
from app.models import Site, Tenant
from app.security.tenant_scope import ALL_TENANTS, only_tenants, set_scope
from app.services.paging import Page, count_of, page_of, page_of_found
from app.transaction import reading, writing

SITES = select(Site).where(Site.name.startswith("Site")).order_by(Site.name)


@pytest.fixture
def session(database_url: str) -> Iterator[Session]:
    """Seven sites of Acme and five of Globex."""
    engine = make_engine(database_url)
    with writing(Database(engine), ALL_TENANTS) as session:
        for name, number in (("Acme", 7), ("Globex", 5)):
            tenant = Tenant(name=name, created_at=datetime.now(UTC))
            session.add_all(Site(tenant=tenant, name=f"Site {name} {index}") for index in range(number))
    with reading(Database(engine), ALL_TENANTS) as session:
        yield session
    engine.dispose()


@pytest.mark.parametrize("read", [page_of, page_of_found])
def test_pages_follow_one_another_without_gap_or_repeat(session: Session, read: Callable[..., Page]):
    statement = SITES if read is page_of else SITES.with_only_columns(Site.id)
    pages = [read(session, statement, number=number, size=5) for number in (1, 2, 3)]
    if read is page_of_found:
        pages = [replace(page, rows=[session.get_one(Site, row) for row in page.rows]) for page in pages]
    names = [site.name for page in pages for site in page.rows]
    assert names == [site.name for site in session.scalars(SITES)]
    assert [page.has_next for page in pages] == [True, True, False]
    assert [page.sentence for page in pages] == ["1 to 5 of 12", "6 to 10 of 12", "11 to 12 of 12"]


@pytest.mark.parametrize("read", [page_of, page_of_found])
def test_a_page_behind_the_last_is_empty(session: Session, read: Callable[..., Page]):
    page = read(session, SITES, number=4, size=5)
    assert (list(page.rows), page.has_next, page.sentence) == ([], False, "Nothing to show")


def test_a_count_stops_behind_its_limit(session: Session):
    assert count_of(session, SITES) == 12
    assert count_of(session, SITES, at_most=10) == 11


def test_a_count_keeps_to_the_scope(session: Session):
    acme = session.scalars(select(Tenant.id).where(Tenant.name == "Acme")).one()
    set_scope(session, only_tenants([acme]))
    assert count_of(session, SITES) == 7
    assert page_of(session, SITES, number=1, size=5).sentence == "1 to 5 of 7"
