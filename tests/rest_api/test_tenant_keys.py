"""Keys of a tenant's phones over the REST API: shown when they are made and never again, revoked one by one."""

import pytest

from tests.rest_api.conftest import MakeProgram
from tests.rest_api.programs import names_in
from tests.views.world import World


def test_a_key_is_shown_when_it_is_made_and_the_one_before_counts_on(program: MakeProgram, world: World):
    alice, path = program("alice"), f"/tenants/{world.acme}/keys"
    assert alice.get(path).json == {"items": []}
    first = alice.post(path, {})
    assert (first.status_code, first.headers["Cache-Control"]) == (201, "no-store")
    key = first.json["key"]
    assert key.startswith(first.json["name"])
    assert len(key) > len(first.json["name"])
    assert f"/k/{key}/" in first.json["address"]
    seen = alice.get(path)
    assert key not in seen.text + alice.get("/journal?q=key").text
    second = alice.ask("POST", path, json={}, headers={"If-Match": seen.headers["ETag"]})
    assert alice.ask("POST", path, json={}, headers={"If-Match": seen.headers["ETag"]}).status_code == 412
    items = alice.get(path).json["items"]
    assert [(item["name"], item["ends_at"] is None) for item in items] == [
        (second.json["name"], True),
        (first.json["name"], False),
    ]
    last = alice.post(path, {"at_once": True}).json["name"]
    assert names_in(alice.get(path)) == [last]


def test_a_key_is_revoked_but_not_the_one_that_a_tenant_demands(program: MakeProgram, world: World):
    alice, tenant = program("alice"), f"/tenants/{world.acme}"
    old, new = (alice.post(f"{tenant}/keys", {}).json["name"] for _ in "ab")
    asked = alice.patch(tenant, {"demands_key": True})
    assert (
        alice.patch(f"{tenant}?told={asked.json.get('told', '')}", {"demands_key": True}).status_code == 200
    )
    assert alice.delete(f"{tenant}/keys/{new}").status_code == 409
    assert alice.delete(f"{tenant}/keys/{old}", headers={"If-Match": '"other"'}).status_code == 412
    assert alice.delete(f"{tenant}/keys/{old}").status_code == 204
    assert alice.delete(f"{tenant}/keys/{old}").status_code == 404
    assert alice.delete(f"/tenants/{world.globex}/keys/{new}").status_code == 404
    assert alice.patch(tenant, {"demands_key": False}).status_code == 200
    assert alice.delete(f"{tenant}/keys/{new}").status_code == 204
    assert alice.get(f"{tenant}/keys").json == {"items": []}
    (last, *_) = alice.get("/journal?action=tenant+key+revoked").json["items"]
    assert last["text"] == f"alice revoked the key {new}… of the tenant Acme."


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_only_who_administers_all_tenants_makes_keys(program: MakeProgram, world: World):
    path = f"/tenants/{world.acme}/keys"
    for asked in (
        program("oscar"),
        program("olga"),
        program("hal"),
        program("alice", tenant_ids=[world.acme]),
    ):
        assert asked.get(path).status_code == 200
        assert asked.post(path, {}).status_code == 403
        assert asked.delete(f"{path}/abcdefgh").status_code == 403
    assert program("olga").get(f"/tenants/{world.globex}/keys").status_code == 404
