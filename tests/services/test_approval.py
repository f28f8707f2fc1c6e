"""Approving a phone that waits: what it becomes, whose it is, and what is refused (manual, chapter 8)."""

import pytest
from sqlalchemy import select

from app.errors import ConflictError, InvalidInputError, NotFoundError
from app.models import Decision, Device, JournalEntry, PhoneUser
from app.models.enums import Approval, Cause, Origin, Stage, Status, VlanMode
from app.security.tenant_scope import only_tenants, set_scope
from app.services import approval, config_files
from app.services.approval import ApprovalRequest
from app.services.author import Author
from tests import factories
from tests.factories import NOW
from tests.services.operating import restarts_of
from tests.services.reporting import ADDRESS, ANNA, GENERIC, MAC, report, row_of

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@pytest.fixture
def acme(session):
    return factories.make_tenant(session, "Acme")


@pytest.fixture(autouse=True)
def _waiting(session):
    report(session, Status.REGISTERED, **ANNA)


def approve(session, tenant, *, mac=MAC, by="alice", **request):
    wish = ApprovalRequest(tenant_id=tenant.id, **request)
    return approval.approve(session, mac, wish, author=Author(by, "192.0.2.1"), now=NOW)


class TestWhatItBecomes:
    def test_a_device_of_the_tenant_with_the_user_it_reported(self, session, acme):
        device = approve(session, acme)
        assert (device.tenant, device.origin, device.template.name) == (
            acme,
            Origin.APPROVED,
            "Audiocodes_430HD_LYNC",
        )
        assert (device.phone_user.name, device.phone_user.display_name) == ("anna@acme.com", "Anna A")
        row = row_of(session)
        assert (row.device_id, row.tenant_id, row.approval, row.digest) == (
            device.id,
            acme.id,
            Approval.NOT_NEEDED,
            None,
        )

    def test_it_has_its_file_and_is_asked_to_restart_at_once(self, session, acme):
        approve(session, acme)
        assert config_files.find(session, config_files.name_for(MAC)).template_name == "Audiocodes_430HD_LYNC"
        assert restarts_of(session) == [(MAC, "alice", acme.id)]

    def test_the_decision_says_who_took_it(self, session, acme):
        approve(session, acme)
        decision = session.scalars(select(Decision).order_by(Decision.id.desc())).first()
        assert (decision.cause, decision.device_id) == (Cause.APPROVAL, row_of(session).device_id)
        assert (
            decision.outcome["reasons"][0]
            == "alice approved the phone for the tenant Acme, site AutoDetection."
        )
        assert [step["stage"] for step in decision.steps][:2] == [Stage.PLACEMENT, Stage.TEMPLATE]

    def test_the_journal_tells_it_in_the_tenants_part(self, session, acme):
        approve(session, acme)
        entries = session.scalars(select(JournalEntry).order_by(JournalEntry.id)).all()
        assert [entry.action for entry in entries] == ["user added", "device added", "operation started"]
        assert {(entry.actor, entry.address, entry.tenant_id) for entry in entries} == {
            ("alice", "192.0.2.1", acme.id)
        }

    def test_without_a_site_its_address_chooses_one(self, session, acme):
        site = factories.make_site(session, "Berlin", tenant=acme, subnet="10.1.0.0/16")
        assert approve(session, acme).site is site

    def test_a_site_that_was_chosen_counts(self, session, acme):
        factories.make_site(session, "Berlin", tenant=acme, subnet="10.1.0.0/16")
        oslo = factories.make_site(session, "Oslo", tenant=acme)
        assert approve(session, acme, site_id=oslo.id).site is oslo

    def test_vlan_values_are_kept(self, session, acme):
        device = approve(session, acme, vlan_mode=VlanMode.MANUAL, vlan_id=350, vlan_priority=5)
        assert (device.vlan_mode, device.vlan_id, device.vlan_priority) == (VlanMode.MANUAL, 350, 5)
        text = config_files.text_of(config_files.find(session, config_files.name_for(MAC)))
        assert "network/lan/vlan/id=350\n" in text

    def test_a_phone_that_never_reported_can_be_approved(self, session, acme):
        factories.make_status(session, mac="00908f000001", status=None, seen_at=None)
        assert approve(session, acme, mac="00908f000001").phone_user is None


class TestItsUser:
    def test_the_name_that_was_typed_goes_before_the_reported_one(self, session, acme):
        report(session, mac="00908f000001", **GENERIC)
        device = approve(
            session,
            acme,
            mac="00908f000001",
            user_name=" 160000 ",
            display_name="Reception",
            password="s3cret",
        )
        user = device.phone_user
        assert (user.name, user.display_name, user.password) == ("160000", "Reception", "s3cret")
        text = config_files.text_of(config_files.find(session, "00908f000001.cfg"))
        assert "voip/line/0/auth_password=s3cret\n" in text

    def test_a_user_who_is_there_already_is_taken_and_keeps_the_password(self, session, acme):
        user = factories.make_user(session, "160000", tenant=acme, password="before")
        assert approve(session, acme, user_name="160000").phone_user is user
        assert user.password == "before"

    def test_a_password_that_was_typed_replaces_it(self, session, acme):
        user = factories.make_user(session, "160000", tenant=acme, password="before")
        approve(session, acme, user_name="160000", password="after")
        assert user.password == "after"

    def test_a_user_of_this_name_in_another_tenant_is_left_alone(self, session, acme):
        globex = factories.make_tenant(session, "Globex")
        other = factories.make_user(session, "anna@acme.com", tenant=globex)
        assert approve(session, acme).phone_user is not other

    def test_a_name_is_the_same_however_its_accents_are_coded(self, session, acme):
        user = factories.make_user(session, "Zo\u00eb", tenant=acme)
        assert approve(session, acme, user_name="ZOE\u0308").phone_user is user

    def test_a_name_with_a_hidden_character_is_refused(self, session, acme):
        with pytest.raises(InvalidInputError, match="turns the direction of writing"):
            approve(session, acme, user_name="anna\u202e")

    @pytest.mark.parametrize("name", ["system", "SYSTEM", " System "])
    def test_system_is_nobodys_name(self, session, acme, name):
        with pytest.raises(InvalidInputError, match="person or a line"):
            approve(session, acme, user_name=name)

    def test_a_phone_that_reports_system_becomes_a_device_without_user(self, session):
        default = session.scalars(select(factories.Tenant).where(factories.Tenant.is_default)).one()
        report(session, mac="00908f000001", user_id="system")
        assert approve(session, default, mac="00908f000001").phone_user is None

    @pytest.mark.parametrize(
        ("wish", "sentence"),
        [
            ({"user_name": "x" * 129}, "user name has 129 characters; 128"),
            ({"user_name": "x", "display_name": "x" * 201}, "display name has 201 characters; 200"),
            ({"user_name": "x", "password": "x" * 257}, "password has 257 characters; 256"),
            ({"vlan_id": 4097}, "VLAN id is 4097"),
            ({"vlan_id": -1}, "VLAN id is -1"),
            ({"vlan_priority": 8}, "VLAN priority is 8"),
        ],
    )
    def test_values_out_of_range_are_refused(self, session, acme, wish, sentence):
        with pytest.raises(InvalidInputError, match=sentence):
            approve(session, acme, **wish)
        assert session.scalars(select(Device)).all() == []


class TestWhatIsRefused:
    def test_a_phone_never_heard_of(self, session, acme):
        with pytest.raises(NotFoundError, match="00908fffffff"):
            approve(session, acme, mac="00908fffffff")

    def test_a_phone_that_is_a_device_already(self, session, acme):
        approve(session, acme)
        with pytest.raises(ConflictError, match="nothing to approve"):
            approve(session, acme)

    def test_a_phone_that_was_imported_since_it_reported(self, session, acme):
        factories.make_device(session, mac=MAC, tenant=acme)
        with pytest.raises(ConflictError, match="nothing to approve"):
            approve(session, acme)

    def test_a_site_of_another_tenant(self, session, acme):
        elsewhere = factories.make_site(session, "Oslo", tenant=factories.make_tenant(session, "Globex"))
        with pytest.raises(NotFoundError, match="has no such site"):
            approve(session, acme, site_id=elsewhere.id)


class TestAnOperatorOfOneTenant:
    """Olga operates Acme alone: she sees what waits in Acme, and nothing else."""

    def test_she_approves_what_waits_in_her_tenant(self, session, acme):
        report(session, mac="00908f000001", region="Acme")
        set_scope(session, only_tenants([acme.id]))
        assert approve(session, acme, mac="00908f000001", by="olga").tenant_id == acme.id
        assert config_files.find(session, "00908f000001.cfg") is not None

    def test_she_does_not_see_what_waits_in_the_default_tenant(self, session, acme):
        set_scope(session, only_tenants([acme.id]))
        with pytest.raises(NotFoundError, match=f"No phone has the MAC address {MAC}"):
            approve(session, acme, by="olga")

    def test_she_cannot_give_a_phone_to_another_tenant(self, session, acme):
        globex = factories.make_tenant(session, "Globex")
        report(session, mac="00908f000001", region="Acme")
        set_scope(session, only_tenants([acme.id]))
        with pytest.raises(NotFoundError, match="does not see it"):
            approve(session, globex, mac="00908f000001", by="olga")


def test_after_approval_a_report_signs_in_whom_it_names(session, acme):
    device = approve(session, acme, user_name="160000")
    report(session, Status.REGISTERED, **ANNA)
    assert device.phone_user.name == "anna@acme.com"
    assert {user.name for user in session.scalars(select(PhoneUser))} == {"system", "160000", "anna@acme.com"}
    assert row_of(session).external_ip == ADDRESS
