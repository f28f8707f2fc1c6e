"""Network Topology: where one is, what is refused, and what is sent again."""

import json
from html import unescape

import pytest
from flask import Flask

from app.models import DeviceStatus
from app.models.enums import Status
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import writing
from tests.views.browsing import Browser
from tests.views.conftest import SignIn
from tests.views.installations import database_of
from tests.views.world import ACME_MAC, World


def boxes(page: str) -> list[dict[str, object]]:
    """Return what the picture of a page is drawn from."""
    text = page.partition('data-boxes="')[2].partition('"')[0]
    found: list[dict[str, object]] = json.loads(unescape(text))
    return found


def test_the_picture_has_the_parts_of_the_table_and_what_is_in_them(people: dict[str, Browser]) -> None:
    page = people["victor"].get("/topology/").text
    names = {box["name"]: box for box in boxes(page)}
    assert {"Acme", "Globex", "No tenant yet"} == set(names)
    assert names["Acme"]["value"] == 2
    assert names["Acme"]["inside"]
    assert all(str(name) in page.partition("<tbody>")[2] for name in names)


def test_a_phone_says_who_it_is(app: Flask, world: World, sign_in: SignIn) -> None:
    with writing(database_of(app), ALL_TENANTS) as session:
        phone = session.get_one(DeviceStatus, ACME_MAC)
        phone.ip, phone.subnet, phone.user_name = "10.9.8.7", "10.9.8.0/24", "Anna </script><b>"
    victor = sign_in("victor")
    page = victor.get("/topology/?tenant=Acme&subnet=10.9.8.0/24").text
    (box,) = boxes(page)
    assert box["href"] == f"/devices/{ACME_MAC}/"
    assert {f"MAC: {ACME_MAC}", "IP: 10.9.8.7", "User: Anna </script><b>"} <= set(box["lines"])  # type: ignore[call-overload]
    assert "</script><b>" not in page
    assert ACME_MAC in page.partition("<tbody>")[2]


def test_an_unchanged_network_is_not_sent_again(app: Flask, world: World, sign_in: SignIn) -> None:
    victor = sign_in("victor")
    first = victor.get("/topology/figures")
    same = {"If-None-Match": first.headers["ETag"]}
    assert victor.get("/topology/figures", headers=same).status_code == 304
    with writing(database_of(app), ALL_TENANTS) as session:
        session.get_one(DeviceStatus, ACME_MAC).status = Status.DISCONNECTED
    assert victor.get("/topology/figures", headers=same).status_code == 200


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("by=colour", "choose subnet or external"),
        ("subnet=10.1.2.3/24", "did you mean 10.1.2.0/24"),
        ("external=here", "is not an address"),
        ("tenant=Acme&external=203.0.113.7&after=zz", "MAC"),
    ],
)
def test_a_wrong_address_says_what_to_write(people: dict[str, Browser], query: str, sentence: str) -> None:
    answer = people["victor"].get(f"/topology/?{query}")
    assert answer.status_code == 400
    assert sentence in unescape(answer.text)


@pytest.mark.parametrize("page", ["0", "-1", "9999999", "x", "1e3", "²"])
def test_any_page_number_leads_to_a_page(people: dict[str, Browser], page: str) -> None:
    assert boxes(people["victor"].get("/topology/", query_string={"page": page}).text)
