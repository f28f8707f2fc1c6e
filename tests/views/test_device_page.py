"""The page of one phone, its file, and what is asked of it: who sees what, who may do what."""

from html import unescape
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.models import (
    Device,
    DeviceStatus,
    Operation,
    OperationTarget,
    PhoneUser,
    Tenant,
)
from app.models.enums import Action, Approval, Origin, Status, VlanMode
from app.security.tenant_scope import ALL_TENANTS
from app.services import config_files, presence
from app.services.reports import Report
from app.transaction import reading, writing
from tests.services.operating import restarts_of
from tests.views.browsing import Browser
from tests.views.conftest import SignIn
from tests.views.installations import database_of
from tests.views.world import ACME_MAC, GLOBEX_MAC, GLOBEX_WAITING_MAC, NOBODYS_MAC, NOW, World

ONE_KIND = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
"""For tests to which the kind of database makes no difference."""

MAC = "00908f00000a"
WAITING_MACS = ["00908f0000b1", "00908f0000b2"]
GENERIC = {
    "model": "430HD",
    "firmware_version": "2.2.16.142",
    "user_agent": "AUDC-IPPhone/2.2.16.142 (430HD; 00908F00000A)",
}
SKYPE = {
    "model": "430HD",
    "firmware_version": "UC_2.0.13.121",
    "user_agent": "AUDC-IPPhone-430HD_UC_2.0.13.121/1.0.0000.0",
    "user_id": "anna.a@acme.example",
    "user_name": "Anna A.",
}


def report(
    app: Flask,
    mac: str,
    *,
    status: Status = Status.REGISTERED,
    tenant: str = "",
    ip: str = "10.1.0.9",
    **fields: str,
) -> None:
    """Let a phone report, as the phone plane records it."""
    with writing(database_of(app), ALL_TENANTS) as session:
        message = Report(
            mac, {**GENERIC, "ip": ip, **fields}, status, "192.0.2.1" if not tenant else ip, tenant
        )
        presence.record_keep_alives(session, [message], now=NOW)


def device_of(app: Flask, mac: str) -> Device | None:
    with reading(database_of(app), ALL_TENANTS) as session:
        return session.scalar(select(Device).where(Device.mac == mac))


@pytest.mark.parametrize(
    "written", ["00:90:8F:AC:AC:A1", "0090.8fac.aca1", "00-90-8f-ac-ac-a1", ACME_MAC.upper()]
)
def test_any_notation_of_a_mac_leads_to_the_one_address(people: dict[str, Browser], written: str):
    answer = people["olga"].get(f"/devices/{written}/")
    assert (answer.status_code, answer.location) == (301, f"/devices/{ACME_MAC}/")


@pytest.mark.parametrize(
    "mac", ["00908f999999", "no-mac", "00908facaca", "%00", GLOBEX_MAC, GLOBEX_WAITING_MAC, NOBODYS_MAC]
)
@pytest.mark.parametrize("page", ["", "approve", "file/", "file/download"])
def test_a_phone_outside_ones_tenants_does_not_exist(people: dict[str, Browser], mac: str, page: str):
    assert people["olga"].get(f"/devices/{mac}/{page}").status_code in {400, 404}


def test_the_page_says_how_a_phone_is_and_why_it_got_what_it_got(app: Flask, world: World, sign_in: SignIn):
    report(app, MAC, tenant="Acme", status=Status.STARTED)
    report(app, MAC, tenant="Acme", **SKYPE, vlan_id="20", location="Floor 3")
    page = unescape(sign_in("olga").get(f"/devices/{MAC}/").text)
    for words in (
        "registered",
        "Anna A.",
        "anna.a@acme.example",
        "Floor 3",
        "10.1.0.9",
        "Zero Touch",
        f"{MAC}.cfg",
    ):
        assert words in page, words
    placement = page.partition("Which tenant and site")[2].partition("Which template")[0]
    matched = placement.partition("trace__step--matched")[2].partition("</li>")[0]
    assert 'The URL names tenant "Acme"' in matched
    assert "Earlier decisions" in page
    assert "Tenant in its URL" in page


def test_a_phone_that_waits_has_a_page_without_a_file(people: dict[str, Browser]):
    page = people["alice"].get(f"/devices/{GLOBEX_WAITING_MAC}/").text
    assert "waiting for approval" in page
    assert "no device yet" in page
    assert "A phone that waits has no file of its own" in page


@ONE_KIND
def test_a_device_that_was_never_heard_of_has_a_page(app: Flask, world: World, sign_in: SignIn):
    with writing(database_of(app), ALL_TENANTS) as session:
        device = Device(
            mac=MAC,
            tenant_id=world.acme,
            site_id=world.acme_site,
            origin=Origin.IMPORTED,
            created_at=NOW,
            display_name="Lobby",
        )
        session.add(device)
    page = sign_in("olga").get(f"/devices/{MAC}/").text
    assert "Nothing was heard of this phone" in page
    assert "Lobby" in page
    assert "/ask/restart" not in page


def test_what_a_phone_says_is_shown_as_text(app: Flask, world: World, sign_in: SignIn):
    nasty = "<script>alert(1)</script>"
    report(
        app,
        MAC,
        tenant="Acme",
        **SKYPE | {"user_name": nasty},
        usb_headset=nasty,
        sip_proxy=nasty,
        btoe_status=nasty,
    )
    page = sign_in("olga").get(f"/devices/{MAC}/").text
    assert nasty not in page
    assert "&lt;script&gt;" in page


@ONE_KIND
@pytest.mark.parametrize(
    ("name", "offered"),
    [
        ("olga", ["/ask/restart", "/ask/message", "/ask/firmware", "/file/", "/file/download"]),
        ("helen", ["/ask/restart", "/ask/message"]),
        ("vera", ["/file/"]),
    ],
)
def test_a_role_is_offered_what_it_may_do(
    app: Flask, world: World, sign_in: SignIn, name: str, offered: list[str]
):
    report(app, MAC, tenant="Acme", **SKYPE)
    page = sign_in(name).get(f"/devices/{MAC}/").text
    assert [
        what
        for what in ("/ask/restart", "/ask/message", "/ask/firmware", "/file/", "/file/download")
        if f'/devices/{MAC}{what}"' in page
    ] == offered


def test_the_activity_of_a_phone_is_for_those_who_may_read_the_journal(people: dict[str, Browser]):
    seen = {
        name: "oscar restarted" in people[name].get(f"/devices/{ACME_MAC}/").text
        for name in ("oscar", "olga", "hal", "victor")
    }
    assert seen == {"oscar": True, "olga": False, "hal": False, "victor": False}


def give_password(app: Flask, password: str) -> None:
    """Give the user of the phone a password, and generate the file that holds it."""
    with writing(database_of(app), ALL_TENANTS) as session:
        device = session.scalars(select(Device).where(Device.mac == MAC)).one()
        device.phone_user = PhoneUser(
            name="4711", tenant_id=device.tenant_id, password=password, created_at=NOW
        )
        session.flush()
        config_files.generate(session, device, now=NOW)


def test_secrets_of_a_file_are_masked_until_somebody_who_may_see_them_asks(
    app: Flask, world: World, sign_in: SignIn
):
    report(app, MAC, tenant="Acme")
    give_password(app, "open-sesame")
    address = f"/devices/{MAC}/file/"
    olga, vera = sign_in("olga"), sign_in("vera")
    seen = {
        "operator": "open-sesame" in olga.get(address).text,
        "operator who asks": "open-sesame" in olga.get(f"{address}?secrets=shown").text,
        "monitor who asks": "open-sesame" in vera.get(f"{address}?secrets=shown").text,
    }
    assert seen == {"operator": False, "operator who asks": True, "monitor who asks": False}
    assert "4711" in vera.get(address).text
    assert "%ITCS_Line1AuthPassword%" in vera.get(address).text


@ONE_KIND
def test_a_file_is_downloaded_as_the_phone_gets_it_by_those_who_may_see_it_all(
    app: Flask, world: World, sign_in: SignIn
):
    report(app, MAC, tenant="Acme")
    give_password(app, "open-sesame")
    answer = sign_in("olga").get(f"/devices/{MAC}/file/download")
    with reading(database_of(app), ALL_TENANTS) as session:
        assert answer.data == config_files.content_of(config_files.find(session, f"{MAC}.cfg"))
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{MAC}.cfg"'
    assert {sign_in(name).get(f"/devices/{MAC}/file/download").status_code for name in ("vera", "helen")} == {
        403
    }


def test_the_help_desk_sees_no_file(app: Flask, world: World, sign_in: SignIn):
    report(app, MAC, tenant="Acme")
    assert sign_in("hal").get(f"/devices/{MAC}/file/").status_code == 403


def wait_in(app: Flask, world: World, macs: list[str], **fields: str) -> None:
    """Let phones of Acme report that have to be approved: another address than their own says where they are."""
    for mac in macs:
        report(app, mac, status=Status.UNREGISTERED, **fields)


def approval(world: World, **fields: object) -> dict[str, object]:
    return {"tenant": world.acme, "site": "", "vlan_mode": "", "vlan_id": "0", "vlan_priority": "0", **fields}


def test_approving_makes_a_device_with_its_user_its_file_and_a_restart(
    app: Flask, world: World, sign_in: SignIn
):
    wait_in(app, world, [MAC])
    wish = approval(
        world, site=world.acme_site, user_name="4711", display_name="Lobby", vlan_mode="Manual", vlan_id="20",
        vlan_priority="5", next="/devices-status/?approval=pending",
    )  # fmt: skip
    olga = sign_in("olga")
    answer = olga.post(f"/devices/{MAC}/approve", wish)
    assert answer.location == "/devices-status/?approval=pending"
    with reading(database_of(app), ALL_TENANTS) as session:
        device = session.scalars(select(Device).where(Device.mac == MAC)).one()
        assert (device.tenant_id, device.site_id, device.origin) == (
            world.acme,
            world.acme_site,
            Origin.APPROVED,
        )
        assert (device.vlan_mode, device.vlan_id, device.vlan_priority) == (VlanMode.MANUAL, 20, 5)
        assert (device.phone_user.name, device.phone_user.display_name) == ("4711", "Lobby")
        assert config_files.find(session, f"{MAC}.cfg") is not None
        assert session.get_one(DeviceStatus, MAC).device_id == device.id
        assert (MAC, "olga", world.acme) in restarts_of(session)
    assert (
        f"{MAC} was approved, and its file is ready. It is asked to restart" in olga.get(answer.location).text
    )
    page = olga.get(f"/devices/{MAC}/").text
    assert "<strong>Restart</strong>" in page


def test_without_a_site_the_address_of_the_phone_decides(app: Flask, world: World, sign_in: SignIn):
    wait_in(app, world, [MAC])
    sign_in("olga").post(f"/devices/{MAC}/approve", approval(world))
    device = device_of(app, MAC)
    assert device is not None
    assert device.site_id != world.acme_site


@ONE_KIND
@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"tenant": ""}, "Choose the tenant"),
        ({"tenant": "x"}, "will not do for the tenant"),
        ({"tenant": str(10**12)}, "will not do for the tenant"),
        ({"tenant": "999999"}, "does not exist, or your account does not see it"),
        ({"site": "999999"}, "has no such site"),
        ({"vlan_mode": "magic"}, "is not a VLAN discovery mode"),
        ({"vlan_id": "4097"}, "will not do for the VLAN id; give a whole number from 0 to 4096"),
        ({"vlan_priority": "8"}, "from 0 to 7"),
        ({"vlan_id": "-1"}, "will not do for the VLAN id"),
        ({"user_name": "x" * 129}, "The user name has 129 characters; 128 is the most."),
        ({"user_name": "a\nb"}, "The user name has a control character (U+000A); leave it out."),
        (
            {"user_name": "a\u202eb"},
            "a character that turns the direction of writing (U+202E); leave it out.",
        ),
    ],
)
def test_a_wrong_field_is_told_and_what_was_typed_stays(
    app: Flask, world: World, sign_in: SignIn, fields, sentence
):
    wait_in(app, world, [MAC])
    answer = sign_in("olga").post(
        f"/devices/{MAC}/approve", approval(world, display_name="Lobby", password="open-sesame") | fields
    )
    assert answer.status_code in {400, 409}
    assert sentence in unescape(answer.text)
    assert 'value="Lobby"' in answer.text
    assert "open-sesame" not in answer.text
    assert device_of(app, MAC) is None


@pytest.mark.parametrize("field", ["tenant", "site"])
def test_nobody_approves_into_a_tenant_he_does_not_see(app: Flask, world: World, sign_in: SignIn, field: str):
    wait_in(app, world, [MAC])
    foreign = {"tenant": {"tenant": world.globex}, "site": {"site": world.globex_site}}[field]
    assert sign_in("olga").post(f"/devices/{MAC}/approve", approval(world) | foreign).status_code == 409
    assert device_of(app, MAC) is None


@ONE_KIND
def test_the_form_offers_the_tenants_one_sees(app: Flask, world: World, sign_in: SignIn):
    wait_in(app, world, [MAC])
    form = sign_in("olga").get(f"/devices/{MAC}/approve").text
    assert "Valley" in form
    assert "Globex" not in form
    assert "Harbour" not in form


def test_the_user_is_asked_for_where_phones_do_not_sign_in(app: Flask, world: World, sign_in: SignIn):
    wait_in(app, world, [MAC])
    wait_in(app, world, [WAITING_MACS[0]], **SKYPE)
    olga = sign_in("olga")
    asked = {
        mac: 'name="user_name"' in olga.get(f"/devices/{mac}/approve").text for mac in (MAC, WAITING_MACS[0])
    }
    assert asked == {MAC: True, WAITING_MACS[0]: False}


def approve_selected(browser: Browser, wish: dict[str, object], macs: list[str]) -> TestResponse:
    """Send the form for several phones."""
    return browser.client.post("/devices/approve", data={**wish, "mac": macs, "csrf_token": browser.token()})


def operations_of(app: Flask) -> list[tuple[Action, list[str], dict[str, Any]]]:
    """Return what was begun here: the action, its targets, and what it was told."""
    with reading(database_of(app), ALL_TENANTS) as session:
        found = session.scalars(select(Operation).where(Operation.created_at != NOW).order_by(Operation.id))
        targets = select(OperationTarget.key).order_by(OperationTarget.key)
        return [
            (
                operation.action,
                list(session.scalars(targets.where(OperationTarget.operation_id == operation.id))),
                operation.options,
            )
            for operation in found
        ]


def test_several_phones_are_approved_by_an_operation(app: Flask, world: World, sign_in: SignIn):
    wait_in(app, world, WAITING_MACS)
    olga = sign_in("olga")
    form = olga.get(
        "/devices/approve", query_string={"mac": [*WAITING_MACS, ACME_MAC, GLOBEX_WAITING_MAC, "x"]}
    ).text
    assert "Approve 2 phones" in form
    wish = approval(world, site=world.acme_site, vlan_mode="Manual", vlan_id="20", vlan_priority="5")
    answer = approve_selected(olga, wish, [*WAITING_MACS, GLOBEX_WAITING_MAC])
    ((action, macs, options),) = operations_of(app)
    assert answer.location.startswith("/operations/")
    assert (action, macs) == (Action.APPROVE, WAITING_MACS)
    assert {name: options[name] for name in ("tenant_id", "site_id", "vlan_mode", "vlan_id", "vlan_priority")} == {
        "tenant_id": world.acme, "site_id": world.acme_site, "vlan_mode": "Manual", "vlan_id": 20, "vlan_priority": 5,
    }  # fmt: skip
    assert "Approve" in olga.get(answer.location).text
    assert device_of(app, WAITING_MACS[0]) is None


@ONE_KIND
def test_all_that_match_are_approved_together(app: Flask, world: World, sign_in: SignIn):
    wait_in(app, world, WAITING_MACS)
    olga = sign_in("olga")
    page = olga.get("/devices-status/?approval=pending&q=00908f0000b&rows=10").text
    assert "Approve Selected" in page
    form = olga.get("/devices/approve", query_string={"matching": "approval=pending&q=00908f0000b"}).text
    matching = unescape(form.partition('name="matching" value="')[2].partition('"')[0])
    assert "Approve 2 phones" in form
    assert "user_name-" not in form or all(f"user_name-{mac}" in form for mac in WAITING_MACS)
    olga.post("/devices/approve", {**approval(world), "matching": matching})
    assert [macs for _, macs, _ in operations_of(app)] == [WAITING_MACS]


@ONE_KIND
def test_whose_phones_they_are_is_asked_where_nobody_signs_in_on_them(
    app: Flask, world: World, sign_in: SignIn
):
    wait_in(app, world, [WAITING_MACS[0]])
    wait_in(app, world, [WAITING_MACS[1]], **SKYPE)
    olga = sign_in("olga")
    form = olga.get("/devices/approve", query_string={"mac": WAITING_MACS}).text
    assert [f"user_name-{mac}" in form for mac in WAITING_MACS] == [True, False]
    named = {f"user_name-{mac}": f"471{place}" for place, mac in enumerate(WAITING_MACS)}
    refused = approve_selected(
        olga, approval(world, **named | {f"user_name-{WAITING_MACS[0]}": "a\u202eb"}), WAITING_MACS
    )
    assert refused.status_code == 400
    assert f"{WAITING_MACS[0]}: The user name has" in unescape(refused.text)
    approve_selected(
        olga, approval(world, **named, **{f"display_name-{WAITING_MACS[0]}": "Lobby"}), WAITING_MACS
    )
    ((_, _, options),) = operations_of(app)
    assert options["people"] == {WAITING_MACS[0]: ["4710", "Lobby"]}


@ONE_KIND
@pytest.mark.parametrize("foreign", ["tenant", "site"])
def test_nobody_approves_several_into_a_tenant_he_does_not_see(
    app: Flask, world: World, sign_in: SignIn, foreign: str
):
    wait_in(app, world, WAITING_MACS)
    wish = (
        approval(world) | {"tenant": {"tenant": world.globex}, "site": {"site": world.globex_site}}[foreign]
    )
    assert approve_selected(sign_in("olga"), wish, WAITING_MACS).status_code == 409
    assert operations_of(app) == []


def test_approving_nothing_that_waits_changes_nothing(app: Flask, world: World, sign_in: SignIn):
    answer = sign_in("olga").client.get(f"/devices/approve?mac={ACME_MAC}", follow_redirects=True)
    assert "None of the phones that were chosen waits for approval" in answer.text


@ONE_KIND
@pytest.mark.parametrize("name", ["hal", "victor"])
def test_who_may_not_approve_is_refused(app: Flask, world: World, sign_in: SignIn, name: str):
    browser = sign_in(name)
    assert browser.post(f"/devices/{GLOBEX_WAITING_MAC}/approve", approval(world)).status_code == 403
    assert browser.post("/devices/approve", {"mac": GLOBEX_WAITING_MAC, **approval(world)}).status_code == 403
    with reading(database_of(app), ALL_TENANTS) as session:
        assert session.get_one(DeviceStatus, GLOBEX_WAITING_MAC).approval is Approval.NEEDED
        assert session.scalars(select(Tenant.id).where(Tenant.id == world.acme)).one() == world.acme
