"""The page of a phone says to whom its credentials went, and lets them go out again."""

import pytest
from flask import Flask
from sqlalchemy import select

from app.models import Device, HandOut, Tenant
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import reading, writing
from tests.factories import NOW
from tests.views.conftest import SignIn
from tests.views.installations import database_of
from tests.views.world import World


@pytest.fixture
def device(app: Flask, world: World) -> Device:
    """A device of Acme, which hands files out once."""
    with writing(database_of(app), ALL_TENANTS) as session:
        session.get_one(Tenant, world.acme).hands_out_once = True
        return session.scalars(select(Device).where(Device.tenant_id == world.acme)).first()


def hand_out(app, device, **refused):
    with writing(database_of(app), ALL_TENANTS) as session:
        fields = {
            "device_id": device.id,
            "tenant_id": device.tenant_id,
            "handed_at": NOW,
            "address": "10.1.2.3",
        }
        session.add(HandOut(**fields, **refused))


def row(app):
    with reading(database_of(app), ALL_TENANTS) as session:
        return session.scalar(select(HandOut))


def test_it_is_handed_out_again_to_whoever_asks_first(app: Flask, device: Device, sign_in: SignIn):
    oscar, page = sign_in("oscar"), f"/devices/{device.mac}/"
    assert "Credentials not handed out yet" in oscar.get(page).text
    hand_out(app, device)
    assert "Credentials handed out" in oscar.get(page).text
    assert "10.1.2.3" in sign_in("victor").get(page).text
    assert "Hand out again" not in sign_in("victor").get(page).text
    oscar.post(f"{page}hand-out", {"address": ""})
    assert row(app) is None
    assert "Credentials not handed out yet" in oscar.get(page).text


def test_it_is_handed_out_to_the_address_that_was_held_back(app: Flask, device: Device, sign_in: SignIn):
    hand_out(app, device, refused_at=NOW, refused_address="203.0.113.9")
    oscar, page = sign_in("oscar"), f"/devices/{device.mac}/"
    assert "Hand out to 203.0.113.9" in oscar.get(page).text
    oscar.post(f"{page}hand-out", {"address": "203.0.113.10"})
    assert "look again" in oscar.get(page).text
    assert row(app).address == "10.1.2.3"
    oscar.post(f"{page}hand-out", {"address": "203.0.113.9"})
    assert (row(app).address, row(app).refused_address) == ("203.0.113.9", "")


def test_people_of_other_tenants_release_nothing(app: Flask, device: Device, sign_in: SignIn):
    hand_out(app, device)
    assert sign_in("nora").post(f"/devices/{device.mac}/hand-out", {"address": ""}).status_code == 404
    assert row(app) is not None
