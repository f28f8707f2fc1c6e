"""Sites, added, changed and narrowed to a tenant."""

from flask import Flask
from sqlalchemy import select

from app.models import Site
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import reading
from tests.views.conftest import SignIn
from tests.views.installations import database_of
from tests.views.world import World


def test_a_site_is_added_to_the_chosen_tenant(app: Flask, world: World, sign_in: SignIn):
    form = {"name": "Ridge", "tenant": str(world.acme), "description": "", "subnet": "10.1.9.0/24"}
    assert sign_in("oscar").post("/sites/add", form).status_code == 302
    with reading(database_of(app), ALL_TENANTS) as session:
        site = session.scalars(select(Site).where(Site.name == "Ridge")).one()
        assert (site.tenant_id, site.subnet) == (world.acme, "10.1.9.0/24")


def test_the_form_of_a_site_has_the_tenant_of_its_address_chosen(world: World, sign_in: SignIn):
    page = sign_in("oscar").get(f"/sites/add?tenant={world.globex}").text
    assert f'<option value="{world.globex}" selected>Globex</option>' in page


def test_a_site_is_edited_without_its_tenant(app: Flask, world: World, sign_in: SignIn):
    oscar = sign_in("oscar")
    assert 'name="tenant"' not in oscar.get(f"/sites/edit/{world.acme_site}").text.partition("<main")[2]
    form = {"name": "Valley North", "description": "", "subnet": "", "tenant": str(world.globex)}
    assert oscar.post(f"/sites/edit/{world.acme_site}", form).status_code == 302
    with reading(database_of(app), ALL_TENANTS) as session:
        site = session.get_one(Site, world.acme_site)
        assert (site.name, site.tenant_id) == ("Valley North", world.acme)


def test_the_name_of_autodetection_is_not_offered_for_change(app: Flask, world: World, sign_in: SignIn):
    with reading(database_of(app), ALL_TENANTS) as session:
        site = session.scalars(
            select(Site.id).where(Site.tenant_id == world.acme, Site.is_auto_detection)
        ).one()
    oscar = sign_in("oscar")
    assert "readonly" in oscar.get(f"/sites/edit/{site}").text.partition('id="name"')[2].partition(">")[0]
    answer = oscar.post(f"/sites/edit/{site}", {"name": "Elsewhere", "description": "", "subnet": ""})
    assert "AutoDetection keeps its name" in answer.text


def test_a_site_outside_its_tenant_is_refused_at_its_field(world: World, sign_in: SignIn):
    form = {"name": "Ridge", "tenant": str(world.acme), "description": "", "subnet": "10.9.9.0/24"}
    answer = sign_in("oscar").post("/sites/add", form)
    assert "does not lie within 10.1.0.0/16" in answer.text.partition('id="subnet"')[2]


def test_the_list_of_sites_is_narrowed_to_a_tenant(sign_in: SignIn):
    page = sign_in("oscar").get("/sites/?tenant=Acme", follow_redirects=True).text
    assert "Valley" in page
    assert "Harbour" not in page
