"""The activity log and the templates, to look at."""

from datetime import UTC, datetime, timedelta

from flask import Flask
from sqlalchemy import select

from app.models import JournalEntry
from app.security.tenant_scope import ALL_TENANTS
from app.services import journal_retention
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


def test_the_list_and_a_day_of_the_archive_are_saved(app: Flask, world: World, sign_in: SignIn):
    with writing(database_of(app), ALL_TENANTS) as session:
        add_entry(session, None, "=settings", actor="scheduler", action="sweep", text="It took long.")
    oscar = sign_in("oscar")
    today = datetime.now(UTC).date()
    saved = oscar.get(f"/logs/activity/export.csv?day={today}")
    assert f'filename="IPP.Manage.Activity.{today:%d-%m-%Y}.csv"' in saved.headers["Content-Disposition"]
    head, *lines = saved.text.removeprefix("\ufeff").splitlines()
    assert head == "When (UTC),Who,From,Action,What,In words,Tenant,Details,Reason"
    assert any(
        line.split(",")[1:3] == ["oscar", "127.0.0.1"] and "oscar signed in." in line for line in lines
    )
    assert any(",'=settings,It took long.," in line for line in lines)
    of_scheduler = oscar.get("/logs/activity/export.csv?actor=scheduler").text
    assert "It took long." in of_scheduler
    assert "signed in" not in of_scheduler
    before = oscar.get("/logs/activity/export.csv?day=2020-01-01")
    assert before.text.removeprefix("\ufeff").splitlines() == [head]
    assert "No entry matches" in oscar.get("/logs/activity/?day=2020-01-01").text
    for day in ("yesterday", "9999-12-31", "0001-01-01"):
        assert oscar.get(f"/logs/activity/?day={day}").status_code == 400


def test_old_entries_are_dropped(app: Flask, world: World):
    now = datetime.now(UTC)
    with writing(database_of(app), ALL_TENANTS) as session:
        add_entry(session, None, "settings", text="The sweep took long.")
        kept = set(session.scalars(select(JournalEntry.id)))
        old = JournalEntry(
            at=now - timedelta(days=366), actor="olga", action="restart", subject="x", text="Long ago."
        )
        session.add(old)
        session.flush()
        ids = journal_retention.find_old(session, now=now)
        assert ids == [old.id]
        assert journal_retention.drop(session, ids) == 1
        assert set(session.scalars(select(JournalEntry.id))) == kept
