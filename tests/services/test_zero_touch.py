"""Zero Touch from end to end: where a phone goes, what it gets, and why, is decided once and kept with its reasons."""

import pytest
from sqlalchemy import select

from app.models import Decision, Device, PhoneModel, TemplateDefault, Tenant
from app.models.enums import Approval, Cause, Origin, Status, Train
from app.rules.zero_touch.trace import Verdict, steps_from_json
from app.services import config_files, zero_touch
from app.services import settings as system_settings
from app.services.author import Author
from tests import factories
from tests.factories import NOW
from tests.services.reporting import ADDRESS, ANNA, GENERIC, MAC, make_report, record, report, row_of

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)

ELSEWHERE = {"ip": "172.16.0.9", "peer": "172.16.0.9"}


@pytest.fixture
def acme(session):
    return factories.make_tenant(session, "Acme")


@pytest.fixture
def globex(session):
    return factories.make_tenant(session, "Globex", subnet="10.0.0.0/8")


def place_of(row):
    return (row.tenant.name, row.site.name, row.approval)


def decisions_of(session, mac=MAC):
    return zero_touch.decisions_of(session, mac)


def the_device(session):
    return session.scalars(select(Device)).one()


@pytest.mark.usefixtures("globex")
class TestPlacement:
    """The ladder of placement: a name, the longest subnet, the default tenant (rules 1.5)."""

    def test_the_tenant_in_the_url_goes_before_the_region_of_the_report(self, session, acme):
        row = report(session, Status.REGISTERED, url_tenant="Acme", region="Globex", **ANNA)
        assert place_of(row) == ("Acme", "AutoDetection", Approval.NOT_NEEDED)
        assert the_device(session).tenant is acme

    @pytest.mark.usefixtures("acme")
    def test_the_region_counts_like_the_url_in_any_case(self, session):
        row = report(session, Status.REGISTERED, region="ACME", **ANNA)
        assert place_of(row) == ("Acme", "AutoDetection", Approval.NOT_NEEDED)

    def test_inside_the_named_tenant_the_longest_subnet_of_a_site_wins(self, session, acme):
        factories.make_site(session, "Europe", tenant=acme, subnet="10.1.0.0/16")
        factories.make_site(session, "Berlin", tenant=acme, subnet="10.1.2.0/24")
        assert place_of(report(session, region="Acme"))[:2] == ("Acme", "Berlin")

    def test_without_a_name_the_longest_subnet_of_all_wins(self, session, acme):
        acme.subnet = "10.1.0.0/16"
        session.flush()
        row = report(session, Status.REGISTERED, **ANNA)
        assert place_of(row) == ("Acme", "AutoDetection", Approval.NOT_NEEDED)
        assert the_device(session).origin is Origin.ZERO_TOUCH

    def test_an_address_that_only_the_report_names_places_and_does_not_approve(self, session):
        row = report(session, Status.REGISTERED, peer="198.51.100.7", **ANNA)
        assert place_of(row) == ("Globex", "AutoDetection", Approval.NEEDED)
        assert session.scalars(select(Device)).all() == []

    def test_through_the_configured_proxy_the_reported_address_approves_as_well(self, session):
        system_settings.change(session, "sbc_proxy_host", "198.51.100.7", author=Author("alice"), now=NOW)
        row = report(session, Status.REGISTERED, peer="198.51.100.7", **ANNA)
        assert row.is_behind_proxy
        assert place_of(row) == ("Globex", "AutoDetection", Approval.NOT_NEEDED)

    def test_the_address_of_the_proxy_itself_places_nobody(self, session):
        system_settings.change(session, "sbc_proxy_host", "10.9.9.9", author=Author("alice"), now=NOW)
        row = report(session, Status.REGISTERED, ip="", peer="10.9.9.9", **ANNA)
        assert place_of(row) == ("Default", "AutoDetection", Approval.NEEDED)

    @pytest.mark.parametrize(
        ("written", "peer"), [("[2001:DB8::7]", "2001:db8::7"), ("10.9.9.9", "10.9.9.9")]
    )
    def test_a_proxy_is_recognised_by_its_address_however_it_is_written(self, session, written, peer):
        system_settings.change(session, "sbc_proxy_host", written, author=Author("alice"), now=NOW)
        assert report(session, peer=peer).is_behind_proxy

    def test_a_phone_that_nothing_places_waits_in_the_default_tenant(self, session):
        assert place_of(report(session, Status.REGISTERED, **ELSEWHERE, **ANNA)) == (
            "Default",
            "AutoDetection",
            Approval.NEEDED,
        )

    def test_unless_the_default_tenant_approves_by_itself(self, session, acme):
        acme.approves_automatically = True
        make_default(session, acme)
        row = report(session, Status.REGISTERED, **ELSEWHERE, **ANNA)
        assert place_of(row) == ("Acme", "AutoDetection", Approval.NOT_NEEDED)
        assert the_device(session).phone_user.name == "anna@acme.com"

    def test_not_even_then_for_a_phone_that_names_a_tenant_that_does_not_exist(self, session, acme):
        acme.approves_automatically = True
        make_default(session, acme)
        row = report(session, Status.REGISTERED, url_tenant="Umbrella", **ANNA)
        assert place_of(row) == ("Acme", "AutoDetection", Approval.NEEDED)

    def test_without_a_default_tenant_it_is_held(self, session):
        make_default(session, None)
        row = report(session, Status.REGISTERED, **ELSEWHERE, **ANNA)
        assert (row.tenant_id, row.site_id, row.approval) == (None, None, Approval.HELD)


def make_default(session, tenant):
    for other in session.scalars(select(Tenant)):
        other.is_default = False
    session.flush()
    if tenant is not None:
        tenant.is_default = True
        session.flush()


class TestBeforeThereIsADevice:
    """Every new fact is decided upon; the same facts are not (docs/decisions/0004)."""

    def test_a_new_fact_places_the_phone_anew(self, session, acme, globex):
        assert report(session).tenant is globex
        assert report(session, region="Acme").tenant is acme
        assert [decision.tenant_id for decision in decisions_of(session)] == [acme.id, globex.id]

    @pytest.mark.usefixtures("acme")
    def test_nothing_new_is_no_decision(self, session):
        report(session, region="Acme")
        report(session, region="Acme", location="Floor 3")
        report(session, Status.OFFLINE, region="Acme")
        assert len(decisions_of(session)) == 1

    @pytest.mark.usefixtures("globex")
    def test_a_changed_subnet_counts_at_the_next_report_that_says_something(self, session, globex):
        report(session)
        globex.subnet = None
        session.flush()
        assert report(session, location="Floor 3").tenant.name == "Default"


class TestDecisions:
    """Each is kept with the facts, the outcome and the trace of every rule."""

    def test_it_tells_what_it_was_taken_on_and_why(self, session, acme):
        report(session, region="Acme", ip="192.168.0.7")
        (decision,) = decisions_of(session)
        assert (decision.cause, decision.tenant_id, decision.decided_at) == (Cause.REPORT, acme.id, NOW)
        assert decision.facts["region"] == "Acme"
        assert decision.facts["ip"] == "192.168.0.7"
        assert decision.facts["peer"] == ADDRESS
        assert decision.facts["model"] == "430HD"
        assert decision.facts["train"] == "uc"
        assert decision.outcome["tenant_id"] == acme.id
        assert decision.outcome["approval"] == "not_needed"
        assert len(decision.outcome["reasons"]) == 3
        steps = steps_from_json(decision.steps)
        assert [step.rule for step in steps if step.verdict is Verdict.MATCHED] == [
            "placement.url_tenant",
            "template.factory",
            "firmware.as_is",
        ]
        assert all(step.sentence.endswith(".") for step in steps)

    @pytest.mark.usefixtures("acme")
    def test_becoming_a_device_is_one_as_well_and_the_latest_comes_first(self, session):
        report(session, region="Acme")
        report(session, Status.REGISTERED, region="Acme", **ANNA)
        latest, first = decisions_of(session)
        assert (latest.device_id, first.device_id) == (the_device(session).id, None)

    def test_of_a_phone_never_heard_of_there_is_none(self, session):
        assert decisions_of(session) == []


@pytest.mark.usefixtures("acme")
class TestTemplateAndFirmware:
    def test_a_generic_phone_gets_the_generic_template_without_a_user(self, session):
        report(session, Status.REGISTERED, region="Acme", **GENERIC)
        device = the_device(session)
        assert (device.template.name, device.phone_user) == ("Audiocodes_430HD", None)
        text = config_files.text_of(config_files.find(session, config_files.name_for(MAC)))
        assert "auth_password" not in text
        assert "ems_server/user_name=system\n" in text

    def test_the_firmware_version_tells_the_train_before_the_user_agent(self, session):
        report(session, Status.REGISTERED, region="Acme", firmware_version="2.2.16.142", **ANNA)
        assert the_device(session).template.name == "Audiocodes_430HD"

    def test_the_default_of_the_tenant_goes_before_the_factorys(self, session, acme):
        chosen = factories.get_template(session, "Audiocodes_440HD_LYNC")
        session.add(
            TemplateDefault(
                tenant_id=acme.id, phone_model=factories.get_model(session), train=Train.UC, template=chosen
            )
        )
        report(session, Status.REGISTERED, region="Acme", **ANNA)
        assert the_device(session).template is chosen

    def test_the_default_firmware_of_the_model_is_chosen_when_it_is_stored(self, session, tmp_path):
        stored = factories.make_firmware(session, tmp_path, "430hd.IMG")
        report(session, Status.REGISTERED, region="Acme", **ANNA)
        assert the_device(session).firmware is stored
        text = config_files.text_of(config_files.find(session, config_files.name_for(MAC)))
        assert "/firmwarefiles/430hd.IMG\n" in text

    def test_the_firmware_of_the_template_goes_before_that(self, session, tmp_path):
        factories.make_firmware(session, tmp_path, "430HD.img")
        named = factories.make_firmware(session, tmp_path, "pilot.img")
        template = factories.get_template(session)
        factories.make_placeholder(session, "FirmwareFile", "pilot.img", template_id=template.id)
        report(session, Status.REGISTERED, region="Acme", **ANNA)
        assert the_device(session).firmware is named

    def test_a_model_without_a_template_becomes_a_device_without_a_file(self, session):
        report(session, Status.REGISTERED, region="Acme", model="Trio 8800", user_agent="", **ANNA)
        device = the_device(session)
        assert (device.template, device.phone_model.name) == (None, "Trio 8800")
        assert config_files.find(session, config_files.name_for(MAC)) is None

    def test_a_device_that_waits_for_a_template_gets_it_as_soon_as_there_is_one(self, session):
        report(session, Status.REGISTERED, region="Acme", model="", user_agent="", **ANNA)
        assert the_device(session).template is None
        row = report(session, Status.REGISTERED, region="Acme", **ANNA)
        device = the_device(session)
        assert (device.template.name, device.phone_model.name) == ("Audiocodes_430HD_LYNC", "430HD")
        assert row.template is device.template
        assert config_files.find(session, config_files.name_for(MAC)) is not None
        latest = decisions_of(session)[0]
        assert (latest.device_id, latest.outcome["template_id"]) == (device.id, device.template_id)

    def test_a_device_that_has_a_template_keeps_it(self, session):
        report(session, Status.REGISTERED, region="Acme", **ANNA)
        report(session, Status.REGISTERED, region="Acme", model="445HD", firmware_version="2.2", **ANNA)
        assert the_device(session).template.name == "Audiocodes_430HD_LYNC"

    @pytest.mark.parametrize("model", ["430HD", "430hd", "430HDG-Rev0", " 430HD "])
    def test_the_model_is_known_however_it_is_written(self, session, model):
        report(session, Status.REGISTERED, region="Acme", model=model, **ANNA)
        assert the_device(session).phone_model.name == "430HD"

    def test_a_model_that_an_administrator_added_is_known_as_well(self, session):
        session.add(PhoneModel(vendor="Acme", name="Talker 9"))
        report(session, Status.REGISTERED, region="Acme", model="talker 9", **ANNA)
        assert the_device(session).phone_model.name == "Talker 9"


class TestImportedPhones:
    def test_its_first_report_belongs_to_the_device_that_was_imported(self, session, acme):
        device = factories.make_device(session, mac=MAC, tenant=acme)
        row = report(session, Status.STARTED, region="Nowhere")
        assert (row.device_id, row.tenant_id, row.approval) == (device.id, acme.id, Approval.NOT_NEEDED)
        assert (row.site_id, row.template_id) == (device.site_id, device.template_id)
        assert session.scalars(select(Decision)).all() == []

    def test_who_signs_in_on_it_first_becomes_its_user(self, session, acme):
        device = factories.make_device(session, mac=MAC, tenant=acme)
        report(session, Status.REGISTERED, **ANNA)
        assert device.phone_user.name == "anna@acme.com"

    def test_a_phone_imported_while_it_waited_is_known_at_its_next_report(self, session, acme):
        report(session)
        device = factories.make_device(session, mac=MAC, tenant=acme)
        assert report(session, location="Floor 3").device_id == device.id


def test_many_phones_of_one_transaction_become_devices_of_their_own(session):
    factories.make_tenant(session, "Acme")
    numbers = range(30)
    record(
        session,
        *[
            make_report(
                Status.REGISTERED,
                mac=f"00908f{number:06x}",
                region="Acme",
                user_id=f"u{number // 2}@acme.com",
            )
            for number in numbers
        ],
    )
    devices = session.scalars(select(Device).order_by(Device.mac)).all()
    assert [device.phone_user.name for device in devices] == [
        f"u{number // 2}@acme.com" for number in numbers
    ]
    assert {row_of(session, device.mac).device_id for device in devices} == {device.id for device in devices}
