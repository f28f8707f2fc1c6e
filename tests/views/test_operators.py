"""Operators' accounts: who administers adds, changes and deletes them, and nobody is locked out."""

import pytest
from flask import Flask
from sqlalchemy import select

from app.models import JournalEntry, Operator
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import reading, writing
from app.views.password_hashes import METHOD
from tests.views.browsing import Browser, signed_in
from tests.views.conftest import SignIn
from tests.views.installations import database_of
from tests.views.world import World


def role_id(alice: Browser, name: str) -> str:
    """Return the value of a role's check box on the form."""
    return (
        alice.get("/operators/add").text.partition(f"> {name}")[0].rpartition('value="')[2].partition('"')[0]
    )


def form_of(alice: Browser, name: str, role: str, **values: str) -> dict[str, str]:
    """Return what is typed for an account."""
    return {
        "username": name,
        "first_name": name.title(),
        "last_name": "Example",
        "email": f"{name}@example.com",
        "active": "y",
        "roles": role_id(alice, role),
        **values,
    }


def find_operator(app: Flask, name: str) -> Operator | None:
    with reading(database_of(app), ALL_TENANTS) as session:
        return session.scalar(select(Operator).where(Operator.username == name))


def test_an_added_operator_signs_in_and_sees_the_tenants_on_the_account(
    app: Flask, world: World, sign_in: SignIn
):
    alice = sign_in("alice")
    passwords = {"password": "a long password", "conf_password": "a long password"}
    form = form_of(alice, "otto", "Operator", tenants=str(world.globex), **passwords)
    assert alice.post("/operators/add", form).status_code == 302
    otto = Browser(app)
    assert otto.sign_in("otto", "a long password").status_code == 302
    own = {"password": "nickel orchard wet", "conf_password": "nickel orchard wet"}
    otto.post("/account/password/", {"old_password": "a long password", **own})
    assert otto.sign_in("otto", "nickel orchard wet").status_code == 302
    page = otto.get("/tenants/list/").text
    assert "Globex" in page
    assert "Acme" not in page


def test_a_password_is_kept_as_a_hash(app: Flask, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(app.config, "FAB_PASSWORD_HASH_METHOD", METHOD)
    alice = sign_in("alice")
    passwords = {"password": "a long password", "conf_password": "a long password"}
    alice.post("/operators/add", form_of(alice, "otto", "Operator", **passwords))
    otto = find_operator(app, "otto")
    assert otto is not None
    assert otto.password.startswith("scrypt:32768:8:3$")


def test_the_journal_says_which_rights_an_account_was_given(app: Flask, sign_in: SignIn):
    alice = sign_in("alice")
    victor = find_operator(app, "victor")
    assert victor is not None
    assert alice.post(f"/operators/edit/{victor.id}", form_of(alice, "victor", "Operator")).status_code == 302
    passwords = {"password": "nickel orchard wet", "conf_password": "nickel orchard wet"}
    alice.post(f"/operators/password/{victor.id}", passwords)
    with reading(database_of(app), ALL_TENANTS) as session:
        last = select(JournalEntry.text).order_by(JournalEntry.id.desc()).limit(2)
        given, changed = session.scalars(last).all()
    assert changed.startswith("alice changed the operator victor: ")
    assert "roles from Monitor to Operator" in changed
    assert given == "alice gave victor another password; the account was signed out."


def test_a_name_that_differs_in_case_alone_is_refused(app: Flask, sign_in: SignIn):
    alice = sign_in("alice")
    passwords = {"password": "a long password", "conf_password": "a long password"}
    answer = alice.post("/operators/add", form_of(alice, "Victor", "Monitor", **passwords))
    assert "The account victor has this name" in answer.text
    assert find_operator(app, "Victor") is None


def test_a_short_password_and_a_missing_role_are_refused_at_their_fields(app: Flask, sign_in: SignIn):
    alice = sign_in("alice")
    form = form_of(alice, "otto", "Operator", password="short", conf_password="other")
    del form["roles"]
    answer = alice.post("/operators/add", form)
    assert answer.text.count("field__error") >= 3
    assert find_operator(app, "otto") is None


def test_the_last_one_who_administers_keeps_the_role(app: Flask, world: World, sign_in: SignIn):
    alice = sign_in("alice")
    with writing(database_of(app), ALL_TENANTS) as session:
        session.execute(
            Operator.__table__.update().where(Operator.username == "acladmin").values(active=False)
        )
    answer = alice.post(f"/operators/edit/{world.alice}", form_of(alice, "alice", "Monitor"))
    assert "last active account with a password of its own that administers" in answer.text
    assert alice.get("/operators/list/").status_code == 200


def test_nobody_switches_off_or_deletes_the_own_account(app: Flask, world: World, sign_in: SignIn):
    alice = sign_in("alice")
    form = form_of(alice, "alice", "Administrator")
    del form["active"]
    assert "cannot switch off the account" in alice.post(f"/operators/edit/{world.alice}", form).text
    alice.post(f"/operators/delete/{world.alice}")
    assert "cannot delete the account" in alice.get("/operators/list/").text
    assert find_operator(app, "alice") is not None


def test_an_account_is_deleted(app: Flask, sign_in: SignIn):
    victor = find_operator(app, "victor")
    assert victor is not None
    browser = sign_in("victor")
    sign_in("alice").post(f"/operators/delete/{victor.id}")
    assert browser.get("/dashboard/").location.startswith("/login/")
    assert find_operator(app, "victor") is None


def test_a_name_that_is_taken_is_refused(sign_in: SignIn):
    alice = sign_in("alice")
    passwords = {"password": "a long password", "conf_password": "a long password"}
    answer = alice.post("/operators/add", form_of(alice, "victor", "Monitor", **passwords))
    assert answer.status_code == 200
    assert "field__error" in answer.text


def test_a_password_given_by_who_administers_ends_the_sessions(app: Flask, sign_in: SignIn):
    alice, victor = sign_in("alice"), sign_in("victor")
    account = find_operator(app, "victor")
    assert account is not None
    passwords = {"password": "nickel orchard wet", "conf_password": "nickel orchard wet"}
    assert alice.post(f"/operators/password/{account.id}", passwords).status_code == 302
    assert victor.get("/dashboard/").location.startswith("/login/")
    assert Browser(app).sign_in("victor", "nickel orchard wet").location == "/"


def test_nor_does_who_administers_get_round_the_present_one(app: Flask, sign_in: SignIn):
    alice, found = sign_in("alice"), find_operator(app, "alice")
    assert found is not None
    passwords = {"password": "nickel orchard wet", "conf_password": "nickel orchard wet"}
    assert alice.post(f"/operators/password/{found.id}", passwords).location == "/account/password/"
    assert Browser(app).sign_in("alice", "nickel orchard wet").location.startswith("/login/")


def test_ones_own_password_needs_the_present_one(app: Flask, sign_in: SignIn):
    victor = sign_in("victor")
    passwords = {
        "old_password": "a guess",
        "password": "nickel orchard wet",
        "conf_password": "nickel orchard wet",
    }
    assert "not your present password" in victor.post("/account/password/", passwords).text
    passwords["old_password"] = "pass_1234"
    assert victor.post("/account/password/", passwords).location == "/login/"
    assert victor.get("/dashboard/").location.startswith("/login/")
    assert Browser(app).sign_in("victor", "nickel orchard wet").location == "/"


def test_the_account_page_says_who_one_is(app: Flask, world: World):
    page = signed_in(app, "olga").get("/account/").text
    assert "Olga Example" in page
    assert "Operator" in page
    assert "<dd>Acme</dd>" in page
