"""What a phone gets by a tenant's URL while it waits: its template's file, and none of our secrets."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.models import ConfigurationValue, Decision, Device, DeviceStatus, Tenant
from app.models.enums import Cause, Status, ValueLevel
from app.services import config_files, provisioning
from app.services.provisioning import FileRequest
from tests import factories
from tests.factories import NOW
from tests.services.reporting import ADDRESS, ANNA, GENERIC, MAC, USER_AGENT, report, row_of
from tests.services.statements import Statements

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@pytest.fixture
def acme(session):
    return factories.make_tenant(session, "Acme")


def ask(session, *, mac=MAC, tenant="Acme", agent=USER_AGENT, peer=ADDRESS, now=NOW):
    (answer,) = ask_all(session, request(mac=mac, tenant=tenant, agent=agent, peer=peer), now=now)
    return answer


def ask_all(session, *requests, now=NOW):
    return provisioning.contact_by_file(session, requests, now=now)


def request(mac=MAC, *, tenant="Acme", agent=USER_AGENT, peer=ADDRESS):
    return FileRequest(mac=mac, tenant_name=tenant, user_agent=agent, peer=peer)


def macs(count):
    return [f"00908f{number:06x}" for number in range(count)]


def edit_template(session, *lines):
    template = factories.get_template(session)
    token = "zzz0_daylight_cfg"
    template.content = template.content.replace(token, "\n".join([*lines, token]))
    session.flush()
    return template


class TestSecrets:
    """A secret of each layer, and of each way into a file: none of them reaches a phone that waits."""

    def test_no_secret_of_any_layer_is_in_the_file(self, session, acme):
        site = factories.make_site(session, "Berlin", tenant=acme, subnet="10.1.0.0/16")
        template = edit_template(
            session,
            "system/password=%ITCS_IPPhonePassword%",
            "system/ldap/password=%ITCS_LDAPPassword%",
            "voip/line/0/auth_password=%ITCS_P_Line%",
            "voip/line/1/auth_password=secret-of-the-text",
            "voip/common_area/pin=%ITCS_P_Pin%",
            ";system/psk=secret-in-a-comment",
            "plain/one=%ITCS_Line1AuthPassword%-",
            "plain/two=%ITCS_P_Plain%",
        )
        make = factories.make_placeholder
        make(session, "IPPhonePassword", "secret-of-the-system")
        make(session, "LDAPPassword", "secret-of-the-template", template_id=template.id)
        make(session, "P_Line", "secret-of-the-tenant", tenant_id=acme.id)
        make(session, "P_Pin", "secret-of-the-site", tenant_id=acme.id, site_id=site.id)
        make(session, "Line1AuthPassword", "secret-in-a-plain-line", tenant_id=acme.id)
        make(session, "P_Plain", "as plain as the rest", tenant_id=acme.id)
        overlay(session, ValueLevel.TENANT, "lync/sign_in/password", "secret-laid-over", tenant_id=acme.id)
        overlay(
            session,
            ValueLevel.SITE,
            "system/ldap/password",
            "secret-laid-over",
            tenant_id=acme.id,
            site_id=site.id,
        )
        text = ask(session).text
        assert "secret" not in text
        assert "plain/two=as plain as the rest\n" in text
        assert "plain/one=-\n" in text

    def test_not_even_its_own_user_is_in_the_file(self, session, acme):
        user = factories.make_user(session, "anna@acme.com", tenant=acme, password="secret-of-anna")
        overlay(
            session,
            ValueLevel.USER,
            "personal_settings/language",
            "Klingon",
            tenant_id=acme.id,
            phone_user_id=user.id,
        )
        report(session, region="Acme", **ANNA)
        text = ask(session).text
        assert "secret-of-anna" not in text
        assert "Klingon" not in text
        assert "anna" not in text

    @pytest.mark.usefixtures("acme")
    def test_the_pair_that_phones_sign_with_before_they_have_a_user_is_public(self, session):
        lines = ask(session).text.splitlines()
        assert "ems_server/user_name=system" in lines
        assert 'ems_server/user_password={"VvlZOp5/5pM="}' in lines


def overlay(session, level, parameter, value, **owner):
    session.add(ConfigurationValue(level=level, parameter=parameter, value=value, **owner))
    session.flush()


@pytest.mark.usefixtures("acme")
class TestTheFile:
    def test_it_has_the_values_of_tenant_and_site_where_the_phone_stands(self, session, acme):
        site = factories.make_site(session, "Berlin", tenant=acme, subnet="10.1.0.0/16")
        factories.make_placeholder(session, "Primary_NTP", "ntp.acme.com", tenant_id=acme.id)
        factories.make_placeholder(session, "TimeZoneLocation", "+01:00", tenant_id=acme.id, site_id=site.id)
        overlay(
            session,
            ValueLevel.SITE,
            "system/syslog/server_address",
            "10.1.0.5",
            tenant_id=acme.id,
            site_id=site.id,
        )
        lines = ask(session, agent=GENERIC["user_agent"]).text.splitlines()
        assert "system/ntp/primary_server_address=ntp.acme.com" in lines
        assert "system/ntp/gmt_offset=+01:00" in lines
        assert "system/syslog/server_address = 10.1.0.5" in lines

    def test_what_the_phone_reported_goes_before_the_user_agent(self, session):
        report(session, region="Acme", model="445HD", user_agent="AUDC-IPPhone-445HD_UC_3.1.0.1/1.0")
        assert ask(session, agent="curl/8").template_name == "Audiocodes_445HD_LYNC"

    def test_nothing_is_stored_as_a_file(self, session):
        ask(session)
        assert config_files.find(session, config_files.name_for(MAC)) is None


@pytest.mark.usefixtures("acme")
class TestRows:
    def test_a_request_that_tells_something_makes_the_next_report_a_change(self, session):
        report(session, **ANNA)
        assert row_of(session).digest is not None
        ask(session)
        row = row_of(session)
        assert (row.digest, row.tenant.name, row.url_tenant) == (None, "Acme", "Acme")

    def test_a_request_that_tells_nothing_new_leaves_the_row_alone(self, session):
        ask(session)
        report(session, region="Acme")
        before = row_of(session).digest
        ask(session)
        assert row_of(session).digest == before is not None
        assert session.scalar(select(func.count()).select_from(Decision)) == 1

    def test_until_it_reports_the_address_it_asks_from_is_the_phones(self, session):
        ask(session, peer="10.1.0.1")
        ask(session, peer="10.1.0.2")
        assert row_of(session).external_ip == "10.1.0.2"
        report(session, peer="10.1.0.3")
        ask(session, peer="10.1.0.4")
        assert row_of(session).external_ip == "10.1.0.3"

    def test_one_address_makes_so_many_rows_and_no_more(self, session, monkeypatch):
        monkeypatch.setattr(provisioning, "MOST_UNREPORTED_PER_ADDRESS", 3)
        for number in range(5):
            assert ask(session, mac=f"00908f{number:06x}").text is not None
        ask(session, mac="00908faaaaaa", peer="10.1.2.4")
        macs = session.scalars(select(DeviceStatus.mac).order_by(DeviceStatus.mac)).all()
        assert macs == ["00908f000000", "00908f000001", "00908f000002", "00908faaaaaa"]

    def test_who_reported_makes_room(self, session, monkeypatch):
        monkeypatch.setattr(provisioning, "MOST_UNREPORTED_PER_ADDRESS", 1)
        factories.make_status(
            session, device=factories.make_device(session), status=None, external_ip=ADDRESS
        )
        ask(session)
        report(session)
        ask(session, mac="00908f000001")
        assert row_of(session, "00908f000001") is not None

    def test_beyond_the_cap_the_same_phone_goes_on_asking(self, session, monkeypatch):
        ask(session)
        monkeypatch.setattr(provisioning, "MOST_UNREPORTED_PER_ADDRESS", 0)
        ask(session, tenant="Default", now=NOW + timedelta(minutes=1))
        assert row_of(session).url_tenant == "Default"


class TestWhoReportedAUserBeforeItNamedItsTenant:
    """The report that names the tenant got lost, so that the one of the sign-in came first and the phone waits."""

    def test_becomes_a_device_by_asking_and_gets_the_file_of_its_user(self, session, acme):
        assert report(session, Status.REGISTERED, **ANNA).device_id is None
        answer = ask(session)
        device = session.get_one(Device, row_of(session).device_id)
        assert (device.tenant, device.phone_user.display_name) == (acme, ANNA["user_name"])
        assert answer.text == config_files.text_of(config_files.find(session, config_files.name_for(MAC)))

    @pytest.mark.usefixtures("acme")
    def test_is_decided_once_however_often_it_asks(self, session):
        report(session, Status.REGISTERED, **ANNA)
        first, second = ask_all(session, request(), request())
        assert first == second == ask(session)
        assert first.text is not None
        causes = select(Decision.cause).order_by(Decision.id)
        assert session.scalars(causes).all() == [Cause.REPORT, Cause.FILE_REQUEST]
        assert session.scalar(select(func.count()).select_from(Device)) == 1

    @pytest.mark.usefixtures("acme")
    def test_stays_a_device_with_the_same_user_in_its_next_report(self, session):
        report(session, Status.REGISTERED, **ANNA)
        ask(session)
        device_id = row_of(session).device_id
        assert report(session, Status.REGISTERED, **ANNA).device_id == device_id is not None

    @pytest.mark.usefixtures("acme")
    @pytest.mark.parametrize(
        ("status", "said"), [(Status.REGISTERED, {}), (Status.UNREGISTERED, ANNA), (Status.STARTED, ANNA)]
    )
    def test_waits_on_without_a_user_and_while_it_is_not_registered(self, session, status, said):
        report(session, status, **said)
        assert ask(session).text is not None
        assert row_of(session).device_id is None
        assert config_files.find(session, config_files.name_for(MAC)) is None

    def test_waits_on_in_a_tenant_that_does_not_exist(self, session):
        report(session, Status.REGISTERED, **ANNA)
        assert ask(session, tenant="Umbrella").text is None
        assert row_of(session).device_id is None


class TestADevice:
    def test_without_a_file_it_gets_none_and_is_not_placed_anew(self, session, acme):
        factories.make_tenant(session, "Globex")
        device = factories.make_device(session, mac=MAC, tenant=acme, template=None)
        row = factories.make_status(session, device=device)
        answer = ask(session, tenant="Globex")
        assert (answer.text, answer.refusal) == (
            None,
            f"There is no file for the phone {MAC}: no template fits it, or none was generated.",
        )
        session.refresh(row)
        assert (row.tenant_id, row.url_tenant) == (acme.id, "")
        assert session.scalars(select(Decision)).all() == []

    def test_a_file_generated_since_is_the_one_it_gets(self, session, acme):
        device = factories.make_device(session, mac=MAC, tenant=acme)
        config_files.generate(session, device, now=NOW)
        answer = ask(session)
        assert answer.text == config_files.text_of(config_files.find(session, config_files.name_for(MAC)))
        assert answer.template_name == "Audiocodes_430HD_LYNC"

    def test_why_there_is_no_file_depends_on_whether_it_is_one(self, session, acme):
        assert "not been approved" in provisioning.why_no_file(session, MAC)
        factories.make_device(session, mac=MAC, tenant=acme)
        assert "none was generated" in provisioning.why_no_file(session, MAC)


@pytest.mark.usefixtures("acme")
class TestManyAtOnce:
    """Two hundred requests are what they would have been one after the other (docs/decisions/0014)."""

    def test_take_as_many_statements_as_one(self, session):
        requests = [request(mac, peer=f"10.1.{number}.1") for number, mac in enumerate(macs(201))]
        statements = Statements(session)
        one = statements.of(session, lambda: ask_all(session, *requests[:1]))
        many = statements.of(session, lambda: ask_all(session, *requests[1:]))
        assert many == one
        assert session.scalar(select(func.count()).select_from(DeviceStatus)) == 201
        assert session.scalar(select(func.count()).select_from(Decision)) == 201

    def test_of_devices_too(self, session, acme):
        devices = [factories.make_device(session, mac=mac, tenant=acme) for mac in macs(21)]
        config_files.generate_many(session, [device.id for device in devices], now=NOW)
        statements = Statements(session)
        one = statements.of(session, lambda: ask_all(session, request(devices[0].mac)))
        many = statements.of(session, lambda: ask_all(session, *(request(mac) for mac in macs(21)[1:])))
        assert many == one

    def test_each_phone_gets_the_file_of_its_own_kind_and_place(self, session):
        factories.make_tenant(session, "Globex")
        factories.make_placeholder(session, "Language", "German", tenant_id=tenant_id(session, "Globex"))
        one, two, three, four = macs(4)
        answers = ask_all(
            session,
            request(one),
            request(two, tenant="Globex"),
            request(three, tenant="Umbrella"),
            request(four, agent=GENERIC["user_agent"]),
        )
        languages = [answer.text and "personal_settings/language=German" in answer.text for answer in answers]
        assert languages == [False, True, None, False]
        assert [answer.template_name for answer in answers] == [
            "Audiocodes_430HD_LYNC",
            "Audiocodes_430HD_LYNC",
            "",
            "Audiocodes_430HD",
        ]
        assert answers[2].refusal == 'There is no tenant called "Umbrella".'

    def test_a_template_that_names_the_phone_makes_a_file_for_each(self, session):
        edit_template(session, "system/name=%ITCS_mac%")
        answers = ask_all(session, *(request(mac) for mac in macs(2)))
        for mac, answer in zip(macs(2), answers, strict=True):
            assert f"system/name={mac}\n" in answer.text

    def test_several_requests_of_one_phone_are_applied_in_the_order_of_their_arrival(self, session):
        ask_all(session, request(), request(tenant="Default"), request(peer="10.1.0.9"))
        row = row_of(session)
        assert (row.url_tenant, row.tenant.name, row.external_ip) == ("Acme", "Acme", "10.1.0.9")
        decided = select(Decision.outcome).order_by(Decision.id)
        tenants = [outcome["tenant_id"] for outcome in session.scalars(decided)]
        acme, default = tenant_id(session, "Acme"), tenant_id(session, "Default")
        assert tenants == [acme, default, acme]

    def test_one_address_makes_so_many_rows_and_no_more(self, session, monkeypatch):
        monkeypatch.setattr(provisioning, "MOST_UNREPORTED_PER_ADDRESS", 3)
        ask(session, mac="00908faaaaaa")
        answers = ask_all(session, *(request(mac) for mac in macs(5)), request(macs(5)[4], peer="10.1.2.4"))
        assert [answer.text is not None for answer in answers] == [True] * 6
        rows = session.scalars(select(DeviceStatus.mac).order_by(DeviceStatus.mac)).all()
        assert rows == ["00908f000000", "00908f000001", "00908f000004", "00908faaaaaa"]
        decided = session.scalars(select(Decision.mac).order_by(Decision.mac)).all()
        assert decided == rows


def tenant_id(session, name):
    return session.scalars(select(Tenant.id).where(Tenant.name == name)).one()
