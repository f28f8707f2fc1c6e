"""Devices Status: what each role sees and may do, what the address says, and what leaves by the export."""

import csv
import io
import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from flask import Flask

from app.models import DeviceSeen, DeviceStatus, Site
from app.models.enums import Approval, Status
from app.security.tenant_scope import ALL_TENANTS
from app.services.devices_status.columns import COLUMNS
from app.transaction import writing
from tests.views.browsing import Browser
from tests.views.conftest import SignIn
from tests.views.installations import database_of
from tests.views.world import (
    ACME_MAC,
    ACME_WAITING_MAC,
    GLOBEX_MAC,
    GLOBEX_WAITING_MAC,
    NOBODYS_MAC,
    NOW,
    PEOPLE,
    World,
)

LIST = "/devices-status/"
ACME_MACS = [ACME_MAC, ACME_WAITING_MAC]
WAITING_MACS = {ACME_WAITING_MAC, GLOBEX_WAITING_MAC, NOBODYS_MAC}
EVERY_MAC = [*ACME_MACS, GLOBEX_MAC, GLOBEX_WAITING_MAC, NOBODYS_MAC]


def rows_of(page: str) -> dict[str, str]:
    """Return the rows of the list by MAC."""
    rows = page.partition("<tbody>")[2].partition("</tbody>")[0].split("<tr")[1:]
    return {row.partition('href="/devices/')[2][:12]: row for row in rows}


def add_report(
    app: Flask, world: World, mac: str, *, status: Status = Status.REGISTERED, **fields: object
) -> None:
    """Add a phone of Acme as it reported a minute ago."""
    with writing(database_of(app), ALL_TENANTS) as session:
        site = session.get_one(Site, world.acme_site)
        row = {
            "approval": Approval.NOT_NEEDED,
            "first_seen_at": NOW,
            "status_changed_at": NOW - timedelta(minutes=3),
        }
        session.add(
            DeviceStatus(mac=mac, tenant_id=site.tenant_id, site_id=site.id, status=status, **(row | fields))
        )
        session.add(DeviceSeen(mac=mac, seen_at=NOW - timedelta(minutes=1)))


@pytest.mark.parametrize(
    ("name", "macs"),
    [
        ("alice", EVERY_MAC),
        ("hal", EVERY_MAC),
        ("victor", EVERY_MAC),
        ("olga", ACME_MACS),
        ("vera", ACME_MACS),
    ],
)
def test_each_account_sees_the_phones_of_its_tenants(people: dict[str, Browser], name: str, macs: list[str]):
    assert set(rows_of(people[name].get(LIST).text)) == set(macs)


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.name)
def test_approving_is_offered_to_operators_and_for_waiting_phones_only(people: dict[str, Browser], person):
    rows = rows_of(people[person.name].get(LIST).text)
    offered = {mac for mac, row in rows.items() if f"/devices/{mac}/approve" in row}
    may_approve = person.role in {"Administrator", "Operator"}
    assert offered == (WAITING_MACS & set(rows) if may_approve else set())


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "alice",
            {"restart": True, "select": True, "Export": True, "Approve Selected": True, "nickname": True},
        ),
        (
            "olga",
            {"restart": True, "select": True, "Export": True, "Approve Selected": True, "nickname": True},
        ),
        (
            "hal",
            {"restart": True, "select": True, "Export": False, "Approve Selected": False, "nickname": False},
        ),
        (
            "victor",
            {"restart": False, "select": True, "Export": True, "Approve Selected": False, "nickname": False},
        ),
    ],
)
def test_a_role_is_offered_what_it_may_do(people: dict[str, Browser], name: str, expected: dict[str, bool]):
    page = people[name].get(LIST).text
    words = {
        "restart": 'data-address="/devices/{mac}/ask/restart"',
        "select": f'name="mac" value="{ACME_MAC}"',
        "Export": "export.csv",
        "Approve Selected": "Approve Selected",
        "nickname": "/devices/{mac}/nickname",
    }
    assert {what: word in page for what, word in words.items()} == expected
    assert "/devices-status/ask/check_status" in page


def test_filters_live_in_the_address_and_can_be_taken_away_one_by_one(people: dict[str, Browser]):
    page = people["alice"].get(f"{LIST}?q=anna&tenant=Acme&status=registered&rows=25&sort=mac").text
    assert set(rows_of(page)) == {ACME_MAC}
    assert "Search: anna" in page
    assert 'href="/devices-status/?q=anna&amp;tenant=Acme&amp;rows=25&amp;sort=mac&amp;direction=asc"' in page
    assert "<option selected>Acme</option>" in page
    assert '<option value="Acme">' in people["alice"].get(f"{LIST}choices").text
    assert people["alice"].get(f"{LIST}count?q=anna&tenant=Acme").json == {"words": "1"}
    assert 'href="/devices-status/export.csv?q=anna&amp;status=registered&amp;tenant=Acme&amp;rows=25' in page
    assert 'data-live="/devices-status/rows?q=anna&amp;status=registered' in page


def test_a_search_that_finds_nothing_says_how_to_go_on(people: dict[str, Browser]):
    page = people["alice"].get(f"{LIST}?q=nobody-is-called-so").text
    assert "No phone matches" in page
    assert "Show all phones" in page


def test_an_empty_list_says_how_phones_get_here(people: dict[str, Browser]):
    page = people["nora"].get(LIST).text
    assert "No phone has reported yet" in page
    assert "/firmwarefiles;ipp/tenant/" in page


HOSTILE = [
    "\0", "%00", "'\"<script>alert(1)</script>", "x" * 10_000, "%", "_", "\\", "\ud800", "𝕏é\u202e", "[" * 5_000, "-1",
    "1e999", "../../etc/passwd", "{{7*7}}", "\n\r\t", "9" * 400, "mac:" * 50, '"' * 150, "10.0.0.0/33",
    "::/0", "user:%",
]  # fmt: skip
PARAMETERS = [
    "q", "user", "number", "mac", "ip", "model", "version", "status", "approval", "several", "tenant", "site", "rows",
    "sort", "direction", "at",
]  # fmt: skip


@pytest.mark.parametrize("parameter", PARAMETERS)
def test_no_query_breaks_the_list_or_the_export(people: dict[str, Browser], parameter: str):
    for text in HOSTILE:
        for address in (LIST, f"{LIST}export.csv"):
            answer = people["alice"].get(
                address, query_string={parameter: text.encode("utf-8", "replace").decode()}
            )
            assert answer.status_code in {200, 400}, (address, text)
            assert "<script>alert" not in answer.text


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("status=happy", "is not a status; choose one of"),
        ("mac=zz", "is not a part of a MAC address"),
        ("ip=10.1.2.3/16", "did you mean 10.1.0.0/16"),
        ("at=damaged", "Open Devices Status again"),
    ],
)
def test_a_wrong_value_is_told_above_the_filters_and_kept_in_them(
    people: dict[str, Browser], query: str, sentence: str
):
    answer = people["alice"].get(f"{LIST}?{query}&user=anna")
    assert answer.status_code == 400
    assert sentence in answer.text
    assert 'name="user" value="anna"' in answer.text


def test_what_a_phone_says_is_shown_as_text(app: Flask, world: World, sign_in: SignIn):
    nasty = '<img src=x onerror="alert(1)">'
    add_report(
        app,
        world,
        "00908f000001",
        user_name=nasty,
        model=nasty[:60],
        usb_headset=nasty,
        location=nasty,
        ip=nasty[:45],
    )
    page = sign_in("olga").get(LIST).text
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page


def test_a_row_shows_the_marks_of_its_phone(app: Flask, world: World, sign_in: SignIn):
    add_report(
        app, world, "00908f000001", status=Status.DISCONNECTED, firmware_version="UC_2.0.13.121", location="Floor 3",
        usb_headset="Jabra Evolve", btoe_status="auto paired", is_behind_proxy=True, external_ip="10.9.9.9",
        ip="10.1.0.1",
    )  # fmt: skip
    add_report(
        app,
        world,
        "00908f000002",
        firmware_version="2.0.4.30",
        location="Sector 7G",
        ip="javascript:alert(1)",
    )
    rows = rows_of(sign_in("olga").get(LIST).text)
    marked, plain = rows["00908f000001"], rows["00908f000002"]
    assert 'class="is-disconnected"' in marked
    assert "status--disconnected" in marked
    for mark in (
        "Floor 3",
        "USB headset: Jabra Evolve",
        "tint--green",
        "Behind the SBC HTTP proxy 10.9.9.9",
        "Disconnected since 20",
        "Last contact ",
    ):
        assert mark in marked, mark
    assert 'data-can="approve web" data-host="10.1.0.1"' in marked
    for mark in ("Sector 7G", "data-host", "is-disconnected", "USB headset:"):
        assert mark not in plain, mark


def heads_of(page: str) -> list[str]:
    return re.findall(r'<th scope="col" data-column="([a-z_]+)"', page)


def test_the_manuals_columns_are_shown_until_somebody_chooses_others(people: dict[str, Browser]):
    assert heads_of(people["olga"].get(LIST).text) == [column.name for column in COLUMNS[:16]]


def test_columns_and_rows_are_kept_with_the_account_and_an_address_may_say_others(
    world: World, sign_in: SignIn
):
    olga = sign_in("olga")
    answer = olga.post(
        f"{LIST}layout", {"column": ["vlan", "mac"], "next": f"{LIST}?q=anna&columns=user&rows=10&at=x"}
    )
    assert answer.location == f"{LIST}?q=anna"
    olga.post(f"{LIST}layout", {"rows": "25"})
    page = sign_in("olga").get(LIST).text
    assert (heads_of(page), "<option selected>25</option>" in page) == (["vlan", "mac"], True)
    page = olga.get(f"{LIST}?columns=user,vlan&rows=10").text
    assert (heads_of(page), "<option selected>10</option>" in page) == (["user", "vlan"], True)
    assert len(heads_of(sign_in("alice").get(LIST).text)) == 16
    olga.post(f"{LIST}layout", {"usual": "yes"})
    assert len(heads_of(olga.get(LIST).text)) == 16


@pytest.mark.parametrize(
    "form", [{}, {"column": ["password"]}, {"column": [""]}, {"rows": "7"}, {"rows": "x"}, {"column": ["\0"]}]
)
def test_a_layout_that_will_not_do_is_refused(world: World, sign_in: SignIn, form: dict[str, object]):
    olga = sign_in("olga")
    assert olga.post(f"{LIST}layout", form).status_code == 400
    assert len(heads_of(olga.get(LIST).text)) == 16


def test_unchanged_rows_are_not_sent_again_and_changed_ones_are(app: Flask, world: World, sign_in: SignIn):
    olga, address = sign_in("olga"), f"{LIST}rows?sort=mac"
    first = olga.get(address)
    assert rows_of(first.text).keys() == set(ACME_MACS)
    seen = {"If-None-Match": first.headers["ETag"]}
    assert olga.get(address, headers=seen).status_code == 304
    add_report(app, world, "00908f000001", user_name="Somebody new")
    again = olga.get(address, headers=seen)
    assert again.status_code == 200
    assert "Somebody new" in again.text


def test_pages_lead_to_one_another(app: Flask, world: World, sign_in: SignIn):
    for number in range(25):
        add_report(app, world, f"00908f0000{number:02x}")
    olga, address, visited = sign_in("olga"), f"{LIST}?rows=10&sort=mac", []
    while address:
        page = olga.get(address).text
        visited.extend(rows_of(page))
        address = page.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    assert len(visited) == len(set(visited)) == 27
    assert "21 to 27 of" in page
    assert 'rel="prev"' in page


def exported(answer) -> list[dict[str, str]]:
    assert answer.text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))


def test_an_export_has_the_matching_phones_under_the_name_people_know(
    app: Flask, world: World, sign_in: SignIn
):
    add_report(app, world, "00908f000001", phone_number="+97239764713", user_name="=1+1")
    answer = sign_in("victor").get(f"{LIST}export.csv?tenant=acme&sort=user")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="ExportDevicesStatus.csv"'
    assert answer.content_type == "text/csv; charset=utf-8"
    rows = {row["MAC Address"]: row for row in exported(answer)}
    assert set(rows) == {"00908f000001", *ACME_MACS}
    assert (rows["00908f000001"]["Phone Number"], rows["00908f000001"]["User Name"]) == (
        "+97239764713",
        "'=1+1",
    )


def test_an_export_has_the_columns_that_are_asked_for(people: dict[str, Browser]):
    answer = people["olga"].get(f"{LIST}export.csv?columns=mac,user&q=anna")
    assert [list(row) for row in exported(answer)] == [["MAC Address", "User Name"]]
    assert people["olga"].get(f"{LIST}export.csv?columns=password").status_code == 400


def test_all_that_match_are_exported_where_all_were_selected(people: dict[str, Browser]):
    query = urlencode({"only": "selected", "mac": NOBODYS_MAC, "matching": "all=yes&tenant=Acme"})
    assert [
        row["MAC Address"] for row in exported(people["alice"].get(f"{LIST}export.csv?{query}"))
    ] == ACME_MACS


def test_an_export_keeps_to_the_tenants_of_the_account(people: dict[str, Browser]):
    assert [row["MAC Address"] for row in exported(people["olga"].get(f"{LIST}export.csv"))] == ACME_MACS
    chosen = f"{LIST}export.csv?only=selected&mac={ACME_MAC}&mac={GLOBEX_MAC}"
    assert [row["MAC Address"] for row in exported(people["olga"].get(chosen))] == [ACME_MAC]


def test_selected_phones_are_exported_alone(people: dict[str, Browser]):
    answer = people["alice"].get(
        f"{LIST}export.csv?only=selected&mac={GLOBEX_MAC}&mac={NOBODYS_MAC}&next=/devices-status/"
    )
    assert [row["MAC Address"] for row in exported(answer)] == [GLOBEX_MAC, NOBODYS_MAC]


def test_the_help_desk_exports_nothing(people: dict[str, Browser]):
    assert people["hal"].get(f"{LIST}export.csv").status_code == 403
