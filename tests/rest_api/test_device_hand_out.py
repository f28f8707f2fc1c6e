"""Over the REST API, too, it is seen to whom a phone's file went that goes out once, and it is let out again."""

import pytest
from flask import Flask
from sqlalchemy import select

from app.models import Device, HandOut, Tenant
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import writing
from tests.factories import NOW
from tests.rest_api.conftest import MakeProgram
from tests.views.installations import database_of
from tests.views.world import ACME_MAC, GLOBEX_MAC, World

PATH = f"/devices/{ACME_MAC}/hand-out"


@pytest.fixture
def handed_out(app: Flask, world: World) -> None:
    """A file of Acme, which hands files out once, that went out and was asked for again."""
    with writing(database_of(app), ALL_TENANTS) as session:
        session.get_one(Tenant, world.acme).hands_out_once = True
        device = session.scalars(select(Device).where(Device.mac == ACME_MAC)).one()
        handed = {
            "handed_at": NOW,
            "address": "10.1.2.3",
            "refused_at": NOW,
            "refused_address": "203.0.113.9",
        }
        session.add(HandOut(device_id=device.id, tenant_id=world.acme, **handed))


def test_a_file_is_let_out_to_the_address_that_was_refused_or_to_anybody(
    program: MakeProgram, handed_out: None
):
    olga = program("olga")
    seen = olga.get(PATH)
    assert (seen.json["goes_out_once"], seen.json["address"], seen.json["refused_address"]) == (
        True,
        "10.1.2.3",
        "203.0.113.9",
    )
    assert olga.post(PATH, {"address": "203.0.113.10"}).status_code == 409
    assert olga.post(PATH, {}, headers={"If-Match": '"other"'}).status_code == 412
    to_it = olga.post(PATH, {"address": "203.0.113.9"}, headers={"If-Match": seen.headers["ETag"]})
    assert (to_it.json["address"], to_it.json["refused_at"]) == ("203.0.113.9", None)
    free = [olga.post(PATH, {}) for _ in "ab"]
    assert [(answer.status_code, answer.json["handed_at"]) for answer in free] == [(200, None)] * 2
    entries = program("alice").get("/journal?action=credentials+released").json["items"]
    assert [entry["text"].rpartition(", ")[2] for entry in entries] == [
        "to whoever asks first.",
        "to 203.0.113.9.",
    ]


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_only_who_may_change_the_device_lets_it_out(program: MakeProgram, handed_out: None):
    victor = program("victor")
    assert (victor.get(PATH).status_code, victor.post(PATH, {}).status_code) == (200, 403)
    olga = program("olga")
    for answer in (
        olga.get(f"/devices/{GLOBEX_MAC}/hand-out"),
        olga.post(f"/devices/{GLOBEX_MAC}/hand-out", {}),
    ):
        assert answer.status_code == 404
