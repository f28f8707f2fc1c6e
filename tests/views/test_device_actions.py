"""What is asked of one phone on its page: an operation with one target, which the page follows."""

from html import unescape

import pytest
from flask import Flask
from sqlalchemy import select

from app.models import JournalEntry, Operation, OperationTarget
from app.models.enums import Action, Status, TargetState, Way
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import reading, writing
from tests.views.conftest import SignIn
from tests.views.installations import database_of
from tests.views.test_device_page import MAC, report, wait_in
from tests.views.world import ACME_MAC, GLOBEX_MAC, NOW, World

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


def begun(app: Flask) -> list[tuple[Action, str, dict[str, object]]]:
    """Return what was begun here: the action, its only target, and what it was told."""
    with reading(database_of(app), ALL_TENANTS) as session:
        rows = session.execute(
            select(Operation.action, OperationTarget.key, Operation.options)
            .join(OperationTarget, OperationTarget.operation_id == Operation.id)
            .where(Operation.created_at != NOW)
            .order_by(Operation.id)
        )
        return [tuple(row) for row in rows]


@pytest.mark.parametrize("name", ["olga", "helen"])
def test_a_restart_is_an_operation_of_one_phone_and_is_noted_with_it(
    app: Flask, world: World, sign_in: SignIn, name: str
):
    browser = sign_in(name)
    answer = browser.post(f"/devices/{ACME_MAC}/ask/restart", {"next": "/devices-status/?q=anna"})
    assert answer.location == "/devices-status/?q=anna"
    assert begun(app) == [(Action.RESTART, ACME_MAC, {"mode": "graceful"})]
    assert "Restart has begun: <a href=" in browser.get("/devices-status/").text
    with reading(database_of(app), ALL_TENANTS) as session:
        entry = session.scalars(select(JournalEntry).order_by(JournalEntry.id.desc())).first()
        assert (entry.action, entry.subject, entry.actor) == ("operation started", ACME_MAC, name)


@pytest.mark.parametrize(
    ("action", "form", "options"),
    [
        ("check_status", {}, {}),
        ("update", {"generate": "yes"}, {"generate": True}),
        ("generate", {}, {}),
        ("message", {"text": "Hello", "seconds": "5"}, {"text": "Hello", "seconds": 5}),
    ],
)
def test_each_action_is_told_what_it_needs(
    app: Flask, world: World, sign_in: SignIn, action: str, form: dict[str, str], options: dict[str, object]
):
    olga = sign_in("olga")
    address = f"/devices/{ACME_MAC}/ask/{action}"
    page = olga.get(address).text
    assert all(f'name="{name}"' in page for name in form)
    assert olga.post(address, form).location == f"/devices/{ACME_MAC}/"
    assert begun(app) == [(Action(action), ACME_MAC, options)]


def test_what_will_not_do_is_said_and_what_was_typed_stays(app: Flask, world: World, sign_in: SignIn):
    olga = sign_in("olga")
    answer = olga.post(f"/devices/{ACME_MAC}/ask/message", {"text": "Hello", "seconds": "0"})
    assert answer.status_code == 400
    assert "a whole number of seconds from 1" in answer.text
    assert 'value="Hello"' in answer.text
    assert olga.post(f"/devices/{ACME_MAC}/ask/firmware", {}).status_code == 400
    assert olga.post(f"/devices/{ACME_MAC}/ask/tenant", {"tenant_id": world.globex}).status_code == 400
    assert begun(app) == []


@pytest.mark.parametrize("action", ["delete_devices", "approve", "passwords", "dance"])
def test_what_is_asked_elsewhere_has_no_page_here(world: World, sign_in: SignIn, action: str):
    assert sign_in("alice").post(f"/devices/{ACME_MAC}/ask/{action}").status_code == 404


def test_a_phone_that_waits_is_restarted_and_has_no_file_to_fetch(app: Flask, world: World, sign_in: SignIn):
    wait_in(app, world, [MAC])
    olga = sign_in("olga")
    assert olga.post(f"/devices/{MAC}/ask/restart").status_code == 302
    answer = olga.post(f"/devices/{MAC}/ask/update")
    assert (answer.status_code, [action for action, _, _ in begun(app)]) == (400, [Action.RESTART])


@pytest.mark.parametrize("name", ["olga", "helen"])
def test_a_phone_outside_ones_tenants_is_asked_nothing(app: Flask, world: World, sign_in: SignIn, name: str):
    browser = sign_in(name)
    assert browser.post(f"/devices/{GLOBEX_MAC}/ask/restart").status_code == 404
    assert browser.get(f"/devices/{GLOBEX_MAC}/live").status_code == 404
    assert begun(app) == []


@pytest.mark.parametrize(
    "elsewhere", ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", "x"]
)
def test_no_deed_leads_to_another_place(app: Flask, world: World, sign_in: SignIn, elsewhere: str):
    answer = sign_in("olga").post(f"/devices/{ACME_MAC}/ask/restart", {"next": elsewhere})
    assert answer.location == f"/devices/{ACME_MAC}/"


def test_the_page_says_what_became_of_the_last_one(app: Flask, world: World, sign_in: SignIn):
    olga = sign_in("olga")
    olga.post(f"/devices/{ACME_MAC}/ask/check_status")
    olga.post(f"/devices/{ACME_MAC}/ask/restart")
    page = olga.get(f"/devices/{ACME_MAC}/").text
    address = f"/devices/{ACME_MAC}/live"
    assert f'data-live="{address}" data-live-seconds="2"' in page
    etag = olga.get(address).headers["ETag"]
    assert olga.get(address, headers={"If-None-Match": etag}).status_code == 304
    with writing(database_of(app), ALL_TENANTS) as session:
        target = session.scalars(select(OperationTarget).order_by(OperationTarget.id.desc())).first()
        target.state, target.way, target.reason = (
            TargetState.CONFIRMED,
            Way.DIRECT,
            "It came back after the restart.",
        )
        number = target.operation_id
    page = unescape(olga.get(f"/devices/{ACME_MAC}/").text)
    for words in (
        "Restart",
        "confirmed",
        "directly",
        "It came back after the restart.",
        f"/operations/{number}/",
    ):
        assert words in page.partition("Asked last")[2].partition("</p>")[0]
    assert f'data-live="{address}" data-live-seconds="5"' in page


def test_a_phone_of_which_nothing_was_asked_says_nothing(app: Flask, world: World, sign_in: SignIn):
    report(app, MAC, tenant="Acme", status=Status.STARTED)
    olga = sign_in("olga")
    assert "Asked last" not in olga.get(f"/devices/{MAC}/").text
    assert "Asked last" not in olga.get(f"/devices/{MAC}/live").text
