"""Few phones are looked up before anything else is asked: the answers stay the same, with indexes and without."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app import letter_indexes
from app.database import Database
from app.models import DeviceStatus, Tenant
from app.models.enums import Status
from app.security.tenant_scope import ALL_TENANTS, TenantScope, only_tenants
from app.services import few_found
from app.services.devices_status import export, pages
from app.services.devices_status.conditions import conditions_of
from app.services.devices_status.filters import Filters
from app.services.devices_status.selection import find_matching
from app.services.global_search import searching
from app.services.global_search.found import Kind, words_of
from app.transaction import reading, writing
from tests.factories import make_device, make_status, make_tenant, make_user

WORDS = (
    "anna", "ANNA", "änn", "ÄNNA", "meier anna", "user:anna", "user:otto@", "ottilie", "number:4930", "+49 30",
    "10.1.2", "ip:10.1.2.7", "ip:10.1.0.0/16", "ip:0.0.0.0/0", "mac:0f1e", "0f:1e", "00-90-8f-00-0f-1e", "q", "é", "%",
    "_", "50%", "\\", "430", "model:430", "status:offline anna", "tenant:globex anna", "nobody at all", "\"a m\"",
)  # fmt: skip
LOOKED_FOR = ("anna", "änna", "0f1e", "0090.8f", "+49 30", "10.1.2", "sn-1", "lobby", "ott", "nobody")


@pytest.fixture
def fleet(database: Database) -> Database:
    with writing(database, ALL_TENANTS) as session:
        for tenant in (make_tenant(session, "Acme"), make_tenant(session, "Globex")):
            for number in range(12):
                _add_phone(session, tenant, number)
    return database


def _add_phone(session: Session, tenant: Tenant, number: int) -> None:
    name = ("Änna Meier", "anna 50%_\\", "Otto", "Ottilie É")[number % 4]
    mac = f"00908f{tenant.id:02x}{'0f1e' if number == 3 else f'{number:04x}'}"
    user = make_user(session, f"{name[:4]}{number}@{tenant.name}.com", display_name=name, tenant=tenant)
    device = make_device(
        session, mac=mac, tenant=tenant, phone_user=user, serial_number=f"SN-{number}", display_name="Lobby"
    )
    make_status(
        session,
        device=device,
        user_name=name if number % 3 else "",
        phone_number=f"+49 30{number}",
        ip=f"10.1.2.{number}" if number % 5 else "fe80::1",
        status=Status.OFFLINE if number % 2 else Status.REGISTERED,
    )


def scopes(database: Database) -> list[TenantScope]:
    with reading(database, ALL_TENANTS) as session:
        return [
            ALL_TENANTS,
            only_tenants([session.scalars(select(Tenant.id).filter_by(name="Globex")).one()]),
        ]


@pytest.mark.parametrize("has_letters", [True, False])
def test_lists_exports_and_numbers_are_what_each_phone_was_asked(
    fleet: Database, has_letters: bool, monkeypatch: pytest.MonkeyPatch
):
    _force(fleet, has_letters)
    found = 0
    for scope in scopes(fleet):
        for words in WORDS:
            filters = Filters.from_query({"q": words, "rows": "100"})
            with reading(fleet, scope) as session:
                asked = select(DeviceStatus.mac).where(*conditions_of(filters)).order_by(DeviceStatus.mac)
                expected = session.scalars(asked).all()
                listed = pages.read_page(session, filters).phones
                assert sorted(phone.mac for phone in listed) == expected, words
                assert [phone.mac for phone in export.read_chunk(session, filters)] == expected, words
                assert find_matching(session, filters, at_most=100) == expected, words
                assert pages.count_matching(session, filters) == len(expected), words
                with monkeypatch.context() as patched:
                    patched.setattr(pages, "COUNT_LIMIT", 2)
                    assert pages.count_matching(session, filters) == min(len(expected), 3), words
                found += len(expected)
    assert found > len(WORDS)


@pytest.mark.parametrize("has_letters", [True, False])
def test_the_search_of_everything_finds_the_same_where_nothing_is_few(
    fleet: Database, has_letters: bool, monkeypatch: pytest.MonkeyPatch
):
    _force(fleet, has_letters)
    for scope in scopes(fleet):
        for words in LOOKED_FOR:
            monkeypatch.setattr(few_found, "MOST", 10_000)
            narrowed = _search(fleet, scope, words)
            monkeypatch.setattr(few_found, "MOST", 0)
            assert narrowed == _search(fleet, scope, words), words
            assert bool(narrowed) == (words != "nobody"), words


def _search(database: Database, scope: TenantScope, words: str) -> object:
    with reading(database, scope) as session:
        return searching.search(session, words_of(words), list(Kind), at_most=50, is_thorough=True)


def _force(database: Database, has_letters: bool) -> None:
    """Let PostgreSQL have and use its indexes over letters for such a small fleet, or be without."""
    if not has_letters or database.reader.dialect.name != "postgresql":
        return
    assert letter_indexes.make_missing(database.writer, from_rows=1)
    with database.writer.begin() as connection:
        connection.execute(text(f"ALTER DATABASE {database.reader.url.database} SET enable_seqscan = off"))
    database.reader.dispose()
