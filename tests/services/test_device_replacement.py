"""A phone that takes over from another one: what it gets, what goes, and what is refused."""

import pytest
from sqlalchemy import select

from app.errors import ConflictError, InvalidInputError, NotFoundError
from app.models import (
    Alarm,
    ConfigurationValue,
    Device,
    DeviceSeen,
    DeviceStatus,
    JournalEntry,
    PendingAction,
    Placeholder,
)
from app.models.enums import Approval, Status, ValueLevel, VlanMode
from app.security.tenant_scope import only_tenants, set_scope
from app.services import config_files, device_replacement, pending_actions
from app.services.author import Author
from app.services.devices_status.details import get_details, read_journal
from tests import factories
from tests.factories import NOW
from tests.services.operating import restarts_of
from tests.services.reporting import ANNA, MAC, report, row_of

NEW = "00908f000077"
WHO = {"author": Author("alice", "192.0.2.1"), "now": NOW}


@pytest.fixture
def acme(session):
    return factories.make_tenant(session, "Acme")


@pytest.fixture
def phone(session, acme):
    """Anna's phone, with a placeholder, an alarm, a line of its user and a report."""
    user = factories.make_user(session, "anna@acme.com", tenant=acme)
    device = factories.make_device(
        session, mac=MAC, tenant=acme, phone_user=user, display_name="Desk", serial_number="SN1",
        language="German", vlan_mode=VlanMode.LLDP,
    )  # fmt: skip
    config_files.generate(session, device, now=NOW)
    factories.make_placeholder(session, "P_Door", "1", tenant_id=acme.id, device_id=device.id)
    line = {"level": ValueLevel.USER, "tenant_id": acme.id, "parameter": "a/b", "value": "1"}
    session.add(ConfigurationValue(phone_user_id=user.id, **line))
    session.flush()
    report(session, Status.REGISTERED, **ANNA)
    factories.make_alarm(session, mac=MAC, tenant=acme)
    return device


def replace(session, device, mac=NEW, **options):
    agreed = device_replacement.plan(session, device, mac)
    wanted = {"template_id": agreed.template_id, "told": agreed.fingerprint, **options}
    return device_replacement.replace(session, device.id, mac, wanted["template_id"], wanted["told"], **WHO)


class TestWhatItTakesOver:
    def test_user_template_settings_and_placeholders(self, session, phone):
        before = phone.id
        replaced = replace(session, phone, "00:90:8F:00:00:77")
        assert (replaced.id, replaced.mac, replaced.serial_number) == (before, NEW, "")
        assert (replaced.phone_user.name, replaced.template.name, replaced.display_name) == (
            "anna@acme.com",
            "Audiocodes_430HD_LYNC",
            "Desk",
        )
        assert (replaced.language, replaced.vlan_mode) == ("German", VlanMode.LLDP)
        assert session.scalars(select(Placeholder.device_id)).all() == [before]

    def test_its_file_is_made_at_once_and_the_old_one_is_gone(self, session, phone):
        replace(session, phone)
        assert config_files.find(session, config_files.name_for(MAC)) is None
        text = config_files.text_of(config_files.find(session, config_files.name_for(NEW)))
        assert "personal_settings/language=German\n" in text

    def test_the_history_goes_on(self, session, phone):
        replace(session, phone)
        details = get_details(session, NEW)
        assert [(before.mac, before.replaced_by) for before in details.replaced] == [(MAC, "alice")]
        subjects = {entry.subject for entry in read_journal(session, details.macs)}
        assert {MAC, NEW} <= subjects
        assert device_replacement.find_successor(session, MAC) == NEW

    def test_a_phone_that_replaced_another_can_be_replaced(self, session, phone):
        replace(session, phone)
        replace(session, phone, "00908f000078")
        details = get_details(session, "00908f000078")
        assert {before.mac for before in details.replaced} == {MAC, NEW}
        assert device_replacement.find_successor(session, MAC) == "00908f000078"

    def test_the_first_phone_can_come_back(self, session, phone):
        replace(session, phone)
        assert replace(session, phone, MAC).mac == MAC

    def test_the_journal_says_it_of_both(self, session, phone):
        replace(session, phone)
        entries = session.scalars(select(JournalEntry).where(JournalEntry.action == "device replaced")).all()
        text = f"alice replaced the phone {MAC} of anna@acme.com by {NEW}."
        assert [(entry.subject, entry.text) for entry in entries] == [(MAC, text), (NEW, text)]


class TestWhatGoes:
    def test_what_the_old_phone_reported_and_what_waited_for_it(self, session, phone):
        pending_actions.add(
            session, MAC, pending_actions.RESET, asked_by="alice", tenant_id=phone.tenant_id, now=NOW
        )
        replace(session, phone)
        assert session.get(DeviceStatus, MAC) is None
        assert session.get(DeviceSeen, MAC) is None
        assert session.scalars(select(PendingAction)).all() == []

    def test_its_active_alarms_are_cleared_and_stay_as_history(self, session, phone):
        replace(session, phone)
        assert session.scalars(select(Alarm.cleared_at)).all() == [NOW]

    def test_the_old_phone_is_like_a_new_one_when_it_reports_again(self, session, phone):
        replace(session, phone)
        report(session, Status.STARTED)
        assert row_of(session).device_id is None


class TestTheNewPhone:
    def test_one_never_heard_of_has_no_status(self, session, phone):
        agreed = device_replacement.plan(session, phone, NEW)
        assert (agreed.was_heard, agreed.model, agreed.freed) == (False, None, None)
        replace(session, phone)
        assert session.get(DeviceStatus, NEW) is None

    def test_one_that_waits_is_approved_and_restarts(self, session, acme, phone):
        report(session, Status.UNREGISTERED, mac=NEW)
        assert device_replacement.plan(session, phone, NEW).was_heard
        replace(session, phone)
        row = row_of(session, NEW)
        assert (row.device_id, row.tenant_id, row.approval) == (phone.id, acme.id, Approval.NOT_NEEDED)
        assert restarts_of(session) == [(NEW, "alice", acme.id)]

    def test_a_device_without_user_is_free_and_goes(self, session, acme, phone):
        free = factories.make_device(session, mac=NEW, tenant=acme)
        factories.make_placeholder(session, "P_Gate", "1", tenant_id=acme.id, device_id=free.id)
        report(session, Status.UNREGISTERED, mac=NEW)
        agreed = device_replacement.plan(session, phone, NEW)
        assert (agreed.freed, agreed.freed_placeholders) == (free, 1)
        replace(session, phone)
        assert session.scalars(select(Device.mac)).all() == [NEW]
        assert session.scalars(select(Placeholder.name)).all() == ["P_Door"]
        assert row_of(session, NEW).device_id == phone.id

    def test_of_another_model_it_gets_that_models_template_and_no_firmware(self, session, phone, tmp_path):
        phone.firmware = factories.make_firmware(session, tmp_path)
        session.flush()
        report(session, Status.STARTED, mac=NEW, model="450HD", firmware_version="UC_3.4.6.604")
        agreed = device_replacement.plan(session, phone, NEW)
        assert (agreed.other_model, agreed.template_id) == (
            "450HD",
            factories.get_template(session, "Audiocodes_450HD_LYNC").id,
        )
        offered = [name for _, name in device_replacement.read_templates(session, agreed)]
        assert "Audiocodes_450HD_LYNC (450HD)" in offered
        assert "Audiocodes_430HD_LYNC (430HD)" in offered
        replace(session, phone)
        assert (phone.template.name, phone.phone_model.name, phone.firmware) == (
            "Audiocodes_450HD_LYNC",
            "450HD",
            None,
        )

    def test_the_plan_says_whether_the_old_phone_still_reports(self, session, phone):
        assert device_replacement.plan(session, phone, NEW).old_is_heard
        row_of(session).status = Status.DISCONNECTED
        session.flush()
        assert not device_replacement.plan(session, phone, NEW).old_is_heard


class TestWhatIsRefused:
    def test_somebodys_phone(self, session, acme, phone):
        ben = factories.make_user(session, "ben", tenant=acme)
        factories.make_device(session, mac=NEW, tenant=acme, phone_user=ben)
        with pytest.raises(ConflictError, match=r"is the phone of ben \(Acme\) already"):
            device_replacement.plan(session, phone, NEW)

    @pytest.mark.parametrize("typed", [MAC, "00:90:8F:9A:96:23"])
    def test_the_same_phone(self, session, phone, typed):
        with pytest.raises(InvalidInputError, match="that is to be replaced"):
            device_replacement.plan(session, phone, typed)

    def test_what_is_no_mac(self, session, phone):
        with pytest.raises(InvalidInputError, match="is not a MAC address"):
            device_replacement.plan(session, phone, "00908f")

    def test_a_phone_of_another_tenant(self, session, acme, phone):
        factories.make_device(session, mac=NEW, tenant=factories.make_tenant(session, "Globex"))
        set_scope(session, only_tenants([acme.id]))
        with pytest.raises(ConflictError, match="does not see"):
            device_replacement.plan(session, phone, NEW)

    def test_something_else_than_what_was_shown(self, session, acme, phone):
        told = device_replacement.plan(session, phone, NEW).fingerprint
        factories.make_placeholder(session, "P_Gate", "1", tenant_id=acme.id, device_id=phone.id)
        with pytest.raises(ConflictError, match="Something has changed meanwhile"):
            replace(session, phone, told=told)
        assert phone.mac == MAC

    def test_a_template_of_another_tenant(self, session, phone):
        with pytest.raises(InvalidInputError, match="Choose a template"):
            replace(session, phone, template_id=99999)

    def test_a_device_that_is_gone(self, session):
        with pytest.raises(NotFoundError):
            device_replacement.replace(session, 99999, NEW, None, "", **WHO)
