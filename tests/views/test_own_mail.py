"""One's own mail address is changed by who gives the password; who administers does not get round that."""

import pytest
from flask import Flask
from sqlalchemy import select

from app.models import JournalEntry, Operator
from app.security.tenant_scope import ALL_TENANTS
from app.services.sign_in_limit import WRONG_FOR_ACCOUNT
from app.transaction import reading, writing
from tests.views.browsing import Browser
from tests.views.conftest import SignIn
from tests.views.installations import database_of
from tests.views.test_operators import form_of
from tests.views.world import PASSWORD, World

PAGE, NEW = "/account/mail/", "olga.new@example.org"


def mail_of(app: Flask, name: str) -> str:
    with reading(database_of(app), ALL_TENANTS) as session:
        return session.scalars(select(Operator.email).where(Operator.username == name)).one()


def test_who_gives_the_password_changes_it_and_signs_in_by_it(app: Flask, world: World, sign_in: SignIn):
    olga = sign_in("olga")
    assert 'href="/account/mail/"' in olga.get("/account/").text
    form = {"mail": f" {NEW} ", "password": PASSWORD, "given_reason": "A new name"}
    assert olga.post(PAGE, form).location == "/account/"
    page = olga.get("/account/").text
    assert NEW in page
    assert "Your mail address was changed." in page
    assert Browser(app).sign_in(NEW).location == "/"
    assert Browser(app).sign_in("olga@example.com").location.startswith("/login/")
    with reading(database_of(app), ALL_TENANTS) as session:
        wanted = select(JournalEntry).where(JournalEntry.action == "operator changed")
        entry = session.scalars(wanted).one()
        assert (entry.actor, entry.subject, entry.reason, entry.tenant_id) == (
            "olga",
            "olga",
            "A new name",
            None,
        )
        told = f'olga changed the operator olga: email from "olga@example.com" to "{NEW}".'
        assert entry.text == told


def test_without_the_password_it_stays_and_who_guesses_waits(app: Flask, world: World, sign_in: SignIn):
    olga = sign_in("olga")
    answers = [olga.post(PAGE, {"mail": NEW, "password": "guessed"}) for _ in range(WRONG_FOR_ACCOUNT + 1)]
    assert "This is not your password." in answers[0].text
    assert f'value="{NEW}"' in answers[0].text
    assert [answer.status_code for answer in answers] == [400] * WRONG_FOR_ACCOUNT + [429]
    assert mail_of(app, "olga") == "olga@example.com"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "is no mail address"),
        ("olga", "is no mail address"),
        ("olga@", "is no mail address"),
        ("o lga@example.com", "is no mail address"),
        ("x" * 60 + "@" + "y" * 300, "is no mail address"),
        ("Alice@Example.com", "Another account has this mail address."),
    ],
)
def test_what_will_not_do_is_said_at_its_field(
    app: Flask, world: World, sign_in: SignIn, typed: str, said: str
):
    olga = sign_in("olga")
    answer = olga.post(PAGE, {"mail": typed, "password": PASSWORD})
    assert (answer.status_code, said in answer.text) == (400, True)
    assert 'id="mail" name="mail"' in answer.text
    assert mail_of(app, "olga") == "olga@example.com"


def test_who_administers_changes_the_own_one_there_too(app: Flask, world: World, sign_in: SignIn):
    alice = sign_in("alice")
    form = form_of(alice, "alice", "Administrator", email="taken@example.org", sees_all_tenants="y")
    refused = alice.post(f"/operators/edit/{world.alice}", form)
    assert "You change your own mail address on Your account" in refused.text
    assert mail_of(app, "alice") == "alice@example.com"
    form["email"] = "alice@example.com"
    assert alice.post(f"/operators/edit/{world.alice}", form).status_code == 302
    with reading(database_of(app), ALL_TENANTS) as session:
        olga = session.scalars(select(Operator.id).where(Operator.username == "olga")).one()
    form = form_of(alice, "olga", "Operator", email=NEW, tenants=str(world.acme))
    assert alice.post(f"/operators/edit/{olga}", form).status_code == 302
    assert mail_of(app, "olga") == NEW


def test_what_a_directory_says_is_changed_there(app: Flask, world: World, sign_in: SignIn):
    olga = sign_in("olga")
    with writing(database_of(app), ALL_TENANTS) as session:
        session.scalars(select(Operator).where(Operator.username == "olga")).one().signs_in_by = "ldap"
    assert 'href="/account/mail/"' not in olga.get("/account/").text
    assert olga.post(PAGE, {"mail": NEW, "password": PASSWORD}).location == "/account/"
    assert "says what your mail address is" in olga.get("/account/").text
    assert mail_of(app, "olga") == "olga@example.com"
