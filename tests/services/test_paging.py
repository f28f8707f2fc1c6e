"""Pages of long lists."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database import Database, make_engine
from app.models import Site, Tenant
from app.security.tenant_scope import ALL_TENANTS, only_tenants, set_scope
from app.services.paging import count_of, page_of
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


def test_pages_follow_one_another_without_gap_or_repeat(session: Session):
    pages = [page_of(session, SITES, number=number, size=5) for number in (1, 2, 3)]
    names = [site.name for page in pages for site in page.rows]
    assert names == [site.name for site in session.scalars(SITES)]
    assert [page.has_next for page in pages] == [True, True, False]
    assert [page.sentence for page in pages] == ["1 to 5 of 12", "6 to 10 of 12", "11 to 12 of 12"]


def test_a_page_behind_the_last_is_empty(session: Session):
    page = page_of(session, SITES, number=4, size=5)
    assert (list(page.rows), page.has_next, page.sentence) == ([], False, "Nothing to show")


def test_a_count_stops_behind_its_limit(session: Session):
    assert count_of(session, SITES) == 12
    assert count_of(session, SITES, at_most=10) == 11


def test_a_count_keeps_to_the_scope(session: Session):
    acme = session.scalars(select(Tenant.id).where(Tenant.name == "Acme")).one()
    set_scope(session, only_tenants([acme]))
    assert count_of(session, SITES) == 7
    assert page_of(session, SITES, number=1, size=5).sentence == "1 to 5 of 7"
