"""People of a directory sign in: their accounts follow it, and those of this installation stay as they are."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from app.models import JournalEntry, Operator, OperatorSession
from app.security.tenant_scope import ALL_TENANTS
from app.services import operators
from app.services.sign_in_limit import WRONG_FOR_ACCOUNT
from app.transaction import reading, writing
from app.views import outside_sign_in
from tests.slapd import PERSONS_PASSWORD, Slapd
from tests.views.browsing import Browser, signed_in
from tests.views.installations import database_of
from tests.views.ways import go_by, write_directory
from tests.views.world import PASSWORD, World

WRONG = "That username and password do not match"


@pytest.fixture
def file(app: Flask, world: World, slapd: Slapd, tmp_path: Path) -> Path:
    """The file that the application goes by."""
    file = write_directory(tmp_path, slapd)
    go_by(app, file)
    return file


def come(app: Flask, name: str, password: str = PERSONS_PASSWORD) -> Browser:
    browser = Browser(app)
    browser.sign_in(name, password)
    return browser


def is_in(browser: Browser) -> bool:
    return browser.get("/account/").status_code == 200


def account(app: Flask, name: str) -> Operator | None:
    with reading(database_of(app), ALL_TENANTS) as session:
        found = session.scalars(select(Operator).where(Operator.username == name)).one_or_none()
        if found is not None:
            _ = [role.name for role in found.roles], [tenant.name for tenant in found.tenants]
        return found


def journal_of(app: Flask) -> list[str]:
    with reading(database_of(app), ALL_TENANTS) as session:
        return list(session.scalars(select(JournalEntry.text).order_by(JournalEntry.id)))


def remap(file: Path, before: str, after: str) -> None:
    text = file.read_text()
    assert before in text
    file.write_text(text.replace(before, after))


def test_the_account_is_made_with_the_role_and_the_tenants_of_the_groups(app: Flask, file: Path):
    browser = come(app, "U1")
    page = browser.get("/account/").text
    assert "Ann Blackwell" in page
    assert "Acme directory" in page
    made = account(app, "u1")
    # Her other group has another role, whose tenants are not hers.
    assert [role.name for role in made.roles] == ["Helpdesk"]
    assert [tenant.name for tenant in made.tenants] == ["Acme"]
    assert not made.sees_all_tenants
    assert (made.password, made.email) == ("", "u1@acme.com")
    assert "Acme directory made u1 Helpdesk for Acme." in journal_of(app)
    assert browser.get("/operators/").status_code == 403


def test_it_follows_the_directory_at_each_sign_in(app: Flask, file: Path):
    come(app, "u1")
    remap(file, 'role = "Helpdesk"\ntenants = ["acme"]', 'role = "Monitor"\ntenants = ["acme", "globex"]')
    outside_sign_in.install(app)
    come(app, "u1")
    followed = account(app, "u1")
    assert [role.name for role in followed.roles] == ["Monitor"]
    assert sorted(tenant.name for tenant in followed.tenants) == ["Acme", "Globex"]
    assert "Acme directory made u1 Monitor for Acme, Globex." in journal_of(app)


def test_without_a_group_that_may_nobody_is_let_in_and_who_was_is_out(app: Flask, file: Path):
    before = come(app, "u2")
    assert is_in(before)
    remap(file, "CN=Berlin-Desk", "CN=Hamburg-Desk")
    outside_sign_in.install(app)
    browser = come(app, "u2")
    assert "none of your groups may sign in here" in browser.get("/login/").text
    assert not is_in(browser)
    assert not is_in(before)
    assert account(app, "u2").roles == []
    assert account(app, "u3") is None
    assert "none of your groups" in come(app, "u3").get("/login/").text
    assert account(app, "u3") is None


def test_who_is_gone_from_the_directory_is_signed_out(app: Flask, file: Path):
    before = come(app, "u2")
    remap(file, 'base = "ou=people', 'filter = "(&(uid={username})(!(uid=u2)))"\nbase = "ou=people')
    outside_sign_in.install(app)
    assert WRONG in come(app, "u2").get("/login/").text
    assert not is_in(before)
    assert any("lets u2 in no more" in text for text in journal_of(app))


def test_wrong_passwords_count_and_are_told_like_any_other(app: Flask, file: Path):
    come(app, "u2")
    browser = Browser(app)
    for _ in range(WRONG_FOR_ACCOUNT):
        browser.sign_in("u2", "wrong")
    assert browser.sign_in("u2", PERSONS_PASSWORD).status_code == 429
    assert "Somebody gave a wrong password for u2." in journal_of(app)
    assert WRONG in come(app, "nobody").get("/login/").text
    assert not is_in(come(app, "u1", ""))


def test_accounts_of_the_installation_go_before_people_of_the_same_name(app: Flask, file: Path):
    with writing(database_of(app), ALL_TENANTS) as session:
        session.scalars(select(Operator).where(Operator.username == "alice")).one().username = "u2"
    assert WRONG in come(app, "u2").get("/login/").text
    assert is_in(come(app, "u2", PASSWORD))


def test_while_the_directory_is_away_its_people_wait_and_others_do_not(
    app: Flask, world: World, slapd: Slapd, tmp_path: Path
):
    go_by(app, write_directory(tmp_path, slapd, port=1))
    page = come(app, "u1").get("/login/").text
    assert "Nobody of Acme directory can sign in just now" in page
    assert "localhost" not in page
    assert is_in(signed_in(app, "alice"))


def test_an_account_that_is_switched_off_stays_out(app: Flask, file: Path):
    come(app, "u2")
    with writing(database_of(app), ALL_TENANTS) as session:
        session.scalars(select(Operator).where(Operator.username == "u2")).one().active = False
    browser = come(app, "u2")
    assert WRONG in browser.get("/login/").text
    assert not is_in(browser)


def test_a_database_without_the_tenants_lets_nobody_in(app: Flask, file: Path):
    remap(file, '["acme"]', '["elsewhere"]')
    outside_sign_in.install(app)
    assert "None of the tenants" in come(app, "u2").get("/login/").text


def test_passwords_are_changed_where_they_are(app: Flask, file: Path):
    browser = come(app, "u2")
    page = browser.get("/account/password/").text
    assert 'href="https://password.acme.com/"' in page
    assert 'type="password"' not in page
    administrator = signed_in(app, "alice")
    number = account(app, "u2").id
    assert "its password is kept there" in administrator.get(f"/operators/password/{number}").text.lower()


def test_what_follows_the_directory_is_not_changed_by_hand(app: Flask, file: Path):
    come(app, "u2")
    number = account(app, "u2").id
    administrator = signed_in(app, "alice")
    form = {"username": "u2", "first_name": "Else", "last_name": "B", "email": "u2@acme.com", "active": "y"}
    roles = {"roles": str(account(app, "u2").roles[0].id)}
    page = administrator.post(f"/operators/edit/{number}", form | roles)
    assert "signs in through a directory" in page.text
    assert account(app, "u2").first_name == "Ben"


def test_the_second_factor_asks_for_the_password_of_the_directory(app: Flask, file: Path):
    browser = come(app, "u2")
    browser.post("/account/second-factor/begin")
    answer = browser.post("/account/second-factor/confirm", {"code": "000000", "password": "wrong"})
    assert "This is not your password." in answer.text
    answer = browser.post("/account/second-factor/confirm", {"code": "000000", "password": PERSONS_PASSWORD})
    assert "This code is not right" in answer.text


def test_the_last_administrator_with_a_password_of_his_own_stays(app: Flask, file: Path):
    come(app, "u0")
    with writing(database_of(app), ALL_TENANTS) as session:
        owns = select(Operator).where(Operator.roles.any(name="Administrator"), Operator.signs_in_by == "")
        last, *others = session.scalars(owns).all()
        for other in others:
            other.active = False
        session.flush()
        outside = session.scalars(select(Operator).where(Operator.username == "u0")).one()
        with pytest.raises(Exception, match="with a password of its own"):
            operators.check_may_go(session, last, by_id=outside.id)


def test_no_password_of_the_directory_is_kept(app: Flask, file: Path):
    come(app, "u0")
    with reading(database_of(app), ALL_TENANTS) as session:
        assert session.scalars(select(OperatorSession)).all() != []
    assert PERSONS_PASSWORD not in repr(vars(account(app, "u0")))
    assert all(PERSONS_PASSWORD not in text for text in journal_of(app))
