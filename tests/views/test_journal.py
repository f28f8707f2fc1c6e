"""The activity log and the templates, to look at."""

from flask import Flask

from app.security.tenant_scope import ALL_TENANTS
from app.transaction import writing
from tests.views.browsing import Browser
from tests.views.conftest import SignIn
from tests.views.installations import database_of
from tests.views.world import ACME_MAC, GLOBEX_MAC, World, add_entry


def test_entries_are_found_by_words_actor_and_action(app: Flask, world: World, sign_in: SignIn):
    with writing(database_of(app), ALL_TENANTS) as session:
        add_entry(session, None, "settings", actor="scheduler", action="sweep", text="The sweep took long.")
    oscar = sign_in("oscar")
    for query in ("q=took+long", "actor=scheduler", "action=sweep"):
        page = oscar.get(f"/logs/activity/?{query}").text
        assert "The sweep took long." in page, query
        assert "restarted" not in page, query
    page = oscar.get("/logs/activity/?q=00:90:8f:ac:ac:a1").text
    assert f"restarted {ACME_MAC}" in page
    assert GLOBEX_MAC not in page


def test_the_drop_downs_offer_each_actor_once(sign_in: SignIn):
    page = sign_in("oscar").get("/logs/activity/").text
    assert page.count("<option>oscar</option>") == 1


def test_signing_in_and_failing_to_are_in_the_journal(app: Flask, world: World, sign_in: SignIn):
    sign_in("olga")
    Browser(app).sign_in("victor", "wrong password")
    page = sign_in("oscar").get("/logs/activity/").text
    assert "olga signed in." in page
    assert "Somebody gave a wrong password for victor." in page
