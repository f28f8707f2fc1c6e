"""Tenant scope as the database session keeps it: what is not in scope is neither seen nor changed."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session, aliased

from app.database import Database
from app.models import ConfigTemplate, JournalEntry, PhoneModel, PhoneUser, Site, Tenant
from app.models.enums import Train
from app.security.tenant_scope import ALL_TENANTS, NO_TENANT, TenantViolationError, only_tenants, set_scope
from app.services import tenancy
from app.transaction import reading, writing

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _tenants(database: Database) -> None:
    """Acme and Globex, one user each."""
    with writing(database, ALL_TENANTS) as session:
        for name in ("Acme", "Globex"):
            tenant = Tenant(name=name)
            tenancy.prepare_new_tenant(session, tenant, now=NOW)
            session.add(PhoneUser(name=f"user of {name}", tenant=tenant, created_at=NOW))


@pytest.fixture
def olga(database: Database) -> Iterator[Session]:
    """A session of somebody who operates Acme alone."""
    with reading(database, ALL_TENANTS) as session:
        acme = session.scalars(select(Tenant.id).where(Tenant.name == "Acme")).one()
    with reading(database, only_tenants([acme])) as session:
        yield session


def _tenant_id(database: Database, name: str) -> int:
    with reading(database, ALL_TENANTS) as session:
        return session.scalars(select(Tenant.id).where(Tenant.name == name)).one()


def test_a_session_without_a_scope_sees_nothing(database: Database) -> None:
    with Session(database.reader) as unguarded, reading(database, NO_TENANT) as session:
        assert unguarded.scalar(select(func.count(Tenant.id))) == 3
        assert session.scalars(select(Tenant)).all() == []
        assert session.scalars(select(PhoneUser)).all() == []


def test_queries_counts_joins_and_aliases_show_the_scope_alone(olga: Session) -> None:
    other = aliased(PhoneUser)
    assert [tenant.name for tenant in olga.scalars(select(Tenant))] == ["Acme"]
    assert olga.scalar(select(func.count(PhoneUser.id))) == 1
    assert olga.scalars(select(other.name)).all() == ["user of Acme"]
    assert olga.scalars(select(Site.name).join(Site.tenant)).all() == ["AutoDetection"]


def test_a_row_of_another_tenant_is_not_found_by_its_id(database: Database, olga: Session) -> None:
    globex = _tenant_id(database, "Globex")
    assert olga.get(Tenant, globex) is None
    assert olga.scalar(select(PhoneUser).where(PhoneUser.tenant_id == globex)) is None


def test_bulk_statements_reach_the_scope_alone(database: Database, olga: Session) -> None:
    olga.execute(update(PhoneUser).values(nickname="changed"))
    olga.execute(delete(PhoneUser).where(PhoneUser.nickname == ""))
    olga.commit()
    with reading(database, ALL_TENANTS) as session:
        nicknames = dict(session.execute(select(PhoneUser.name, PhoneUser.nickname)).all())
    assert nicknames == {"system": "", "user of Acme": "changed", "user of Globex": ""}


def test_a_row_cannot_be_added_to_another_tenant(database: Database, olga: Session) -> None:
    olga.add(PhoneUser(name="intruder", tenant_id=_tenant_id(database, "Globex"), created_at=NOW))
    with pytest.raises(TenantViolationError):
        olga.flush()


def test_rows_cannot_be_added_to_another_tenant_many_at_once(database: Database, olga: Session) -> None:
    users = [
        {"tenant_id": _tenant_id(database, name), "name": "new", "name_key": "new", "created_at": NOW}
        for name in ("Acme", "Globex")
    ]
    olga.execute(insert(PhoneUser), users[:1])
    with pytest.raises(TenantViolationError):
        olga.execute(insert(PhoneUser), users)
    with pytest.raises(TenantViolationError):
        olga.execute(insert(PhoneUser).values(users[1]))


def test_rows_of_another_tenant_cannot_be_changed_many_at_once(database: Database, olga: Session) -> None:
    with reading(database, ALL_TENANTS) as session:
        named = session.execute(select(PhoneUser.name, PhoneUser.id))
        rows = {name: {"id": number, "display_name": "changed"} for name, number in named}
    own, other = rows["user of Acme"], rows["user of Globex"]
    olga.execute(update(PhoneUser), [own])
    with pytest.raises(TenantViolationError):
        olga.execute(update(PhoneUser), [own, other])
    with pytest.raises(TenantViolationError):
        olga.execute(update(PhoneUser), [own | {"tenant_id": _tenant_id(database, "Globex")}])


def test_a_row_cannot_be_moved_to_another_tenant(database: Database, olga: Session) -> None:
    user = olga.scalars(select(PhoneUser)).one()
    user.tenant_id = _tenant_id(database, "Globex")
    with pytest.raises(TenantViolationError):
        olga.flush()


def test_a_row_cannot_be_moved_by_its_relation(database: Database, olga: Session) -> None:
    user = olga.scalars(select(PhoneUser)).one()
    with reading(database, ALL_TENANTS) as session:
        globex = session.scalars(select(Tenant).where(Tenant.name == "Globex")).one()
    user.tenant = olga.merge(globex, load=False)
    with pytest.raises(TenantViolationError):
        olga.flush()


def test_a_row_of_another_tenant_cannot_be_deleted(database: Database, olga: Session) -> None:
    with reading(database, ALL_TENANTS) as session:
        foreign = session.scalars(select(PhoneUser).where(PhoneUser.name == "user of Globex")).one()
    olga.delete(olga.merge(foreign, load=False))
    with pytest.raises(TenantViolationError):
        olga.flush()


def test_a_tenant_cannot_be_added_by_who_is_confined_to_some(olga: Session) -> None:
    olga.add(Tenant(name="Initech", created_at=NOW))
    with pytest.raises(TenantViolationError):
        olga.flush()


def test_what_is_shared_is_read_by_all_and_changed_by_none_but_full_scope(olga: Session) -> None:
    template = olga.scalars(select(ConfigTemplate).limit(1)).one()
    template.description = "changed"
    with pytest.raises(TenantViolationError):
        olga.flush()


def test_a_template_of_another_tenant_is_not_seen(database: Database, olga: Session) -> None:
    with writing(database, ALL_TENANTS) as session:
        model = session.scalars(select(PhoneModel).limit(1)).one()
        globex = session.scalars(select(Tenant).where(Tenant.name == "Globex")).one()
        session.add(
            ConfigTemplate(
                name="of Globex", tenant=globex, phone_model=model, train=Train.UC, content="", changed_at=NOW
            )
        )
    assert "of Globex" not in olga.scalars(select(ConfigTemplate.name)).all()


def test_what_belongs_to_nobody_is_seen_with_full_scope_alone(database: Database, olga: Session) -> None:
    with writing(database, ALL_TENANTS) as session:
        session.add(JournalEntry(at=NOW, actor="alice", action="test", subject="nobody's", text="A test."))
    assert olga.scalars(select(JournalEntry)).all() == []
    set_scope(olga, ALL_TENANTS)
    assert "nobody's" in olga.scalars(select(JournalEntry.subject)).all()
