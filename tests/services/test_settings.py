"""System settings: their defaults, what may be written, and what is noted of a change."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import InvalidInputError, NotFoundError
from app.models import JournalEntry, SystemSetting
from app.rendering.daylight import ChangeDate, DateFormat, DaylightSaving, DayOfWeek
from app.services import settings

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def change(session: Session, name: str, text: str) -> str:
    return settings.change(session, name, text, by="alice", now=NOW, address="10.0.0.9")


def test_nothing_changed_means_the_defaults_of_the_manual(session: Session) -> None:
    assert settings.read(session) == settings.SystemSettings(
        disconnected_timeout=timedelta(minutes=120),
        keep_alive_period=60,
        web_ui_time_zone=ZoneInfo("UTC"),
        language="English",
        sbc_proxy_host="",
        sbc_proxy_port=80,
        daylight_saving=DaylightSaving(
            is_active=True,
            date_format=DateFormat.FIXED,
            start=ChangeDate(month=3, day=26),
            end=ChangeDate(month=9, day=14),
        ),
    )


@pytest.mark.parametrize("setting", settings.CATALOGUE.values(), ids=lambda setting: setting.name)
def test_a_default_is_written_as_it_would_be_kept(setting: settings.Setting) -> None:
    assert setting.check(setting.default) == setting.default


def test_a_change_is_read_by_those_who_come_after(session: Session) -> None:
    change(session, "disconnected_timeout", "15")
    change(session, "web_ui_time_zone", "Europe/Berlin")
    change(session, "daylight_start", "month=3 week=5 day_of_week=sunday hour=3")
    change(session, "daylight_active", "No")
    read = settings.read(session)
    assert read.disconnected_timeout == timedelta(minutes=15)
    assert read.web_ui_time_zone == ZoneInfo("Europe/Berlin")
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
        ("daylight_end", "month=10", "month=10 day=1 week=1 day_of_week=SUNDAY hour=2 minute=0"),
    ],
)
def test_a_text_is_kept_in_one_form(name: str, written: str, kept: str) -> None:
    assert settings.CATALOGUE[name].check(written) == kept


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
        settings.CATALOGUE[name].check(text)


def test_a_refused_text_changes_nothing(session: Session) -> None:
    with pytest.raises(InvalidInputError):
        change(session, "keep_alive_period", "301")
    assert settings.read(session).keep_alive_period == 60


def test_an_unknown_setting_is_refused_with_the_one_that_was_meant(session: Session) -> None:
    with pytest.raises(NotFoundError, match="did you mean disconnected_timeout"):
        change(session, "disconnect_timeout", "5")
