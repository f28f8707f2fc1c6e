"""What users and devices refer to is there and stays there; PostgreSQL looks at it for many rows at once."""

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from app.database import Database, table_of
from app.models import Device, PhoneUser, Site, Tenant
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import writing
from tests.factories import make_device, make_firmware, make_site, make_tenant, make_user

NOT_THERE = 987_654
PATIENCE_SECONDS = 30
IS_SURELY_WAITING_SECONDS = 0.3
DEVICES, USERS, TENANTS, SITES = table_of(Device), table_of(PhoneUser), table_of(Tenant), table_of(Site)
REFERENCES = pytest.mark.parametrize(
    ("table", "column"),
    [
        (DEVICES, "tenant_id"),
        (DEVICES, "site_id"),
        (DEVICES, "phone_model_id"),
        (DEVICES, "template_id"),
        (DEVICES, "phone_user_id"),
        (DEVICES, "firmware_id"),
        (USERS, "tenant_id"),
    ],
)


@pytest.fixture(autouse=True)
def _acme(database: Database, tmp_path: Path) -> None:
    """A user, and a device that refers to all that devices refer to."""
    with writing(database, ALL_TENANTS) as session:
        tenant = make_tenant(session, "Acme")
        user = make_user(session, tenant=tenant)
        firmware = make_firmware(session, tmp_path / "data")
        make_device(session, site=make_site(session, tenant=tenant), phone_user=user, firmware=firmware)


def row_of(database: Database, table: Table) -> dict[str, Any]:
    """Return the row that was added last."""
    with database.reader.connect() as connection:
        return dict(connection.execute(select(table).order_by(table.c.id.desc()).limit(1)).mappings().one())


def count_of(database: Database, table: Table) -> int:
    with database.reader.connect() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def another(row: Mapping[str, Any], number: int, **changes: int) -> dict[str, Any]:
    """Return a row like this one, by another name."""
    names = {name: f"{number:012}" for name in ("mac", "name", "name_key") if name in row}
    return {**{name: value for name, value in row.items() if name != "id"}, **names, **changes}


def add(database: Database, table: Table, rows: list[dict[str, Any]]) -> None:
    with database.writer.begin() as connection:
        connection.execute(insert(table).values(rows))


@REFERENCES
def test_of_many_rows_none_is_added_when_one_refers_to_nothing(database: Database, table: Table, column: str):
    like = row_of(database, table)
    before = count_of(database, table)
    rows = [another(like, number) for number in range(20)]
    with pytest.raises(IntegrityError, match=r"(?i)foreign key"):
        add(database, table, [*rows, another(like, 99, **{column: NOT_THERE})])
    assert count_of(database, table) == before
    add(database, table, rows)
    assert count_of(database, table) == before + 20


@REFERENCES
def test_a_row_is_not_changed_to_refer_to_nothing(database: Database, table: Table, column: str):
    mine = row_of(database, table)
    with (
        pytest.raises(IntegrityError, match=r"(?i)foreign key"),
        database.writer.begin() as connection,
    ):
        connection.execute(update(table).where(table.c.id == mine["id"]).values({column: NOT_THERE}))
    assert row_of(database, table) == mine


@REFERENCES
def test_what_is_referred_to_is_not_deleted(database: Database, table: Table, column: str):
    referred = next(iter(table.c[column].foreign_keys)).column.table
    number = row_of(database, table)[column]
    with (
        pytest.raises(IntegrityError, match=r"(?i)foreign key"),
        database.writer.begin() as connection,
    ):
        connection.execute(delete(referred).where(referred.c.id == number))
    assert count_of(database, referred) > 0


def test_what_nothing_refers_to_any_more_is_deleted(database: Database):
    device = row_of(database, DEVICES)
    with database.writer.begin() as connection:
        connection.execute(delete(DEVICES).where(DEVICES.c.id == device["id"]))
        connection.execute(delete(SITES).where(SITES.c.id == device["site_id"]))


def test_who_deletes_a_site_waits_for_whoever_adds_a_device_to_it(database: Database):
    with writing(database, ALL_TENANTS) as session:
        acme = session.scalars(select(Tenant).where(Tenant.name == "Acme")).one()
        site_id = make_site(session, "Ulm", tenant=acme).id
    like = another(row_of(database, DEVICES), 1, site_id=site_id)
    errors: list[BaseException] = []

    def delete_site() -> None:
        try:
            with database.writer.begin() as connection:
                connection.execute(delete(SITES).where(SITES.c.id == site_id))
        except IntegrityError as error:
            errors.append(error)

    deleting = threading.Thread(target=delete_site)
    with database.writer.begin() as connection:
        connection.execute(insert(DEVICES).values([like]))
        deleting.start()
        deleting.join(IS_SURELY_WAITING_SECONDS)
        assert deleting.is_alive()
    deleting.join(PATIENCE_SECONDS)
    assert len(errors) == 1
    assert row_of(database, DEVICES)["site_id"] == site_id
