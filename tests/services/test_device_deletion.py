"""What goes with a device and with a user, and what becomes of their phones."""

import pytest
from sqlalchemy import select

from app.errors import ConflictError
from app.models import (
    ConfigFile,
    ConfigurationValue,
    Device,
    DeviceStatus,
    JournalEntry,
    PhoneUser,
    Placeholder,
)
from app.models.enums import Approval, Status, ValueLevel
from app.services import config_files, device_deletion
from app.services.author import Author
from app.services.usage import Fate
from tests import factories
from tests.factories import NOW
from tests.services.reporting import ANNA, MAC, report, row_of

WHO = {"author": Author("alice", "192.0.2.1"), "now": NOW}


@pytest.fixture
def anna(session):
    """Anna of Acme: a phone with a file and a placeholder that still reports, one that was never heard, a line."""
    tenant = factories.make_tenant(session, "Acme")
    user = factories.make_user(session, "anna@acme.com", tenant=tenant)
    for mac in (MAC, "00908f000002"):
        device = factories.make_device(session, mac=mac, tenant=tenant, phone_user=user)
        config_files.generate(session, device, now=NOW)
    factories.make_placeholder(
        session, "P_Door", "1", tenant_id=tenant.id, device_id=phone_of(session, MAC).id
    )
    line = {"level": ValueLevel.USER, "tenant_id": tenant.id, "parameter": "a/b", "value": "1"}
    session.add(ConfigurationValue(phone_user_id=user.id, **line))
    session.flush()
    report(session, Status.REGISTERED, **ANNA)
    return user


def phone_of(session, mac):
    return session.scalars(select(Device).where(Device.mac == mac)).one()


def words(departing, fate):
    return [consequence.usage.words for consequence in departing.of(fate)]


class TestAUser:
    def test_the_page_says_what_goes_and_what_stays(self, session, anna):
        departing = device_deletion.departure_of_user(session, anna)
        assert words(departing, Fate.GOES) == [
            "2 devices",
            "1 configuration value",
            "1 placeholder value",
            "2 configuration files",
        ]
        assert words(departing, Fate.STAYS) == ["1 phone that still reports"]
        assert departing.is_possible

    def test_all_of_it_goes(self, session, anna):
        device_deletion.delete_user(session, anna, **WHO)
        for kind in (Device, Placeholder, ConfigurationValue):
            assert session.scalars(select(kind)).all() == [], kind
        assert session.scalars(select(ConfigFile).where(ConfigFile.device_id.is_not(None))).all() == []
        assert session.scalars(select(PhoneUser.name)).all() == ["system"]

    def test_the_journal_tells_it_of_the_user_and_of_each_phone(self, session, anna):
        device_deletion.delete_user(session, anna, **WHO)
        entries = session.scalars(select(JournalEntry).where(JournalEntry.action.endswith("deleted")))
        along = "2 devices, 1 configuration value, 1 placeholder value, 2 configuration files"
        assert [(entry.subject, entry.text) for entry in entries] == [
            ("00908f000002", "alice deleted the phone 00908f000002."),
            (MAC, f"alice deleted the phone {MAC}."),
            (
                "anna@acme.com",
                f"alice deleted the user anna@acme.com: with it went {along}.",
            ),
        ]

    def test_the_system_user_stays(self, session):
        system = session.scalars(select(PhoneUser).where(PhoneUser.is_system)).one()
        assert not device_deletion.departure_of_user(session, system).is_possible
        with pytest.raises(ConflictError, match="system user"):
            device_deletion.delete_user(session, system, **WHO)


@pytest.mark.usefixtures("anna")
class TestADevice:
    def test_the_page_says_what_goes_and_what_stays(self, session):
        departing = device_deletion.departure_of_device(session, phone_of(session, MAC))
        assert words(departing, Fate.GOES) == ["1 placeholder value", "1 configuration file"]
        assert words(departing, Fate.STAYS) == ["1 phone that still reports"]

    def test_its_user_and_the_other_phone_stay(self, session):
        device_deletion.delete_device(session, phone_of(session, MAC), **WHO)
        assert session.scalars(select(Device.mac)).all() == ["00908f000002"]
        assert config_files.find(session, config_files.name_for(MAC)) is None
        assert config_files.find(session, config_files.name_for("00908f000002")) is not None

    def test_what_it_last_reported_stays_and_waits(self, session):
        device_deletion.delete_device(session, phone_of(session, MAC), **WHO)
        row = row_of(session)
        assert (row.device_id, row.approval, row.digest) == (None, Approval.NEEDED, None)
        assert row.placement_reason == "alice deleted the device. The next report places the phone anew."

    def test_its_next_report_places_it_anew(self, session):
        device_deletion.delete_device(session, phone_of(session, MAC), **WHO)
        report(session, Status.REGISTERED, region="Acme", **ANNA)
        assert phone_of(session, MAC).phone_user.name == "anna@acme.com"

    def test_a_silent_phone_is_no_phone_that_still_reports(self, session):
        row_of(session).status = Status.DISCONNECTED
        session.flush()
        departing = device_deletion.departure_of_device(session, phone_of(session, MAC))
        assert words(departing, Fate.STAYS) == []

    def test_one_never_heard_of_leaves_nothing(self, session):
        device_deletion.delete_device(session, phone_of(session, "00908f000002"), **WHO)
        assert session.get(DeviceStatus, "00908f000002") is None
