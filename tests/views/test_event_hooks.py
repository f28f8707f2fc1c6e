"""Web hooks for events on the pages of destinations: what is ticked is kept, and the log shows what was told."""

import pytest
from sqlalchemy import select

from app.models import Delivery, Destination
from app.security.tenant_scope import ALL_TENANTS
from app.services.events import reading as events
from app.services.events.horizon import ends_of
from app.transaction import reading, writing
from tests.services.happenings import happens
from tests.views.installations import database_of
from tests.views.world import NOW

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
ADD = "/destinations/add/events/"
FORM = {
    "name": "CMDB", "tenant_id": "system", "is_enabled": "yes", "rate_per_minute": "120", "give_up_after_hours": "24",
    "url": "https://cmdb.example.com/hooks", "secret": "rosebud", "topics": ["phone_status", "users"],
}  # fmt: skip


def hook_of(app) -> Destination:
    with reading(database_of(app), ALL_TENANTS) as session:
        return session.scalar(select(Destination).where(Destination.name == "CMDB"))


def test_what_is_ticked_is_kept_and_shown(app, sign_in):
    alice = sign_in("alice")
    alice.post(ADD, FORM)
    hook = hook_of(app)
    assert hook.settings["topics"].split() == ["phone_status", "users"]
    page = alice.get(f"/destinations/{hook.id}/").text
    assert 'name="topics" value="users" checked' in page
    assert 'name="topics" value="devices">' in page
    assert "rosebud" not in page
    assert "cmdb.example.com" in alice.get("/destinations/").text


def test_without_a_tick_it_is_not_added_and_what_was_typed_stays(app, sign_in):
    answer = sign_in("alice").post(ADD, {**FORM, "topics": []})
    assert (answer.status_code, "This is needed." in answer.text) == (400, True)
    assert 'value="https://cmdb.example.com/hooks"' in answer.text
    refused = sign_in("alice").post(ADD, {**FORM, "topics": ["users", "weather"]})
    assert (refused.status_code, 'value="users" checked' in refused.text) == (400, True)
    assert hook_of(app) is None


def test_the_delivery_log_shows_what_was_told(app, sign_in):
    alice = sign_in("alice")
    alice.post(ADD, FORM)
    with writing(database_of(app), ALL_TENANTS) as session:
        happens(session, "peter")
        assert events.tell(session, [hook_of(app).id], ends_of(session), now=NOW) == 1
        delivery_id = session.scalar(select(Delivery.id).order_by(Delivery.id.desc()).limit(1))
    page = alice.get(f"/delivery-log/{delivery_id}/").text
    assert "user_changed" in page
    assert "alice did something to peter." in page
    alice.post(f"/destinations/{hook_of(app).id}/test")
    assert "alice tests the web hook CMDB. Nothing happened." in alice.get("/delivery-log/").text


def test_an_account_of_a_tenant_has_no_hook_of_the_whole_system(app, sign_in):
    olga = sign_in("olga")
    assert "The whole system" not in olga.get(ADD).text
    assert olga.post(ADD, FORM).status_code == 400
    sign_in("alice").post(ADD, FORM)
    assert olga.get(f"/destinations/{hook_of(app).id}/").status_code == 404
