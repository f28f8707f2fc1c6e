"""Exports over the REST API: what the token sees, secrets for who may and asks, and a note of each in the journal."""

import csv
import io
import zipfile

import pytest

from tests.rest_api.conftest import MakeProgram
from tests.rest_api.programs import Program
from tests.views.world import HIDDEN_FROM_ACME, World


def exported(program: Program, query: str = "") -> list[dict[str, str]]:
    answer = program.get(f"/exports/users{query}")
    assert (answer.status_code, answer.mimetype, answer.headers["Cache-Control"]) == (
        200,
        "text/csv",
        "no-store",
    )
    assert "users.csv" in answer.headers["Content-Disposition"]
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))


def test_users_are_exported_as_an_import_takes_them_in(program: MakeProgram):
    alice, olga = program("alice"), program("olga")
    path = "/users/named/Acme/anna@acme.example"
    assert alice.patch(f"/users/{alice.get(path).json['id']}", {"password": "rosebud"}).status_code == 200
    assert "rosebud" not in str(exported(alice))
    (anna,) = [row for row in exported(olga, "?secrets=true") if row["Name"] == "anna@acme.example"]
    assert (anna["Password"], anna["Tenant"]) == ("rosebud", "Acme")
    ours = str(exported(olga)).casefold()
    assert [word for word in HIDDEN_FROM_ACME if word in ours] == []
    for program_ in (alice, olga):
        narrowed = {row["Tenant"] for row in exported(program_)}
        assert ("Globex" in narrowed) is (program_ is alice)
    refused = program("victor").get("/exports/users?secrets=true")
    assert refused.status_code == 403
    assert "rosebud" not in str(exported(program("victor", reads_only=True)))
    assert program("hal").get("/exports/users").status_code == 403
    said = [entry["text"] for entry in alice.get("/journal?action=exported").json["items"]]
    assert said[0] == "victor exported users and devices, without passwords."
    assert "olga exported users and devices, with passwords." in said
    assert not [text for text in said if text.startswith(("hal", "victor")) and "with passwords" in text]


def test_the_configuration_is_exported_by_who_sees_all_tenants(program: MakeProgram):
    answer = program("oscar").get("/exports/configuration", headers={"X-Reason": "Ticket 4711"})
    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert {"Tenants.zip", "System_Settings.csv"} <= set(archive.namelist())
    (noted,) = program("alice").get("/journal?action=exported").json["items"]
    assert (noted["actor"], noted["subject"], noted["reason"]) == (
        "oscar",
        "Configuration.zip",
        "Ticket 4711",
    )


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_nobody_else_exports_the_configuration(program: MakeProgram, world: World):
    for asked in (
        program("olga"),
        program("victor"),
        program("hal"),
        program("oscar", tenant_ids=[world.acme]),
    ):
        assert asked.get("/exports/configuration").status_code == 403
    assert program("oscar", kinds=["imports"]).get("/exports/configuration").status_code == 403
    assert program("alice").get("/journal?action=exported").json["items"] == []
