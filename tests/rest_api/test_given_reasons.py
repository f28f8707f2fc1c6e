"""Programs say why they change something: a header, for whatever the request writes."""

from app.rest_api import openapi
from tests.rest_api.conftest import MakeProgram
from tests.rest_api.programs import field_of, names_in
from tests.views.world import ACME_MAC


def test_the_header_stands_in_the_journal(program: MakeProgram):
    alice = program("alice")
    why = {"X-Reason": "Müller asked, ticket 4711".encode().decode("latin-1")}
    assert alice.put("/tenants/named/Initech", {}, headers=why).status_code == 201
    assert alice.put("/tenants/named/Hooli", {}).status_code == 201
    found = alice.get("/journal?q=ticket+4711")
    assert names_in(found, "subject") == ["Initech"]
    assert names_in(found, "reason") == ["Müller asked, ticket 4711"]
    assert names_in(alice.get("/journal?q=Hooli"), "reason") == [""]


def test_an_operation_has_the_reason_of_its_request(program: MakeProgram):
    alice = program("alice")
    order = {"action": "check_status", "phones": [ACME_MAC]}
    begun = alice.post("/operations", order, headers={"X-Reason": "Routine"})
    assert begun.json["reason"] == "Routine"
    assert names_in(alice.get("/journal?action=operation+started&limit=1"), "reason") == ["Routine"]


def test_a_reason_that_will_not_do_is_named_and_nothing_is_done(program: MakeProgram):
    alice = program("alice")
    for sent in ("x" * 201, "M\xfcller", "a\tb"):
        refused = alice.put("/tenants/named/Initech", {}, headers={"X-Reason": sent})
        assert (refused.status_code, field_of(refused)) == (422, "X-Reason"), sent
    assert alice.get("/tenants/named/Initech").status_code == 404


def test_changes_alone_are_described_with_it():
    described = openapi.document()
    shared = {"$ref": "#/components/parameters/Reason"}
    assert described["components"]["parameters"]["Reason"]["name"] == "X-Reason"
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            assert (shared in operation["parameters"]) == (method != "get"), (path, method)
