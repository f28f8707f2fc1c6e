"""Licences installed, and the room that they leave: for whoever adds devices, one at a time or many at once."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.database import Database
from app.errors import ConflictError, InvalidInputError
from app.models import Decision, Device, InstalledLicense, JournalEntry, PhoneUser, Tenant
from app.models.enums import Severity, Status
from app.security import issuer
from app.security.tenant_scope import ALL_TENANTS, only_tenants, set_scope
from app.services import approval, device_changes, provisioning, settings
from app.services.approval import ApprovalRequest
from app.services.author import Author
from app.services.device_fields import DeviceFields
from app.services.devices_status.phones import read_phones
from app.services.licenses import blocked, installed, overview, room
from app.services.licenses.room import NoRoomError
from app.services.provisioning import FileRequest
from app.transaction import reading, writing
from tests import factories, licensed
from tests.factories import NOW
from tests.services.reporting import ADDRESS, ANNA, MAC, USER_AGENT, make_report, record, report, row_of
from tests.services.statements import Statements, until_somebody_waits

ON_SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
ON_POSTGRESQL = pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
WHO = {"author": Author("alice", "192.0.2.1"), "now": NOW}
OTHER_MACS = [f"00908f00000{number}" for number in range(1, 6)]
NO_ROOM = (
    "The licence is for 1 device, and 1 is there: no room for another. "
    "Install a larger licence, or delete devices that are gone."
)


@pytest.fixture(autouse=True)
def _issuer(database: Database) -> Iterator[None]:
    """Go by the issuer of the tests once the installation is there, which goes by none."""
    with licensed.trusted():
        yield


@pytest.fixture
def acme(session: Session) -> Tenant:
    return factories.make_tenant(session, "Acme")


def register(session: Session, *macs: str, tenant: str = "Acme", now: datetime = NOW) -> None:
    """Let phones report that somebody has signed in on them, in one batch."""
    said = {"user_id": "", "user_name": "", "region": tenant}
    record(session, *(make_report(Status.REGISTERED, mac=mac, **said) for mac in macs), now=now)


def count(session: Session) -> int:
    return session.scalars(select(func.count()).select_from(Device)).one()


def add_device(session: Session, mac: str = MAC) -> Device:
    """Add a phone for a user by hand."""
    user = session.scalars(select(PhoneUser).where(~PhoneUser.is_system).limit(1)).one()
    template = factories.get_template(session, "Audiocodes_430HD")
    return device_changes.add(session, user, mac, DeviceFields(template_id=template.id), **WHO)


@ON_SQLITE
class TestInstalling:
    def test_the_one_before_is_replaced_and_both_are_noted(self, session: Session) -> None:
        licensed.install(session, holder="Acme", devices="5")
        licensed.install(session, holder="Globex", devices="unlimited", until="unlimited")
        assert installed.current(session).holder == "Globex"
        assert session.scalars(select(func.count()).select_from(InstalledLicense)).one() == 1
        entry = session.scalars(select(JournalEntry).order_by(JournalEntry.id.desc()).limit(1)).one()
        assert entry.text == (
            "tests installed the licence L-1 of Globex for any number of devices without end; "
            "before there was the licence L-1 of Acme for 5 devices until 2026-12-31."
        )

    @pytest.mark.parametrize("changed", [("Devices: 100", "Devices: 101"), ("2026-12-31", "2027-12-31")])
    def test_what_is_not_signed_is_refused(self, session: Session, changed: tuple[str, str]) -> None:
        text = licensed.license_text().replace(*changed)
        with pytest.raises(InvalidInputError, match="signature of the licence is not that of the key"):
            installed.install(session, text, **WHO)
        assert installed.find(session) is None

    def test_one_that_would_lock_everybody_out_is_refused(self, session: Session) -> None:
        text = licensed.license_text(until="2026-03-08")
        with pytest.raises(ConflictError, match="expired with 08 March 2026"):
            installed.install(session, text, **WHO)

    def test_its_last_day_ends_in_the_time_zone_of_the_pages(self, session: Session) -> None:
        """NOW is the 9th of March, 14:00 UTC: in Kiritimati the 10th has begun."""
        settings.change(session, "web_ui_time_zone", "Pacific/Kiritimati", **WHO)
        with pytest.raises(ConflictError, match="expired with 09 March 2026"):
            installed.install(session, licensed.license_text(until="2026-03-09"), **WHO)
        with pytest.raises(ConflictError, match="begins on 11 March 2026"):
            installed.install(session, licensed.license_text(begin="2026-03-11"), **WHO)

    def test_without_an_issuer_none_is_installed_and_none_counts(self, session: Session) -> None:
        licensed.install(session, devices="1")
        issuer.trust_issuer("")
        assert installed.current(session) is None
        assert installed.find(session).problem == "RINGMASTER_LICENSE_PUBLIC_KEY is not set any more."
        with pytest.raises(ConflictError, match="Nobody issues licences for this installation"):
            installed.install(session, licensed.license_text(), **WHO)

    def test_one_of_another_issuer_does_not_count(self, session: Session, tmp_path) -> None:
        licensed.install(session, devices="1")
        issuer.trust_issuer(issuer.make_keys(tmp_path).public_key)
        assert installed.current(session) is None
        assert installed.find(session).problem == installed.NOT_FROM_ISSUER


@pytest.mark.usefixtures("acme")
class TestPhonesThatReport:
    def test_one_for_which_there_is_no_room_waits_and_says_so(self, session: Session) -> None:
        licensed.install(session, devices="1")
        register(session, *OTHER_MACS[:1], MAC)
        row = row_of(session)
        assert (count(session), row.device_id, row.is_blocked) == (1, None, True)
        assert row.placement_reason == f"The phone is blocked. {NO_ROOM}"
        (phone,) = read_phones(session, [MAC])
        assert (phone.is_blocked, phone.approval_word) == (True, "blocked")
        decision = session.scalars(select(Decision).where(Decision.mac == MAC)).one()
        assert decision.outcome["reasons"][0] == row.placement_reason
        assert decision.steps[-1]["sentence"] == row.placement_reason
        assert decision.device_id is None

    def test_no_user_is_made_of_a_phone_that_is_blocked(self, session: Session) -> None:
        licensed.install(session, devices="1")
        register(session, *OTHER_MACS[:1])
        report(session, Status.REGISTERED, region="Acme", **ANNA)
        assert session.scalars(select(PhoneUser.name).where(~PhoneUser.is_system)).all() == []

    def test_it_becomes_a_device_with_its_next_report_once_there_is_room(self, session: Session) -> None:
        licensed.install(session, devices="1")
        register(session, *OTHER_MACS[:1], MAC)
        assert blocked.find_with_room(session, now=NOW) == []
        licensed.install(session, devices="2")
        register(session, MAC)
        assert count(session) == 1, "what it says is what it said"
        assert blocked.let_in(session, blocked.find_with_room(session, now=NOW)) == 1
        register(session, MAC)
        row = row_of(session)
        assert (count(session), row.is_blocked, blocked.count(session)) == (2, False, 0)
        assert row.device_id is not None

    def test_no_more_are_let_in_than_there_is_room_for(self, session: Session) -> None:
        licensed.install(session, devices="1")
        register(session, MAC)
        for number, mac in enumerate(OTHER_MACS):
            register(session, mac, now=NOW + timedelta(minutes=number))
        licensed.install(session, devices="3")
        assert blocked.find_with_room(session, now=NOW) == OTHER_MACS[:2]

    def test_of_one_that_stays_blocked_nothing_more_is_kept(self, session: Session) -> None:
        licensed.install(session, devices="1")
        register(session, *OTHER_MACS[:1], MAC)
        report(session, Status.REGISTERED, region="Acme", location="Berlin")
        assert row_of(session).is_blocked
        assert (
            session.scalars(select(func.count()).select_from(Decision).where(Decision.mac == MAC)).one() == 1
        )

    def test_one_that_signs_out_is_not_blocked_any_more(self, session: Session) -> None:
        licensed.install(session, devices="1")
        register(session, *OTHER_MACS[:1], MAC)
        report(session, Status.UNREGISTERED, region="Acme")
        row = row_of(session)
        assert not row.is_blocked
        assert "blocked" not in row.placement_reason

    def test_a_tenant_has_its_endpoint_licences(self, session: Session) -> None:
        factories.make_tenant(session, "Globex", endpoint_licenses=1)
        register(session, *OTHER_MACS[:2], tenant="Globex")
        register(session, *OTHER_MACS[2:4])
        assert count(session) == 3
        assert row_of(session, OTHER_MACS[1]).placement_reason == (
            "The phone is blocked. Globex has 1 endpoint licence, and 1 is there: no room for another. "
            "Give the tenant more, or delete devices that are gone."
        )

    def test_nothing_is_added_once_the_licence_has_expired(self, session: Session) -> None:
        licensed.install(session, until="2026-03-08")
        register(session, MAC)
        assert row_of(session).placement_reason == (
            "The phone is blocked. The licence expired with 08 March 2026. "
            "An administrator has to install a new one."
        )

    def test_as_many_statements_for_many_as_for_one(self, session: Session, acme: Tenant) -> None:
        acme.endpoint_licenses = 150
        licensed.install(session, devices="150")
        statements = Statements(session)
        macs = [f"00908f{number:06x}" for number in range(201)]
        one = statements.of(session, lambda: register(session, *macs[:1]))
        many = statements.of(session, lambda: register(session, *macs[1:]))
        assert sum("count(*)" in text for text in statements.texts) == 1
        assert (many, count(session)) == (one, 150)

    def test_phones_that_are_devices_cost_nothing(self, session: Session) -> None:
        licensed.install(session, devices="5")
        register(session, MAC)
        statements = Statements(session)
        statements.of(session, lambda: report(session, Status.REGISTERED, region="Acme", location="Rome"))
        assert not any("installed_license" in text or "count(*)" in text for text in statements.texts)

    def test_where_nobody_issues_licences_none_is_looked_for(self, session: Session) -> None:
        issuer.trust_issuer("")
        statements = Statements(session)
        statements.of(session, lambda: register(session, MAC))
        assert not any("installed_license" in text or "count(*)" in text for text in statements.texts)


@ON_SQLITE
class TestFilesOfBlockedPhones:
    @pytest.fixture(autouse=True)
    def _full(self, session: Session, acme: Tenant) -> None:
        licensed.install(session, devices="1")
        register(session, *OTHER_MACS[:1], tenant=acme.name)

    def test_it_is_told_why_it_has_none(self, session: Session) -> None:
        report(session, Status.REGISTERED, **ANNA)
        ask = FileRequest(mac=MAC, tenant_name="Acme", user_agent=USER_AGENT, peer=ADDRESS)
        (answer,) = provisioning.contact_by_file(session, [ask], now=NOW)
        assert answer.refusal == f"There is no file for the phone {MAC}. The phone is blocked. {NO_ROOM}"
        assert provisioning.why_no_file(session, MAC) == answer.refusal


@ON_SQLITE
class TestPeople:
    @pytest.fixture(autouse=True)
    def _full(self, session: Session, acme: Tenant) -> None:
        factories.make_user(session, tenant=acme)
        licensed.install(session, devices="1")
        factories.make_device(session, tenant=factories.make_tenant(session, "Globex"))

    def test_a_device_is_not_added_by_hand(self, session: Session) -> None:
        with pytest.raises(NoRoomError) as refused:
            add_device(session)
        assert str(refused.value) == NO_ROOM

    def test_devices_that_the_account_does_not_see_count_as_well(
        self, session: Session, acme: Tenant
    ) -> None:
        set_scope(session, only_tenants([acme.id]))
        with pytest.raises(NoRoomError, match="and 1 is there"):
            add_device(session)

    def test_a_phone_is_not_approved(self, session: Session, acme: Tenant) -> None:
        report(session, Status.REGISTERED, **ANNA)
        with pytest.raises(NoRoomError, match="no room for another"), session.begin_nested():
            approval.approve(session, MAC, ApprovalRequest(tenant_id=acme.id), **WHO)
        row = row_of(session)
        assert (row.is_blocked, row.device_id) == (False, None)

    def test_many_at_once_are_added_or_none(self, session: Session, acme: Tenant) -> None:
        licensed.install(session, devices="3")
        with pytest.raises(NoRoomError, match="and 1 is there: no room for 3 more"):
            room.check(session, {acme.id: 3}, now=NOW)
        room.check(session, {acme.id: 2}, now=NOW)


@ON_POSTGRESQL
def test_of_two_at_once_the_second_counts_what_the_first_added(database: Database) -> None:
    with writing(database, ALL_TENANTS) as session:
        factories.make_tenant(session, "Acme")
        licensed.install(session, devices="1")
    is_added = threading.Event()

    def add_slowly() -> None:
        with writing(database, ALL_TENANTS) as session:
            register(session, OTHER_MACS[0])
            is_added.set()
            until_somebody_waits(database)

    first = threading.Thread(target=add_slowly)
    first.start()
    assert is_added.wait(30)
    with writing(database, ALL_TENANTS) as session:
        register(session, OTHER_MACS[1])
    first.join()
    with reading(database, ALL_TENANTS) as session:
        assert (count(session), blocked.count(session)) == (1, 1)


@pytest.mark.usefixtures("acme")
class TestOverview:
    def test_it_tells_devices_and_blocked_phones_of_each_tenant(self, session: Session) -> None:
        factories.make_tenant(session, "Globex", endpoint_licenses=1)
        licensed.install(session, devices="4")
        register(session, *OTHER_MACS[:2], tenant="Globex")
        register(session, *OTHER_MACS[2:])
        rows = [row[1:] for row in overview.tenants(session, 1).rows]
        assert rows == [("Acme", 3, None, 0), ("Globex", 1, 1, 1), ("Default", 0, None, 0)]
        stands = overview.stand(session, now=NOW)
        assert (stands.used, stands.days_left, stands.capacity) == (4, 297, Severity.CRITICAL)

    def test_one_who_sees_one_tenant_sees_its_blocked_phones(self, session: Session, acme: Tenant) -> None:
        globex = factories.make_tenant(session, "Globex", endpoint_licenses=0)
        register(session, MAC, tenant="Globex")
        assert blocked.count(session) == 1
        set_scope(session, only_tenants([acme.id]))
        assert blocked.count(session) == 0
        set_scope(session, only_tenants([globex.id]))
        assert blocked.count(session) == 1


def test_community(session: Session) -> None:
    properties = overview.read(session, now=datetime(2099, 1, 1, tzinfo=UTC))
    assert properties.installed is None
    assert (properties.standing.license, properties.standing.is_expired) == (None, False)
