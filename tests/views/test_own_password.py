"""Passwords that somebody else gave are changed first; and who guesses is told when to try again."""

import re

import pytest
from flask import Flask

from app.services.sign_in_limit import WINDOW, WRONG_FOR_ACCOUNT
from tests.views.browsing import Browser, signed_in
from tests.views.world import World

GIVEN, OWN = "vermilion teapot 9 gravel", "nickel orchard wet 3 tapes"


def given_a_password(app: Flask) -> Browser:
    """Return victor, whose password alice has set, signed in with it."""
    alice = signed_in(app, "alice")
    page = alice.get("/operators/list/?q=victor").text
    account = re.search(r"/operators/show/(\d+)", page)
    assert account is not None
    passwords = {"password": GIVEN, "conf_password": GIVEN}
    assert alice.post(f"/operators/password/{account[1]}", passwords).status_code == 302
    victor = Browser(app)
    victor.sign_in("victor", GIVEN)
    return victor


def test_who_was_given_a_password_chooses_another_before_anything_else(app: Flask, world: World):
    victor = given_a_password(app)
    for address in ("/dashboard/", "/devices-status/", "/live/", "/account/"):
        assert victor.get(address).location == "/account/password/", address
    assert victor.post("/account/sessions/").location == "/account/password/"
    assert "Choose one that only you know" in victor.get("/account/password/").text
    passwords = {"old_password": GIVEN, "password": GIVEN, "conf_password": GIVEN}
    assert "the password that you have" in victor.post("/account/password/", passwords).text
    passwords |= {"password": OWN, "conf_password": OWN}
    assert victor.post("/account/password/", passwords).location == "/login/"
    victor.sign_in("victor", OWN)
    assert victor.get("/dashboard/").status_code == 200


def test_he_may_sign_out_instead(app: Flask, world: World):
    victor = given_a_password(app)
    assert 'form="sign-out">Sign out</button>' in victor.get("/account/password/").text
    victor.sign_out()
    assert victor.get("/dashboard/").location.startswith("/login/")


def test_a_password_with_the_own_name_is_refused_at_its_field(app: Flask, world: World):
    victor = signed_in(app, "victor")
    passwords = {"old_password": "pass_1234", "password": "victor-2026", "conf_password": "victor-2026"}
    assert "This password is easy to guess." in victor.post("/account/password/", passwords).text


def test_who_guesses_the_present_password_in_an_open_browser_waits(app: Flask, world: World):
    victor = signed_in(app, "victor")
    passwords = {"old_password": "guessed", "password": OWN, "conf_password": OWN}
    answers = [victor.post("/account/password/", passwords) for _ in range(WRONG_FOR_ACCOUNT + 1)]
    assert "This is not your present password." in answers[0].text
    assert [answer.status_code for answer in answers] == [200] * WRONG_FOR_ACCOUNT + [429]
    passwords["old_password"] = "pass_1234"
    assert victor.post("/account/password/", passwords).status_code == 429


@pytest.mark.parametrize("password", ['  Öl im Getriebe 🛢 "quoted" %s  ', "vermilion teapot " * 11])
def test_a_password_is_taken_as_it_was_typed(app: Flask, world: World, password: str):
    victor = signed_in(app, "victor")
    passwords = {"old_password": "pass_1234", "password": password, "conf_password": password}
    assert victor.post("/account/password/", passwords).location == "/login/"
    others = {password.strip(), password.lower(), password.upper(), password[:64], password[:-1]}
    for other in others - {password}:
        assert Browser(app).sign_in("victor", other).location.startswith("/login/")
    assert Browser(app).sign_in("victor", password).location == "/"


@pytest.mark.parametrize("address", ["/login/", "/account/password/", "/account/sessions/", "/operators/add"])
def test_fields_for_passwords_hide_them_and_help_password_managers(app: Flask, world: World, address: str):
    browser = Browser(app) if address == "/login/" else signed_in(app, "alice")
    fields = re.findall(r"<input[^>]*>", browser.get(address).text)
    of_passwords = [field for field in fields if re.search(r'name="\w*password"', field)]
    assert of_passwords
    for field in of_passwords:
        assert 'type="password"' in field
        assert 'autocomplete="off"' not in field
        assert "onpaste" not in field


def test_who_guesses_is_told_when_to_try_again(app: Flask, world: World):
    browser = Browser(app)
    for _ in range(WRONG_FOR_ACCOUNT):
        assert browser.sign_in("victor", "wrong").status_code == 302
    refused = browser.sign_in("victor")
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > WINDOW.total_seconds() - 300
    assert "Too many wrong passwords" in refused.text
    assert "Try again in 15 minutes." in refused.text
    # Neither another account nor the page itself is held back.
    assert browser.get("/login/").status_code == 200
    assert browser.sign_in("hal").status_code == 302
