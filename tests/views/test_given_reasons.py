"""Why somebody does something: typed into forms and dialogs, kept with what was done, found and shown."""

import re

import pytest
from flask import Flask
from sqlalchemy import select

from app.models import JournalEntry, Operation, Operator, RuleRow, Site, Tenant
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import reading
from tests.views.browsing import Browser
from tests.views.conftest import SignIn
from tests.views.installations import database_of
from tests.views.world import ACME_MAC, PASSWORD, World

WHY = "Ticket 4711 <b>& co</b>"
RULES, NEW_PASSWORD = "/rules/template/", "nickel orchard wet 3 tapes"
SHOWN = "Ticket 4711 &lt;b&gt;&amp; co&lt;/b&gt;"


def reasons(app: Flask, action: str) -> list[str]:
    with reading(database_of(app), ALL_TENANTS) as session:
        said = select(JournalEntry.reason).where(JournalEntry.action == action).order_by(JournalEntry.id)
        return list(session.scalars(said))


def add_site(browser: Browser, world: World, name: str, why: str) -> str:
    form = {"name": name, "tenant": str(world.acme), "given_reason": why}
    return browser.post("/sites/add", form).text


def test_adding_changing_and_deleting_say_why(app: Flask, world: World, sign_in: SignIn):
    alice = sign_in("alice")
    add_site(alice, world, "Lyon", WHY)
    assert reasons(app, "site added") == [WHY]
    with reading(database_of(app), ALL_TENANTS) as session:
        site = session.scalars(select(Site.id).where(Site.name == "Lyon")).one()
    form = {"name": "Nice", "tenant": str(world.acme), "given_reason": "It moved"}
    assert alice.post(f"/sites/edit/{site}", form).status_code == 302
    assert reasons(app, "site changed") == ["It moved"]
    page = alice.get(f"/sites/delete/{site}").text
    told = page.partition('name="told" value="')[2].partition('"')[0]
    assert 'name="given_reason"' in page
    alice.post(f"/sites/delete/{site}", {"told": told, "given_reason": "It was given up"})
    assert reasons(app, "site deleted") == ["It was given up"]


def test_the_activity_log_shows_and_finds_it(app: Flask, world: World, sign_in: SignIn):
    alice = sign_in("alice")
    add_site(alice, world, "Lyon", WHY)
    add_site(alice, world, "Bern", "")
    for query, words in (("ticket+4711", SHOWN), ("Lyon", SHOWN)):
        page = alice.get(f"/logs/activity/?q={query}").text
        assert words in page
        assert "added the site Bern" not in page
    page = alice.get("/logs/activity/?q=Bern").text
    assert "added the site Bern" in page
    assert "Reason:" not in page
    saved = alice.get("/logs/activity/export.csv?q=Lyon").text
    assert saved.rstrip().endswith(f",{WHY}")


def test_an_operation_carries_it_through_its_review(app: Flask, world: World, sign_in: SignIn):
    order = {"action": "language", "language": "German", "batch": "5", "delay": "120", "patience": "5400"}
    oscar = sign_in("oscar")
    wanted = {**order, "key": ACME_MAC, "given_reason": WHY}
    review = oscar.post("/operations/review/devices", wanted).text
    assert review.count(f'name="given_reason" value="{SHOWN}"') == 1
    begun = oscar.post("/operations/start/devices", {**wanted, "number": "1"}).location
    with reading(database_of(app), ALL_TENANTS) as session:
        assert session.scalars(select(Operation.given_reason).order_by(Operation.id.desc())).first() == WHY
    assert reasons(app, "operation started") == [WHY]
    for page in (begun, f"/devices/{ACME_MAC}/"):
        assert SHOWN in oscar.get(page).text, page


def test_what_is_done_to_a_draft_of_rules_says_why(app: Flask, world: World, sign_in: SignIn):
    alice = sign_in("alice")

    def send(address: str, **form: str) -> None:
        seen = dict(re.findall(r'name="(version|revision)" value="(\d+)"', alice.get(RULES).text))
        assert alice.post(f"{RULES}{address}", {**seen, **form}).status_code == 302

    with reading(database_of(app), ALL_TENANTS) as session:
        key = session.scalars(select(RuleRow.key).order_by(RuleRow.position)).first()
    everything = {"view": "text", "text": "", "outcome.give": "template", "outcome.template": "Acme desk"}
    send("change", deed=f"duplicate {key}", given_reason="Begun from the old one")
    send("add", name="All", given_reason="Ticket 12", **everything)
    send("discard", given_reason="Not needed")
    for note in ("Ticket 13", "First line\nsecond line"):
        send("add", name="All", **everything)
        send("activate", note=note)
    assert reasons(app, "rules activated") == ["Ticket 13", ""]
    log = alice.get("/logs/activity/?q=is+active").text
    assert log.count("Ticket 13") == 1
    assert "second line" in log
    assert reasons(app, "rules changed") == ["Begun from the old one", "Ticket 12", "", ""]
    assert reasons(app, "rules discarded") == ["Not needed"]


def test_the_setup_wizard_and_nicknames_say_why(app: Flask, world: World, sign_in: SignIn):
    alice, step = sign_in("alice"), f"/setup-wizard/{world.acme}/"
    answer = {"deed": "next", "train": "generic", "given_reason": "The new branch"}
    assert alice.post(f"{step}system-type/", answer).location == f"{step}zero-touch/"
    assert reasons(app, "setup wizard answered") == ["The new branch"]
    # A reason alone is nothing that would have to be saved before one goes back.
    back = alice.post(f"{step}zero-touch/", {"deed": "back", "given_reason": ""})
    assert back.location == f"{step}system-type/"
    alice.post(f"/devices/{ACME_MAC}/nickname", {"nickname": "Annie", "given_reason": "She asked"})
    assert reasons(app, "user changed") == ["She asked"]


def test_what_one_does_with_accounts_says_why(app: Flask, world: World, sign_in: SignIn):
    alice, olga = sign_in("alice"), sign_in("olga")
    olga.post("/account/tokens/", {"name": "CMDB", "days": "30", "given_reason": "Nightly sync"})
    assert reasons(app, "API token added") == ["Nightly sync"]
    olga.post("/account/sessions/", {"password": PASSWORD, "given_reason": "Left one open"})
    assert reasons(app, "sessions ended") == ["Left one open"]
    new = {"password": NEW_PASSWORD, "conf_password": NEW_PASSWORD}
    olga.post("/account/password/", {**new, "old_password": PASSWORD, "given_reason": "It was seen"})
    with reading(database_of(app), ALL_TENANTS) as session:
        number = session.scalars(select(Operator.id).where(Operator.username == "victor")).one()
    alice.post(f"/operators/password/{number}", {**new, "given_reason": "He forgot it"})
    assert reasons(app, "password changed") == ["It was seen"]
    assert reasons(app, "operator password given") == ["He forgot it"]
    log = alice.get("/logs/activity/?q=victor").text
    assert "alice gave victor another password" in log
    assert NEW_PASSWORD not in log


@pytest.mark.parametrize(
    ("why", "said"),
    [
        ("x" * 201, "The reason has 201 characters; 200 is the most."),
        ("a\nb", "The reason has a control character (U+000A); leave it out."),
    ],
)
def test_a_reason_that_will_not_do_leaves_everything_as_it_was(
    app: Flask, world: World, sign_in: SignIn, why: str, said: str
):
    alice = sign_in("alice")
    assert said in add_site(alice, world, "Lyon", why)
    with reading(database_of(app), ALL_TENANTS) as session:
        assert session.scalar(select(Site.id).where(Site.name == "Lyon")) is None
        assert session.get(Tenant, world.acme) is not None


def test_a_form_that_is_shown_again_still_has_it(app: Flask, world: World, sign_in: SignIn):
    alice = sign_in("alice")
    assert '<details class="reason">' in alice.get("/sites/add").text
    page = add_site(alice, world, "", WHY)
    assert '<details class="reason" open>' in page
    assert f'name="given_reason" value="{SHOWN}" maxlength="200"' in page
