"""Whoever guesses passwords is told to wait, and when to try again; others are not."""

from flask import Flask

from app.views.sign_in_limit import WINDOW_SECONDS, WRONG_FOR_ACCOUNT, WRONG_FROM_ADDRESS, SignInLimit
from tests.views.browsing import Browser
from tests.views.world import World


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_after_so_many_wrong_passwords_one_waits_until_the_first_is_long_ago():
    clock = Clock()
    limit = SignInLimit(clock=clock)
    for _ in range(WRONG_FOR_ACCOUNT):
        assert limit.seconds_to_wait("10.0.0.1", "anna") == 0
        limit.note_wrong("10.0.0.1", "Anna ")
        clock.now += 1
    assert limit.seconds_to_wait("10.0.0.1", "anna") == WINDOW_SECONDS - WRONG_FOR_ACCOUNT
    assert limit.seconds_to_wait("10.0.0.1", "ben") == 0
    assert limit.seconds_to_wait("10.0.0.2", "anna") == 0
    clock.now += WINDOW_SECONDS - WRONG_FOR_ACCOUNT
    assert limit.seconds_to_wait("10.0.0.1", "anna") == 0


def test_an_address_that_tries_many_names_waits_for_all_of_them():
    limit = SignInLimit(clock=Clock())
    for number in range(WRONG_FROM_ADDRESS):
        limit.note_wrong("10.0.0.1", f"user{number}")
    assert limit.seconds_to_wait("10.0.0.1", "anna") == WINDOW_SECONDS
    limit.forget("10.0.0.1", "anna")
    assert limit.seconds_to_wait("10.0.0.1", "anna") == WINDOW_SECONDS


def test_a_right_password_wipes_out_the_wrong_ones_of_the_account():
    limit = SignInLimit(clock=Clock())
    for _ in range(WRONG_FOR_ACCOUNT):
        limit.note_wrong("10.0.0.1", "anna")
    limit.forget("10.0.0.1", "ANNA")
    assert limit.seconds_to_wait("10.0.0.1", "anna") == 0


def test_what_is_remembered_is_bounded():
    limit = SignInLimit(clock=Clock())
    for number in range(30_000):
        limit.note_wrong(f"address {number}", "x" * 5000)
    assert len(limit) <= 10_000


def test_who_guesses_is_told_when_to_try_again(app: Flask, world: World):
    browser = Browser(app)
    for _ in range(WRONG_FOR_ACCOUNT):
        assert browser.sign_in("victor", "wrong").status_code == 302
    refused = browser.sign_in("victor")
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > WINDOW_SECONDS - 300
    assert "Too many wrong passwords" in refused.text
    assert "Try again in 15 minutes." in refused.text
    # Neither another account nor the page itself is held back.
    assert browser.get("/login/").status_code == 200
    assert browser.sign_in("hal").status_code == 302
