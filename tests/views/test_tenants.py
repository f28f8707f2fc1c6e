"""Tenants and sites, added, changed and deleted by those who may."""

import pytest
from flask import Flask
from sqlalchemy import event, func, select

from app.models import JournalEntry, Site, Tenant
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import reading, writing
from tests import factories
from tests.views.browsing import Browser
from tests.views.conftest import SignIn
from tests.views.installations import database_of
from tests.views.world import World, add_site, add_tenant

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
    assert "The tenant was not saved: look at Subnet." in answer.text
    field = answer.text.partition('id="subnet"')[2].partition("</div>")[0]
    assert "&#34;10.3.0.0/99&#34; is not a subnet" in field
    assert "autofocus" in field
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


def test_networks_that_would_shut_phones_out_are_asked_about_first(app: Flask, world: World, sign_in: SignIn):
    alice, edit = sign_in("alice"), f"/tenants/edit/{world.acme}"
    with writing(database_of(app), ALL_TENANTS) as session:
        factories.make_status(session, tenant=session.get(Tenant, world.acme), external_ip="203.0.113.9")
    form = {
        "name": "Acme",
        "subnet": "10.1.0.0/16",
        "endpoint_licenses": "20",
        "allowed_networks": "10.0.0.7/8",
    }
    assert "did you mean 10.0.0.0/8?" in alice.post(edit, form).text
    form["allowed_networks"] = "10.0.0.0/8\n2001:db8::/32"
    asked = alice.post(edit, form)
    assert "1 phone of Acme was last heard from other addresses" in asked.text
    agreed = asked.text.partition('name="agreed"')[2].partition('value="')[2].partition('"')[0]
    alice.post(edit, {**form, "agreed": agreed})
    assert "10.0.0.0/8, 2001:db8::/32" in alice.get(f"/tenants/show/{world.acme}").text
    with reading(database_of(app), ALL_TENANTS) as session:
        entry = session.scalars(
            select(JournalEntry.text).where(JournalEntry.action == "tenant changed")
        ).one()
    assert 'allowed networks from nothing to "10.0.0.0/8, 2001:db8::/32"' in entry


def test_a_refused_change_leaves_nothing_half_written(app: Flask, world: World, sign_in: SignIn):
    form = {"name": "Acme", "description": "Rockets", "subnet": "10.2.0.0/16", "endpoint_licenses": "20"}
    answer = sign_in("alice").post(f"/tenants/edit/{world.acme}", form)
    assert "Globex" in answer.text
    tenant = find_tenant(app, "Acme")
    assert tenant is not None
    assert (tenant.description, tenant.subnet) == ("", "10.1.0.0/16")


def test_nothing_is_deleted_by_opening_an_address(app: Flask, world: World, sign_in: SignIn):
    sign_in("alice").get(f"/tenants/delete/{world.globex}")
    assert find_tenant(app, "Globex") is not None


def test_a_list_of_fifty_tenants_takes_as_many_statements_as_one_of_three(
    app: Flask, world: World, sign_in: SignIn
):
    alice = sign_in("alice")
    alice.get("/tenants/list/")
    few = statements_of(app, alice, "/tenants/list/")
    with writing(database_of(app), ALL_TENANTS) as session:
        for number in range(47):
            tenant = add_tenant(session, f"Tenant {number}")
            add_site(session, tenant, f"Site {number}")
    assert statements_of(app, alice, "/tenants/list/") == few
    sites = statements_of(app, alice, "/sites/list/?size=3")
    assert statements_of(app, alice, "/sites/list/?size=50") == sites


def statements_of(app: Flask, browser: Browser, address: str) -> int:
    texts: list[str] = []

    def note(_connection, _cursor, statement: str, *_rest) -> None:
        texts.append(statement)

    engine = database_of(app).reader
    event.listen(engine, "before_cursor_execute", note)
    assert browser.get(address).status_code == 200
    event.remove(engine, "before_cursor_execute", note)
    return len(texts)


def test_the_journal_says_what_was_changed(app: Flask, world: World, sign_in: SignIn):
    form = {"name": "Acme", "subnet": "10.1.0.0/17", "endpoint_licenses": "20", "description": "Rockets"}
    sign_in("alice").post(f"/tenants/edit/{world.acme}", form)
    with reading(database_of(app), ALL_TENANTS) as session:
        entry = session.scalars(select(JournalEntry).where(JournalEntry.action == "tenant changed")).one()
        assert entry.text == (
            'alice changed the tenant Acme: description from nothing to "Rockets", subnet from '
            '"10.1.0.0/16" to "10.1.0.0/17", endpoint licenses from "30000" to "20".'
        )


def test_the_page_of_a_tenant_has_the_addresses_of_its_phones_and_its_sites(people, shared_world: World):
    page = people["olga"].get(f"/tenants/show/{shared_world.acme}").text
    assert "/firmwarefiles;ipp/tenant/Acme" in page
    assert f'href="/sites/show/{shared_world.acme_site}"' in page
    assert 'href="/sites/add' not in page
    assert (
        f'href="/sites/add?tenant={shared_world.acme}"'
        in people["alice"].get(f"/tenants/show/{shared_world.acme}").text
    )


def test_the_lists_count_sites_and_phones_and_link_to_them(people):
    page = people["alice"].get("/tenants/list/?q=acme").text
    assert '<a href="/sites/list/?tenant=Acme">2</a>' in page
    assert '<a href="/devices-status/?tenant=Acme">1</a>' in page
    page = people["olga"].get("/sites/list/?q=valley").text
    assert '<a href="/devices-status/?tenant=Acme&amp;site=Valley">1</a>' in page


def test_who_names_tenants_counts_and_finds_only_these(people):
    page = people["olga"].get("/tenants/list/").text
    assert "1 to 1 of 1" in page
    assert '<a href="/devices-status/?tenant=Acme">1</a>' in page
    assert "1 to 2 of 2" in people["olga"].get("/sites/list/").text
    assert people["nora"].get("/tenants/list/").text.count("<tr>") == 0


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
