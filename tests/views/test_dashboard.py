"""The dashboard's figures, and how they stay fresh."""

from flask import Flask

from app.models import DeviceStatus, Site
from app.models.enums import Approval, Status
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import writing
from tests.views.conftest import SignIn
from tests.views.installations import database_of
from tests.views.world import ACME_MAC, NOBODYS_MAC, World, add_status


def tiles(page: str) -> dict[str, str]:
    """Return the counters of the dashboard by their label."""
    found = {}
    for part in page.split('tile__label">')[1:]:
        label, _, rest = part.partition("<")
        found[label] = rest.partition('tile__number">')[2].partition("<")[0]
    return found


def test_counters_are_those_of_the_manual(app: Flask, world: World, sign_in: SignIn):
    with writing(database_of(app), ALL_TENANTS) as session:
        site = session.get_one(Site, world.acme_site)
        for index, status in enumerate(Status):
            add_status(session, f"0090f800000{index}", site=site, approval=Approval.NOT_NEEDED, status=status)
    page = sign_in("victor").get("/dashboard/").text
    assert tiles(page) == {
        "Registered": "3",
        "Not registered": "6",
        "Disconnected": "1",
        "Waiting for approval": "3",
        "Total": "10",
    }
    assert "30 % of all" in page


def test_each_counter_opens_the_phones_it_counts(sign_in: SignIn):
    page = sign_in("victor").get("/dashboard/").text
    for query in (
        "status=registered",
        "status=not_registered",
        "status=disconnected",
        "approval=pending",
        "version=UC_3.4.6.604",
    ):
        assert f'href="/devices-status/?{query}"' in page


def test_a_counter_and_the_list_behind_it_agree(app: Flask, world: World, sign_in: SignIn):
    victor = sign_in("victor")
    page = victor.get("/dashboard/").text
    for part in page.split('<a class="tile')[1:]:
        address = part.partition('href="')[2].partition('"')[0]
        number = part.partition('tile__number">')[2].partition("<")[0]
        listed = victor.get(address).text.count('class="mac"')
        assert (address, listed) == (address, int(number))


def test_an_empty_fleet_says_what_to_do(app: Flask, sign_in: SignIn):
    page = sign_in("nora").get("/dashboard/").text
    assert "No phone has reported yet" in page
    assert "0 % of all" in page


def test_newest_reports_stand_first_and_hide_nobodys_phone_from_a_tenant(sign_in: SignIn):
    assert NOBODYS_MAC in sign_in("victor").get("/dashboard/").text
    page = sign_in("vera").get("/dashboard/").text
    assert ACME_MAC in page
    assert NOBODYS_MAC not in page


def test_unchanged_figures_are_not_sent_again(app: Flask, world: World, sign_in: SignIn):
    victor = sign_in("victor")
    first = victor.get("/dashboard/figures")
    again = victor.get("/dashboard/figures", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    with writing(database_of(app), ALL_TENANTS) as session:
        session.get_one(DeviceStatus, ACME_MAC).status = Status.OFFLINE
    changed = victor.get("/dashboard/figures", headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200
    assert tiles(changed.text)["Registered"] == "1"
