"""What Flask-AppBuilder keeps of roles, pages and deeds: written at once, up to date at each release."""

from collections.abc import Iterator

import pytest
from flask_appbuilder.security.sqla.models import Permission, PermissionView, Role, ViewMenu
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.cli.release import release
from app.database import Database
from app.security.roles import ROLES
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import reading, writing
from app.views import permission_rows
from tests.databases import settings_for


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with writing(database, ALL_TENANTS) as session:
        yield session


def deeds_on(session: Session, page: str) -> set[str]:
    found = (
        select(Permission.name)
        .join(PermissionView, PermissionView.permission_id == Permission.id)
        .join(ViewMenu, PermissionView.view_menu_id == ViewMenu.id)
        .where(ViewMenu.name == page)
    )
    return set(session.scalars(found))


def number_of_deeds(session: Session) -> int | None:
    return session.scalar(select(func.count()).select_from(PermissionView))


def test_fresh_installation_has_all_roles_and_the_deeds_of_pages(session: Session) -> None:
    assert {*ROLES, "Public"} <= set(session.scalars(select(Role.name)))
    assert {"menu_access", "can_list"} <= deeds_on(session, "Tenants")


def test_only_what_is_missing_is_added_and_only_what_pages_do_no_more_goes(session: Session) -> None:
    before = number_of_deeds(session)
    permission_rows.write(session, {("Page", "can_look"), ("Page", "can_mend")}, ["Guest"])
    guest = session.scalars(select(Role).where(Role.name == "Guest")).one()
    guest.permissions = list(
        session.scalars(select(PermissionView).order_by(PermissionView.id.desc()).limit(2))
    )
    permission_rows.write(session, {("Page", "can_look"), ("Page", "menu_access")}, ["Guest"])
    session.expire_all()

    assert deeds_on(session, "Page") == {"can_look", "menu_access"}
    assert [pair.permission.name for pair in guest.permissions] == ["can_look"]
    assert number_of_deeds(session) == (before or 0) + 2
    assert len(session.scalars(select(Role).where(Role.name == "Guest")).all()) == 1


def test_next_release_mends_what_is_missing_and_adds_nothing_twice(
    database_url: str, database: Database, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with writing(database, ALL_TENANTS) as session:
        before = number_of_deeds(session)
        tenants = select(ViewMenu.id).where(ViewMenu.name == "Tenants").scalar_subquery()
        session.delete(
            session.scalars(select(PermissionView).where(PermissionView.view_menu_id == tenants)).first()
        )
    release(settings_for(database_url, tmp_path_factory.mktemp("data")))
    with reading(database, ALL_TENANTS) as session:
        assert number_of_deeds(session) == before
