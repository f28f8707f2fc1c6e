"""Tenants and sites over the REST API: what is written, what is refused, and to whom."""

import pytest
from flask import Flask
from sqlalchemy import select

from app.models import JournalEntry, Site
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import reading
from tests.rest_api.conftest import MakeProgram
from tests.rest_api.programs import field_of, names_in
from tests.views.installations import database_of
from tests.views.world import PEOPLE, World

SEES_ALL = {"alice", "oscar", "hal", "victor"}
MAY_ADD_SITES = {"alice", "oscar"}


def test_each_account_sees_its_tenants_and_their_sites_alone(program: MakeProgram, world: World):
    for person in PEOPLE:
        asked = program(person.name)
        everything = ["Acme", "Default", "Globex"]
        seen = everything if person.name in SEES_ALL else list(person.tenants or ())
        assert names_in(asked.get("/tenants")) == seen
        assert {item["tenant"] for item in asked.get("/sites").json["items"]} == set(seen)
        expected = 200 if "Globex" in seen else 404
        assert asked.get(f"/tenants/{world.globex}").status_code == expected
        assert asked.get(f"/sites/{world.globex_site}").status_code == expected
        assert asked.get("/sites/named/Globex/Harbour").status_code == expected


def test_each_role_may_change_what_it_may_on_the_pages(program: MakeProgram, world: World):
    for person in PEOPLE:
        asked = program(person.name)
        tenant = asked.put(f"/tenants/named/{person.name}", {}).status_code
        site = asked.post("/sites", {"tenant": "Acme", "name": person.name}).status_code
        changed = asked.patch(f"/sites/{world.acme_site}", {"description": person.name}).status_code
        gone = asked.delete(f"/sites/{world.globex_site}?told=x").status_code
        assert tenant == (201 if person.name == "alice" else 403), person
        assert site == (201 if person.name in MAY_ADD_SITES else 403), person
        assert changed == (200 if person.name in MAY_ADD_SITES else 403), person
        assert gone == (409 if person.name in MAY_ADD_SITES else 403), person


def test_put_adds_then_replaces_and_twice_is_once(app: Flask, program: MakeProgram):
    alice = program("alice")
    said = {
        "subnet": "10.9.0.0/255.255.0.0",
        "description": "Software",
        "allowed_networks": "10.9.0.0/16;192.0.2.1",
    }
    first = alice.put("/tenants/named/Initech", said)
    assert first.status_code == 201
    assert first.headers["Location"] == f"/api/v1/tenants/{first.json['id']}"
    assert first.json["subnet"] == "10.9.0.0/16"
    assert first.json["allowed_networks"] == "10.9.0.0/16, 192.0.2.1/32"
    again = alice.put("/tenants/named/INITECH", {**said, "subnet": "10.9.0.0/16"})
    assert again.status_code == 200
    assert alice.put("/tenants/named/INITECH", said).json == again.json
    replaced = alice.put("/tenants/named/initech", {"endpoint_licenses": 5}).json
    assert (replaced["subnet"], replaced["description"], replaced["endpoint_licenses"]) == (None, "", 5)
    with reading(database_of(app), ALL_TENANTS) as session:
        written = session.scalars(
            select(JournalEntry.text)
            .where(JournalEntry.action.startswith("tenant"))
            .order_by(JournalEntry.id)
        ).all()
        sites = session.scalars(select(Site.name).where(Site.tenant_id == first.json["id"])).all()
    assert written[0] == "alice added the tenant Initech."
    assert 'endpoint licenses from "30000" to "5"' in written[-1]
    assert sites == ["AutoDetection"]


def test_a_change_names_what_changes_and_the_rest_stays(program: MakeProgram, world: World):
    alice = program("alice")
    before = alice.get(f"/tenants/{world.acme}").json
    after = alice.patch(f"/tenants/{world.acme}", {"external_id": "A-1"}).json
    assert after == {**before, "external_id": "A-1"}
    assert alice.patch(f"/tenants/{world.acme}", {"external_id": None}).json == before


def test_another_default_takes_over(program: MakeProgram, world: World):
    alice = program("alice")
    assert alice.patch(f"/tenants/{world.acme}", {"is_default": True}).status_code == 200
    assert [item["name"] for item in alice.get("/tenants").json["items"] if item["is_default"]] == ["Acme"]
    refused = alice.put("/tenants/named/Acme", {})
    assert refused.status_code == 409
    assert field_of(refused) == "is_default"


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({}, 422, "name"),
        ({"name": ""}, 422, "name"),
        ({"name": "a/b"}, 422, "name"),
        ({"name": "acme"}, 409, "name"),
        ({"name": "x", "subnet": "10.1.0.0/16"}, 409, "subnet"),
        ({"name": "x", "subnet": "somewhere"}, 422, "subnet"),
        ({"name": "x", "endpoint_licenses": 30_001}, 422, "endpoint_licenses"),
        ({"name": "x", "endpoint_licenses": "5"}, 422, "endpoint_licenses"),
        ({"name": "x", "colour": "red"}, 422, "colour"),
        ({"name": "x" * 101}, 422, "name"),
    ],
)
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_what_will_not_do_is_said_by_its_field_and_nothing_is_written(
    program: MakeProgram, body: dict, status: int, field: str
):
    alice = program("alice")
    before = alice.get("/tenants").json
    refused = alice.post("/tenants", body)
    assert refused.status_code == status, refused.text
    assert field_of(refused) == field
    assert alice.get("/tenants").json == before


def test_a_site_stays_within_its_tenant(program: MakeProgram, world: World):
    oscar = program("oscar")
    outside = oscar.put("/sites/named/acme/Hill", {"subnet": "10.2.7.0/24"})
    assert outside.status_code == 409
    assert field_of(outside) == "subnet"
    inside = oscar.put("/sites/named/acme/Hill", {"subnet": "10.1.7.0/24"})
    assert inside.status_code == 201
    assert inside.json["tenant_id"] == world.acme
    assert oscar.put("/sites/named/ACME/hill", {"subnet": "10.1.7.0/24"}).json["id"] == inside.json["id"]
    unknown = oscar.put("/sites/named/Umbrella/Hill", {})
    assert field_of(unknown) == "tenant"
    kept = oscar.patch(f"/sites/{inside.json['id']}", {"name": "Hilltop"}).json
    assert kept["subnet"] == "10.1.7.0/24"
    assert oscar.get("/sites/named/Acme/Hill").status_code == 404


def test_what_goes_along_has_to_be_known(program: MakeProgram, world: World):
    alice = program("alice")
    added = alice.put("/tenants/named/Initech", {}).json["id"]
    alice.put("/sites/named/Initech/Austin", {})
    told = alice.delete(f"/tenants/{added}")
    assert told.status_code == 409
    assert told.json["goes"] == [{"kind": "sites", "count": 1, "first": ["Austin"]}]
    alice.put("/sites/named/Initech/Dallas", {})
    assert alice.delete(f"/tenants/{added}?told={told.json['told']}").status_code == 409
    now_told = alice.delete(f"/tenants/{added}").json["told"]
    assert alice.delete(f"/tenants/{added}?told={now_told}").status_code == 204
    assert alice.get(f"/tenants/{added}").status_code == 404
    in_use = alice.delete(f"/tenants/{world.acme}?told=whatever")
    assert in_use.status_code == 409
    assert "1 device" in in_use.json["detail"]
    assert "told" not in in_use.json


def test_pages_have_every_item_once_in_any_order(program: MakeProgram):
    alice = program("alice")
    for name in ("T-1", "T1", "t 2", "Ä", "ß", "Z", "_"):
        assert alice.put(f"/tenants/named/{name}", {}).status_code == 201
    for sort in ("name", "-name", "id", "-created_at"):
        seen, cursor = [], ""
        for _ in range(10):
            page = alice.get(f"/tenants?limit=3&sort={sort}&cursor={cursor}").json
            assert len(page["items"]) <= 3
            seen += [item["name"] for item in page["items"]]
            cursor = page["next_cursor"]
            if cursor is None:
                break
        whole = names_in(alice.get(f"/tenants?limit=100&sort={sort}"))
        assert seen == whole
        assert len(set(seen)) == 10
