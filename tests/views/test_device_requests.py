"""What is asked of selected phones, or of all that match, from Devices Status; and nicknames."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.models import Device, DeviceStatus, Operation, OperationTarget, PhoneUser
from app.models.enums import Action
from app.security.tenant_scope import ALL_TENANTS
from app.services.author import Author
from app.services.status_deletion import delete_status
from app.transaction import reading, writing
from tests.views.conftest import SignIn
from tests.views.installations import database_of
from tests.views.world import ACME_MAC, ACME_WAITING_MAC, GLOBEX_MAC, NOW, World

ASK = "/devices-status/ask/"
ALL_OF_ACME = "all=yes&tenant=Acme"
PACE = {"batch": "20", "delay": "2"}


def targets_of(app: Flask, action: Action) -> list[str]:
    with reading(database_of(app), ALL_TENANTS) as session:
        newest = select(Operation.id).where(Operation.action == action, Operation.created_at != NOW)
        wanted = select(OperationTarget.key).where(OperationTarget.operation_id.in_(newest))
        return sorted(session.scalars(wanted))


def test_all_that_match_are_counted_named_and_asked(app: Flask, world: World, sign_in: SignIn):
    olga = sign_in("olga")
    page = olga.get(f"{ASK}message?matching={ALL_OF_ACME.replace('&', '%26')}&mac={GLOBEX_MAC}").text
    assert "<h1" in page
    assert "Send Message: 2 phones" in page
    form = {"matching": ALL_OF_ACME, "number": "2", "text": "Hello", "seconds": "5", **PACE}
    assert olga.post(f"{ASK}message", form).location.startswith("/operations/")
    assert targets_of(app, Action.MESSAGE) == sorted([ACME_MAC, ACME_WAITING_MAC])


def test_phones_that_are_no_devices_are_left_out_of_what_needs_one(app: Flask, world: World, sign_in: SignIn):
    olga = sign_in("olga")
    page = olga.get(f"{ASK}update?mac={ACME_MAC}&mac={ACME_WAITING_MAC}").text
    assert "1 of them is left out" in page
    assert '<option value="2" selected>2 seconds</option>' in page
    form = {"mac": [ACME_MAC, ACME_WAITING_MAC], "number": "2", **PACE}
    assert olga.post(f"{ASK}update", form).status_code == 302
    assert targets_of(app, Action.UPDATE) == [ACME_MAC]
    assert "Nothing to ask" in olga.get(f"{ASK}update?mac={ACME_WAITING_MAC}").text


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"number": "1"}, "Meanwhile 2 phones match"),
        ({"number": ""}, "Meanwhile 2 phones match"),
        ({"number": "2", "typed": "1"}, "Write the number of phones"),
        ({"number": "2", "typed": "2", "batch": "7"}, "choose one of these"),
        ({"number": "2", "typed": "2", "delay": "x"}, "Choose batch and delay"),
    ],
)
def test_nothing_begins_that_nobody_has_said_yes_to(
    app: Flask, world: World, sign_in: SignIn, form: dict[str, str], sentence: str
):
    olga = sign_in("olga")
    answer = olga.post(f"{ASK}delete_status", {"matching": ALL_OF_ACME, **PACE, **form})
    assert answer.status_code == 400
    assert sentence in answer.text
    assert targets_of(app, Action.DELETE_STATUS) == []


def test_nothing_is_asked_of_nobody_or_by_a_wrong_name(world: World, sign_in: SignIn):
    olga = sign_in("olga")
    assert "Choose phones in the list first" in olga.get(f"{ASK}restart").text
    assert olga.post(f"{ASK}restart", {"number": "0", **PACE}).status_code == 400
    assert olga.get(f"{ASK}dance?mac={ACME_MAC}").status_code == 404
    assert olga.get(f"{ASK}restart?matching=sort%3Dpassword").status_code == 400


def test_a_status_that_is_deleted_leaves_the_list_and_its_device_stays(app: Flask, world: World):
    with writing(database_of(app), ALL_TENANTS) as session:
        macs = [ACME_MAC, ACME_WAITING_MAC, "00908f777777"]
        done = delete_status(session, macs, author=Author("olga"), now=NOW + timedelta(days=1))
        assert list(done) == sorted([ACME_MAC, ACME_WAITING_MAC])
        assert session.scalars(select(DeviceStatus).where(DeviceStatus.mac.in_(macs))).all() == []
        assert session.scalar(select(Device.mac).where(Device.mac == ACME_MAC)) == ACME_MAC


def test_a_nickname_is_given_to_the_phones_user(app: Flask, world: World, sign_in: SignIn):
    olga, address = sign_in("olga"), f"/devices/{ACME_MAC}/nickname"
    assert 'name="nickname"' in olga.get(address).text
    back = "/devices-status/?q=anna"
    assert olga.post(address, {"nickname": "Annie", "next": back}).location == back
    with reading(database_of(app), ALL_TENANTS) as session:
        user = session.get_one(PhoneUser, world.acme_user)
        assert user.nickname == "Annie"
    assert "[Annie]" in olga.get("/devices-status/").text or "Annie" in olga.get(address).text
    assert olga.post(address, {"nickname": "x" * 101}).status_code == 400
    assert olga.get(f"/devices/{GLOBEX_MAC}/nickname").status_code == 404
    assert sign_in("helen").get(address).status_code == 403
