"""The forms of devices: added to a user, edited, deleted, replaced."""

from html import unescape

import pytest
from flask import Flask
from sqlalchemy import select

from app.models import Device, DeviceStatus
from app.models.enums import Approval, Status, VlanMode
from app.security.tenant_scope import ALL_TENANTS
from app.services import config_files
from app.transaction import reading, writing
from tests import factories
from tests.views.browsing import Browser
from tests.views.conftest import SignIn
from tests.views.installations import database_of
from tests.views.test_deletion import told_on
from tests.views.world import ACME_MAC, ACME_WAITING_MAC, GLOBEX_MAC, NOBODYS_MAC, World

ONE_KIND = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
NEW = "00908f000077"


@pytest.fixture
def olga(sign_in: SignIn) -> Browser:
    """An operator of Acme alone."""
    return sign_in("olga")


@pytest.fixture
def template(app: Flask, world: World) -> int:
    with reading(database_of(app), ALL_TENANTS) as session:
        return factories.get_template(session, "Audiocodes_450HD_LYNC").id


def device_of(app: Flask, mac: str) -> Device | None:
    with reading(database_of(app), ALL_TENANTS) as session:
        return session.scalar(select(Device).where(Device.mac == mac))


def form(template: int, **fields: object) -> dict[str, object]:
    usual = {"mac": NEW, "display_name": "Desk", "template": template, "vlan_id": "0", "vlan_priority": "0"}
    return {**usual, **fields}


class TestAdding:
    def test_a_phone_is_there_with_its_file(self, app: Flask, world: World, olga: Browser, template: int):
        wish = form(
            template, mac="00:90:8F:00:00:77", language="German", vlan_mode="Manual", vlan_id="20",
            vlan_priority="5", site=world.acme_site, serial_number="SN1",
        )  # fmt: skip
        answer = olga.post(f"/devices/add/{world.acme_user}", wish)
        assert answer.location == f"/users/show/{world.acme_user}"
        assert f"The phone {NEW} was added, and its file is ready." in olga.get(answer.location).text
        device = device_of(app, NEW)
        assert device is not None
        assert (device.phone_user_id, device.site_id, device.language, device.serial_number) == (
            world.acme_user,
            world.acme_site,
            "German",
            "SN1",
        )
        assert (device.vlan_mode, device.vlan_id, device.vlan_priority) == (VlanMode.MANUAL, 20, 5)
        with reading(database_of(app), ALL_TENANTS) as session:
            assert config_files.find(session, f"{NEW}.cfg") is not None

    def test_one_that_waits_is_approved(self, app: Flask, world: World, olga: Browser, template: int):
        olga.post(f"/devices/add/{world.acme_user}", form(template, mac=ACME_WAITING_MAC))
        device = device_of(app, ACME_WAITING_MAC)
        assert device is not None
        with reading(database_of(app), ALL_TENANTS) as session:
            status = session.get_one(DeviceStatus, ACME_WAITING_MAC)
            assert (status.device_id, status.approval) == (device.id, Approval.NOT_NEEDED)

    @ONE_KIND
    @pytest.mark.parametrize(
        ("fields", "sentence", "status"),
        [
            ({"mac": "00908f"}, "is not a MAC address", 400),
            ({"mac": ACME_MAC.upper()}, "is the phone of anna@acme.example (Acme) already", 409),
            ({"mac": GLOBEX_MAC}, "a phone that your account does not see", 409),
            ({"mac": NOBODYS_MAC}, "waits for approval where your account does not see it", 409),
            ({"template": ""}, "Choose the template", 400),
            ({"template": "x"}, "will not do for the template", 400),
            ({"site": "99999"}, "one of the sites", 400),
            ({"vlan_mode": "magic"}, "is not a VLAN discovery mode", 400),
            ({"vlan_id": "-1"}, "will not do for the VLAN id", 400),
            ({"language": "Klingon"}, "languages that phones know", 400),
        ],
    )
    def test_a_wrong_field_is_told_and_what_was_typed_stays(
        self, app: Flask, world: World, olga: Browser, template: int, fields, sentence: str, status: int
    ):
        answer = olga.post(f"/devices/add/{world.acme_user}", form(template) | fields)
        assert answer.status_code == status
        assert sentence in unescape(answer.text)
        assert 'value="Desk"' in answer.text
        assert device_of(app, NEW) is None

    @ONE_KIND
    def test_a_templates_and_firmware_of_the_tenant_are_offered(self, world: World, olga: Browser):
        page = olga.get(f"/devices/add/{world.acme_user}").text
        assert "Acme desk" in page
        assert "Globex desk" not in page
        assert "450HD.img" in page


class TestEditing:
    def test_a_device_is_changed(self, app: Flask, world: World, olga: Browser, template: int):
        wish = form(template, user_name="", display_name="Lobby", site=world.acme_site)
        answer = olga.post(f"/devices/{ACME_MAC}/edit", wish)
        assert answer.location == f"/devices/{ACME_MAC}/"
        device = device_of(app, ACME_MAC)
        assert device is not None
        assert (device.display_name, device.phone_user_id) == ("Lobby", None)
        assert "with the next Generate" in olga.get(answer.location).text

    @ONE_KIND
    def test_its_mac_stays_whatever_is_sent(self, app: Flask, world: World, olga: Browser, template: int):
        olga.post(f"/devices/{ACME_MAC}/edit", form(template, mac=NEW, site=world.acme_site))
        assert device_of(app, NEW) is None

    @ONE_KIND
    def test_a_user_who_is_not_there_is_told(self, world: World, olga: Browser, template: int):
        wish = form(template, user_name="gina@globex.example", site=world.acme_site)
        answer = olga.post(f"/devices/{ACME_MAC}/edit", wish)
        assert answer.status_code == 400
        assert "Acme has no user of this name" in answer.text

    @ONE_KIND
    def test_saved_without_a_change_it_says_so(self, world: World, olga: Browser):
        page = olga.get(f"/devices/{ACME_MAC}/edit").text
        wish = {"display_name": "", "user_name": "anna@acme.example", "site": world.acme_site}
        assert 'value="anna@acme.example"' in page
        answer = olga.post(f"/devices/{ACME_MAC}/edit", {**wish, "next": "/users/?q=anna"})
        assert answer.location == "/users/?q=anna"
        assert "Nothing was changed." in olga.get("/users/").text


class TestDeleting:
    def test_the_page_tells_what_goes_and_it_goes(self, app: Flask, world: World, olga: Browser):
        address = f"/devices/{ACME_MAC}/delete"
        page = olga.get(address).text
        assert "1 placeholder value" in page
        assert "1 configuration file" in page
        assert olga.post(address, told_on(olga, address)).location == f"/users/show/{world.acme_user}"
        assert device_of(app, ACME_MAC) is None

    @ONE_KIND
    def test_something_else_than_what_was_told_stays(self, app: Flask, olga: Browser):
        assert olga.post(f"/devices/{ACME_MAC}/delete", {"told": "nothing"}).status_code == 409
        assert device_of(app, ACME_MAC) is not None


class TestReplacing:
    def plan(self, browser: Browser, new: str = NEW) -> tuple[str, dict[str, str]]:
        page = browser.get(f"/devices/{ACME_MAC}/replace?new={new}").text
        template = page.partition('name="template" value="')[2].partition('"')[0]
        told = page.partition('name="told" value="')[2].partition('"')[0]
        return unescape(page), {"new": new, "told": told, "template": template}

    def test_a_phone_is_replaced_as_it_was_shown(self, app: Flask, world: World, olga: Browser):
        page, wish = self.plan(olga)
        assert "anna@acme.example</bdi>, with 1 configuration value" in page
        assert f"{ACME_MAC} still reports" in page
        assert "1 active alarm is cleared" in page
        answer = olga.post(f"/devices/{ACME_MAC}/replace", wish)
        assert answer.location == f"/users/show/{world.acme_user}"
        device = device_of(app, NEW)
        assert device is not None
        assert device.id == world.acme_device
        assert device_of(app, ACME_MAC) is None

    def test_the_address_of_the_old_phone_leads_to_the_new_one(self, olga: Browser):
        olga.post(f"/devices/{ACME_MAC}/replace", self.plan(olga)[1])
        answer = olga.get(f"/devices/{ACME_MAC}/")
        assert answer.location == f"/devices/{NEW}/"
        page = olga.get(answer.location).text
        assert f"The phone {ACME_MAC} was replaced by this one." in page
        assert "by olga" in page

    @ONE_KIND
    def test_one_that_waits_is_asked_to_restart(self, olga: Browser):
        page, wish = self.plan(olga, ACME_WAITING_MAC)
        assert f"{ACME_WAITING_MAC} waits for approval, and is approved by this." in page
        olga.post(f"/devices/{ACME_MAC}/replace", wish)
        page = unescape(olga.get(f"/devices/{ACME_WAITING_MAC}/").text)
        assert "It is asked to restart" in page
        assert "<strong>Restart</strong>" in page

    @ONE_KIND
    @pytest.mark.parametrize(
        ("new", "sentence", "status"),
        [
            ("nonsense", "is not a MAC address", 400),
            (ACME_MAC, "that is to be replaced", 400),
            (GLOBEX_MAC, "a phone that your account does not see", 409),
            (NOBODYS_MAC, "waits for approval where your account does not see it", 409),
        ],
    )
    def test_what_cannot_take_over_is_told(self, olga: Browser, new: str, sentence: str, status: int):
        answer = olga.get(f"/devices/{ACME_MAC}/replace?new={new}")
        assert answer.status_code == status
        assert sentence in unescape(answer.text)
        assert 'name="told"' not in answer.text

    @ONE_KIND
    def test_something_else_than_what_was_shown_is_not_done(self, app: Flask, world: World, olga: Browser):
        _, wish = self.plan(olga)
        with writing(database_of(app), ALL_TENANTS) as session:
            factories.make_placeholder(
                session, "P_Gate", "1", tenant_id=world.acme, device_id=world.acme_device
            )
        answer = olga.post(f"/devices/{ACME_MAC}/replace", wish)
        assert answer.status_code == 409
        assert "Something has changed meanwhile" in answer.text
        assert device_of(app, NEW) is None

    @ONE_KIND
    def test_another_model_gets_a_template_to_choose(
        self, app: Flask, world: World, olga: Browser, template: int
    ):
        with writing(database_of(app), ALL_TENANTS) as session:
            session.get_one(Device, world.acme_device).template_id = template
            session.get_one(DeviceStatus, ACME_WAITING_MAC).model = "430HD"
            session.get_one(DeviceStatus, ACME_WAITING_MAC).status = Status.STARTED
        page, wish = self.plan(olga, ACME_WAITING_MAC)
        assert "Template for the 430HD" in page
        with reading(database_of(app), ALL_TENANTS) as session:
            wish["template"] = str(factories.get_template(session, "Audiocodes_430HD_LYNC").id)
        olga.post(f"/devices/{ACME_MAC}/replace", wish)
        device = device_of(app, ACME_WAITING_MAC)
        assert device is not None
        assert str(device.template_id) == wish["template"]
