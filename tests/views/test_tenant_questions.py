"""What the form of a tenant asks before it is saved: another default, another name."""

from flask import Flask
from sqlalchemy import select

from app.models import Tenant
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import reading
from tests.views.conftest import SignIn
from tests.views.installations import database_of
from tests.views.test_tenants import INITECH, find_tenant
from tests.views.world import World


def test_a_new_default_is_announced_before_it_takes_over(app: Flask, world: World, sign_in: SignIn):
    alice = sign_in("alice")
    form = {"name": "Acme", "subnet": "10.1.0.0/16", "endpoint_licenses": "5", "is_default": "y"}
    asked = alice.post(f"/tenants/edit/{world.acme}", form)
    assert (
        "Default is the default tenant now. When you save this, Acme is the default in its place"
        in asked.text
    )
    assert default_of(app) == "Default"
    replaced = asked.text.partition('name="agreed" value="')[2].partition('"')[0]
    assert alice.post(f"/tenants/edit/{world.acme}", {**form, "agreed": "replaces=4711"}).status_code == 200
    assert default_of(app) == "Default"
    assert alice.post(f"/tenants/edit/{world.acme}", {**form, "agreed": replaced}).status_code == 302
    assert default_of(app) == "Acme"
    journal = alice.get("/logs/activity/").text
    assert "alice replaced the tenant Default: Acme is the default tenant in its place." in journal
    assert "default from no to yes" in journal


def test_a_new_tenant_takes_over_only_after_it_was_announced(app: Flask, sign_in: SignIn):
    alice = sign_in("alice")
    form = {**INITECH, "is_default": "y"}
    asked = alice.post("/tenants/add", form)
    assert "Save, and take over from Default" in asked.text
    assert find_tenant(app, "Initech") is None
    replaced = asked.text.partition('name="agreed" value="')[2].partition('"')[0]
    assert alice.post("/tenants/add", {**form, "agreed": replaced}).status_code == 302
    assert default_of(app) == "Initech"


def test_what_a_new_name_means_for_phones_is_told_before_it_is_saved(
    app: Flask, world: World, sign_in: SignIn
):
    alice = sign_in("alice")
    form = {"name": "Apex", "subnet": "10.1.0.0/16", "endpoint_licenses": "5"}
    asked = alice.post(f"/tenants/edit/{world.acme}", form).text
    assert "new phones that ask for Acme are refused" in asked
    assert find_tenant(app, "Apex") is None
    other = alice.post(f"/tenants/edit/{world.acme}", {**form, "name": "Zenith", "agreed": "renames=apex"})
    assert "Save, and rename it" in other.text
    assert alice.post(f"/tenants/edit/{world.acme}", {**form, "agreed": "renames=apex"}).status_code == 302
    assert find_tenant(app, "Apex") is not None


def test_one_button_agrees_to_a_new_name_and_a_new_default(app: Flask, world: World, sign_in: SignIn):
    form = {"name": "Apex", "subnet": "10.1.0.0/16", "endpoint_licenses": "5", "is_default": "y"}
    asked = sign_in("alice").post(f"/tenants/edit/{world.acme}", form).text
    assert "Save, take over from Default, and rename it" in asked


def test_the_default_cannot_just_stop_being_it(app: Flask, sign_in: SignIn):
    tenant = find_tenant(app, "Default")
    assert tenant is not None
    form = {"name": "Default", "endpoint_licenses": "30000"}
    answer = sign_in("alice").post(f"/tenants/edit/{tenant.id}", form)
    assert "make another tenant the default" in answer.text
    assert default_of(app) == "Default"


def default_of(app: Flask) -> str | None:
    with reading(database_of(app), ALL_TENANTS) as session:
        return session.scalar(select(Tenant.name).where(Tenant.is_default))
