"""Tenants and sites, added, changed and deleted by those who may."""

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.models import JournalEntry, Site, Tenant
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import reading
from tests.views.conftest import SignIn
from tests.views.installations import database_of
from tests.views.world import World

INITECH = {"name": "Initech", "description": "", "subnet": "10.3.0.0/16", "endpoint_licenses": "500"}


def find_tenant(app: Flask, name: str) -> Tenant | None:
    with reading(database_of(app), ALL_TENANTS) as session:
        return session.scalar(select(Tenant).where(Tenant.name == name))


def test_an_added_tenant_has_its_site_and_an_entry_in_the_journal(app: Flask, sign_in: SignIn):
    answer = sign_in("alice").post("/tenants/add", INITECH)
    assert answer.location == "/tenants/list/"
    with reading(database_of(app), ALL_TENANTS) as session:
        tenant = session.scalars(select(Tenant).where(Tenant.name == "Initech")).one()
        assert session.scalars(select(Site.name).where(Site.tenant_id == tenant.id)).all() == [
            "AutoDetection"
        ]
        entry = session.scalars(select(JournalEntry).where(JournalEntry.action == "tenant added")).one()
        assert (entry.actor, entry.subject, entry.tenant_id) == ("alice", "Initech", tenant.id)


def test_a_subnet_that_is_none_is_said_on_the_form_which_keeps_what_was_typed(app: Flask, sign_in: SignIn):
    answer = sign_in("alice").post("/tenants/add", {**INITECH, "subnet": "10.3.0.0/99"})
    assert answer.status_code == 200
    assert "10.3.0.0/99" in answer.text.partition("<form")[0]
    assert 'value="Initech"' in answer.text
    assert find_tenant(app, "Initech") is None


def test_a_name_that_is_taken_is_refused_with_a_sentence(sign_in: SignIn):
    answer = sign_in("alice").post("/tenants/add", {**INITECH, "name": "ACME"})
    assert "There is already a tenant ACME" in answer.text


def test_a_value_beyond_its_range_is_refused_at_its_field(sign_in: SignIn):
    answer = sign_in("alice").post("/tenants/add", {**INITECH, "endpoint_licenses": "30001"})
    assert "field__error" in answer.text


def test_a_change_is_saved_and_leads_back_to_the_list_as_it_was(app: Flask, world: World, sign_in: SignIn):
    alice = sign_in("alice")
    alice.get("/tenants/list/?q=acme&sort=subnet")
    form = {
        "name": "Acme",
        "description": "Rockets",
        "subnet": "10.1.0.0/255.255.0.0",
        "endpoint_licenses": "20",
    }
    assert alice.post(f"/tenants/edit/{world.acme}", form).location == "/tenants/list/?q=acme&sort=subnet"
    tenant = find_tenant(app, "Acme")
    assert tenant is not None
    assert (tenant.description, tenant.subnet, tenant.endpoint_licenses) == ("Rockets", "10.1.0.0/16", 20)


def test_a_refused_change_leaves_nothing_half_written(app: Flask, world: World, sign_in: SignIn):
    form = {"name": "Acme", "description": "Rockets", "subnet": "10.2.0.0/16", "endpoint_licenses": "20"}
    answer = sign_in("alice").post(f"/tenants/edit/{world.acme}", form)
    assert "Globex" in answer.text
    tenant = find_tenant(app, "Acme")
    assert tenant is not None
    assert (tenant.description, tenant.subnet) == ("", "10.1.0.0/16")


def test_a_tenant_in_use_is_not_deleted_and_the_page_says_why(app: Flask, world: World, sign_in: SignIn):
    alice = sign_in("alice")
    alice.post(f"/tenants/delete/{world.acme}")
    assert "The tenant Acme" in alice.get("/tenants/list/").text
    assert find_tenant(app, "Acme") is not None


def test_an_empty_tenant_is_deleted(app: Flask, sign_in: SignIn):
    alice = sign_in("alice")
    alice.post("/tenants/add", INITECH)
    tenant = find_tenant(app, "Initech")
    assert tenant is not None
    assert alice.post(f"/tenants/delete/{tenant.id}").status_code == 302
    assert find_tenant(app, "Initech") is None


def test_nothing_is_deleted_by_opening_an_address(app: Flask, world: World, sign_in: SignIn):
    sign_in("alice").get(f"/tenants/delete/{world.globex}")
    assert find_tenant(app, "Globex") is not None


def test_a_site_is_added_to_the_chosen_tenant(app: Flask, world: World, sign_in: SignIn):
    form = {"name": "Ridge", "tenant": str(world.acme), "description": "", "subnet": "10.1.9.0/24"}
    assert sign_in("oscar").post("/sites/add", form).status_code == 302
    with reading(database_of(app), ALL_TENANTS) as session:
        site = session.scalars(select(Site).where(Site.name == "Ridge")).one()
        assert (site.tenant_id, site.subnet) == (world.acme, "10.1.9.0/24")


def test_the_list_of_sites_is_narrowed_to_a_tenant(sign_in: SignIn):
    page = sign_in("oscar").get("/sites/?tenant=Acme", follow_redirects=True).text
    assert "Valley" in page
    assert "Harbour" not in page


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "page",
    [
        "/tenants/edit/{acme}",
        "/tenants/delete/{acme}",
        "/sites/edit/{acme_site}",
        "/sites/delete/{acme_site}",
    ],
)
def test_who_may_not_change_changes_nothing_even_of_ones_own(
    app: Flask, world: World, sign_in: SignIn, page: str
):
    olga = sign_in("olga")
    before = _counts(app)
    answer = olga.post(page.format(acme=world.acme, acme_site=world.acme_site), {"name": "Mine"})
    assert answer.status_code == 403
    assert _counts(app) == before


def _counts(app: Flask) -> list[str]:
    with reading(database_of(app), ALL_TENANTS) as session:
        names = [*session.scalars(select(Tenant.name)), *session.scalars(select(Site.name))]
        return [*sorted(names), str(session.scalar(select(func.count()).select_from(JournalEntry)))]


@pytest.mark.parametrize("pk", ["0", "-1", "99999999999", "4294967296", "1e3", "abc", "%00", "%EF%BC%91"])
@pytest.mark.parametrize("page", ["show", "edit", "delete"])
def test_an_id_that_is_none_is_not_found(people, page: str, pk: str):
    assert people["alice"].get(f"/tenants/{page}/{pk}").status_code in {404, 400}


@pytest.mark.parametrize(
    "query",
    [
        "page=0",
        "page=x",
        "page=99999999",
        "size=201",
        "size=-1",
        "sort=description;",
        "sort=endpoint",
        "order=up",
    ],
)
def test_arguments_that_no_link_has_are_refused(people, query: str):
    answer = people["alice"].get(f"/tenants/list/?{query}")
    assert answer.status_code == 400
    assert "Traceback" not in answer.text
