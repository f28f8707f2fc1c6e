"""Pieces of pages that are kept once they were drawn: nobody gets one that was drawn for somebody else."""

import pytest
from flask import Flask
from jinja2 import meta
from sqlalchemy import select

from app.models import Operator
from app.security.roles import HELPDESK, OPERATOR
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import writing
from tests.views.browsing import Browser
from tests.views.conftest import SignIn
from tests.views.installations import database_of
from tests.views.world import World

FOLDER = "ringmaster/drawn_once/"
VALUES = {
    "navigation": {"menu", "current", "unfolded", "logo"},
    "tenants": {"tenants", "chosen"},
    "columns": {"shown", "hidden"},
}


def menu_of(page: str) -> str:
    return page.partition('id="navigation"')[2].partition("</nav>")[0]


def switch_of(page: str) -> str:
    return page.partition('class="menu tenant-switch"')[2].partition("</details>")[0]


def test_what_is_kept_reads_nothing_but_its_values(shared_app: Flask):
    environment = shared_app.jinja_env
    read = {}
    for name in environment.list_templates(filter_func=lambda name: name.startswith(FOLDER)):
        source, *_ = environment.loader.get_source(environment, name)
        read[name.removeprefix(FOLDER).removesuffix(".html")] = meta.find_undeclared_variables(
            environment.parse(source)
        )
    assert read == VALUES


def test_each_has_the_menu_of_his_own_role_in_whatever_order_they_come(people: dict[str, Browser]):
    alone = {name: menu_of(people[name].get("/account/").text) for name in ("alice", "helen", "vera", "olga")}
    again = {name: menu_of(people[name].get("/account/").text) for name in reversed(alone)}
    assert again == alone
    assert 'href="/operators/' in alone["alice"]
    assert not any('href="/operators/' in alone[name] for name in ("helen", "vera", "olga"))


def test_who_gets_another_role_has_its_menu_with_the_next_page(sign_in: SignIn, world: World, app: Flask):
    olga = sign_in("olga")
    before = menu_of(olga.get("/dashboard/").text)
    assert 'href="/import-export/"' in before
    _give_role(app, "olga", HELPDESK)
    assert 'href="/import-export/"' not in menu_of(olga.get("/dashboard/").text)
    assert olga.get("/import-export/").status_code == 403
    _give_role(app, "olga", OPERATOR)
    assert menu_of(olga.get("/dashboard/").text) == before


def test_who_sees_all_tenants_no_more_has_another_menu_and_no_switch(
    sign_in: SignIn, world: World, app: Flask
):
    hal = sign_in("hal")
    assert "Globex" in switch_of(hal.get("/dashboard/").text)
    with writing(database_of(app), ALL_TENANTS) as session:
        session.scalars(select(Operator).where(Operator.username == "hal")).one().sees_all_tenants = False
    assert switch_of(hal.get("/dashboard/").text) == ""


@pytest.mark.parametrize(
    ("address", "entry"),
    [
        ("/devices-status/", "/devices-status/"),
        ("/users/", "/users/"),
        ("/users/multiple/", "/users/multiple/"),
        ("/devices/multiple/", "/devices/multiple/"),
        ("/account/", None),
    ],
)
def test_the_entry_of_the_page_is_marked_and_no_other(people: dict[str, Browser], address: str, entry: str):
    marked = menu_of(people["alice"].get(address).text).split('aria-current="page"')[:-1]
    assert [before.rpartition('href="')[2].partition('"')[0] for before in marked] == (
        [entry] if entry else []
    )


def test_the_switch_marks_what_is_chosen(sign_in: SignIn, world: World):
    oscar = sign_in("oscar")
    oscar.get("/dashboard/")
    oscar.post("/tenant-choice/", {"tenant": world.acme, "next": "/dashboard/"})
    switch = switch_of(oscar.get("/dashboard/").text)
    assert f'value="{world.acme}" aria-current="true"' in switch
    assert switch.count("aria-current") == 1


def _give_role(app: Flask, username: str, role: str) -> None:
    with app.app_context(), writing(database_of(app), ALL_TENANTS) as session:
        operator = session.scalars(select(Operator).where(Operator.username == username)).one()
        roles = app.extensions["appbuilder"].sm.role_model
        operator.roles = [session.scalars(select(roles).where(roles.name == role)).one()]
