"""What one keep-alive changes (protocol 2.5), row by row; and what an unchanged one does not."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.models import Decision, Device, DeviceSeen, DeviceStatus, JournalEntry, PhoneUser
from app.models.enums import Approval, Status
from app.services import config_files, presence
from tests import factories
from tests.factories import NOW
from tests.services.reporting import ANNA, MAC, report

ON_SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
LATER = NOW + timedelta(minutes=5)
AT_ACME = {"region": "Acme"}


@pytest.fixture
def acme(session):
    return factories.make_tenant(session, "Acme")


def users_of(session):
    return session.scalars(select(PhoneUser).where(~PhoneUser.is_system).order_by(PhoneUser.id)).all()


def the_device(session):
    return session.scalars(select(Device)).one()


class TestAPhoneThatIsNotYetADevice:
    def test_an_unknown_phone_that_started_appears_and_waits_in_the_default_tenant(self, session):
        row = report(session, Status.STARTED)
        assert (row.status, row.approval, row.device_id) == (Status.STARTED, Approval.NEEDED, None)
        assert (row.tenant.name, row.site.name) == ("Default", "AutoDetection")
        assert row.first_seen_at == NOW
        assert users_of(session) == []

    @ON_SQLITE
    def test_without_a_tenant_it_waits_whatever_it_reports(self, session):
        row = report(session, Status.REGISTERED, **ANNA)
        assert (row.approval, row.device_id) == (Approval.NEEDED, None)
        assert users_of(session) == []
        assert config_files.find(session, config_files.name_for(MAC)) is None

    @pytest.mark.parametrize("status", [Status.STARTED, Status.UNREGISTERED, Status.OFFLINE])
    @ON_SQLITE
    def test_with_a_tenant_it_waits_until_it_is_registered(self, session, acme, status):
        row = report(session, status, **AT_ACME, **ANNA)
        assert (row.tenant_id, row.device_id) == (acme.id, None)
        assert users_of(session) == []
        assert config_files.find(session, config_files.name_for(MAC)) is None

    def test_with_a_tenant_it_becomes_a_device_as_soon_as_it_is_registered(self, session, acme):
        report(session, Status.STARTED, **AT_ACME)
        row = report(session, Status.REGISTERED, **AT_ACME, **ANNA)
        device = the_device(session)
        assert (row.device_id, row.approval) == (device.id, Approval.NOT_NEEDED)
        (user,) = users_of(session)
        assert (user.name, user.display_name, user.tenant_id) == ("anna@acme.com", "Anna A", acme.id)
        assert device.phone_user is user
        assert device.template.name == "Audiocodes_430HD_LYNC"
        assert config_files.find(session, config_files.name_for(MAC)) is not None

    @ON_SQLITE
    @pytest.mark.usefixtures("acme")
    def test_registered_without_a_user_id_it_becomes_a_device_without_user(self, session):
        report(session, Status.REGISTERED, **AT_ACME, user_id="", user_name="160000")
        assert the_device(session).phone_user is None
        assert users_of(session) == []

    @ON_SQLITE
    def test_the_region_of_its_first_report_counts_for_the_later_ones(self, session, acme):
        report(session, Status.STARTED, **AT_ACME)
        report(session, Status.REGISTERED, **ANNA)
        assert the_device(session).tenant_id == acme.id

    @ON_SQLITE
    def test_a_region_that_does_not_exist_lets_it_wait_and_says_why(self, session):
        row = report(session, Status.REGISTERED, region="Umbrella", **ANNA)
        assert (row.tenant.name, row.device_id) == ("Default", None)
        assert '"Umbrella", which does not exist' in row.placement_reason


class TestADevice:
    @pytest.fixture(autouse=True)
    def _registered(self, session, acme):
        assert acme.name == "Acme"
        report(session, Status.REGISTERED, **AT_ACME, **ANNA)

    def test_another_user_takes_the_phone_over_and_both_stay(self, session):
        row = report(session, Status.REGISTERED, user_id="Bob@acme.com", user_name="Bob B", now=LATER)
        assert [user.name for user in users_of(session)] == ["anna@acme.com", "bob@acme.com"]
        assert the_device(session).phone_user.name == "bob@acme.com"
        assert (row.user_id, row.user_name) == ("Bob@acme.com", "Bob B")
        entry = session.scalars(select(JournalEntry).where(JournalEntry.action == "user signed in")).one()
        assert entry.text == f"bob@acme.com signed in on the phone {MAC}, where anna@acme.com was signed in."

    @ON_SQLITE
    def test_the_same_user_in_another_case_is_the_same_user(self, session):
        report(session, Status.REGISTERED, user_id=" ANNA@ACME.COM ", user_name="Anna")
        assert [user.name for user in users_of(session)] == ["anna@acme.com"]

    @ON_SQLITE
    def test_a_user_who_comes_back_is_not_made_again(self, session):
        report(session, Status.REGISTERED, user_id="bob@acme.com", user_name="Bob")
        report(session, Status.REGISTERED, **ANNA)
        assert len(users_of(session)) == 2
        assert the_device(session).phone_user.name == "anna@acme.com"

    @ON_SQLITE
    def test_a_user_of_this_name_in_another_tenant_is_left_alone(self, session):
        globex = factories.make_tenant(session, "Globex")
        other = factories.make_user(session, "bob@acme.com", tenant=globex, display_name="Another Bob")
        report(session, Status.REGISTERED, user_id="bob@acme.com", user_name="Bob")
        assert the_device(session).phone_user is not other
        assert other.display_name == "Another Bob"

    @ON_SQLITE
    @pytest.mark.parametrize("name", ["system", "SYSTEM", " System "])
    def test_system_is_nobody_who_signs_in(self, session, name):
        report(session, Status.REGISTERED, user_id=name, user_name="System")
        assert the_device(session).phone_user.name == "anna@acme.com"
        assert len(users_of(session)) == 1

    @ON_SQLITE
    @pytest.mark.parametrize("status", [Status.STARTED, Status.UNREGISTERED, Status.OFFLINE])
    def test_nobody_signs_in_by_a_report_that_is_not_registered(self, session, status):
        report(session, status, user_id="bob@acme.com", user_name="Bob")
        assert the_device(session).phone_user.name == "anna@acme.com"

    def test_what_changed_is_updated(self, session):
        changed = {
            "user_name": "Anna B",
            "phone_number": "4711",
            "model": "445HD",
            "firmware_version": "UC_3.1.0.1",
            "location": "Floor 3",
        }
        row = report(session, Status.REGISTERED, **{**ANNA, **changed})
        assert {name: getattr(row, name) for name in changed} == changed
        assert the_device(session).phone_model.name == "430HD"

    def test_signed_out_it_stays_and_shows_no_user(self, session):
        row = report(session, Status.OFFLINE, now=LATER)
        assert (row.status, row.user_id, row.user_name) == (Status.OFFLINE, "", "")
        assert (row.status_changed_at, row.device_id) == (LATER, the_device(session).id)
        assert session.scalar(select(func.count()).select_from(DeviceStatus)) == 1

    @ON_SQLITE
    def test_signed_in_again_it_shows_its_user_again(self, session):
        report(session, Status.OFFLINE)
        assert report(session, Status.REGISTERED, **ANNA).user_name == "Anna A"

    def test_the_status_tells_when_it_changed_and_not_when_it_was_repeated(self, session):
        assert (
            report(session, Status.REGISTERED, location="Floor 3", **ANNA, now=LATER).status_changed_at == NOW
        )
        assert presence.seen_at(session, MAC) == LATER
        assert report(session, Status.UNREGISTERED, **ANNA, now=LATER).status_changed_at == LATER

    @ON_SQLITE
    def test_a_report_without_a_status_leaves_it(self, session):
        assert report(session, None, location="Floor 3").status is Status.REGISTERED

    @ON_SQLITE
    def test_the_address_of_the_connection_is_kept_beside_the_reported_one(self, session):
        row = report(session, Status.REGISTERED, **ANNA, ip="192.168.0.7", peer="198.51.100.7")
        assert (row.ip, row.external_ip) == ("192.168.0.7", "198.51.100.7")

    @ON_SQLITE
    def test_its_place_is_sticky(self, session, acme):
        factories.make_tenant(session, "Globex", subnet="10.0.0.0/8")
        row = report(session, Status.REGISTERED, region="Globex", url_tenant="Globex", **ANNA)
        assert row.tenant_id == acme.id
        assert the_device(session).tenant_id == acme.id

    @ON_SQLITE
    def test_after_its_user_and_itself_were_deleted_it_begins_anew(self, session):
        device, (user,) = the_device(session), users_of(session)
        session.delete(device)
        session.flush()
        session.delete(user)
        session.flush()
        session.expire_all()
        report(session, Status.REGISTERED, **AT_ACME, **ANNA, location="Floor 3")
        assert the_device(session).phone_user.name == "anna@acme.com"


def test_a_phone_never_heard_of_was_seen_at_no_time(session):
    assert presence.seen_at(session, MAC) is None
    assert session.scalars(select(Decision)).all() == []
    assert session.scalars(select(DeviceSeen)).all() == []
