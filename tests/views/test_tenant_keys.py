"""The key of a tenant on its page: made, replaced, shown to those who may see secrets, and demanded."""

import re

from flask import Flask
from sqlalchemy import select

from app.models import JournalEntry, Tenant, TenantKey
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import reading
from tests.views.conftest import SignIn
from tests.views.installations import database_of
from tests.views.world import World

KEY = re.compile(r"/k/([a-z0-9]{34})/ipp/tenant/Acme")


def shown_key(person, world):
    found = KEY.search(person.get(f"/tenants/show/{world.acme}").text)
    return found[1] if found else None


def test_the_addresses_of_a_tenant_carry_its_key(app: Flask, world: World, sign_in: SignIn):
    alice = sign_in("alice")
    assert shown_key(alice, world) is None
    assert "Make a key" in alice.get(f"/tenants/show/{world.acme}").text
    alice.post(f"/tenants/key/{world.acme}", {})
    first = shown_key(alice, world)
    page = alice.get(f"/tenants/show/{world.acme}").text
    assert f"/k/{first}/firmwarefiles;k/{first}/ipp/tenant/Acme" in page
    alice.post(f"/tenants/key/{world.acme}", {})
    second = shown_key(alice, world)
    assert second not in {None, first}
    with reading(database_of(app), ALL_TENANTS) as session:
        assert len(session.scalars(select(TenantKey)).all()) == 2
    alice.post(f"/tenants/key/{world.acme}", {"at_once": "1"})
    with reading(database_of(app), ALL_TENANTS) as session:
        assert len(session.scalars(select(TenantKey)).all()) == 1
        given = select(JournalEntry.text).where(JournalEntry.action == "tenant given a key")
        texts = session.scalars(given.order_by(JournalEntry.id)).all()
    assert texts == [
        "alice gave the tenant Acme a key.",
        "alice gave the tenant Acme another key; the one before counts for 30 days more.",
        "alice gave the tenant Acme another key; the one before counts no more.",
    ]
    assert not any(first in text or second in text for text in texts)


def test_who_may_not_see_secrets_does_not_see_it(world: World, sign_in: SignIn):
    sign_in("alice").post(f"/tenants/key/{world.acme}", {})
    assert shown_key(sign_in("oscar"), world)
    victor = sign_in("victor")
    page = victor.get(f"/tenants/show/{world.acme}").text
    assert "Your account may not see it" in page
    assert "/k/" not in page
    assert "New key" not in page


def test_it_is_demanded_only_where_there_is_one(app: Flask, world: World, sign_in: SignIn):
    alice, edit = sign_in("alice"), f"/tenants/edit/{world.acme}"
    form = {"name": "Acme", "subnet": "10.1.0.0/16", "endpoint_licenses": "20", "demands_key": "y"}
    asked = alice.post(edit, form)
    assert "to ask with the key from then on" in asked.text
    agreed = asked.text.partition('name="agreed"')[2].partition('value="')[2].partition('"')[0]
    assert "Make a key first" in alice.post(edit, {**form, "agreed": agreed}).text
    alice.post(f"/tenants/key/{world.acme}", {})
    alice.post(edit, {**form, "agreed": agreed})
    with reading(database_of(app), ALL_TENANTS) as session:
        assert session.get_one(Tenant, world.acme).demands_key
