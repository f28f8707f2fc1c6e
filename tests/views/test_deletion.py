"""The page that is asked before a tenant, a site or a phone model goes."""

import pytest
from flask import Flask
from sqlalchemy import select

from app.models import ConfigTemplate, JournalEntry, PhoneModel, PhoneUser, Site, Tenant
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import reading, writing
from tests.views.browsing import Browser
from tests.views.conftest import SignIn
from tests.views.installations import database_of
from tests.views.world import ACME_MAC, ACME_WAITING_MAC, NOW, World, add_tenant


def told_on(browser: Browser, address: str) -> dict[str, str]:
    """Return what the form of the page sends."""
    page = browser.get(address).text
    return {"told": page.partition('name="told" value="')[2].partition('"')[0]}


def add_initech(app: Flask) -> int:
    """Add a tenant without phones, with a site and a user."""
    with writing(database_of(app), ALL_TENANTS) as session:
        initech = add_tenant(session, "Initech")
        session.add(Site(tenant=initech, name="Austin"))
        session.add(PhoneUser(tenant=initech, name="ivan@initech.example", created_at=NOW))
        session.flush()
        return initech.id


def test_phones_stand_against_it_with_links_to_them(people, shared_world: World):
    page = people["alice"].get(f"/tenants/delete/{shared_world.acme}").text
    assert "It cannot be deleted while it has" in page
    for address in (f"/devices/{ACME_MAC}/", f"/devices/{ACME_WAITING_MAC}/", "/devices-status/?tenant=Acme"):
        assert f'href="{address}"' in page
    assert "Delete Acme</button>" not in page


def test_a_tenant_with_phones_stays_whatever_is_sent(app: Flask, world: World, sign_in: SignIn):
    alice = sign_in("alice")
    address = f"/tenants/delete/{world.acme}"
    assert alice.post(address, told_on(alice, address)).status_code == 409
    assert name_of(app, world.acme) == "Acme"


def test_a_tenant_goes_with_what_was_told(app: Flask, world: World, sign_in: SignIn):
    alice, initech = sign_in("alice"), add_initech(app)
    address = f"/tenants/delete/{initech}"
    page = alice.get(address).text
    assert "1 site" in page
    assert "Austin</a>" in page
    assert "ivan@initech.example" in page
    assert alice.post(address, told_on(alice, address)).location == "/tenants/list/"
    assert name_of(app, initech) is None
    with reading(database_of(app), ALL_TENANTS) as session:
        entry = session.scalars(select(JournalEntry).where(JournalEntry.action == "tenant deleted")).one()
        assert entry.text == "alice deleted the tenant Initech: with it went 1 site, 1 phone user."


def test_what_came_about_meanwhile_is_told_first(app: Flask, world: World, sign_in: SignIn):
    alice, initech = sign_in("alice"), add_initech(app)
    address = f"/tenants/delete/{initech}"
    told = told_on(alice, address)
    with writing(database_of(app), ALL_TENANTS) as session:
        session.add(Site(tenant_id=initech, name="Leeds"))
    answer = alice.post(address, told)
    assert answer.status_code == 409
    assert "Something has changed meanwhile" in answer.text
    assert "2 sites" in answer.text
    assert name_of(app, initech) == "Initech"


def test_nothing_goes_without_the_page_having_been_seen(app: Flask, world: World, sign_in: SignIn):
    initech = add_initech(app)
    assert sign_in("alice").post(f"/tenants/delete/{initech}").status_code == 409
    assert name_of(app, initech) == "Initech"


def test_the_default_tenant_stays_and_the_page_says_why(app: Flask, sign_in: SignIn):
    with reading(database_of(app), ALL_TENANTS) as session:
        default = session.scalars(select(Tenant.id).where(Tenant.is_default)).one()
    page = sign_in("alice").get(f"/tenants/delete/{default}").text
    assert "make another tenant the default, then delete this one" in page
    assert '<button class="btn btn-danger">' not in page


def test_a_site_goes_and_its_phones_are_in_autodetection(app: Flask, world: World, sign_in: SignIn):
    oscar = sign_in("oscar")
    address = f"/sites/delete/{world.acme_site}"
    assert "go to AutoDetection of Acme" in oscar.get(address).text
    assert oscar.post(address, told_on(oscar, address)).status_code == 302
    assert "AutoDetection" in oscar.get(f"/devices/{ACME_MAC}/").text
    assert oscar.get(f"/sites/show/{world.acme_site}").status_code == 404


@pytest.mark.parametrize("name", ["olga", "hal", "vera"])
def test_who_may_not_delete_does_not_see_what_would_go(people, shared_world: World, name: str):
    for page in (f"/tenants/delete/{shared_world.acme}", f"/sites/delete/{shared_world.acme_site}"):
        assert people[name].get(page).status_code == 403


def test_a_phone_model_is_added_recognised_and_deleted(app: Flask, world: World, sign_in: SignIn):
    oscar = sign_in("oscar")
    form = {"vendor": "Fanvil", "name": "X4U", "description": "", "user_agent_pattern": "Fanvil X4U *"}
    assert oscar.post("/phone-models/add", form).status_code == 302
    page = oscar.get("/phone-models/recognise", query_string={"user_agent": "Fanvil X4U 2.4.5 0c383e1a2b3c"})
    assert "<strong>X4U</strong>" in page.text
    assert "There is already a model X4U" in oscar.post("/phone-models/add", {**form, "name": "x4u"}).text
    with reading(database_of(app), ALL_TENANTS) as session:
        model = session.scalars(select(PhoneModel.id).where(PhoneModel.name == "X4U")).one()
    address = f"/phone-models/delete/{model}"
    assert oscar.post(address, told_on(oscar, address)).status_code == 302
    assert oscar.get(f"/phone-models/show/{model}").status_code == 404


def test_a_phone_model_in_use_stays(app: Flask, world: World, sign_in: SignIn):
    page = sign_in("oscar").get(f"/phone-models/delete/{world.model}").text
    assert "comes with the product" in page
    with writing(database_of(app), ALL_TENANTS) as session:
        template = session.get_one(ConfigTemplate, world.acme_template)
        template.phone_model.is_shipped = False
    page = sign_in("oscar").get(f"/phone-models/delete/{world.model}").text
    assert "Delete the templates of the model first." in page
    assert 'href="/templates/?model=450HD"' in page


def name_of(app: Flask, tenant: int) -> str | None:
    with reading(database_of(app), ALL_TENANTS) as session:
        return session.scalar(select(Tenant.name).where(Tenant.id == tenant))
