"""What holds for every address of the REST API: methods, bodies, ETags, pages, and errors in one form."""

import json
import logging
import re
from dataclasses import replace

import pytest
from flask import Flask

from app.logs import context
from app.rest_api.reading import MOST_BYTES
from tests.rest_api.conftest import MakeProgram
from tests.rest_api.programs import Program, field_of

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@pytest.fixture
def alice(program: MakeProgram) -> Program:
    return program("alice")


def test_an_address_that_is_none_and_a_method_that_is_none_are_problems(alice: Program):
    for path in (
        "/nothing",
        "/",
        "/tenants/named/",
        "/tenants/0",
        "/tenants/99999999999999999999",
        "/tenants/x",
        "//tenants",
        "/tenants%0A",
    ):
        answer = alice.get(path)
        assert (answer.status_code, answer.mimetype) == (404, "application/problem+json"), path
    for parameter in ("", "/voip", "%0A", "voip%0A", "voip//sip"):
        answer = alice.delete(f"/configuration/tenants/Default/{parameter}")
        assert (answer.status_code, answer.mimetype) == (404, "application/problem+json"), parameter
    wrong = alice.patch("/tenants", {})
    assert wrong.status_code == 405
    assert wrong.headers["Allow"] == "GET, HEAD, POST, OPTIONS"
    options = alice.ask("OPTIONS", "/tenants")
    assert (options.status_code, options.headers["Allow"]) == (204, "GET, HEAD, POST, OPTIONS")


def test_head_has_the_headers_of_get(alice: Program):
    got, head = alice.get("/tenants"), alice.ask("HEAD", "/tenants")
    assert head.headers["ETag"] == got.headers["ETag"]
    assert head.data == b""


class _Accounts(logging.Handler):
    """Keeps each line, and on whose behalf it is written."""

    def __init__(self):
        super().__init__()
        self.found = []

    def emit(self, record):
        said = record.getMessage().partition(" in ")[0]
        self.found.append((said, context.current().find_account()))


def test_the_log_names_the_account_once_it_is_known(
    alice: Program, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    log, accounts = logging.getLogger("app.views.request_log"), _Accounts()
    caplog.set_level(logging.INFO, log.name)
    monkeypatch.setattr(log, "handlers", [accounts])
    alice.patch("/settings", {"nothing": 1})
    replace(alice, token="rmt_0000000000000000_nothing").patch("/settings", {"nothing": 1})
    assert accounts.found == [("PATCH /api/v1/settings 422", "alice"), ("PATCH /api/v1/settings 401", "")]


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"data": b"{", "content_type": "application/json"}, 400),
        ({"data": b"\xff{}", "content_type": "application/json"}, 400),
        ({"data": b"[" * 100_000, "content_type": "application/json"}, 400),
        ({"data": b"[]", "content_type": "application/json"}, 422),
        ({"data": b'{"name": "a\\u0000b"}', "content_type": "application/json"}, 422),
        ({"data": b'{"name": "a\\ud800b"}', "content_type": "application/json"}, 400),
        ({"data": b"name=x", "content_type": "application/x-www-form-urlencoded"}, 415),
        ({"data": b"{}"}, 415),
        ({"data": b"x" * (MOST_BYTES + 1), "content_type": "application/json"}, 413),
    ],
)
def test_a_body_that_cannot_be_read_is_refused_as_what_it_is(alice: Program, sent: dict, status: int):
    answer = alice.ask("POST", "/tenants", **sent)
    assert answer.status_code == status, answer.text
    assert answer.json["status"] == status
    assert answer.mimetype == "application/problem+json"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=501", "limit"),
        ("limit=ten", "limit"),
        ("limit=1&limit=2", "limit"),
        ("sort=subnet", "sort"),
        ("colour=red", "colour"),
        ("cursor=abc", "cursor"),
        ("cursor=%F0%9F%98%80", "cursor"),
    ],
)
def test_an_argument_that_will_not_do_is_named(alice: Program, query: str, field: str):
    answer = alice.get(f"/tenants?{query}")
    assert answer.status_code == 422
    assert field_of(answer) == field


def test_an_argument_with_a_nul_byte_is_refused(alice: Program):
    assert alice.get("/tenants?q=%00").status_code == 422
    assert alice.get("/tenants/named/%00").status_code == 404


def test_a_cursor_is_of_its_list_alone_and_nobody_makes_one_up(alice: Program):
    cursor = alice.get("/sites?limit=1").json["next_cursor"]
    assert alice.get(f"/sites?limit=2&cursor={cursor}").status_code == 200
    for other in ("/sites?sort=-name&", "/sites?tenant=Acme&", "/tenants?"):
        assert field_of(alice.get(f"{other}cursor={cursor}")) == "cursor"
    assert field_of(alice.get(f"/sites?cursor={cursor[:-1]}{'A' if cursor[-1] != 'A' else 'B'}x")) == "cursor"


def test_an_answer_that_is_known_is_not_sent_again(alice: Program):
    for path in ("/tenants", "/tenants/named/Acme", "/openapi.json"):
        etag = alice.get(path).headers["ETag"]
        known = alice.get(path, headers={"If-None-Match": etag})
        assert (known.status_code, known.data) == (304, b""), path
        assert alice.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_nobody_overwrites_what_he_has_not_seen(alice: Program):
    path = "/tenants/named/Acme"
    seen = alice.get(path)
    by_id = f"/tenants/{seen.json['id']}"
    here = {"If-Match": seen.headers["ETag"]}
    changed = alice.patch(by_id, {"description": "Anvils"}, headers=here)
    assert changed.status_code == 200
    for refused in (
        alice.patch(by_id, {"description": "Rockets"}, headers=here),
        alice.put(path, {"description": "Rockets"}, headers=here),
        alice.delete(by_id, headers=here),
        alice.put(path, {}, headers={"If-None-Match": "*"}),
        alice.put("/tenants/named/Nobody", {}, headers={"If-Match": "*"}),
    ):
        assert refused.status_code == 412
    assert alice.get(path).json["description"] == "Anvils"
    weak = {"If-Match": f"W/{changed.headers['ETag']}"}
    assert alice.patch(by_id, {"description": "Rockets"}, headers=weak).status_code == 200


def test_long_answers_are_compressed_for_who_takes_it(alice: Program):
    answer = alice.get("/openapi.json", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"


def test_the_description_is_whole_and_open_to_everybody(app: Flask):
    described = json.loads(app.test_client().get("/api/v1/openapi.json").text)
    assert described["openapi"] == "3.1.0"
    names = [operation["operationId"] for path in described["paths"].values() for operation in path.values()]
    assert len(names) == len(set(names))
    schemas = described["components"]["schemas"]
    named = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(described)))
    assert named <= schemas.keys()
    for path, operations in described["paths"].items():
        in_path = set(re.findall(r"{(\w+)}", path))
        for operation in operations.values():
            assert {p["name"] for p in operation["parameters"] if p.get("in") == "path"} == in_path
