"""Devices added and changed by hand: one MAC address, one device."""

import pytest
from sqlalchemy import select

from app.errors import ConflictError, InvalidInputError, NotFoundError
from app.models import ConfigTemplate, Device, Firmware, JournalEntry, PhoneUser
from app.models.enums import Approval, Origin, Status, Train, VlanMode
from app.security.tenant_scope import only_tenants, set_scope
from app.services import config_files, device_changes, device_fields
from app.services.author import Author
from app.services.device_fields import DeviceFields
from tests import factories
from tests.factories import NOW
from tests.services.operating import restarts_of
from tests.services.reporting import ANNA, MAC, report, row_of

WHO = {"author": Author("alice", "192.0.2.1"), "now": NOW}


@pytest.fixture
def acme(session):
    return factories.make_tenant(session, "Acme")


@pytest.fixture
def globex(session):
    return factories.make_tenant(session, "Globex")


@pytest.fixture
def anna(session, acme):
    return factories.make_user(session, "160000", tenant=acme, password="s3cret")


def fields(session, **said):
    return DeviceFields(**{"template_id": factories.get_template(session, "Audiocodes_430HD").id, **said})


def add(session, user, mac=MAC, **said):
    return device_changes.add(session, user, mac, fields(session, **said), **WHO)


def change(session, device, user_name=None, **said):
    wanted = device_fields.fields_of(device)
    given = {name: getattr(wanted, name) for name in wanted.__slots__} | said
    name = device.phone_user.name if user_name is None and device.phone_user else user_name or ""
    return device_changes.change(session, device, DeviceFields(**given), name, **WHO)


def own_template(session, tenant):
    template = ConfigTemplate(
        name=f"{tenant.name} desk",
        phone_model=factories.get_model(session, "450HD"),
        train=Train.GENERIC,
        content="<x/>",
        tenant=tenant,
        changed_at=NOW,
    )
    session.add(template)
    session.flush()
    return template


class TestAdding:
    @pytest.mark.parametrize(
        "typed", ["00:90:8F:9A:96:23", "00-90-8f-9a-96-23", "0090.8f9a.9623", " 00908F9A9623 "]
    )
    def test_a_mac_is_taken_in_any_notation_and_kept_in_one(self, session, anna, typed):
        assert add(session, anna, typed).mac == MAC

    def test_it_is_a_device_of_the_users_tenant_with_its_file(self, session, acme, anna):
        device = add(session, anna, display_name="Desk")
        assert (device.tenant, device.site, device.phone_user, device.origin, device.display_name) == (
            acme,
            factories.auto_detection(session, acme),
            anna,
            Origin.ADDED,
            "Desk",
        )
        assert device.phone_model.name == "430HD"
        text = config_files.text_of(config_files.find(session, config_files.name_for(MAC)))
        assert "voip/line/0/auth_password=s3cret\n" in text

    def test_advanced_settings_are_kept_and_in_the_file(self, session, acme, anna):
        site = factories.make_site(session, "Berlin", tenant=acme)
        firmware = Firmware(name="430HD-pilot.img", sha256="4" * 64, size=1, uploaded_at=NOW)
        session.add(firmware)
        session.flush()
        device = add(
            session, anna, language="German", vlan_mode=VlanMode.MANUAL, vlan_id=20, vlan_priority=5,
            site_id=site.id, firmware_id=firmware.id, serial_number="SN1",
        )  # fmt: skip
        assert (device.site, device.firmware, device.serial_number) == (site, firmware, "SN1")
        text = config_files.text_of(config_files.find(session, config_files.name_for(MAC)))
        assert "personal_settings/language=German\n" in text
        assert "network/lan/vlan/id=20\n" in text

    def test_one_that_was_never_heard_of_has_no_status_and_no_restart(self, session, anna):
        add(session, anna)
        assert restarts_of(session) == []
        with pytest.raises(NotFoundError):
            device_changes.devices.get_status(session, MAC)

    def test_its_first_report_finds_it(self, session, anna):
        device = add(session, anna)
        report(session, Status.STARTED)
        assert row_of(session).device_id == device.id

    def test_one_that_waits_is_approved_and_asked_to_restart(self, session, acme, anna):
        report(session, Status.REGISTERED, **ANNA)
        device = add(session, anna)
        row = row_of(session)
        assert (row.device_id, row.tenant_id, row.approval, row.digest) == (
            device.id,
            acme.id,
            Approval.NOT_NEEDED,
            None,
        )
        assert row.placement_reason == "alice added the phone for 160000."
        assert restarts_of(session) == [(MAC, "alice", acme.id)]

    def test_a_template_for_another_model_than_the_phone_says_is_doubted(self, session, anna):
        report(session, Status.STARTED, model="450HD")
        device = add(session, anna)
        assert device_changes.doubts_of(device, "450HD") == [
            "The phone says that it is a 450HD, and the template Audiocodes_430HD is for the 430HD."
        ]

    def test_the_journal_says_who_did_it(self, session, acme, anna):
        add(session, anna)
        entry = session.scalars(select(JournalEntry).where(JournalEntry.action == "device added")).one()
        assert (entry.actor, entry.subject, entry.tenant_id) == ("alice", MAC, acme.id)

    @pytest.mark.parametrize(
        ("mac", "said", "field", "sentence"),
        [
            ("00908f", {}, "mac", "is not a MAC address"),
            ("", {}, "mac", "is not a MAC address"),
            (MAC, {"template_id": None}, "template", "Choose the template"),
            (MAC, {"template_id": 99999}, "template", "Choose a template of the tenant"),
            (MAC, {"site_id": 99999}, "site", "one of the sites"),
            (MAC, {"firmware_id": 99999}, "firmware", "no such firmware"),
            (MAC, {"language": "Klingon"}, "language", "languages that phones know"),
            (MAC, {"vlan_id": 4097}, "vlan_id", "from 0 to 4096"),
            (MAC, {"vlan_priority": 8}, "vlan_id", "from 0 to 7"),
            (MAC, {"display_name": "a\u202eb"}, "display_name", "direction of writing"),
            (MAC, {"serial_number": "x" * 61}, "serial_number", "60 is the most"),
        ],
    )
    def test_what_will_not_do_is_said_at_its_field(self, session, anna, mac, said, field, sentence):
        with pytest.raises(InvalidInputError) as refused:
            add(session, anna, mac, **said)
        assert sentence in refused.value.by_field[field]
        assert session.scalar(select(Device)) is None

    def test_templates_and_sites_of_another_tenant_will_not_do(self, session, globex, anna):
        said = {
            "template_id": own_template(session, globex).id,
            "site_id": factories.auto_detection(session, globex).id,
        }
        with pytest.raises(InvalidInputError) as refused:
            add(session, anna, **said)
        assert set(refused.value.by_field) == {"template", "site"}

    def test_the_system_user_has_no_phones(self, session):
        system = session.scalars(select(PhoneUser).where(PhoneUser.is_system)).one()
        with pytest.raises(ConflictError, match="nobody who has phones"):
            add(session, system)


class TestAMacThatIsTaken:
    def test_somebodys_is_refused_with_the_name(self, session, acme, anna):
        ben = factories.make_user(session, "ben", tenant=acme)
        factories.make_device(session, mac=MAC, tenant=acme, phone_user=ben)
        with pytest.raises(ConflictError, match=rf"{MAC} is the phone of ben \(Acme\) already") as refused:
            add(session, anna, "00:90:8F:9A:96:23")
        assert list(refused.value.by_field) == ["mac"]

    def test_one_without_a_user_is_to_be_edited(self, session, acme, anna):
        factories.make_device(session, mac=MAC, tenant=acme)
        with pytest.raises(ConflictError, match="without a user: edit that one"):
            add(session, anna)

    def test_one_of_another_tenant_is_not_named(self, session, acme, globex, anna):
        gina = factories.make_user(session, "gina", tenant=globex)
        factories.make_device(session, mac=MAC, tenant=globex, phone_user=gina)
        set_scope(session, only_tenants([acme.id]))
        with pytest.raises(ConflictError, match="a phone that your account does not see") as refused:
            add(session, anna)
        assert "gina" not in str(refused.value)
        assert "Globex" not in str(refused.value)

    def test_one_that_waits_where_it_is_not_seen_is_left_alone(self, session, acme, anna):
        factories.make_tenant(session, "Globex")
        report(session, Status.UNREGISTERED, region="Globex")
        set_scope(session, only_tenants([acme.id]))
        with pytest.raises(ConflictError, match="waits for approval where your account does not see it"):
            add(session, anna)


class TestChanging:
    @pytest.fixture
    def phone(self, session, anna):
        device = add(session, anna)
        report(session, Status.REGISTERED, user_id="160000")
        return device

    def test_what_changed_is_in_the_journal_and_the_file_stays(self, session, acme, phone):
        site = factories.make_site(session, "Berlin", tenant=acme)
        etag = config_files.find(session, config_files.name_for(MAC)).etag
        assert change(session, phone, site_id=site.id, language="German", display_name="Lobby")
        assert config_files.find(session, config_files.name_for(MAC)).etag == etag
        entry = session.scalars(select(JournalEntry).where(JournalEntry.action == "device changed")).one()
        assert entry.text == (
            f'alice changed the phone {MAC}: display name from nothing to "Lobby", '
            'site from "AutoDetection" to "Berlin", language from nothing to "German".'
        )
        row = row_of(session)
        assert (row.site_id, row.digest) == (site.id, None)

    def test_nothing_changed_is_nothing_noted(self, session, phone):
        digest = row_of(session).digest
        assert not change(session, phone)
        assert row_of(session).digest == digest

    def test_another_user_of_the_tenant_takes_it(self, session, acme, phone):
        ben = factories.make_user(session, "Ben", tenant=acme)
        change(session, phone, " BEN ")
        assert phone.phone_user is ben

    def test_no_name_is_no_user(self, session, phone):
        change(session, phone, "")
        assert phone.phone_user is None

    @pytest.mark.parametrize("name", ["nobody", "gina", "system"])
    def test_a_user_who_is_not_in_the_tenant_is_refused(self, session, globex, phone, name):
        factories.make_user(session, "gina", tenant=globex)
        with pytest.raises(InvalidInputError, match="Acme has no user of this name"):
            change(session, phone, name)

    def test_a_device_may_lose_its_template(self, session, phone):
        change(session, phone, template_id=None)
        assert phone.template is None
        assert row_of(session).template_id is None

    @pytest.mark.usefixtures("phone")
    def test_a_device_of_another_tenant_does_not_exist(self, session, globex):
        set_scope(session, only_tenants([globex.id]))
        with pytest.raises(NotFoundError):
            device_changes.get_device(session, MAC)


def test_a_form_offers_what_the_tenant_has(session, acme, globex):
    own_template(session, acme)
    own_template(session, globex)
    choices = device_fields.read_choices(session, acme.id)
    titles = [title for _, title in choices.templates]
    assert "Acme desk (450HD)" in titles
    assert "Audiocodes_430HD (430HD)" in titles
    assert "Globex desk (450HD)" not in titles
    assert [name for _, name in choices.sites] == ["AutoDetection"]
