"""The pages of destinations and of the delivery log, through the forms that they show."""

import re

import pytest
from sqlalchemy import select

from app.models import Delivery, Destination, JournalEntry
from app.models.enums import DeliveryState, DestinationKind
from app.security.tenant_scope import ALL_TENANTS
from app.services.destinations.receivers import receiver_of
from app.services.notices import outbox
from app.services.notices.outbox import Outcome
from app.transaction import reading, writing
from tests.views.installations import database_of
from tests.views.world import NOW

ON_SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
FORM = {
    "name": "Operations", "tenant_id": "system", "is_enabled": "yes", "rate_per_minute": "30",
    "give_up_after_hours": "24", "recipients": "noc@acme.com", "sender": "rm@acme.com", "host": "mail.acme.com",
    "security": "starttls", "port": "587", "user": "rm", "password": "mail-secret", "certificates": "",
}  # fmt: skip


def destination_of(app, name="Operations"):
    with reading(database_of(app), ALL_TENANTS) as session:
        return session.scalar(select(Destination).where(Destination.name == name))


def add(browser, **changed):
    return browser.post("/destinations/add/mail/", {**FORM, **changed})


@ON_SQLITE
def test_it_is_added_shown_without_its_secret_and_changed(app, sign_in):
    alice = sign_in("alice")
    answer = add(alice)
    added = destination_of(app)
    assert answer.headers["Location"] == f"/destinations/{added.id}/"
    page = alice.get(f"/destinations/{added.id}/").text
    assert "Operations was added. Send a test now." in page
    assert 'value="mail.acme.com"' in page
    assert "mail-secret" not in page + alice.get("/destinations/").text
    alice.post(f"/destinations/{added.id}/", {**FORM, "port": "2525", "password": ""})
    changed = receiver_of(destination_of(app))
    assert (changed.port, changed.password) == (2525, "mail-secret")
    refused = alice.post(f"/destinations/{added.id}/", {**FORM, "host": "other.acme.com", "password": ""})
    assert "type it again, or remove it" in refused.text
    assert receiver_of(destination_of(app)).host == "mail.acme.com"
    with reading(database_of(app), ALL_TENANTS) as session:
        told = " ".join(session.scalars(select(JournalEntry.text)))
    assert "alice changed the destination Operations (Mail)." in told
    assert "mail-secret" not in told


@ON_SQLITE
def test_what_will_not_do_is_said_at_its_field_and_no_secret_comes_back(app, sign_in):
    answer = add(sign_in("alice"), recipients="nobody", rate_per_minute="0")
    assert answer.status_code == 400
    assert "&#34;nobody&#34; is no mail address" in answer.text
    assert "Give a whole number from 1 to 6,000." in answer.text
    assert "mail-secret" not in answer.text
    assert destination_of(app) is None


@ON_SQLITE
def test_a_name_that_is_taken_is_said(app, sign_in):
    alice = sign_in("alice")
    add(alice)
    answer = add(alice, name="operations")
    assert answer.status_code == 400
    assert "Another destination is called operations." in answer.text


def test_every_kind_has_its_form(people):
    for kind, words in (
        ("mail", "STARTTLS"), ("snmp", "version 3 traps"), ("webhook", "Signing secret"), ("syslog", "Facility"),
    ):  # fmt: skip
        page = people["alice"].get(f"/destinations/add/{kind}/")
        assert words in page.text
    assert people["alice"].get("/destinations/add/pigeon/").status_code == 404


@ON_SQLITE
def test_it_is_switched_off_and_on_and_deleted(app, sign_in):
    alice = sign_in("alice")
    add(alice)
    added = destination_of(app)
    alice.post(f"/destinations/{added.id}/switch", {"to": "off"})
    assert "not in use" in alice.get("/destinations/").text
    assert not destination_of(app).is_enabled
    alice.post(f"/destinations/{added.id}/switch", {"to": "on"})
    assert destination_of(app).is_enabled
    alice.post(f"/destinations/{added.id}/delete")
    assert destination_of(app) is None


def test_a_test_says_what_the_receiver_answered(app, sign_in):
    alice = sign_in("alice")
    add(alice)
    answer = alice.post(f"/destinations/{destination_of(app).id}/test")
    page = alice.get(answer.headers["Location"].partition("#")[0]).text
    assert "The test waits to be sent" in page
    address = re.search(r'data-live="([^"]+)"', page)[1]
    first = alice.get(address)
    unchanged = alice.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert unchanged.status_code == 304
    with writing(database_of(app), ALL_TENANTS) as session:
        test = session.scalar(select(Delivery).where(Delivery.next_try_at.is_not(None)))
        answered = Outcome(is_sent=True, answer="250 2.0.0 <b>Ok</b>")
        outbox.note(session, test.id, answered, owner="", chance=0.5, now=NOW)
    changed = alice.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert "250 2.0.0 &lt;b&gt;Ok&lt;/b&gt;" in changed.text
    assert "It was sent at" in changed.text
    assert "[TEST] The destination Operations" in alice.get("/delivery-log/?state=sent").text


@ON_SQLITE
def test_the_log_is_searched_and_what_was_given_up_is_tried_again(app, world, sign_in):
    alice = sign_in("alice")
    with writing(database_of(app), ALL_TENANTS) as session:
        session.get_one(Delivery, world.acme_delivery).is_test = False
    assert "The destination Acme&#39;s NOC" in alice.get("/delivery-log/?q=answered+500&state=given+up").text
    assert "No message matches" in alice.get("/delivery-log/?state=waiting").text
    page = alice.get(f"/delivery-log/{world.acme_delivery}/").text
    assert "It answered 500" in page
    assert "Try again" in page
    alice.post(f"/delivery-log/{world.acme_delivery}/retry")
    with reading(database_of(app), ALL_TENANTS) as session:
        assert session.get_one(Delivery, world.acme_delivery).state is DeliveryState.WAITING
    alice.post(f"/delivery-log/{world.globex_delivery}/retry")
    assert "A test is sent once" in alice.get("/delivery-log/").text


def test_a_tenants_account_has_its_own_and_no_other(app, world, sign_in):
    olga = sign_in("olga")
    listed = olga.get("/destinations/").text + olga.get("/delivery-log/").text
    assert "Acme&#39;s NOC" in listed
    assert "harbour" not in listed
    for address in (
        f"/destinations/{world.globex_destination}/",
        f"/destinations/{world.acme_destination}/tests/{world.globex_delivery}",
        f"/delivery-log/{world.globex_delivery}/",
    ):
        assert olga.get(address).status_code == 404
    for address in ("switch", "delete", "test"):
        assert olga.post(f"/destinations/{world.globex_destination}/{address}").status_code == 404
    assert olga.post(f"/delivery-log/{world.globex_delivery}/retry").status_code == 404
    form = {"url": "https://192.0.2.1/hook", "secret": ""}
    for owner in ("system", str(world.globex), ""):
        answer = olga.post("/destinations/add/webhook/", {**FORM, **form, "tenant_id": owner})
        assert answer.status_code == 400
    olga.post("/destinations/add/webhook/", {**FORM, **form, "tenant_id": str(world.acme)})
    assert destination_of(app).kind is DestinationKind.WEBHOOK
    assert "open-sesame" not in olga.get(f"/destinations/{world.acme_destination}/").text


@ON_SQLITE
def test_the_page_of_an_alarm_lists_the_messages_about_it_to_destinations_that_one_sees(app, world, sign_in):
    alice, olga = sign_in("alice"), sign_in("olga")
    alarm = f"/alarms/{world.acme_alarm}/"
    assert "None has left." in alice.get(alarm).text
    with writing(database_of(app), ALL_TENANTS) as session:
        for delivery_id in (world.acme_delivery, world.globex_delivery):
            session.get_one(Delivery, delivery_id).alarm_id = world.acme_alarm
    page = alice.get(alarm).text
    assert f'href="/delivery-log/{world.acme_delivery}/"' in page
    assert f'href="/delivery-log/{world.globex_delivery}/"' in page
    assert "given up" in page
    theirs = olga.get(alarm).text
    assert f'href="/delivery-log/{world.globex_delivery}/"' not in theirs
