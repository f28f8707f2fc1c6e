"""Configuration files: what they are made of, when they are made, and what is told of them."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.models import ConfigFile, ConfigurationValue, JournalEntry, TemplateDefault
from app.models.enums import FileKind, Status, Train, ValueLevel, VlanMode
from app.services import config_files, public_address, stored_files
from app.services import settings as system_settings
from app.services.author import Author
from tests import factories
from tests.factories import NOW
from tests.services.reporting import ANNA, MAC, report

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
LATER = NOW + timedelta(days=1)


@pytest.fixture
def acme(session):
    return factories.make_tenant(session, "Acme")


@pytest.fixture
def device(session, acme):
    """A generic phone of Anna's in Berlin."""
    site = factories.make_site(session, "Berlin", tenant=acme)
    user = factories.make_user(session, "160000", tenant=acme, display_name="Anna", password="s3cret")
    template = factories.get_template(session, "Audiocodes_430HD")
    return factories.make_device(session, mac=MAC, site=site, phone_user=user, template=template)


def generate(session, device, now=NOW):
    return config_files.generate(session, device, now=now)


def lines_of(session, device):
    return config_files.text_of(generate(session, device)).splitlines()


def overlay(session, level, parameter, value, **owner):
    session.add(ConfigurationValue(level=level, parameter=parameter, value=value, **owner))
    session.flush()


class TestWhatAFileIsMadeOf:
    def test_the_template_filled_with_the_devices_own_values(self, session, device):
        device.vlan_mode, device.vlan_id, device.vlan_priority = VlanMode.MANUAL, 350, 5
        device.language = "German"
        lines = lines_of(session, device)
        assert lines[0] == "include Audiocodes_430HD_global_GENERIC_empty.cfg"
        assert set(lines) >= {
            "voip/line/0/id=160000",
            "voip/line/0/auth_name=160000",
            "voip/line/0/auth_password=s3cret",
            "voip/line/0/extension_display=Anna",
            "ems_server/user_name=160000",
            "personal_settings/language=German",
            "network/lan/vlan/mode=Manual",
            "network/lan/vlan/id=350",
            "network/lan/vlan/priority=5",
        }

    def test_the_layer_that_is_nearest_to_the_phone_wins(self, session, device, acme):
        owners = [
            {},
            {"template_id": device.template_id},
            {"tenant_id": acme.id},
            {"tenant_id": acme.id, "site_id": device.site_id},
            {"tenant_id": acme.id, "device_id": device.id},
        ]
        for number, owner in enumerate(owners):
            factories.make_placeholder(session, "Primary_NTP", f"ntp{number}.acme.com", **owner)
            assert f"system/ntp/primary_server_address=ntp{number}.acme.com" in lines_of(session, device)

    def test_a_placeholder_of_the_device_wins_over_its_field(self, session, device, acme):
        factories.make_placeholder(session, "Language", "Hebrew", tenant_id=acme.id, device_id=device.id)
        device.language = "German"
        assert "personal_settings/language=Hebrew" in lines_of(session, device)

    def test_the_values_of_other_owners_are_not_in_it(self, session, device):
        globex = factories.make_tenant(session, "Globex")
        oslo = factories.make_site(session, "Oslo", tenant=device.tenant)
        factories.make_placeholder(session, "Primary_NTP", "wrong", tenant_id=globex.id)
        factories.make_placeholder(
            session, "Primary_NTP", "wrong", tenant_id=device.tenant_id, site_id=oslo.id
        )
        overlay(session, ValueLevel.TENANT, "a/b", "wrong", tenant_id=globex.id)
        assert "wrong" not in "\n".join(lines_of(session, device))

    def test_the_overlays_follow_in_their_order_daylight_tenant_site_user(self, session, device, acme):
        user = {"tenant_id": acme.id, "phone_user_id": device.phone_user_id}
        site = {"tenant_id": acme.id, "site_id": device.site_id}
        overlay(session, ValueLevel.USER, "system/daylight_saving/activate", "of the user", **user)
        overlay(session, ValueLevel.SITE, "system/daylight_saving/activate", "of the site", **site)
        overlay(
            session, ValueLevel.TENANT, "system/daylight_saving/activate", "of the tenant", tenant_id=acme.id
        )
        overlay(session, ValueLevel.TENANT, "voip/line/0/id", "of the tenant", tenant_id=acme.id)
        lines = lines_of(session, device)
        laid_over = [line for line in lines if line.startswith("system/daylight_saving/activate")]
        assert laid_over == [
            "system/daylight_saving/activate = Enable",
            "system/daylight_saving/activate = of the tenant",
            "system/daylight_saving/activate = of the site",
            "system/daylight_saving/activate = of the user",
        ]
        assert lines.index("voip/line/0/id = of the tenant") > lines.index("voip/line/0/id=160000")

    def test_the_system_settings_are_in_it(self, session, device):
        system_settings.change(session, "keep_alive_period", "15", author=Author("alice"), now=NOW)
        system_settings.change(session, "language", "Czech", author=Author("alice"), now=NOW)
        system_settings.change(session, "daylight_active", "no", author=Author("alice"), now=NOW)
        lines = lines_of(session, device)
        assert set(lines) >= {
            "ems_server/keep_alive_period=15",
            "personal_settings/language=Czech",
            "system/daylight_saving/activate = Disable",
        }

    def test_the_address_of_the_installation_is_in_it(self, session, device):
        public_address.keep(session, "https://phones.acme.com", 0)
        lines = lines_of(session, device)
        assert "provisioning/configuration/url=https://phones.acme.com/configfiles/" in lines
        assert "ems_server/provisioning/url=https://phones.acme.com:443/" in lines

    def test_without_a_password_the_phone_signs_as_system_and_no_secret_is_empty(self, session, device):
        device.phone_user.password = None
        lines = lines_of(session, device)
        assert "ems_server/user_name=system" in lines
        assert not [line for line in lines if "auth_password" in line]

    def test_a_device_without_template_has_no_file(self, session, acme):
        assert generate(session, factories.make_device(session, tenant=acme, template=None)) is None

    def test_one_device_follows_another_without_its_values(self, session, device, acme):
        user = factories.make_user(session, "160001", tenant=acme, display_name="Bob", password="another")
        other = factories.make_device(session, site=device.site, phone_user=user, template=device.template)
        config_files.generate_many(session, [device.id, other.id], now=NOW)
        text = config_files.text_of(config_files.find(session, config_files.name_for(other.mac)))
        assert "voip/line/0/id=160001\n" in text
        assert [word for word in ("160000", "Anna", "s3cret", device.mac) if word in text] == []


class TestWhenAFileIsMade:
    """Only when the product says so: registration, approval, another user, Generate (protocol 9.4)."""

    def test_changed_values_are_in_the_file_only_after_generate(self, session, device, acme):
        file = generate(session, device)
        before = config_files.text_of(file)
        factories.make_placeholder(session, "Primary_NTP", "ntp.acme.com", tenant_id=acme.id)
        overlay(session, ValueLevel.TENANT, "system/syslog/mode", "1", tenant_id=acme.id)
        device.phone_user.display_name = "Somebody else"
        device.template.content = device.template.content.replace("STATIC", "DYNAMIC")
        report(session, mac=MAC, location="Floor 3")
        session.flush()
        assert config_files.text_of(config_files.find(session, config_files.name_for(MAC))) == before
        assert config_files.text_of(generate(session, device)) != before

    @pytest.mark.usefixtures("acme")
    def test_another_user_brings_another_file(self, session):
        template = factories.get_template(session)
        session.add(
            TemplateDefault(
                tenant_id=factories.make_site(session).tenant_id,
                phone_model=factories.get_model(session),
                train=Train.UC,
                template=factories.get_template(session, "Audiocodes_430HD"),
            )
        )
        report(session, Status.REGISTERED, region="Acme", **ANNA)
        first = config_files.find(session, config_files.name_for(MAC))
        assert first.template_name != template.name
        assert "voip/line/0/id=anna@acme.com\n" in config_files.text_of(first)
        report(session, Status.REGISTERED, user_id="bob@acme.com", user_name="Bob", now=LATER)
        second = config_files.find(session, config_files.name_for(MAC))
        assert "voip/line/0/id=bob@acme.com\n" in config_files.text_of(second)
        assert "anna@acme.com" not in config_files.text_of(second)
        assert second.generated_at == LATER

    @pytest.mark.usefixtures("acme")
    def test_the_values_of_the_other_user_are_laid_over(self, session, acme):
        bob = factories.make_user(session, "bob@acme.com", tenant=acme)
        overlay(
            session,
            ValueLevel.USER,
            "personal_settings/ring",
            "loud",
            tenant_id=acme.id,
            phone_user_id=bob.id,
        )
        report(session, Status.REGISTERED, region="Acme", **ANNA)
        assert "loud" not in config_files.text_of(config_files.find(session, config_files.name_for(MAC)))
        report(session, Status.REGISTERED, user_id="bob@acme.com", user_name="Bob")
        assert "personal_settings/ring = loud\n" in config_files.text_of(
            config_files.find(session, config_files.name_for(MAC))
        )


class TestWhatIsKept:
    def test_name_template_size_and_validator(self, session, device):
        file = generate(session, device)
        content = config_files.content_of(file)
        assert (file.name, file.kind, file.device_id, file.tenant_id) == (
            f"{MAC}.cfg",
            FileKind.PHONE,
            device.id,
            device.tenant_id,
        )
        assert file.template_name == "Audiocodes_430HD"
        assert file.size == len(content)
        assert file.etag == stored_files.etag_of(content)
        assert len(file.etag) == 34

    def test_the_same_content_keeps_its_date_and_its_bytes(self, session, device):
        first = generate(session, device)
        kept = (first.generated_at, first.etag, first.content)
        again = generate(session, device, LATER)
        assert (again.generated_at, again.etag, again.content) == kept
        device.language = "German"
        changed = generate(session, device, LATER)
        assert changed is first
        assert changed.generated_at == LATER
        assert changed.etag != kept[1]

    def test_a_file_is_found_without_regard_to_case(self, session, device):
        file = generate(session, device)
        assert config_files.find(session, f"{MAC.upper()}.CFG") is file
        assert config_files.find(session, "nothing.cfg") is None

    def test_it_goes_with_its_device(self, session, device):
        generate(session, device)
        session.flush()
        session.delete(device)
        session.flush()
        session.expire_all()
        assert config_files.find(session, config_files.name_for(MAC)) is None


class TestUnknownPlaceholders:
    @pytest.fixture
    def template(self, device):
        template = device.template
        token = "zzz0_daylight_cfg"
        template.content = template.content.replace(
            token, f"a/b=%ITCS_Nowhere%\nc/d=%ITCS_P_Own%\n{token}", 1
        )
        return template

    @pytest.mark.usefixtures("template")
    def test_the_line_is_left_out_and_the_file_tells_it(self, session, device):
        file = generate(session, device)
        text = config_files.text_of(file)
        assert "a/b" not in text
        assert "%ITCS_" not in text
        assert file.problems == ["No layer has a value for %ITCS_Nowhere%; the line was left out."]

    @pytest.mark.usefixtures("template")
    def test_a_private_placeholder_is_there_with_an_empty_value_by_itself(self, session, device):
        assert "c/d=" in lines_of(session, device)
        factories.make_placeholder(session, "P_Own", "x", template_id=device.template_id)
        assert "c/d=x" in lines_of(session, device)

    @pytest.mark.usefixtures("template")
    def test_the_journal_tells_it_in_the_tenants_part(self, session, device):
        generate(session, device)
        entry = session.scalars(select(JournalEntry).where(JournalEntry.subject == f"{MAC}.cfg")).one()
        assert "%ITCS_Nowhere%" in entry.text
        assert entry.tenant_id == device.tenant_id

    @pytest.mark.usefixtures("template")
    def test_an_empty_value_is_a_value(self, session, device):
        factories.make_placeholder(session, "Nowhere", "")
        factories.make_placeholder(session, "P_Own", "x", tenant_id=device.tenant_id)
        file = generate(session, device)
        assert file.problems == []
        assert "a/b=\nc/d=x\n" in config_files.text_of(file)

    @pytest.mark.usefixtures("template")
    def test_a_value_that_looks_like_a_placeholder_is_not_filled_again(self, session, device):
        factories.make_placeholder(session, "Nowhere", "%ITCS_Line1AuthPassword%")
        factories.make_placeholder(session, "P_Own", "")
        assert "a/b=%ITCS_Line1AuthPassword%" in lines_of(session, device)


class TestSharedFiles:
    def test_every_template_has_its_global_file(self, session):
        kinds = {file.name: file.kind for file in session.scalars(select(ConfigFile))}
        assert kinds["Audiocodes_430HD_global_LYNC_empty.cfg"] is FileKind.GLOBAL
        assert kinds["Audiocodes_430HD_global_GENERIC_empty.cfg"] is FileKind.GLOBAL
        assert kinds["dhcpoption160.cfg"] is FileKind.DHCP_OPTION
        assert "httpproxy/dhcpoption160.cfg" not in kinds

    def test_generating_them_again_changes_nothing(self, session):
        before = {file.name: (file.etag, file.generated_at) for file in session.scalars(select(ConfigFile))}
        config_files.generate_shared_files(session, now=LATER)
        session.flush()
        after = {file.name: (file.etag, file.generated_at) for file in session.scalars(select(ConfigFile))}
        assert after == before

    def test_another_address_is_in_them_when_they_are_generated(self, session):
        public_address.keep(session, "http://10.9.8.7", 0)
        config_files.generate_shared_files(session, now=LATER)
        text = config_files.text_of(config_files.find(session, "dhcpoption160.cfg"))
        assert "ems_server/provisioning/url=http://10.9.8.7:8081/\n" in text
        assert "provisioning/configuration/url=http://10.9.8.7/configfiles/\n" in text
