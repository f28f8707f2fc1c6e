"""Configuration lines over the REST API: of a tenant, a site and a user, their secrets written and never shown."""

import pytest

from tests.rest_api.conftest import MakeProgram
from tests.rest_api.programs import field_of, names_in

LINE, SECRET = "voip/line/0/enabled", "voip/line/0/password"


@pytest.mark.parametrize("owner", ["tenants/Acme", "sites/acme/Valley", "users/Acme/anna@acme.example"])
def test_a_line_is_added_replaced_and_deleted(program: MakeProgram, owner: str):
    olga, path = program("olga"), f"/configuration/{owner}"
    first, again = (olga.put(f"{path}/{LINE}", {"value": "1"}) for _ in "ab")
    assert (first.status_code, again.status_code) == (201, 200), first.text
    assert first.json == {"parameter": LINE, "value": "1", "is_secret": False, "is_set": True}
    assert olga.put(f"{path}/{LINE}", {"value": "0"}, headers={"If-None-Match": "*"}).status_code == 412
    encoded = LINE.replace("/", "%2F")
    assert olga.put(f"{path}/{encoded}", {"value": "0"}).json["value"] == "0"
    assert LINE in names_in(olga.get(f"{path}?q=LINE/0"), "parameter")
    assert len(program("alice").get("/journal?q=voip/line/0/enabled").json["items"]) == 2
    assert olga.delete(f"{path}/{LINE}", headers={"If-Match": first.headers["ETag"]}).status_code == 412
    assert olga.delete(f"{path}/{LINE}").status_code == 204
    assert olga.delete(f"{path}/{LINE}").status_code == 404


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_secret_is_written_and_never_shown(program: MakeProgram):
    path = "/configuration/tenants/Acme"
    alice = program("alice")
    put = alice.put(f"{path}/{SECRET}", {"value": "rosebud"})
    assert put.json == {"parameter": SECRET, "value": None, "is_secret": True, "is_set": True}
    assert "rosebud" not in alice.get(path).text + alice.get("/journal").text
    assert field_of(alice.put(f"{path}/{SECRET}", {"value": ""})) == "value"
    assert field_of(alice.put(f"{path}/a b", {"value": "x"})) == "parameter"
    assert field_of(alice.put(f"{path}/{LINE}", {"value": "a\nb"})) == "value"


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_only_who_may_and_only_in_his_tenants(program: MakeProgram):
    said = {"value": "1"}
    assert program("olga").put(f"/configuration/tenants/Globex/{LINE}", said).status_code == 404
    assert program("olga").get("/configuration/users/Globex/anybody").status_code == 404
    assert program("victor").put(f"/configuration/tenants/Acme/{LINE}", said).status_code == 403
    narrowed = program("alice", kinds=["tenants"])
    assert narrowed.get("/configuration/tenants/Acme").status_code == 403
