"""The list of phones: what is found, in which order, page by page, and by whom."""

import csv
import io
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from app.database import Database, make_engine
from app.errors import InvalidInputError
from app.models import Device, DeviceSeen, DeviceStatus, PhoneUser, Site, Tenant
from app.models.enums import Approval, Origin, Status, VlanMode
from app.schema import migrate
from app.security.secrets import open_vault
from app.security.tenant_scope import ALL_TENANTS, NO_TENANT, only_tenants
from app.services.devices_status import choices, export, pages
from app.services.devices_status.columns import COLUMNS
from app.services.devices_status.filters import TITLES, Filters
from app.services.devices_status.phones import find_phone
from app.transaction import reading, writing

NOW = datetime(2026, 3, 9, 14, 0, tzinfo=UTC)
BINARY_ORDER_OF_ADDRESSES = ["9.255.0.1", "10.1.2.9", "10.1.2.10", "10.1.10.1", "192.168.0.1"]
KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]


@pytest.fixture(scope="module", params=KINDS)
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A fleet of two tenants, written once for each kind of database: the tests only read it."""
    open_vault("a key for tests only")
    databases = request.getfixturevalue(f"{request.param}_databases")
    url = databases.create()
    engine = make_engine(url)
    migrate(engine)
    found = Database(engine)
    with writing(found, ALL_TENANTS) as session:
        add_fleet(session)
    yield found
    engine.dispose()
    databases.drop(url)


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with reading(database, ALL_TENANTS) as opened:
        yield opened


def add_fleet(session: Session) -> None:
    acme, globex = (Tenant(name=name, created_at=NOW) for name in ("Acme", "Globex"))
    berlin, oslo = Site(name="Berlin", tenant=acme), Site(name="Oslo", tenant=acme)
    springfield = Site(name="Springfield", tenant=globex)
    session.add_all([berlin, oslo, springfield])
    session.flush()
    anna = add_user(session, acme, "anna@acme.com", "Anna Ångström", nickname="Ann")
    otto = add_user(session, acme, "otto@acme.com", "Otto 50%_\\off")
    homer = add_user(session, globex, "homer@globex.com", "Homer")
    add_phone(
        session, 1, site=berlin, user=anna, ip="10.1.2.9", phone_number="+97239764713", location="Floor 3",
        usb_headset="Jabra Evolve", firmware_version="UC_2.0.13.121", btoe_status="auto paired",
    )  # fmt: skip
    add_phone(session, 2, site=oslo, user=anna, status=Status.OFFLINE, ip="10.1.10.1", user_name="")
    add_phone(session, 3, site=oslo, user=otto, status=Status.DISCONNECTED, ip="10.1.2.10", model="405")
    add_phone(
        session,
        4,
        site=springfield,
        user=homer,
        ip="192.168.0.1",
        location="Sector 7G",
        firmware_version="2.2.16.142",
    )
    add_phone(
        session, 5, site=springfield, status=Status.STARTED, ip="9.255.0.1", model="", firmware_version="",
        approval=Approval.NEEDED,
    )  # fmt: skip
    add_phone(session, 6, site=springfield, status=None, ip="", model="<b>", firmware_version="")
    add_phone(
        session, 7, site=None, status=Status.UNREGISTERED, ip="fe80::7", user_name='=cmd|"/c calc"!A0',
        approval=Approval.HELD,
    )  # fmt: skip
    for number in range(20, 40):
        add_phone(
            session,
            number,
            site=oslo,
            minutes=number // 3,
            user_name=f"User {number // 4}",
            ip="not an address",
        )


def add_user(session: Session, tenant: Tenant, name: str, display_name: str, nickname: str = "") -> PhoneUser:
    user = PhoneUser(name=name, display_name=display_name, nickname=nickname, tenant=tenant, created_at=NOW)
    session.add(user)
    session.flush()
    return user


def add_phone(
    session: Session,
    number: int,
    *,
    site: Site | None,
    user: PhoneUser | None = None,
    minutes: int = 0,
    **fields: object,
) -> None:
    """Add the phone with this number in its MAC; one with a user is a device."""
    tenant_id, site_id = (site.tenant_id, site.id) if site else (None, None)
    row = {
        "status": Status.REGISTERED,
        "model": "430HD",
        "firmware_version": "2.0.4.30",
        "user_name": user.display_name if user else "",
        "ip": "10.0.0.1",
        "approval": Approval.NOT_NEEDED,
    } | fields
    status = DeviceStatus(
        mac=mac(number),
        tenant_id=tenant_id,
        site_id=site_id,
        first_seen_at=NOW,
        **row,
    )
    if row["status"] is not None:
        status.status_changed_at = NOW - timedelta(minutes=minutes or number)
        session.add(DeviceSeen(mac=status.mac, seen_at=NOW - timedelta(seconds=minutes or number)))
    if user is not None:
        status.device = Device(
            mac=status.mac, phone_user=user, tenant_id=tenant_id, site_id=site_id, origin=Origin.ZERO_TOUCH,
            vlan_mode=VlanMode.NONE, created_at=NOW, serial_number=f"SN{number}",
        )  # fmt: skip
    session.add(status)
    session.flush()


def mac(number: int) -> str:
    return f"00908f0000{number:02x}"


def found(session: Session, **query: str) -> list[int]:
    """Return the numbers of the phones on the first page, in the order of the list."""
    page = pages.read_page(session, Filters.from_query({"sort": "mac", **query}))
    return [int(phone.mac[-2:], 16) for phone in page.phones]


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ({"user": "anna"}, [1, 2]),
        ({"user": "ångstr"}, [1, 2]),
        ({"user": "ÅNGSTR"}, [1, 2]),
        ({"q": "user:ann@"}, []),
        ({"q": "user:anna@acme"}, [1, 2]),
        ({"q": "user: anna status:offline"}, [2]),
        ({"user": "Ann"}, [1, 2]),
        ({"number": "97239"}, [1]),
        ({"q": "+97239764713"}, [1]),
        ({"mac": "00:90:8F:00:00:03"}, [3]),
        ({"mac": "0090.8f00.0003"}, [3]),
        ({"mac": "00-00-03"}, [3]),
        ({"q": "mac:000003"}, [3]),
        ({"q": "00:00:03"}, [3]),
        ({"ip": "10.1.2.9"}, [1]),
        ({"ip": "10.1.2"}, [1, 3]),
        ({"ip": "10.1.0.0/16"}, [1, 2, 3]),
        ({"ip": "10.1.2.8/30"}, [1, 3]),
        ({"ip": "10.1.2.8/31"}, [1]),
        ({"ip": "10.1.8.0/22"}, [2]),
        ({"ip": "0.0.0.0/0"}, [1, 2, 3, 4, 5]),
        ({"ip": "10.1.2.9/32"}, [1]),
        ({"ip": "10.1.0.0/255.255.0.0"}, [1, 2, 3]),
        ({"q": "ip:10.1.2.0/24"}, [1, 3]),
        ({"q": "ip:FE80"}, [7]),
        ({"model": "405"}, [3]),
        ({"q": "model:40"}, [3]),
        ({"version": "2.2.16.142"}, [4]),
        ({"q": "version:uc_2"}, [1]),
        ({"status": "disconnected"}, [3]),
        ({"status": "not_registered"}, [2, 5, 7]),
        ({"q": 'status:"not registered"'}, [2, 5, 7]),
        ({"approval": "approved", "ip": "0.0.0.0/0"}, [1, 2, 3, 4]),
        ({"approval": "approved", "tenant": "globex"}, [4, 6]),
        ({"approval": "pending"}, [5, 7]),
        ({"several": "yes"}, [1, 2]),
        ({"tenant": "Globex"}, [4, 5, 6]),
        ({"q": "tenant:glob"}, [4, 5, 6]),
        ({"tenant": "Glob"}, []),
        ({"site": "berlin"}, [1]),
        ({"q": "site:berl"}, [1]),
        ({"q": "ann 10.1 430"}, [1, 2]),
        ({"q": '"Homer" 192'}, [4]),
        ({"q": "anna tenant:globex"}, []),
        ({"q": "user:"}, []),
    ],
)
def test_a_filter_finds_the_phones_it_describes(session, query, numbers):
    assert found(session, **query) == numbers


@pytest.mark.parametrize("typed", ["%", "_", "50%", "50%_\\off", "\\"])
def test_wildcards_of_the_database_are_literal(session, typed):
    assert found(session, user=typed) == [3]


@pytest.mark.parametrize("column", [column.name for column in COLUMNS])
@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_paging_visits_every_phone_once_and_comes_back_the_same_way(session, column, direction):
    filters = Filters.from_query({"sort": column, "direction": direction, "rows": "10"})
    forward = list(walk(session, filters, "next"))
    macs = [mac for page in forward for mac in macs_of(page)]
    assert sorted(macs) == sorted(session.scalars(select(DeviceStatus.mac)))
    assert [page.rank for page in forward] == [1, 11, 21]
    backward = list(walk(session, filters, "previous", forward[-1].previous))
    assert [macs_of(page) for page in [*reversed(backward), forward[-1]]] == [
        macs_of(page) for page in forward
    ]
    assert [page.rank for page in backward] == [11, 1]


def walk(session, filters, direction, place=None) -> Iterator[pages.Page]:
    page = pages.read_page(session, filters, place.encode() if place else "")
    yield page
    while place := getattr(page, direction):
        page = pages.read_page(session, filters, place.encode())
        yield page


def macs_of(page: pages.Page) -> list[str]:
    return [phone.mac for phone in page.phones]


@pytest.mark.parametrize("column", [column.name for column in COLUMNS])
@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_what_is_empty_comes_last_in_both_directions(session, column, direction):
    filters = Filters.from_query({"sort": column, "direction": direction, "rows": "200"})
    shown = [value_of(phone, column) for phone in pages.read_page(session, filters).phones]
    assert shown == [value for value in shown if value] + [value for value in shown if not value]


def value_of(phone, column: str) -> object:
    attribute = {"user": "user_name", "location": "location", "ip": "web_host"}.get(column)
    value = getattr(phone, attribute or next(known.attribute for known in COLUMNS if known.name == column))
    return None if column == "ip" and value and value.startswith("[") else value


def test_addresses_are_sorted_as_numbers(session):
    filters = Filters.from_query({"sort": "ip"})
    shown = [phone.ip for phone in pages.read_page(session, filters).phones]
    assert shown[:5] == BINARY_ORDER_OF_ADDRESSES


def test_names_are_sorted_without_regard_to_case(database):
    with writing(database, ALL_TENANTS) as session:
        add_phone(session, 90, site=None, user_name="aaron")
        shown = [
            phone.user_name for phone in pages.read_page(session, Filters.from_query({"sort": "user"})).phones
        ]
        assert shown.index("aaron") < shown.index("Anna Ångström")
        session.rollback()


def test_what_changed_last_comes_first_where_nothing_is_asked(session):
    page = pages.read_page(session, Filters.from_query({}))
    assert macs_of(page)[:2] == [mac(1), mac(2)]


def test_a_page_whose_phones_are_gone_is_the_first_page(session):
    filters = Filters.from_query({"sort": "mac", "rows": "10"})
    place = pages.read_page(session, filters).next
    behind_all = type(place)(place.sort, True, "ffffffffffff", "ffffffffffff", 31)
    assert pages.read_page(session, filters, behind_all.encode()) == pages.read_page(session, filters)


def test_phones_that_came_meanwhile_fill_the_first_page(session):
    filters = Filters.from_query({"sort": "mac", "rows": "10"})
    second_row = pages.read_page(session, filters).phones[1]
    place = pages.Position("mac", False, second_row.mac, second_row.mac, 2)
    assert pages.read_page(session, filters, place.encode()) == pages.read_page(session, filters)


@pytest.mark.parametrize(
    "token",
    [
        "x",
        "e30",
        "W10",
        "ÿ",
        "=",
        "A" * 3000,
        "W1tbW1tbW1tbW1tb",
        "bnVsbA",
        "WyJtYWMiLHRydWUsbnVsbCwiMDAiLDFd",
    ],
)
def test_a_damaged_place_is_refused_with_a_sentence(session, token):
    with pytest.raises(InvalidInputError, match="Open Devices Status again"):
        pages.read_page(session, Filters.from_query({}), token)


@pytest.mark.parametrize(
    ("sort", "value"),
    [
        ("status_changed", "text"),
        ("status_changed", 7),
        ("status_changed", datetime.min.replace(tzinfo=UTC)),
        ("mac", "\0"),
        ("mac", NOW),
        ("ip", "10.0.0.1"),
        ("ip", 1 << 70),
        ("ip", True),
        ("model", 7),
    ],
)
def test_a_place_with_a_value_of_another_kind_is_refused(session, sort, value):
    place = pages.Position(sort, True, value, mac(1), 1).encode()
    with pytest.raises(InvalidInputError, match="Open Devices Status again"):
        pages.read_page(session, Filters.from_query({"sort": sort}), place)


def test_a_place_of_another_order_is_refused(session):
    place = pages.Position("mac", True, mac(1), mac(1), 1).encode()
    with pytest.raises(InvalidInputError, match="another order"):
        pages.read_page(session, Filters.from_query({"sort": "model"}), place)


ANYTHING = st.one_of(st.text(max_size=40), st.text(alphabet='user:mac ip"%_\\/.0:\0\ud800é', max_size=40))


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    query=st.dictionaries(st.sampled_from([*TITLES, "rows", "sort", "direction"]), ANYTHING), token=ANYTHING
)
def test_whatever_is_asked_is_answered_or_refused_with_a_sentence(session, query, token):
    with suppress(InvalidInputError):
        page = pages.read_page(session, Filters.from_query(query), token)
        assert page.total is None or page.total >= len(page.phones)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    field=st.sampled_from(["q", "user", "number", "ip", "model", "tenant", "site"]),
    text=st.text(max_size=200),
)
def test_any_text_that_is_accepted_can_be_looked_for(session, field, text):
    with suppress(InvalidInputError):
        filters = Filters.from_query({field: text})
        assert pages.count_matching(session, filters) >= len(pages.read_page(session, filters).phones)


def test_an_account_of_one_tenant_sees_its_phones_only(database):
    with reading(database, ALL_TENANTS) as session:
        globex = session.scalars(select(Tenant.id).where(Tenant.name == "Globex")).one()
    with reading(database, only_tenants([globex])) as session:
        assert found(session) == [4, 5, 6]
        assert found(session, q="anna") == []
        assert found(session, tenant="Acme") == []
        assert found(session, several="yes") == []
        assert pages.read_page(session, Filters()).total == 3
        assert [phone.mac for phone in export.read_chunk(session, Filters())] == [mac(4), mac(5), mac(6)]
        assert find_phone(session, mac(1)) is None
        offered = choices.read_choices(session)
    assert offered == choices.Choices(
        tenants=["Globex"], sites=["Springfield"], models=["430HD", "<b>"], versions=["2.2.16.142"]
    )


def test_a_session_without_scope_sees_nothing(database):
    with reading(database, NO_TENANT) as session:
        assert found(session) == []
        assert choices.read_choices(session) == choices.Choices([], [], [], [])


def test_choices_are_what_there_is_and_later_versions_come_first(session):
    offered = choices.read_choices(session)
    assert offered.tenants == ["Acme", "Globex"]
    assert offered.sites == ["Berlin", "Oslo", "Springfield"]
    assert offered.versions == ["2.2.16.142", "UC_2.0.13.121", "2.0.4.30"]


def test_the_number_of_matching_phones_stops_counting_at_its_limit(session, monkeypatch):
    monkeypatch.setattr(pages, "COUNT_LIMIT", 5)
    assert pages.count_matching(session, Filters()) == 6
    assert pages.count_matching(session, Filters.from_query({"model": "430HD"})) == 6
    assert pages.count_matching(session, Filters.from_query({"tenant": "Globex"})) == 3


@pytest.mark.parametrize("column", ["status_changed", "mac", "number", "user"])
@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_what_many_phones_have_is_found_among_the_next_rows(session, monkeypatch, column, direction):
    query = {"q": "user", "sort": column, "direction": direction, "rows": "10"}
    filters = Filters.from_query(query)
    expected = [macs_of(page) for page in walk(session, filters, "next")]
    monkeypatch.setattr(pages, "_NEARBY", 15)
    found = list(walk(session, filters, "next"))
    assert [macs_of(page) for page in found] == expected
    backward = list(walk(session, filters, "previous", found[-1].previous))
    assert [macs_of(page) for page in reversed(backward)] == expected[:-1]


def test_a_search_that_finds_many_phones_pages_like_any_other(session, monkeypatch):
    monkeypatch.setattr(pages, "_FEW", 2)
    filters = Filters.from_query({"q": "430", "sort": "mac", "rows": "10"})
    visited = [phone for page in walk(session, filters, "next") for phone in macs_of(page)]
    assert len(visited) == len(set(visited)) == pages.count_matching(session, filters) == 24


@pytest.mark.parametrize("rows", [10, 200])
def test_a_page_takes_the_same_few_statements_whatever_its_size(session, rows):
    statements = []
    event.listen(session.get_bind(), "before_cursor_execute", lambda *call: statements.append(call[2]))
    pages.read_page(session, Filters.from_query({"q": "430", "rows": str(rows)}))
    assert len([one for one in statements if one.startswith("SELECT")]) <= 6


def test_a_phone_is_shown_with_its_user_and_its_nickname(session):
    phone = find_phone(session, mac(1))
    assert phone is not None
    assert (phone.titled_user, phone.tenant, phone.site) == ("Anna Ångström [Ann]", "Acme", "Berlin")
    assert (phone.serial_number, phone.seen_at) == ("SN1", NOW - timedelta(seconds=1))


def test_a_phone_that_is_signed_out_has_a_blank_user_and_keeps_its_owner(session):
    phone = find_phone(session, mac(2))
    assert phone is not None
    assert (phone.titled_user, phone.owner) == ("", "Anna Ångström")


def test_only_skype_for_business_phones_show_a_location(session):
    shown = {number: find_phone(session, mac(number)).shown_location for number in (1, 4)}
    assert shown == {1: "Floor 3", 4: ""}


@pytest.mark.parametrize(("number", "host"), [(1, "10.1.2.9"), (7, "[fe80::7]"), (6, None), (20, None)])
def test_web_admin_is_reached_by_a_valid_address_only(session, number, host):
    assert find_phone(session, mac(number)).web_host == host


def test_an_export_has_every_matching_phone_once_in_chunks(session, monkeypatch):
    monkeypatch.setattr(export, "CHUNK_ROWS", 7)
    rows = exported(session, Filters.from_query({"q": "430"}))
    assert [row["MAC Address"] for row in rows] == sorted(row["MAC Address"] for row in rows)
    assert len(rows) == pages.read_page(session, Filters.from_query({"q": "430"})).total


def test_an_export_shows_what_the_page_shows_and_is_harmless_in_a_spreadsheet(session):
    rows = {row["MAC Address"]: row for row in exported(session, Filters())}
    first = rows[mac(1)]
    assert (first["User Name"], first["Phone Number"]) == ("Anna Ångström [Ann]", "+97239764713")
    assert (first["Last Update Status (UTC)"], first["Serial Number"]) == ("2026-03-09 13:59:00", "SN1")
    assert [rows[mac(number)]["Approval"] for number in (1, 5, 6)] == ["approved", "pending", "not needed"]
    assert rows[mac(7)]["User Name"] == '\'=cmd|"/c calc"!A0'
    assert rows[mac(6)]["Status"] == ""


def exported(session: Session, filters: Filters) -> list[dict[str, str]]:
    text, last = export.header(), None
    while chunk := export.read_chunk(session, filters, after=last):
        text += export.lines(chunk)
        last = chunk[-1]
    return list(csv.DictReader(io.StringIO(text)))
