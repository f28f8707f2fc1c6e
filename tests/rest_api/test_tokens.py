"""Which tokens open the REST API, and how far: they follow their account, and what they are narrowed to."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import delete, select

from app.models import ApiToken, JournalEntry, Operator, Tenant
from app.rest_api.access import WRONG_PER_MINUTE, Access
from app.rest_api.problems import RefusedError
from app.rules.api_tokens import Kind
from app.security.roles import MONITOR
from app.security.tenant_scope import ALL_TENANTS
from app.services.api_tokens import keeping
from app.services.author import Author
from app.transaction import reading, writing
from app.views import license_guard
from tests.rest_api.conftest import MakeProgram
from tests.rest_api.programs import Program, names_in
from tests.views.browsing import signed_in
from tests.views.installations import database_of
from tests.views.world import World


def account(session, name: str) -> Operator:
    return session.scalars(select(Operator).where(Operator.username == name)).one()


def test_a_token_tells_who_calls(program: MakeProgram, world: World):
    said = program("olga", kinds=[Kind.SITES], reads_only=True).get("/whoami").json
    assert said["username"] == "olga"
    assert said["roles"] == ["Operator"]
    assert said["tenants"] == [world.acme]
    assert said["kinds"] == ["sites"]
    assert said["reads_only"] is True


@pytest.mark.parametrize("authorization", ["", "Bearer", "Basic b2xnYTpwYXNz", "Bearer rmt_0_0", "rmt_x"])
def test_without_a_token_nothing_is_told_but_how_to_get_in(app: Flask, authorization: str):
    answer = app.test_client().get("/api/v1/tenants", headers={"Authorization": authorization})
    assert answer.status_code == 401
    assert answer.mimetype == "application/problem+json"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert "Acme" not in answer.text


def test_a_session_is_no_token_and_no_cookie_is_set(app: Flask, program: MakeProgram):
    client = signed_in(app, "alice").client
    assert client.get("/dashboard/").status_code == 200
    refused = client.get("/api/v1/tenants")
    assert refused.status_code == 401
    assert "Set-Cookie" not in refused.headers
    taken = client.get("/api/v1/whoami", headers={"Authorization": f"Bearer {program('alice').token}"})
    assert taken.status_code == 200
    assert "Set-Cookie" not in taken.headers


@pytest.mark.parametrize("name", ["token", "access_token", "api_key", "authorization"])
def test_a_token_in_an_address_is_none(app: Flask, program: MakeProgram, name: str):
    token = program("alice").token
    assert app.test_client().get(f"/api/v1/whoami?{name}={token}").status_code == 401


@pytest.mark.parametrize("method", ["OPTIONS", "GET"])
def test_no_page_of_another_origin_may_read_an_answer(app: Flask, program: MakeProgram, method: str):
    headers = {
        "Origin": "https://evil.example",
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "authorization",
        "Authorization": f"Bearer {program('alice').token}",
    }
    for address in ("/api/v1/whoami", "/login/", "/static/ringmaster/app.css"):
        answer = app.test_client().open(address, method=method, headers=headers)
        assert [name for name, _ in answer.headers if name.startswith("Access-Control-")] == []


def test_the_secret_is_not_kept(app: Flask, program: MakeProgram):
    secret = program("alice").token.split("_", 2)[2]
    with reading(database_of(app), ALL_TENANTS) as session:
        token = session.scalars(select(ApiToken)).one()
        kept = " ".join(str(value) for value in vars(token).values())
        told = " ".join(session.scalars(select(JournalEntry.text)))
    assert secret not in kept
    assert secret not in told
    assert token.key_id in told


def test_a_revoked_token_and_one_of_an_account_that_is_switched_off_open_nothing(
    app: Flask, program: MakeProgram
):
    revoked, of_olga = program("oscar"), program("olga")
    assert revoked.get("/whoami").status_code == of_olga.get("/whoami").status_code == 200
    with writing(database_of(app), ALL_TENANTS) as session:
        (token,) = keeping.tokens_of(session, account(session, "oscar"))
        keeping.revoke(session, token, author=Author("alice"), now=datetime.now(UTC))
        account(session, "olga").active = False
    assert revoked.get("/whoami").status_code == of_olga.get("/whoami").status_code == 401
    with reading(database_of(app), ALL_TENANTS) as session:
        text = session.scalars(
            select(JournalEntry.text).where(JournalEntry.action == "API token revoked")
        ).one()
    assert text.startswith("alice revoked the API token of oscar")


def test_another_role_counts_at_once(app: Flask, program: MakeProgram):
    oscar = program("oscar")
    assert oscar.post("/sites", {"tenant": "Acme", "name": "First"}).status_code == 201
    with writing(database_of(app), ALL_TENANTS) as session:
        account(session, "oscar").roles = [session.scalars(select(Role).where(Role.name == MONITOR)).one()]
    assert oscar.post("/sites", {"tenant": "Acme", "name": "Second"}).status_code == 403


def test_a_token_ends_with_its_time(program: MakeProgram):
    short = program("victor", days=7)
    assert short.get("/whoami").status_code == 200
    with time_machine.travel(datetime.now(UTC) + timedelta(days=7, minutes=1)):
        assert short.get("/whoami").status_code == 401


def test_a_token_is_taken_from_its_networks_alone(app: Flask, program: MakeProgram):
    token = program("alice", networks="10.1.0.0/16").token
    assert Program(app, token, "10.1.2.3").get("/whoami").status_code == 200
    assert Program(app, token, "10.2.0.1").get("/whoami").status_code == 401


def test_a_token_that_only_reads_changes_nothing(program: MakeProgram):
    reader = program("alice", reads_only=True)
    assert reader.get("/tenants").status_code == 200
    refused = reader.post("/tenants", {"name": "Initech"})
    assert refused.status_code == 403
    assert "only reads" in refused.json["detail"]


def test_a_token_opens_its_kinds_alone(program: MakeProgram):
    for_sites = program("alice", kinds=[Kind.SITES])
    assert for_sites.get("/sites").status_code == 200
    assert for_sites.get("/tenants").status_code == 403


def test_a_token_that_names_tenants_sees_them_alone_and_does_nothing_that_concerns_all(
    app: Flask, program: MakeProgram, world: World
):
    narrowed = program("alice", tenant_ids=[world.globex])
    assert names_in(narrowed.get("/tenants")) == ["Globex"]
    assert narrowed.get(f"/tenants/{world.acme}").status_code == 404
    assert narrowed.post("/tenants", {"name": "Initech"}).status_code == 403


def test_a_token_whose_last_tenant_is_gone_sees_nothing(app: Flask, program: MakeProgram):
    everything = program("alice")
    added = everything.put("/tenants/named/Initech", {}).json["id"]
    narrowed = program("alice", tenant_ids=[added])
    assert names_in(narrowed.get("/tenants")) == ["Initech"]
    assert everything.delete(f"/tenants/{added}").status_code == 204
    assert names_in(narrowed.get("/tenants")) == []


def test_a_token_sees_no_more_than_its_account_does_later(app: Flask, program: MakeProgram, world: World):
    oscar = program("oscar", tenant_ids=[world.acme, world.globex])
    assert names_in(oscar.get("/tenants")) == ["Acme", "Globex"]
    with writing(database_of(app), ALL_TENANTS) as session:
        owner = account(session, "oscar")
        owner.sees_all_tenants = False
        owner.tenants = [session.get_one(Tenant, world.globex)]
    assert names_in(oscar.get("/tenants")) == ["Globex"]


def test_tokens_go_with_their_account(app: Flask, program: MakeProgram):
    program("vera")
    with writing(database_of(app), ALL_TENANTS) as session:
        session.execute(delete(Operator).where(Operator.username == "vera"))
        assert session.scalars(select(ApiToken)).all() == []


def test_use_is_noted_once_a_minute(app: Flask, program: MakeProgram):
    used = program("hal", address="10.1.0.9")
    times = []
    start = datetime.now(UTC)
    for seconds in (0, 30, 61):
        with time_machine.travel(start + timedelta(seconds=seconds), tick=False):
            assert used.get("/whoami").status_code == 200
        with reading(database_of(app), ALL_TENANTS) as session:
            token = session.scalars(select(ApiToken)).one()
            times.append((token.last_used_at - start).total_seconds())
    assert times == [0, 0, 61]
    assert token.last_used_from == "10.1.0.9"


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_who_asks_too_often_is_told_to_wait(app: Flask, program: MakeProgram):
    wrong, right = f"Bearer rmt_{'0' * 16}_{'x' * 43}", f"Bearer {program('alice').token}"
    access = Access(database_of(app), app.extensions[license_guard.WATCH], per_minute=2, clock=lambda: 0.0)

    def status_of(authorization: str) -> int:
        try:
            access.caller(authorization, "10.0.0.1", now=datetime.now(UTC))
        except RefusedError as refused:
            return refused.status
        return 200

    assert [status_of(wrong) for _ in range(WRONG_PER_MINUTE + 1)] == [401] * WRONG_PER_MINUTE + [429]
    assert [status_of(right) for _ in range(3)] == [200, 200, 429]
