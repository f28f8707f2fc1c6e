"""The menu and the trail: the groups of the manual, what is unfolded, and where a page stands."""

import re

import pytest

from tests.views.browsing import Browser
from tests.views.world import ACME_MAC, World

GROUPS = ["monitor", "users-devices", "phones-configuration", "system", "troubleshoot"]

_group = re.compile(r'<details class="side__group" data-menu-group="([^"]*)"( open)?>').findall
_crumb = re.compile(r"<li[^>]*>(.*?)</li>", re.DOTALL).findall


def groups_of(page: str) -> dict[str, bool]:
    """Return the groups of the menu, and which are unfolded."""
    return {name: bool(is_open) for name, is_open in _group(page)}


def trail_of(page: str) -> list[str]:
    """Return what the trail of a page says."""
    trail = page.partition('aria-label="Where you are"')[2].partition("</nav>")[0]
    return [re.sub(r"<[^>]*>", "", crumb).strip() for crumb in _crumb(trail)]


def test_the_groups_are_those_of_the_manual(people: dict[str, Browser]):
    assert list(groups_of(people["alice"].get("/account/").text)) == GROUPS


def test_signing_out_is_on_every_page_of_the_menu(people: dict[str, Browser]):
    for address in ("/dashboard/", "/alarms/", "/account/", "/nothing"):
        page = people["victor"].get(address).text
        assert 'method="post" action="/logout/"' in page, address
        assert '<button form="sign-out">' in page, address


def test_groups_of_which_one_may_open_nothing_are_left_out(people: dict[str, Browser]):
    assert "troubleshoot" not in groups_of(people["helen"].get("/account/").text)


def test_at_first_only_monitor_is_unfolded(people: dict[str, Browser]):
    unfolded = groups_of(people["alice"].get("/account/").text)
    assert [name for name in unfolded if unfolded[name]] == ["monitor"]


@pytest.mark.parametrize(
    ("cookie", "expected"),
    [
        ("system.troubleshoot", ["users-devices", "system", "troubleshoot"]),
        ("", ["users-devices"]),
        ("<script>.nothing..", ["users-devices"]),
    ],
)
def test_what_was_unfolded_stays_so_and_the_group_of_the_page_is(
    people: dict[str, Browser], cookie: str, expected: list[str]
):
    client = people["vera"].client
    client.set_cookie("unfolded", cookie)
    unfolded = groups_of(client.get("/users/").text)
    client.delete_cookie("unfolded")
    assert [name for name in unfolded if unfolded[name]] == [name for name in expected if name in unfolded]


def test_the_trail_leads_back_through_the_pages_between(people: dict[str, Browser], shared_world: World):
    pages = {
        "/dashboard/": ["Monitor", "Dashboard"],
        f"/devices/{ACME_MAC}/edit": ["Monitor", "Devices Status", ACME_MAC, f"Edit {ACME_MAC}"],
        f"/sites/edit/{shared_world.acme_site}": ["Setup", "System", "Sites", "Valley / Acme", "Edit site"],
        "/rules/template/add": ["Setup", "Rules", "Template rules", "New template rule"],
        f"/users/delete/{shared_world.acme_user}": [
            "Setup", "Users &amp; Devices", "Manage Users", "anna@acme.example", "Delete anna@acme.example",
        ],
        "/account/": ["Your account"],
    }  # fmt: skip
    assert {address: trail_of(people["alice"].get(address).text) for address in pages} == pages


def test_every_step_of_a_trail_opens(people: dict[str, Browser], shared_world: World):
    page = people["alice"].get(f"/placeholders/devices/edit/{shared_world.placeholders['device']}").text
    steps = re.findall(
        r'href="([^"]*)"', page.partition('aria-label="Where you are"')[2].partition("</nav>")[0]
    )
    assert len(steps) == 2
    assert {people["alice"].get(step).status_code for step in steps} == {200}


@pytest.mark.parametrize(
    "address",
    [
        "/account/mail/",
        "/account/password/",
        "/account/second-factor/",
        "/account/sessions/",
        "/account/tokens/",
        "/swagger/v1",
    ],
)
def test_a_page_of_ones_own_account_leads_back_to_it(people: dict[str, Browser], address: str):
    page = people["victor"].get(address).text
    assert trail_of(page)[0] == "Your account"
    assert '<a href="/account/">Your account</a>' in page
