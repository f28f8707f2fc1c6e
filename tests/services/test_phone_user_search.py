"""The lists of Manage Users: what words find, how many phones users have, and how much is asked of the database."""

import pytest

from app.errors import InvalidInputError
from app.models.enums import Status
from app.security.tenant_scope import only_tenants, set_scope
from app.services import device_lines, phone_user_search
from app.services.phone_user_search import Among, Having, UserFilter
from tests import factories
from tests.services.statements import Statements


@pytest.fixture
def acme(session):
    return factories.make_tenant(session, "Acme")


@pytest.fixture
def globex(session):
    return factories.make_tenant(session, "Globex")


@pytest.fixture(autouse=True)
def company(session, acme, globex):
    """Anna has two phones, Zoë one that never reported, Gina of Globex one, Ben none; one phone has no user."""
    anna = factories.make_user(session, "anna@acme.com", display_name="Anna Berg", tenant=acme)
    zoe = factories.make_user(
        session, "Zoë Ödön", display_name="Ζωή Παπαδοπούλου", nickname="Ünal", tenant=acme
    )
    gina = factories.make_user(session, "gina@globex.com", display_name="Gina", tenant=globex)
    factories.make_user(session, "ben", display_name="Ben", tenant=acme)
    phones = [
        factories.make_device(session, mac="00908f00aa01", tenant=acme, phone_user=anna, display_name="Desk"),
        factories.make_device(
            session, mac="00908f00aa02", tenant=acme, phone_user=anna, serial_number="SN77"
        ),
        factories.make_device(session, mac="00908f00bb01", tenant=globex, phone_user=gina),
    ]
    factories.make_status(session, device=phones[0])
    factories.make_status(session, device=phones[1], status=Status.OFFLINE)
    factories.make_status(session, device=phones[2])
    factories.make_device(session, mac="00908f00aa03", tenant=acme, phone_user=zoe)
    factories.make_device(session, mac="00908f00cc01", tenant=acme, display_name="Lobby")


def names(session, **wanted):
    page = phone_user_search.search(session, UserFilter(**wanted), number=1, size=50)
    return [line.name for line in page.rows if not line.is_system]


def test_users_come_in_the_order_of_their_names(session):
    assert names(session) == ["anna@acme.com", "ben", "gina@globex.com", "Zoë Ödön"]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("ANNA", ["anna@acme.com"]),
        ("berg", ["anna@acme.com"]),
        ("zoe\u0308 öd", ["Zoë Ödön"]),
        ("ZOË", ["Zoë Ödön"]),
        ("ΠΑΠΑΔΟΠΟΎΛΟΥ", ["Zoë Ödön"]),
        ("ünal", ["Zoë Ödön"]),
        ("100%", []),
        ("_", []),
        ("00:90:8F:00:AA:02", []),
    ],
)
def test_words_find_users_in_any_script(session, words, found):
    assert names(session, words=words, among=Among.USERS) == found


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("00:90:8F:00:AA:02", ["anna@acme.com"]),
        ("0090.8f00.aa03", ["Zoë Ödön"]),
        ("00908f00bb01", ["gina@globex.com"]),
        ("00aa", ["anna@acme.com", "Zoë Ödön"]),
        ("desk", ["anna@acme.com"]),
        ("sn77", ["anna@acme.com"]),
        ("ben", ["ben"]),
        ("00908fffffff", []),
    ],
)
def test_words_find_users_by_their_phones_as_well(session, words, found):
    assert names(session, words=words) == found


@pytest.mark.parametrize(
    ("having", "found"),
    [
        (Having.NONE, ["ben"]),
        (Having.SOME, ["anna@acme.com", "gina@globex.com", "Zoë Ödön"]),
        (Having.SEVERAL, ["anna@acme.com"]),
    ],
)
def test_users_are_told_by_how_many_phones_they_have(session, having, found):
    assert names(session, having=having) == found


def test_a_tenant_narrows_the_search(session):
    assert names(session, tenant_name="globex") == ["gina@globex.com"]
    assert names(session, tenant_name="nowhere") == []


def test_an_account_sees_its_tenants_alone(session, acme):
    set_scope(session, only_tenants([acme.id]))
    assert names(session) == ["anna@acme.com", "ben", "Zoë Ödön"]
    assert names(session, words="00908f00bb01") == []


def test_phones_are_counted_by_status(session):
    page = phone_user_search.search(session, UserFilter(words="acme.com"), number=1, size=50)
    (anna,) = page.rows
    assert (anna.devices, set(anna.statuses)) == (2, {(Status.REGISTERED, 1), (Status.OFFLINE, 1)})
    (zoe,) = phone_user_search.search(session, UserFilter(words="Zoë"), number=1, size=50).rows
    assert list(zoe.statuses) == [(None, 1)]


def test_the_phones_of_a_user_come_with_what_they_are(session):
    (anna,) = phone_user_search.search(session, UserFilter(words="anna"), number=1, size=50).rows
    first, second = device_lines.of_user(session, anna.id)
    assert (first.mac, first.display_name, first.site, first.model, first.status) == (
        "00908f00aa01",
        "Desk",
        "AutoDetection",
        "430HD",
        Status.REGISTERED,
    )
    assert second.status is Status.OFFLINE
    assert [line.mac for line in device_lines.of_user(session, anna.id, at_most=1)] == ["00908f00aa01"]


@pytest.mark.parametrize("words", ["", "lob", "00:90:8f:00:cc:01"])
def test_phones_without_a_user_have_a_list_of_their_own(session, words):
    page = phone_user_search.search_without_user(session, UserFilter(words=words), number=1, size=50)
    assert [line.mac for line in page.rows] == ["00908f00cc01"]


def test_a_page_of_many_asks_no_more_than_a_page_of_few(session, acme):
    def look():
        phone_user_search.search(session, UserFilter(), number=1, size=50)

    statements = Statements(session)
    few = statements.of(session, look)
    for number in range(30):
        user = factories.make_user(session, f"user {number}", tenant=acme)
        factories.make_device(session, tenant=acme, phone_user=user)
    assert statements.of(session, look) == few


def suggested(session, words, tenant_id=None, at_most=20):
    found = phone_user_search.suggest(session, words, tenant_id, at_most=at_most)
    return [user.full_name for user in found]


def test_names_are_suggested_while_they_are_typed(session, acme, globex):
    factories.make_user(session, "joanna", tenant=globex)
    assert suggested(session, "ANNA") == ["anna@acme.com (Acme)", "joanna (Globex)"]
    assert suggested(session, "παπα") == ["Zoë Ödön (Acme)"]
    assert suggested(session, "anna", globex.id) == ["joanna (Globex)"]
    assert suggested(session, "n", at_most=2) == suggested(session, "n")[:2]
    assert suggested(session, "system") == suggested(session, "%") == []
    set_scope(session, only_tenants([acme.id]))
    assert suggested(session, "joanna") == []


def test_a_user_is_named_by_the_name_and_where_that_is_not_enough_by_the_tenant(session, acme, globex):
    factories.make_user(session, "ben", tenant=globex)
    find = phone_user_search.find_named
    assert find(session, " ANNA@acme.com ").name == "anna@acme.com"
    assert find(session, "ben (globex)").tenant is globex
    with pytest.raises(InvalidInputError, match="Several tenants"):
        find(session, "ben")
    for nobody in ("ben (Initech)", "anna", "", "system", "(Acme)"):
        with pytest.raises(InvalidInputError, match="no user of this name"):
            find(session, nobody)
    set_scope(session, only_tenants([acme.id]))
    assert find(session, "ben").tenant is acme
    with pytest.raises(InvalidInputError, match="no user of this name"):
        find(session, "ben (Globex)")
