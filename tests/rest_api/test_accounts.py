"""Operators' accounts over the REST API: the rules of their page, and no token gives more than it may itself."""

import typing
from datetime import UTC, datetime
from threading import Thread

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.errors import ConflictError
from app.models import Operator
from app.rest_api.resources.account_bodies import Role
from app.security.roles import ROLES
from app.security.tenant_scope import ALL_TENANTS
from app.services import operators
from app.transaction import reading, writing
from tests.rest_api.conftest import MakeProgram
from tests.rest_api.programs import Program, field_of, names_in
from tests.views.browsing import Browser, signed_in
from tests.views.installations import database_of
from tests.views.world import PASSWORD, PEOPLE, World

GIVEN, OWN = "a long password", "nickel orchard wet"
OTTO = {
    "first_name": "Otto",
    "last_name": "Example",
    "email": "otto@example.com",
    "roles": ["Operator"],
    "tenants": ["Globex"],
}
PATH = "/accounts/named/otto"
NARROWED = {
    "a kind": {"kinds": ["accounts"]},
    "some kinds": {"kinds": ["accounts", "api-tokens", "users"]},
    "networks": {"networks": "127.0.0.0/8"},
}


@pytest.fixture
def alice(program: MakeProgram) -> Program:
    return program("alice")


def id_of(alice: Program, name: str) -> int:
    return alice.get(f"/accounts/named/{name}").json["id"]


def kept(app: Flask, name: str) -> Operator:
    with reading(database_of(app), ALL_TENANTS) as session:
        return session.scalars(select(Operator).where(Operator.username == name)).one()


def test_an_account_is_added_once_and_its_owner_chooses_another_password(app: Flask, alice: Program):
    said = {**OTTO, "password": GIVEN}
    added, again = (alice.put(PATH, said, headers={"X-Reason": "Ticket 4711"}) for _ in "ab")
    assert (added.status_code, again.status_code) == (201, 200), added.text
    assert added.json == again.json
    assert (added.json["roles"], added.json["tenants"], added.json["has_to_choose_password"]) == (
        ["Operator"],
        ["Globex"],
        True,
    )
    otto = Browser(app)
    assert otto.sign_in("otto", GIVEN).status_code == 302
    assert otto.get("/tenants/list/").location == "/account/password/"
    own = {"old_password": GIVEN, "password": OWN, "conf_password": OWN}
    assert otto.post("/account/password/", own).location == "/login/"
    # Sent again, it is not what the account begins with a second time.
    assert alice.put(PATH, said).json["has_to_choose_password"] is False
    otto.sign_in("otto", OWN)
    page = otto.get("/tenants/list/").text
    assert ("Globex" in page, "Acme" in page) == (True, False)
    (entry,) = alice.get("/journal?q=otto&action=operator+added").json["items"]
    assert (entry["text"], entry["reason"]) == (
        "alice added the operator otto: Operator for Globex.",
        "Ticket 4711",
    )


def test_one_is_changed_and_deleted_by_who_has_seen_it(app: Flask, alice: Program):
    added = alice.post("/accounts", {**OTTO, "username": "otto", "password": GIVEN})
    path = f"/accounts/{added.json['id']}"
    assert (added.status_code, added.headers["Location"]) == (201, f"/api/v1{path}")
    seen = {"If-Match": added.headers["ETag"]}
    wish = {"roles": ["Helpdesk"], "tenants": ["acme", "Globex"], "last_name": "Sample", "is_active": False}
    changed = alice.patch(path, wish, headers=seen)
    assert changed.status_code == 200, changed.text
    assert {name: changed.json[name] for name in wish} == {**wish, "tenants": ["Acme", "Globex"]}
    assert alice.patch(path, wish, headers=seen).status_code == 412
    assert alice.patch(path, wish).json == changed.json
    (entry,) = alice.get("/journal?action=operator+changed").json["items"]
    for words in (
        "roles from Operator to Helpdesk",
        "tenants from Globex to Acme and Globex",
        "active from yes to no",
    ):
        assert words in entry["text"]
    assert Browser(app).sign_in("otto", GIVEN).location.startswith("/login/")
    assert alice.delete(path, headers=seen).status_code == 412
    assert alice.delete(path).status_code == 204
    assert alice.get(path).status_code == 404
    assert (
        alice.get("/journal?action=operator+deleted").json["items"][0]["text"]
        == "alice deleted the operator otto."
    )


def test_accounts_are_listed_filtered_and_paged(alice: Program):
    alice.put(PATH, {**OTTO, "password": GIVEN})
    everybody = names_in(alice.get("/accounts"), "username")
    assert everybody == sorted(["acladmin", "otto", *(person.name for person in PEOPLE)])
    assert names_in(alice.get("/accounts?sort=-username&limit=2"), "username") == everybody[:-3:-1]
    first = alice.get("/accounts?limit=4").json
    rest = names_in(alice.get(f"/accounts?cursor={first['next_cursor']}"), "username")
    assert [item["username"] for item in first["items"]] + rest == everybody
    assert names_in(alice.get("/accounts?q=EXAMPLE.com&role=Monitor"), "username") == ["vera", "victor"]
    assert names_in(alice.get("/accounts?tenant=globex"), "username") == ["otto"]
    assert names_in(alice.get("/accounts?username=OTTO&is_active=true"), "username") == ["otto"]
    assert names_in(alice.get("/accounts?is_active=false"), "username") == []


def test_names_are_the_same_whatever_their_case(alice: Program):
    alice.put(PATH, {**OTTO, "password": GIVEN})
    assert alice.get("/accounts/named/OTTO").json["username"] == "otto"
    for taken, field in (({"username": "Otto"}, "username"), ({"email": "OTTO@example.com"}, "email")):
        body = {**OTTO, "username": "other", "email": "other@example.com", "password": GIVEN, **taken}
        refused = alice.post("/accounts", body)
        assert (refused.status_code, field_of(refused)) == (409, field)


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"password": "password1234"}, "password"),
        ({"password": "otto example"}, "password"),
        ({"roles": []}, "roles"),
        ({"roles": ["Public"]}, "roles[0]"),
        ({"tenants": ["Initech"]}, "tenants"),
        ({"first_name": "  "}, "first_name"),
        ({"last_name": "a\tb"}, "last_name"),
    ],
)
def test_what_will_not_do_is_said_at_its_field(alice: Program, wrong: dict, field: str):
    answer = alice.put(PATH, {**OTTO, "password": GIVEN, **wrong})
    assert (answer.status_code, field_of(answer)) == (422, field)
    assert alice.get(PATH).status_code == 404
    assert field_of(alice.put(PATH, OTTO)) == "password"


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_each_role_may_what_its_page_says(program: MakeProgram, world: World):
    for person in PEOPLE:
        asked = program(person.name)
        may = person.name == "alice"
        assert asked.get("/accounts").status_code == (200 if may else 403), person
        assert asked.get(f"/accounts/{world.alice}/sessions").status_code == (200 if may else 403), person
        assert asked.get("/api-tokens").status_code == (200 if may else 403), person
        assert asked.put(PATH, {**OTTO, "password": GIVEN}).status_code == (201 if may else 403), person
        assert asked.patch(f"/accounts/{world.alice}", {}).status_code == (200 if may else 403), person
    of_acme, reading_one = program("alice", tenant_ids=[world.acme]), program("alice", reads_only=True)
    assert of_acme.get("/accounts").status_code == of_acme.get("/api-tokens").status_code == 403
    assert of_acme.delete(f"/accounts/{world.alice}/sessions").status_code == 403
    assert reading_one.get("/accounts").status_code == 200
    assert reading_one.delete(PATH).status_code == 405
    assert reading_one.patch(f"/accounts/{world.alice}", {}).status_code == 403


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("narrowed", NARROWED)
def test_a_token_that_was_narrowed_gives_nothing(
    app: Flask, program: MakeProgram, alice: Program, narrowed: str
):
    less = program("alice", **NARROWED[narrowed])
    vera, path = id_of(alice, "vera"), f"/accounts/{id_of(alice, 'vera')}"
    assert less.put(PATH, {**OTTO, "password": GIVEN}).status_code == 403
    assert less.post("/accounts", {**OTTO, "username": "otto", "password": GIVEN}).status_code == 403
    for gain in (
        {"roles": ["Administrator"]},
        {"roles": ["Monitor", "Helpdesk"]},
        {"sees_all_tenants": True},
        {"tenants": ["Acme", "Globex"]},
        {"username": "oscar2"},
        {"email": "mine@example.com"},
    ):
        refused = less.patch(path, gain)
        assert refused.status_code == 403, gain
        assert "was narrowed" in refused.json["detail"]
    assert less.post(f"{path}/password", {"password": OWN}).status_code == 403
    assert less.delete(f"{path}/second-factor").status_code == 403
    assert less.patch(path, {"is_active": False}).status_code == 200
    assert less.patch(path, {"is_active": True}).status_code == 403
    assert less.patch(path, {"first_name": "Veronika", "tenants": []}).status_code == 200
    assert less.delete(f"{path}/sessions").status_code == 204
    assert alice.get(PATH).status_code == 404
    found = kept(app, "vera")
    assert (found.id, found.sees_all_tenants, found.email) == (vera, False, "vera@example.com")
    assert less.delete(path).status_code == 204


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_token_that_ends_some_day_gives_as_a_session_does(program: MakeProgram):
    assert program("alice", days=7).put(PATH, {**OTTO, "password": GIVEN}).status_code == 201


def test_who_administers_stays_and_is_not_got_round(
    app: Flask, program: MakeProgram, alice: Program, world: World
):
    own = f"/accounts/{world.alice}"
    assert alice.delete(own).status_code == 409
    assert alice.patch(own, {"is_active": False}).status_code == 409
    assert alice.post(f"{own}/password", {"password": OWN}).status_code == 409
    assert alice.delete(f"{own}/second-factor").status_code == 409
    refused = alice.patch(own, {"email": "elsewhere@example.com"})
    assert refused.status_code == 409
    assert "asks for your password" in refused.json["detail"]
    with writing(database_of(app), ALL_TENANTS) as session:
        session.execute(update(Operator).where(Operator.username == "acladmin").values(active=False))
    refused = alice.patch(own, {"roles": ["Monitor"]})
    assert refused.status_code == 409
    assert "last active account" in refused.json["detail"]
    assert alice.get("/whoami").json["roles"] == ["Administrator"]


def test_of_two_who_leave_at_once_one_stays(app: Flask, world: World):
    """The second has to wait for the first, and sees what that one has done."""
    refusals = []

    def leave(name: str) -> None:
        with writing(database_of(app), ALL_TENANTS) as session:
            leaving = session.scalars(select(Operator).where(Operator.username == name)).one()
            operators.check_may_go(session, leaving, by_id=0)
            session.delete(leaving)

    def leave_as_well() -> None:
        try:
            leave("acladmin")
        except ConflictError as refused:
            refusals.append(str(refused))

    second = Thread(target=leave_as_well)
    with writing(database_of(app), ALL_TENANTS) as session:
        operators.check_may_go(session, session.get_one(Operator, world.alice), by_id=0)
        session.delete(session.get_one(Operator, world.alice))
        session.flush()
        second.start()
        second.join(timeout=0.5)
    second.join()
    assert len(refusals) == 1
    assert "last active account" in refusals[0]


def test_a_password_is_given_and_the_account_signed_out(app: Flask, alice: Program):
    victor, path = signed_in(app, "victor"), f"/accounts/{id_of(alice, 'victor')}"
    seen = alice.get(path).headers["ETag"]
    other = alice.post(f"{path}/password", {"password": OWN}, headers={"If-Match": '"other"'})
    assert other.status_code == 412
    given = alice.post(f"{path}/password", {"password": OWN}, headers={"If-Match": seen})
    assert (given.status_code, given.json["has_to_choose_password"]) == (200, True)
    assert victor.get("/dashboard/").location.startswith("/login/")
    assert Browser(app).sign_in("victor", PASSWORD).location.startswith("/login/")
    assert Browser(app).sign_in("victor", OWN).location == "/"
    said = given.text + alice.get("/journal?q=victor").text + alice.get(path).text
    assert "alice gave victor another password" in said
    assert [word for word in (OWN, kept(app, "victor").password) if word in said] == []


def test_sessions_are_listed_and_ended(app: Flask, alice: Program):
    victor, path = signed_in(app, "victor"), f"/accounts/{id_of(alice, 'victor')}/sessions"
    signed_in(app, "victor")
    seen = alice.get(path)
    assert [one["address"] for one in seen.json["items"]] == ["127.0.0.1"] * 2
    (_, first) = seen.json["items"]
    assert alice.delete(f"{path}/{first['id']}", headers={"If-Match": '"other"'}).status_code == 412
    ended = alice.delete(f"{path}/{first['id']}", headers={"If-Match": seen.headers["ETag"]})
    assert ended.status_code == 204
    assert victor.get("/dashboard/").location.startswith("/login/")
    assert alice.delete(f"{path}/{first['id']}").status_code == 404
    assert len(alice.get(path).json["items"]) == 1
    assert alice.delete(path).status_code == 204
    assert alice.get(path).json == {"items": []}
    of_others = f"/accounts/{id_of(alice, 'hal')}/sessions/{first['id']}"
    assert alice.delete(of_others).status_code == 404


def test_a_second_factor_is_reset_for_who_has_lost_it(app: Flask, alice: Program):
    path = f"/accounts/{id_of(alice, 'victor')}"
    assert alice.delete(f"{path}/second-factor").status_code == 404
    with writing(database_of(app), ALL_TENANTS) as session:
        session.execute(
            update(Operator)
            .where(Operator.username == "victor")
            .values(second_factor_since=datetime.now(UTC))
        )
    assert alice.get(path).json["second_factor_since"] is not None
    assert alice.delete(f"{path}/second-factor").status_code == 204
    assert alice.get(path).json["second_factor_since"] is None
    assert alice.get("/journal?action=second+factor+reset").json["items"][0]["subject"] == "victor"


def test_what_a_directory_says_of_an_account_stays(app: Flask, alice: Program):
    with writing(database_of(app), ALL_TENANTS) as session:
        victor = session.scalars(select(Operator).where(Operator.username == "victor")).one()
        victor.signs_in_by, victor.outside_key, victor.roles, victor.last_name = (
            "ldap:example",
            "victor",
            [],
            "",
        )
    path = f"/accounts/{id_of(alice, 'victor')}"
    assert alice.patch(path, {"roles": ["Operator"]}).status_code == 409
    assert alice.patch(path, {"last_name": "Other"}).status_code == 409
    assert alice.post(f"{path}/password", {"password": OWN}).status_code == 409
    assert alice.patch(path, {"is_active": False}).json["is_active"] is False


def test_tokens_of_all_are_listed_and_revoked(program: MakeProgram, alice: Program, world: World):
    hal = program("hal", kinds=["phones"], networks="127.0.0.0/8", reads_only=True)
    olga = program("olga", tenant_ids=[world.acme])
    (of_hal,) = alice.get("/api-tokens?account=HAL").json["items"]
    assert (of_hal["kinds"], of_hal["networks"], of_hal["reads_only"], of_hal["tenants"]) == (
        ["phones"],
        ["127.0.0.0/8"],
        True,
        None,
    )
    (of_olga,) = alice.get("/api-tokens?q=olga").json["items"]
    assert (of_olga["tenants"], of_olga["account"]) == (["Acme"], "olga")
    everything = alice.get("/api-tokens?sort=-name")
    assert names_in(everything, "account") == ["olga", "hal", "alice"]
    assert [word for word in (hal.token.split("_", 2)[2], "digest") if word in everything.text] == []
    key_id = hal.token.split("_")[1]
    assert names_in(alice.get(f"/api-tokens?key_id={key_id}"), "id") == [of_hal["id"]]
    path = f"/api-tokens/{of_hal['id']}"
    assert alice.delete(path, headers={"If-Match": '"other"'}).status_code == 412
    revoker = program("alice", kinds=["api-tokens"])
    seen = revoker.get(path)
    assert revoker.delete(path, headers={"If-Match": seen.headers["ETag"]}).status_code == 204
    assert (hal.get("/whoami").status_code, olga.get("/whoami").status_code) == (401, 200)
    assert revoker.delete(path).status_code == 404
    assert program("alice", kinds=["accounts"]).get("/api-tokens").status_code == 403
    assert alice.get("/journal?action=API+token+revoked").json["items"][0]["actor"] == "alice"


def test_the_roles_are_those_of_the_screens():
    assert typing.get_args(Role) == tuple(ROLES)
