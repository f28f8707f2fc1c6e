"""What would shut phones of a tenant out is told over the REST API before it is done."""

import pytest
from flask import Flask

from app.models import Tenant
from app.security.tenant_scope import ALL_TENANTS
from app.services.author import Author
from app.services.tenancy import replace_key
from app.transaction import writing
from tests import factories
from tests.factories import NOW
from tests.rest_api.conftest import MakeProgram
from tests.rest_api.programs import field_of
from tests.views.installations import database_of
from tests.views.world import World


@pytest.fixture
def one_elsewhere(app: Flask, world: World) -> None:
    with writing(database_of(app), ALL_TENANTS) as session:
        factories.make_status(session, tenant=session.get(Tenant, world.acme), external_ip="203.0.113.9")


def test_networks_are_changed_once_it_is_known_whom_they_shut_out(
    program: MakeProgram, world: World, one_elsewhere: None
) -> None:
    alice, tenant = program("alice"), f"/tenants/{world.acme}"
    wanted = {"allowed_networks": "10.0.0.0/8"}
    refused = alice.patch(tenant, wanted)
    assert refused.status_code == 409
    assert refused.json["detail"].startswith("1 phone of Acme was last heard from other addresses:")
    assert alice.get(tenant).json["allowed_networks"] == ""
    others = alice.patch(f"{tenant}?told={refused.json['told']}", {"allowed_networks": "10.0.0.0/9"})
    assert others.status_code == 409
    assert alice.put(f"/tenants/named/Acme?told={others.json['told']}", wanted).status_code == 409
    done = alice.patch(f"{tenant}?told={refused.json['told']}", wanted)
    assert (done.status_code, done.json["allowed_networks"]) == (200, "10.0.0.0/8")
    assert alice.patch(tenant, {**wanted, "description": "again"}).status_code == 200


def test_a_key_is_demanded_where_there_is_one_and_it_is_known_of_how_many_phones(
    app: Flask, program: MakeProgram, world: World
) -> None:
    alice, tenant = program("alice"), f"/tenants/{world.acme}"
    wanted = {"demands_key": True, "demands_certificate": True, "hands_out_once": True}
    asked = alice.patch(tenant, wanted)
    assert asked.status_code == 409
    assert "to ask with the key from then on" in asked.json["detail"]
    assert "to show a certificate from then on" in asked.json["detail"]
    told = f"{tenant}?told={asked.json['told']}"
    without = alice.patch(told, wanted)
    assert without.status_code == 422
    assert field_of(without) == "demands_key"
    with writing(database_of(app), ALL_TENANTS) as session:
        replace_key(session, session.get_one(Tenant, world.acme), author=Author("alice"), now=NOW)
    done = alice.patch(told, wanted)
    assert done.status_code == 200
    assert {name: done.json[name] for name in wanted} == wanted
