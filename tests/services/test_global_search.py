"""The search of everything: what is found by which words, in which order, and by whom."""

import pytest
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from app.models import Firmware
from app.security.tenant_scope import only_tenants, set_scope
from app.services.global_search import searching
from app.services.global_search.found import Kind, words_of
from tests.factories import NOW, make_alarm, make_device, make_site, make_status, make_tenant, make_user

MAC = "00908f12ab34"


def found(session: Session, text: str, *, thorough: bool = True, at_most: int = 5) -> dict[Kind, list[str]]:
    """Return the titles of what is found, by kind."""
    groups = searching.search(session, words_of(text), list(Kind), at_most=at_most, is_thorough=thorough)
    return {group.kind: [thing.title for thing in group.things] for group in groups}


@pytest.fixture
def office(session: Session) -> Session:
    """Acme with Anna at her phone, and Globex with Gina's."""
    acme, globex = make_tenant(session, "Acme", subnet="10.1.0.0/16"), make_tenant(session, "Globex")
    make_site(session, "Berlin", tenant=acme, description="Headquarters")
    for tenant, name, shown, mac, number, ip in (
        (acme, "anna@acme.com", "Meier, Änna", MAC, "+49 30 1234", "10.1.2.3"),
        (globex, "gina@globex.com", "Gina", "00908f99ffee", "+1 555 9999", "10.2.0.7"),
    ):
        user = make_user(session, name, display_name=shown, tenant=tenant)
        device = make_device(session, mac=mac, tenant=tenant, phone_user=user, display_name=f"{shown} desk")
        make_status(session, device=device, phone_number=number, ip=ip, user_name=name)
        make_alarm(session, mac=mac, tenant=tenant, text=f"{shown}'s phone is not registered")
    make_device(session, mac="00908fdddddd", tenant=acme, display_name="Lobby", serial_number="SN-4711")
    session.add(Firmware(name="430HD.img", version="UC_2.0.13", sha256="4" * 64, size=1, uploaded_at=NOW))
    session.flush()
    return session


@pytest.mark.parametrize(
    "text", [MAC, MAC.upper(), "00:90:8F:12:AB:34", "00-90-8f-12-ab-34", "0090.8f12.ab34", f"  {MAC}  "]
)
def test_a_mac_address_is_found_in_any_notation(office: Session, text: str):
    assert found(office, text) == {Kind.PHONE: [MAC], Kind.ALARM: ["IPPhone Register Failure"]}


@pytest.mark.parametrize(
    "text", ["00908f12", "00:90:8f:12", "0090.8f12.ab", "12ab34", "12:AB:34", "8f12", "AB-34"]
)
def test_a_beginning_or_another_part_of_it_is_found_as_well(office: Session, text: str):
    assert found(office, text)[Kind.PHONE] == [MAC]


@pytest.mark.parametrize(
    "text", ["+49 30 1234", "30 12", "10.1.2.3", "10.1.2", "anna@acme.com", "änna", "MEIER"]
)
def test_a_phone_is_found_by_number_address_user_and_name(office: Session, text: str):
    assert found(office, text)[Kind.PHONE] == [MAC]


@pytest.mark.parametrize("text", ["Lobby", "sn-47", "dddddd"])
def test_a_phone_that_never_reported_is_found(office: Session, text: str):
    assert found(office, text)[Kind.PHONE] == ["00908fdddddd"]


@pytest.mark.parametrize(
    ("text", "kind", "title"),
    [
        ("Änna", Kind.USER, "anna@acme.com"),
        ("ANNA@", Kind.USER, "anna@acme.com"),
        ("not registered", Kind.ALARM, "IPPhone Register Failure"),
        ("glob", Kind.TENANT, "Globex"),
        ("10.1.0.0/16", Kind.TENANT, "Acme"),
        ("headquarters", Kind.SITE, "Berlin"),
        ("430HD_LYNC", Kind.TEMPLATE, "Audiocodes_430HD_LYNC"),
        ("uc_2.0.13", Kind.FIRMWARE, "430HD.img"),
    ],
)
def test_other_kinds_are_found_by_their_words(office: Session, text: str, kind: Kind, title: str):
    assert title in found(office, text)[kind]


def test_what_is_called_just_that_comes_first(session: Session):
    for name in ("Bern-West", "Old Bern", "Bern"):
        make_tenant(session, name)
    for name in ("annabel", "joanna", "anna"):
        make_user(session, name)
    assert found(session, "bern")[Kind.TENANT] == ["Bern", "Bern-West", "Old Bern"]
    assert found(session, "anna")[Kind.USER][:3] == ["anna", "annabel", "joanna"]


def test_users_that_begin_with_the_words_come_before_the_others_and_each_once(session: Session):
    for name in ("joanna", "hannah", "annabel", "anna", "anna\U0001f600"):
        make_user(session, name)
    # Databases order signs differently.
    assert sorted(found(session, "Anna")[Kind.USER][:3]) == ["anna", "annabel", "anna\U0001f600"]
    assert found(session, "Anna")[Kind.USER][3:] == ["hannah", "joanna"]
    first = searching.search(session, words_of("anna"), [Kind.USER], at_most=2, is_thorough=True)[0]
    assert first.things[0].title == "anna"
    assert (len(first.things), first.has_more) == (2, True)


def test_only_so_many_are_read_and_more_are_said(session: Session):
    for number in range(8):
        make_status(session, phone_number=f"555{number}")
    phones = searching.search(session, words_of("555"), [Kind.PHONE], at_most=3, is_thorough=True)[0]
    assert (len(phones.things), phones.has_more) == (3, True)


@pytest.mark.parametrize("text", ["", "   ", "%", "_%_", "%%%%", "\\", "nobody at all", "'; --"])
def test_words_that_nothing_has_find_nothing(office: Session, text: str):
    assert found(office, text) == {}


def test_twelve_decimal_digits_may_be_a_number_or_a_mac(office: Session):
    make_status(office, mac="111111111111")
    make_status(office, mac="00908f000077", phone_number="111111111111")
    assert found(office, "111111111111")[Kind.PHONE] == ["111111111111", "00908f000077"]


def test_nothing_of_another_tenant_is_found(office: Session):
    acme = found(office, "Acme")
    assert acme[Kind.TENANT] == ["Acme"]
    (tenant,) = searching.search(office, words_of("Acme"), [Kind.TENANT], at_most=5, is_thorough=True)
    set_scope(office, only_tenants([int(tenant.things[0].key)]))
    for words in (
        "Globex",
        "Gina",
        "gina@globex.com",
        "00908f99ffee",
        "99ffee",
        "10.2.0.7",
        "+1 555 9999",
        "9999",
    ):
        assert found(office, words) == {}, words


def test_a_kind_that_is_not_asked_for_is_not_read(office: Session):
    asked: list[str] = []
    connection = office.connection().engine
    event.listen(connection, "before_cursor_execute", lambda _c, _cu, statement, *_: asked.append(statement))
    searching.search(office, words_of("anna"), [Kind.TENANT], at_most=5, is_thorough=True)
    assert asked
    assert not [statement for statement in asked if "FROM phone_user" in statement]


def test_in_a_large_fleet_typing_asks_indexes_alone(office: Session, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(searching, "LARGE", 0)
    assert found(office, "00908f12", thorough=False)[Kind.PHONE] == [MAC]
    assert found(office, "10.1.2.3", thorough=False)[Kind.PHONE] == [MAC]
    assert found(office, "anna@acme.com", thorough=False)[Kind.USER] == ["anna@acme.com"]
    assert Kind.PHONE not in found(office, "30 12", thorough=False)
    assert found(office, "30 12", thorough=True)[Kind.PHONE] == [MAC]


def test_the_beginning_of_a_mac_is_looked_up_in_an_index(office: Session):
    if office.connection().dialect.name == "sqlite":
        explain, uses = "EXPLAIN QUERY PLAN", "SEARCH"
    else:
        # With so few rows PostgreSQL would read them all.
        office.execute(text("SET LOCAL enable_seqscan = off"))
        explain, uses = "EXPLAIN", "Index Cond"
    plan = office.execute(
        text(
            f"{explain} SELECT mac FROM device_status WHERE mac BETWEEN '00908f12' AND '00908f12g' ORDER BY mac LIMIT 5"
        )
    )
    assert uses in " ".join(str(row) for row in plan)
