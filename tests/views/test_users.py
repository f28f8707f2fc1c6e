"""Manage Users: what each role sees and may do, the forms, passwords, and what is asked before something goes."""

from html import unescape

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from app.models import Device, JournalEntry, PhoneUser, Tenant
from app.security.tenant_scope import ALL_TENANTS
from app.services import config_files
from app.transaction import reading, writing
from tests import factories
from tests.views.browsing import Browser
from tests.views.conftest import SignIn
from tests.views.installations import database_of, fill
from tests.views.test_deletion import told_on
from tests.views.world import ACME_MAC, GLOBEX_MAC, NOW, World

ONE_KIND = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@pytest.fixture
def olga(sign_in: SignIn) -> Browser:
    """An operator of Acme alone."""
    return sign_in("olga")


def user_named(app: Flask, name: str) -> PhoneUser | None:
    with reading(database_of(app), ALL_TENANTS) as session:
        return session.scalar(select(PhoneUser).where(PhoneUser.name == name))


def form(world: World, **fields: object) -> dict[str, object]:
    usual = {"tenant": world.acme, "display_name": "", "nickname": "", "password_kind": "none"}
    return {**usual, **fields}


def give_password(app: Flask, world: World, password: str) -> None:
    with writing(database_of(app), ALL_TENANTS) as session:
        session.get_one(PhoneUser, world.acme_user).password = password


class TestTheList:
    def test_it_shows_users_with_how_their_phones_are(self, people: dict[str, Browser], shared_world: World):
        page = people["olga"].get("/users/").text
        assert "anna@acme.example" in page
        assert f'data-unfold="/users/devices/{shared_world.acme_user}"' in page
        assert "registered" in page

    def test_phones_are_not_in_it_until_they_are_unfolded(
        self, people: dict[str, Browser], shared_world: World
    ):
        assert ACME_MAC not in people["olga"].get("/users/").text
        unfolded = people["olga"].get(f"/users/devices/{shared_world.acme_user}").text
        assert f'href="/devices/{ACME_MAC}/"' in unfolded
        assert f'href="/placeholders/devices/{ACME_MAC}/"' in unfolded
        assert f'href="/user-configuration/{shared_world.acme_user}/"' in unfolded
        assert "/devices-status/?user=anna%40acme.example&amp;tenant=Acme" in unfolded

    @pytest.mark.parametrize(
        ("query", "is_found"),
        [
            ("q=anna", True),
            ("q=00:90:8F:AC:AC:A1", True),
            ("q=0090.8fac.aca1&in=users", False),
            ("q=user:anna", True),
            ("q=mac:acaca1", True),
            ("q=user:acaca1", False),
            ("tenant=Acme&devices=some", True),
            ("devices=none", False),
            ("devices=several", False),
            ("tenant=Globex", False),
        ],
    )
    def test_search_and_filters_are_in_the_address(
        self, people: dict[str, Browser], query: str, is_found: bool
    ):
        assert ("anna@acme.example" in people["alice"].get(f"/users/?{query}").text) is is_found

    @pytest.mark.parametrize("query", ["in=elsewhere", "devices=many", "page=x", "size=0"])
    def test_what_no_link_carries_is_refused(self, people: dict[str, Browser], query: str):
        assert people["alice"].get(f"/users/?{query}").status_code == 400

    @pytest.mark.parametrize("name", ["hal", "victor"])
    def test_who_only_looks_is_offered_nothing_else(
        self, people: dict[str, Browser], shared_world: World, name: str
    ):
        for address in ("/users/", f"/users/show/{shared_world.acme_user}"):
            page = people[name].get(address).text
            assert "anna@acme.example" in page
            for link in ("/users/add", "/users/edit/", "/users/delete/", "/users/password/", "/devices/add/"):
                assert link not in page, (address, link)
        assert "/edit" not in people[name].get(f"/users/devices/{shared_world.acme_user}").text

    def test_names_are_shown_as_they_are(self, world: World, olga: Browser):
        name = '<b>"O\'Neil" & شركة</b>'
        assert olga.post("/users/add", form(world, name=name)).status_code == 302
        page = olga.get("/users/").text
        assert "<b>" not in page.partition("<main")[2]
        assert name in unescape(page)


class TestAdding:
    def test_a_user_is_added_and_shown(self, app: Flask, world: World, olga: Browser):
        answer = olga.post("/users/add", form(world, name=" Anna Berg ", display_name="Anna", nickname="A"))
        user = user_named(app, "Anna Berg")
        assert user is not None
        assert answer.location == f"/users/show/{user.id}"
        assert "The user Anna Berg was added." in olga.get(answer.location).text
        assert (user.tenant_id, user.display_name, user.nickname, user.password) == (
            world.acme,
            "Anna",
            "A",
            None,
        )

    @ONE_KIND
    def test_a_random_password_is_made(self, app: Flask, world: World, olga: Browser):
        olga.post("/users/add", form(world, name="ben", password_kind="random"))
        user = user_named(app, "ben")
        assert user is not None
        assert user.password is not None
        assert len(user.password) == 16

    @ONE_KIND
    @pytest.mark.parametrize(
        ("fields", "sentence"),
        [
            ({"name": ""}, "Give the user a name"),
            ({"name": "ANNA@acme.example"}, "Acme has a user anna@acme.example already"),
            ({"name": "a\u202eb"}, "turns the direction of writing (U+202E)"),
            ({"name": "x" * 129}, "129 characters; 128 is the most"),
            ({"name": "ben", "tenant": ""}, "Choose one of the tenants"),
            ({"name": "ben", "tenant": "99999999999"}, "Choose one of the tenants"),
            ({"name": "ben", "password_kind": "typed", "password": ""}, "Type the password"),
            ({"name": "ben", "password_kind": "typed", "password": " blank"}, "begins or ends with a blank"),
        ],
    )
    def test_a_wrong_field_is_told_and_what_was_typed_stays(
        self, app: Flask, world: World, olga: Browser, fields: dict[str, object], sentence: str
    ):
        typed = {"display_name": "Lobby", "password_kind": "typed", "password": "open-sesame"}
        answer = olga.post("/users/add", form(world, **typed) | fields)
        assert answer.status_code == 400
        assert sentence in unescape(answer.text)
        assert 'value="Lobby"' in answer.text
        assert "open-sesame" not in answer.text
        assert user_named(app, "ben") is None

    @ONE_KIND
    def test_nobody_adds_to_a_tenant_he_does_not_see(self, app: Flask, world: World, olga: Browser):
        answer = olga.post("/users/add", form(world, name="ben", tenant=world.globex))
        assert (answer.status_code, user_named(app, "ben")) == (400, None)


class TestEditing:
    def test_what_is_said_of_a_user_is_changed(self, app: Flask, world: World, olga: Browser):
        address = f"/users/edit/{world.acme_user}"
        answer = olga.post(address, form(world, name="anna.berg", nickname="Ann"))
        assert answer.location == f"/users/show/{world.acme_user}"
        assert "with the next Generate" in olga.get(answer.location).text
        user = user_named(app, "anna.berg")
        assert user is not None
        assert user.nickname == "Ann"

    def test_before_phones_move_it_asks(self, app: Flask, world: World, sign_in: SignIn):
        alice, address = sign_in("alice"), f"/users/edit/{world.acme_user}"
        wish = form(world, name="anna", tenant=world.globex)
        asked = alice.post(address, wish)
        assert asked.status_code == 409
        assert "One phone goes to Globex as well" in asked.text
        assert tenant_of(app, ACME_MAC) == world.acme
        told = asked.text.partition('name="moves" value="')[2].partition('"')[0]
        assert alice.post(address, wish | {"moves": told}).status_code == 302
        assert tenant_of(app, ACME_MAC) == world.globex

    @ONE_KIND
    def test_phones_stay_where_the_other_tenant_has_no_endpoint_licence_left(
        self, app: Flask, world: World, sign_in: SignIn
    ):
        fill(app, lambda session: session.execute(update(Tenant).values(endpoint_licenses=0)))
        alice, address = sign_in("alice"), f"/users/edit/{world.acme_user}"
        wish = form(world, name="anna", tenant=world.globex)
        told = alice.post(address, wish).text.partition('name="moves" value="')[2].partition('"')[0]
        refused = alice.post(address, wish | {"moves": told})
        assert refused.status_code == 400
        assert "Globex has 0 endpoint licences" in refused.text
        assert tenant_of(app, ACME_MAC) == world.acme

    @ONE_KIND
    def test_the_system_user_is_not_edited(self, app: Flask, sign_in: SignIn):
        system = user_named(app, "system")
        assert system is not None
        alice = sign_in("alice")
        for page in ("edit", "password"):
            assert alice.get(f"/users/{page}/{system.id}").status_code == 409
        assert f"/users/edit/{system.id}" not in alice.get("/users/").text


def tenant_of(app: Flask, mac: str) -> int | None:
    with reading(database_of(app), ALL_TENANTS) as session:
        return session.scalar(select(Device.tenant_id).where(Device.mac == mac))


class TestPasswords:
    def test_another_one_is_set(self, app: Flask, world: World, olga: Browser):
        address = f"/users/password/{world.acme_user}"
        assert olga.post(address, {"password_kind": "typed", "password": "open-sesame"}).status_code == 302
        assert password_of(app, world) == "open-sesame"
        olga.post(address, {"password_kind": "random"})
        assert len(password_of(app, world) or "") == 16
        olga.post(address, {"password_kind": "none"})
        assert password_of(app, world) is None

    @ONE_KIND
    def test_it_is_shown_to_who_may_see_it_and_asks(self, app: Flask, world: World, sign_in: SignIn):
        give_password(app, world, "open-sesame")
        address = f"/users/show/{world.acme_user}"
        seen = {
            name: [
                "open-sesame" in sign_in(name).get(f"{address}{query}").text
                for query in ("", "?secrets=shown")
            ]
            for name in ("alice", "olga", "hal", "victor", "helen")
        }
        assert seen == {
            "alice": [False, True],
            "olga": [False, True],
            "hal": [False, False],
            "victor": [False, False],
            "helen": [False, False],
        }
        for page in ("/users/", f"/users/edit/{world.acme_user}", f"/users/password/{world.acme_user}"):
            assert "open-sesame" not in sign_in("alice").get(page).text

    @ONE_KIND
    def test_the_journal_has_none(self, app: Flask, world: World, olga: Browser):
        olga.post(f"/users/password/{world.acme_user}", {"password_kind": "typed", "password": "open-sesame"})
        with reading(database_of(app), ALL_TENANTS) as session:
            entries = session.scalars(select(JournalEntry)).all()
            assert "open-sesame" not in str([(entry.text, entry.details) for entry in entries])
            assert "olga gave the user anna@acme.example a new password." in [entry.text for entry in entries]

    @ONE_KIND
    @pytest.mark.parametrize("kind", ["", "none of these"])
    def test_a_choice_that_is_none_is_refused(self, world: World, olga: Browser, kind: str):
        answer = olga.post(f"/users/password/{world.acme_user}", {"password_kind": kind})
        assert answer.status_code == 400


def password_of(app: Flask, world: World) -> str | None:
    with reading(database_of(app), ALL_TENANTS) as session:
        return session.get_one(PhoneUser, world.acme_user).password


class TestGenerating:
    @pytest.fixture
    def waiting(self, app: Flask, world: World) -> None:
        """Anna's phone has a template, and a file that is not what it would be now."""
        with writing(database_of(app), ALL_TENANTS) as session:
            device = session.get_one(Device, world.acme_device)
            device.template = factories.get_template(session, "Audiocodes_450HD")

    @pytest.mark.usefixtures("waiting")
    def test_the_page_says_that_a_file_waits_and_generates_it(self, app: Flask, world: World, olga: Browser):
        address = f"/users/show/{world.acme_user}"
        assert "The file of one phone does not have what is set now." in olga.get(address).text
        assert olga.post(f"/users/generate/{world.acme_user}").location == address
        page = olga.get(address).text
        assert "The file was generated." in page
        assert "does not have what is set now" not in page
        with reading(database_of(app), ALL_TENANTS) as session:
            file = config_files.find(session, f"{ACME_MAC}.cfg")
            assert file is not None
            assert file.template_name == "Audiocodes_450HD"

    @ONE_KIND
    @pytest.mark.usefixtures("waiting")
    def test_the_phone_restarts_where_that_is_wanted(self, world: World, olga: Browser):
        olga.post(f"/users/generate/{world.acme_user}", {"restart": "yes"})
        assert "Restart has begun" in olga.get(f"/users/show/{world.acme_user}").text
        latest = olga.get(f"/devices/{ACME_MAC}/live").text
        assert "Restart" in latest
        assert "waiting" in latest

    @ONE_KIND
    def test_without_a_template_there_is_nothing_to_generate(self, world: World, olga: Browser):
        olga.post(f"/users/generate/{world.acme_user}")
        assert "no phone with a template" in olga.get("/users/").text


def test_users_are_suggested_to_whom_they_are_seen_by(people: dict[str, Browser], shared_world: World):
    def values(name: str, query: str) -> list[str]:
        return [row["value"] for row in people[name].get(f"/users/suggestions?{query}").json]

    assert values("oscar", "q=gina") == ["gina@globex.example (Globex)"]
    assert values("oscar", f"q=gina&tenant_id={shared_world.globex}") == ["gina@globex.example"]
    assert values("oscar", f"q=gina&tenant_id={shared_world.acme}") == []
    assert values("olga", "q=gina") == values("olga", f"q=gina&tenant_id={shared_world.globex}") == []
    assert values("helen", "q=anna&tenant_id=x") == ["anna@acme.example (Acme)"]
    assert values("oscar", "") == []


def test_one_password_for_many_is_found_from_the_list_of_users(people: dict[str, Browser]):
    link = "/users/multiple/?action=passwords"
    assert {name: link in people[name].get("/users/").text for name in ("olga", "hal", "victor")} == {
        "olga": True, "hal": False, "victor": False,
    }  # fmt: skip
    page = people["olga"].get(link).text
    assert '<option value="passwords" selected' in page
    assert "Set the same password to all users" in page
    assert page.partition('id="navigation"')[2].partition("</nav>")[0].count("aria-current") == 1


class TestDeleting:
    def test_the_page_tells_what_goes_and_it_goes(self, app: Flask, world: World, olga: Browser):
        address = f"/users/delete/{world.acme_user}"
        page = olga.get(address).text
        for words in ("1 device", "1 configuration value", "1 placeholder value", "1 configuration file"):
            assert words in page
        assert "1 phone that still reports" in page
        assert olga.post(address, told_on(olga, address)).location == "/users/"
        assert user_named(app, "anna@acme.example") is None
        assert tenant_of(app, ACME_MAC) is None

    @ONE_KIND
    def test_something_else_than_what_was_told_stays(self, app: Flask, world: World, olga: Browser):
        answer = olga.post(f"/users/delete/{world.acme_user}", {"told": "nothing"})
        assert answer.status_code == 409
        assert "Something has changed meanwhile" in answer.text
        assert tenant_of(app, ACME_MAC) == world.acme

    @ONE_KIND
    def test_the_system_user_stays(self, app: Flask, sign_in: SignIn):
        system = user_named(app, "system")
        assert system is not None
        alice, address = sign_in("alice"), f"/users/delete/{system.id}"
        assert alice.post(address, told_on(alice, address)).status_code == 409
        assert user_named(app, "system") is not None


@ONE_KIND
def test_an_operator_of_acme_does_nothing_to_globex(app: Flask, world: World, olga: Browser):
    with reading(database_of(app), ALL_TENANTS) as session:
        gina = session.scalars(select(PhoneUser.id).where(PhoneUser.tenant_id == world.globex)).one()
        entries = session.scalar(select(func.count()).select_from(JournalEntry))
    wish = form(world, name="taken", password_kind="random", new="00908f000001", mac="00908f000001")
    for address in (
        f"/users/show/{gina}",
        f"/users/devices/{gina}",
        f"/users/edit/{gina}",
        f"/users/password/{gina}",
        f"/users/generate/{gina}",
        f"/users/delete/{gina}",
        f"/devices/add/{gina}",
        f"/devices/{GLOBEX_MAC}/edit",
        f"/devices/{GLOBEX_MAC}/delete",
        f"/devices/{GLOBEX_MAC}/replace",
    ):
        statuses = {olga.get(address).status_code, olga.post(address, wish).status_code}
        assert statuses <= {404, 405}, address
    with reading(database_of(app), ALL_TENANTS) as session:
        assert session.scalar(select(func.count()).select_from(JournalEntry)) == entries
        assert session.get_one(PhoneUser, gina).name == "gina@globex.example"


@ONE_KIND
def test_phones_without_a_user_are_listed(app: Flask, world: World, olga: Browser):
    with writing(database_of(app), ALL_TENANTS) as session:
        tenant = session.get_one(Tenant, world.acme)
        factories.make_device(
            session, mac="00908f000001", tenant=tenant, display_name="Lobby", created_at=NOW
        )
    page = olga.get("/users/without-user/").text
    assert "Lobby" in page
    assert ACME_MAC not in page
    assert "Lobby" not in olga.get("/users/without-user/?q=00908f000002").text
