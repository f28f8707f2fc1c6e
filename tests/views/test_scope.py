"""What an account that names its tenants never sees: anything of another tenant's, on any page."""

from io import BytesIO
from itertools import cycle
from zipfile import ZipFile

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from app.models import Device, DeviceStatus, JournalEntry, OperationTarget, PendingAction
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import reading
from tests.views.browsing import Browser
from tests.views.installations import database_of
from tests.views.test_url_map import OPEN, address_of, screens
from tests.views.world import GLOBEX_MAC, GLOBEX_WAITING_MAC, HIDDEN_FROM_ACME, NOBODYS_MAC, PEOPLE, World

NAMED_TENANTS = [person.name for person in PEOPLE if person.tenants is not None]
QUERIES = ["?q=o", "?q=00908f", "?sort=name&order=desc", "?page=2", "?size=1", "?tenant=Acme"]
IN_TURN = list(zip(cycle(NAMED_TENANTS), QUERIES, strict=False))
"""Each way to ask by one of the people; by all of them in an acceptance test."""


def leaks(text: str) -> list[str]:
    """Return the words of a page that only rows of others carry."""
    lowered = text.lower()
    return [word for word in HIDDEN_FROM_ACME if word in lowered]


def text_of(answer: TestResponse) -> str:
    """Return what an answer says; of an archive, what its files say."""
    if answer.mimetype != "application/zip":
        return answer.text
    with ZipFile(BytesIO(answer.data)) as archive:
        return "".join(archive.read(name).decode("utf-8-sig", "replace") for name in archive.namelist())


def readable(app: Flask) -> list[Rule]:
    """Return the rules of the screens that are read."""
    return [rule for rule in screens(app) if "GET" in rule.methods and rule.endpoint not in OPEN]


@pytest.mark.parametrize(("name", "query"), [*((name, "") for name in NAMED_TENANTS), *IN_TURN])
def test_no_page_shows_a_word_of_another_tenant(
    shared_app: Flask, shared_world: World, people: dict[str, Browser], name: str, query: str
):
    for rule in readable(shared_app):
        address = address_of(rule, shared_world) + query
        assert leaks(text_of(people[name].client.get(address, follow_redirects=True))) == [], address


@pytest.mark.acceptance
@pytest.mark.parametrize("name", NAMED_TENANTS)
def test_no_page_shows_a_word_of_another_tenant_whatever_is_asked(
    shared_app: Flask, shared_world: World, people: dict[str, Browser], name: str
):
    for query in QUERIES:
        test_no_page_shows_a_word_of_another_tenant(shared_app, shared_world, people, name, query)


def test_who_sees_everything_sees_those_words(
    shared_app: Flask, shared_world: World, people: dict[str, Browser]
):
    texts = [text_of(people["alice"].get(address_of(rule, shared_world))) for rule in readable(shared_app)]
    assert leaks("".join(texts)) == list(HIDDEN_FROM_ACME)


@pytest.mark.parametrize("name", NAMED_TENANTS)
def test_searching_for_another_tenants_phone_finds_nothing(people: dict[str, Browser], name: str):
    for address in (
        "/alarms/",
        "/alarms/history/",
        "/alarms/export.csv",
        "/devices-status/",
        "/devices-status/export.csv",
    ):
        answer = people[name].get(address, query_string={"q": GLOBEX_MAC, "kind": "alarms and events"})
        assert "Gina" not in answer.text, address
        assert "10.2.0.7" not in answer.text, address


@pytest.mark.parametrize("name", NAMED_TENANTS)
@pytest.mark.parametrize("argument", ["tenant=Globex", "tenant=globex&q=Registration"])
def test_choosing_another_tenant_shows_nothing_of_it(people: dict[str, Browser], name: str, argument: str):
    for address in ("/alarms/", "/sites/list/", "/templates/", "/alarms/export.csv"):
        text = people[name].get(f"{address}?{argument}").text
        assert "Harbour" not in text, address
        assert "Gina" not in text, address
        assert "Globex desk" not in text, address


@pytest.mark.parametrize("name", NAMED_TENANTS)
def test_rows_of_another_tenant_do_not_exist(people: dict[str, Browser], shared_world: World, name: str):
    addresses = [
        f"/tenants/show/{shared_world.globex}",
        f"/sites/show/{shared_world.globex_site}",
        f"/templates/show/{shared_world.globex_template}",
        f"/devices/{GLOBEX_MAC}/",
        f"/devices/{NOBODYS_MAC}/",
    ]
    assert {address: people[name].get(address).status_code for address in addresses} == dict.fromkeys(
        addresses, 404
    )


@pytest.mark.parametrize("name", NAMED_TENANTS)
def test_counts_are_those_of_ones_own_tenants(people: dict[str, Browser], name: str):
    expected = "0" if name == "nora" else "2"
    figures = people[name].get("/dashboard/figures").text
    total = figures.partition(">Total</span>")[2].partition("</a>")[0]
    assert f'tile__number">{expected}<' in total
    alarms = people[name].get("/alarms/").text
    assert ("1 to 1 of 1" in alarms) is (name != "nora")


@pytest.mark.parametrize("name", NAMED_TENANTS)
@pytest.mark.parametrize("mac", [GLOBEX_MAC, GLOBEX_WAITING_MAC, NOBODYS_MAC])
def test_nothing_can_be_done_to_another_tenants_phone(
    shared_app: Flask, people: dict[str, Browser], shared_world: World, name: str, mac: str
):
    before = rows_about(shared_app, mac)
    form = {"tenant": str(shared_world.acme), "mac": mac, "next": "/account/"}
    for deed in ("ask/restart", "ask/check_status", "ask/tenant", "approve"):
        assert people[name].post(f"/devices/{mac}/{deed}", form).status_code in {403, 404}, deed
    assert people[name].get(f"/devices/{mac}/file/").status_code in {403, 404}
    assert people[name].get(f"/devices/{mac}/file/download").status_code in {403, 404}
    people[name].post("/devices/approve", form)
    assert rows_about(shared_app, mac) == before


def rows_about(app: Flask, mac: str) -> list[object]:
    """Return what a deed on a phone would change."""
    with reading(database_of(app), ALL_TENANTS) as session:
        status = session.get_one(DeviceStatus, mac)
        counts = [
            session.scalar(select(func.count()).select_from(kind).where(column == mac))
            for kind, column in (
                (PendingAction, PendingAction.mac),
                (OperationTarget, OperationTarget.key),
                (JournalEntry, JournalEntry.subject),
                (Device, Device.mac),
            )
        ]
        return [status.tenant_id, status.device_id, status.approval, *counts]
