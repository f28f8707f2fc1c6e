"""System settings: their defaults, what may be written, and what is noted of a change."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.errors import InvalidInputError, NotFoundError
from app.models import JournalEntry, Placeholder, SystemSetting
from app.models.enums import Layer
from app.rendering import placeholders
from app.rendering.daylight import ChangeDate, DateFormat, DaylightSaving, DayOfWeek
from app.rendering.secret_parameters import MASK
from app.services import public_address, settings
from app.services.author import Author
from app.services.config_files.sources import Sources
from app.services.settings.catalogue import CATALOGUE
from app.services.settings.changes import SettingChange, doubts_of
from app.services.settings.definitions import Setting
from app.services.settings.zones import texts_for_zone, with_zone

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def change(session: Session, name: str, text: str) -> str:
    return settings.change(session, name, text, author=Author("alice", "10.0.0.9"), now=NOW)


def change_many(session: Session, texts: dict[str, str], **options: object) -> list[SettingChange]:
    return settings.change_many(session, texts, author=Author("alice"), now=NOW, **options)


def test_nothing_changed_means_the_defaults_of_the_manual(session: Session) -> None:
    assert settings.read(session) == settings.SystemSettings(
        disconnected_timeout=timedelta(minutes=120),
        sbc_proxy_host="",
        sbc_proxy_port=80,
        daylight_saving=DaylightSaving(
            is_active=True,
            date_format=DateFormat.FIXED,
            start=ChangeDate(month=3, day=26),
            end=ChangeDate(month=9, day=14),
        ),
    )


@pytest.mark.parametrize("setting", CATALOGUE.values(), ids=lambda setting: setting.name)
def test_a_default_is_written_as_it_would_be_kept(setting: Setting) -> None:
    assert setting.check(setting.default) == setting.default


def test_a_change_is_read_by_those_who_come_after(session: Session) -> None:
    change(session, "disconnected_timeout", "15")
    change(session, "web_ui_time_zone", "Europe/Berlin")
    change(session, "daylight_start", "month=3 week=5 day_of_week=sunday hour=3")
    change(session, "daylight_active", "No")
    read = settings.read(session)
    assert read.disconnected_timeout == timedelta(minutes=15)
    assert settings.web_ui_time_zone(session) == ZoneInfo("Europe/Berlin")
    assert read.daylight_saving.start == ChangeDate(month=3, week=5, day_of_week=DayOfWeek.SUNDAY, hour=3)
    assert not read.daylight_saving.is_active


def test_a_change_is_noted_with_who_what_and_from_where(session: Session) -> None:
    change(session, "language", "german")
    entry = session.scalars(select(JournalEntry).where(JournalEntry.subject == "language")).one()
    assert (entry.actor, entry.address, entry.at) == ("alice", "10.0.0.9", NOW)
    assert entry.text == "The system setting language was changed from 'English' to 'German'."


def test_what_changes_nothing_is_not_noted(session: Session) -> None:
    change(session, "language", "English")
    assert session.scalars(select(JournalEntry).where(JournalEntry.subject == "language")).all() == []
    assert session.get(SystemSetting, "language") is None


def test_a_changed_setting_can_be_set_back(session: Session) -> None:
    change(session, "sbc_proxy_host", "sbc.example.com")
    assert change(session, "sbc_proxy_host", "") == ""
    assert settings.read(session).sbc_proxy_host == ""


@pytest.mark.parametrize(
    ("name", "written", "kept"),
    [
        ("disconnected_timeout", "007", "7"),
        ("keep_alive_period", "0", "0"),
        ("language", "CHINESETRADITIONAL", "ChineseTraditional"),
        ("sbc_proxy_host", "[2001:db8::1]", "[2001:db8::1]"),
        ("daylight_date_format", "dayofweek", "DayOfWeek"),
        ("gmt_offset", "+1:00", "+01:00"),
        ("gmt_offset", "", "not_set"),
        ("server_fqdn", "phones.acme.com:8443", "phones.acme.com:8443"),
        ("outbound_proxy", "", "0.0.0.0"),
        ("upload_suffixes", "CFG, .img;zip  .cfg", ".cfg .img .zip"),
        ("daylight_end", "month=10", "month=10 day=1 week=1 day_of_week=SUNDAY hour=2 minute=0"),
    ],
)
def test_a_text_is_kept_in_one_form(name: str, written: str, kept: str) -> None:
    assert CATALOGUE[name].check(written) == kept


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("disconnected_timeout", "0"),
        ("disconnected_timeout", "10081"),
        ("disconnected_timeout", "two hours"),
        ("disconnected_timeout", "9" * 5000),
        ("keep_alive_period", "301"),
        ("keep_alive_period", "-1"),
        ("web_ui_time_zone", "Berlin"),
        ("web_ui_time_zone", "../../etc/passwd"),
        ("language", "Klingon"),
        ("sbc_proxy_host", "http://sbc.example.com"),
        ("sbc_proxy_port", "0"),
        ("sbc_proxy_port", "65536"),
        ("server_fqdn", "0.0.0.0"),
        ("server_fqdn", "http://phones.acme.com"),
        ("ntp_server", "n" * 65),
        ("backup_proxy", "a" * 33),
        ("voice_mail_number", "1000\nsystem/password=x"),
        ("ldap_base", "dc=acme\rdc=com"),
        ("gmt_offset", "+15:00"),
        ("upload_suffixes", ""),
        ("upload_suffixes", ".c/fg"),
        ("shared_templates_url", "javascript:alert(1)"),
        ("ldap_certificates", "-----BEGIN CERTIFICATE-----\nnone\n-----END CERTIFICATE-----"),
        ("daylight_active", "perhaps"),
        ("daylight_start", ""),
        ("daylight_start", "day=1"),
        ("daylight_start", "month=2 day=30"),
        ("daylight_start", "month=march"),
        ("daylight_start", "month=3 year=2026"),
        ("daylight_start", "month=3 day_of_week=SOMEDAY"),
        ("daylight_offset", "181"),
    ],
)
def test_a_text_that_will_not_do_is_refused(name: str, text: str) -> None:
    with pytest.raises(InvalidInputError):
        CATALOGUE[name].check(text)


def test_a_refused_text_changes_nothing(session: Session) -> None:
    with pytest.raises(InvalidInputError):
        change(session, "keep_alive_period", "301")
    assert settings.read_text(session, "keep_alive_period") == "60"


def test_an_unknown_setting_is_refused_with_the_one_that_was_meant(session: Session) -> None:
    with pytest.raises(NotFoundError, match="did you mean disconnected_timeout"):
        change(session, "disconnect_timeout", "5")


class TestMany:
    def test_all_are_changed_with_one_entry_that_names_each(self, session: Session) -> None:
        change_many(session, {"ntp_server": "10.1.1.1", "language": "Czech", "voice_mail_number": "1000"})
        entry = session.scalars(select(JournalEntry).where(JournalEntry.actor == "alice")).one()
        assert entry.text == (
            "System settings: ntp_server was changed from '' to '10.1.1.1'; "
            "language was changed from 'English' to 'Czech'."
        )
        assert entry.details == {
            "ntp_server": {"before": "", "after": "10.1.1.1"},
            "language": {"before": "English", "after": "Czech"},
        }

    def test_each_that_will_not_do_is_told_and_none_is_changed(self, session: Session) -> None:
        with pytest.raises(InvalidInputError) as refused:
            change_many(session, {"keep_alive_period": "301", "gmt_offset": "late", "language": "Czech"})
        assert refused.value.by_field.keys() == {"keep_alive_period", "gmt_offset"}
        assert settings.read_text(session, "language") == "English"

    def test_a_secret_is_masked_in_the_journal_and_encrypted_at_rest(self, session: Session) -> None:
        change_many(session, {"ldap_password": "open-sesame"})
        change_many(session, {"ldap_password": "another"})
        entries = session.scalars(select(JournalEntry).where(JournalEntry.subject == "ldap_password")).all()
        assert [entry.details["ldap_password"] for entry in entries] == [
            {"before": "", "after": MASK},
            {"before": MASK, "after": MASK},
        ]
        assert not [entry for entry in entries if "sesame" in entry.text]
        stored = session.execute(
            text("SELECT value FROM placeholder WHERE name = 'LDAPPassword'")
        ).scalar_one()
        assert b"another" not in bytes(stored)

    def test_what_somebody_else_changed_meanwhile_is_not_replaced_unseen(self, session: Session) -> None:
        change(session, "language", "Czech")
        with pytest.raises(InvalidInputError, match="Somebody else has set this to 'Czech' meanwhile"):
            change_many(session, {"language": "German"}, seen={"language": "English"})
        change_many(session, {"language": "German"}, seen={"language": "Czech"})
        assert settings.read_text(session, "language") == "German"

    @pytest.mark.parametrize(
        ("texts", "wrong"),
        [
            ({"outbound_proxy_active": "1"}, "outbound_proxy"),
            ({"redundant_mode": "1", "outbound_proxy": "10.1.1.1"}, "backup_proxy"),
            ({"ldap_active": "1"}, "ldap_server"),
        ],
    )
    def test_what_does_not_fit_together_is_refused_at_its_field(
        self, session: Session, texts: dict[str, str], wrong: str
    ) -> None:
        with pytest.raises(InvalidInputError) as refused:
            change_many(session, texts)
        assert refused.value.by_field.keys() == {wrong}

    def test_a_text_from_elsewhere_stays_until_it_is_changed(self, session: Session) -> None:
        session.add(Placeholder(layer=Layer.SYSTEM, name="SRTP", value="perhaps"))
        change_many(session, {"require_srtp": "perhaps", "language": "Czech"})
        assert settings.read_text(session, "require_srtp") == "perhaps"


class TestPlaceholders:
    def test_a_setting_for_phones_is_the_value_of_its_placeholder(self, session: Session) -> None:
        change(session, "ntp_server", "ntp.acme.com")
        assert Sources(session).shared_values(template_id=None, tenant_id=None, site_id=None)[
            "Primary_NTP"
        ] == ("ntp.acme.com")

    def test_one_set_back_to_its_default_leaves_no_value_behind(self, session: Session) -> None:
        change(session, "ntp_server", "ntp.acme.com")
        change(session, "ntp_server", "")
        assert session.scalars(select(Placeholder).where(Placeholder.layer == Layer.SYSTEM)).all() == []

    def test_every_placeholder_of_a_setting_is_a_known_one(self) -> None:
        named = {setting.placeholder for setting in CATALOGUE.values() if setting.placeholder}
        assert named <= placeholders.CATALOGUE.keys()
        ldap = {
            name for name, known in placeholders.CATALOGUE.items() if known.group == placeholders.Group.LDAP
        }
        assert ldap <= named


class TestDoubts:
    def test_phones_that_report_seldom_may_seem_disconnected(self, session: Session) -> None:
        assert list(doubts_of(settings.read_texts(session))) == []
        change(session, "keep_alive_period", "120")
        assert len(list(doubts_of(settings.read_texts(session)))) == 2


class TestPublicAddress:
    def test_the_settings_are_told_in_place_of_what_is_installed(self, session: Session) -> None:
        public_address.keep(session, "http://10.1.2.3", 0)
        change_many(session, {"scheme_from_devices": "https", "server_fqdn": "phones.acme.com"})
        assert public_address.urls_of(session).configuration_url == "https://phones.acme.com/configfiles/"
        assert public_address.installed_urls(session).public_url == "http://10.1.2.3"

    def test_a_new_installed_address_leaves_the_name_that_was_set(self, session: Session) -> None:
        change(session, "server_fqdn", "phones.acme.com")
        public_address.keep(session, "http://10.9.9.9", 0)
        assert public_address.urls_of(session).host == "phones.acme.com"


class TestTimeZone:
    def test_offset_and_dates_follow_from_the_zone_where_they_were_left(self, session: Session) -> None:
        before = settings.read_texts(session)
        texts, sentence = with_zone({"phone_time_zone": "Europe/Berlin"}, before, 2026)
        change_many(session, texts)
        after = settings.read_texts(session)
        assert sentence.startswith("Europe/Berlin is +01:00 in winter")
        assert after["gmt_offset"] == "+01:00"
        assert after["daylight_date_format"] == "DayOfWeek"
        assert after["daylight_end"] == "month=10 day=1 week=5 day_of_week=SUNDAY hour=3 minute=0"

    def test_what_was_typed_beside_a_new_zone_stays(self, session: Session) -> None:
        typed = {"phone_time_zone": "Europe/Berlin", "gmt_offset": "+02:00"}
        assert with_zone(typed, settings.read_texts(session), 2026) == (typed, "")

    def test_nothing_follows_from_the_zone_that_is_there_or_from_none(self, session: Session) -> None:
        before = {**settings.read_texts(session), "phone_time_zone": "Europe/Berlin"}
        for typed in ({}, {"phone_time_zone": ""}, {"phone_time_zone": "Berlin"}):
            assert with_zone(typed, before, 2026) == (typed, "")

    def test_a_zone_without_summer_switches_daylight_saving_off(self) -> None:
        texts, sentence = texts_for_zone("Asia/Kolkata", 2026)
        assert texts == {"gmt_offset": "+05:30", "daylight_active": "no"}
        assert "no daylight saving" in sentence

    def test_dates_that_move_are_said_to(self) -> None:
        assert "have to be chosen anew next year" in texts_for_zone("Asia/Jerusalem", 2026)[1]
