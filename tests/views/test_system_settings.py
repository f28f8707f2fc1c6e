"""System Settings: what the page shows, saves and refuses."""

import re
from collections.abc import Mapping

import pytest
from flask import Flask
from markupsafe import escape
from sqlalchemy import select

from app.models import JournalEntry
from app.security.tenant_scope import ALL_TENANTS
from app.services import settings
from app.services.settings.catalogue import settings_in
from app.transaction import reading
from app.views.system_settings import SECTIONS
from tests.views.browsing import Browser
from tests.views.conftest import SignIn
from tests.views.installations import database_of
from tests.views.world import ACME_MAC

ADDRESS = "/system-settings/"
PHONES = {"ntp_server": "10.1.1.1", "language": "German"}


def texts_of(app: Flask) -> dict[str, str]:
    with reading(database_of(app), ALL_TENANTS) as session:
        return settings.read_texts(session)


def field_values(page: str) -> dict[str, str]:
    """Return what the hidden fields of a page carry, as its form would send it."""
    found = re.findall(r'<input type="hidden" name="([^"]+)\.seen" value="([^"]*)">', page)
    return {f"{name}.seen": value for name, value in found}


def test_every_setting_has_a_field_with_a_label(people: dict[str, Browser]):
    page = people["alice"].get(ADDRESS).text
    for setting in settings_in(*SECTIONS):
        assert f'id="{setting.name}"' in page, setting.name
        assert str(escape(setting.title)) in page
        assert f'for="{setting.name}"' in page or setting.kind.control == "date"


def test_what_is_saved_is_shown_and_noted_in_one_entry(app: Flask, sign_in: SignIn):
    alice = sign_in("alice")
    answer = alice.post(ADDRESS, PHONES)
    changes = [f"placeholder.system.{name}" for name in ("Language", "Primary_NTP")]
    assert answer.location == f"{ADDRESS}?change={'&change='.join(changes)}"
    page = alice.get(ADDRESS).text
    assert "Saved: IP phones&#39; language, NTP server." in page
    assert "Phones get what concerns them when their files are generated." in page
    assert 'value="10.1.1.1"' in page
    with reading(database_of(app), ALL_TENANTS) as session:
        entry = session.scalars(
            select(JournalEntry).where(JournalEntry.action == "system setting changed")
        ).one()
        assert (entry.actor, entry.subject) == ("alice", "language, ntp_server")


def test_one_that_will_not_do_keeps_all_from_being_saved_and_what_was_typed(app: Flask, sign_in: SignIn):
    alice = sign_in("alice")
    answer = alice.post(ADDRESS, {**PHONES, "disconnected_timeout": "soon"})
    assert answer.status_code == 400
    assert "Nothing was saved" in answer.text
    assert 'href="#disconnected_timeout"' in answer.text
    assert 'value="soon"' in answer.text
    assert 'value="10.1.1.1"' in answer.text
    assert texts_of(app)["ntp_server"] == ""


def test_what_two_people_change_at_once_is_both_kept(app: Flask, sign_in: SignIn):
    alice, oscar = sign_in("alice"), sign_in("oscar")
    seen = field_values(alice.get(ADDRESS).text)
    oscar.post(ADDRESS, {**seen, "ntp_server": "10.1.1.1", "language": "English"})
    answer = alice.post(ADDRESS, {**seen, "ntp_server": "", "language": "German"})
    assert answer.status_code == 302
    texts = texts_of(app)
    assert (texts["ntp_server"], texts["language"]) == ("10.1.1.1", "German")


def test_the_same_setting_is_not_replaced_unseen(app: Flask, sign_in: SignIn):
    alice, oscar = sign_in("alice"), sign_in("oscar")
    seen = field_values(alice.get(ADDRESS).text)
    oscar.post(ADDRESS, {**seen, "language": "Czech"})
    answer = alice.post(ADDRESS, {**seen, "language": "German"})
    assert "Somebody else has set this to &#39;Czech&#39; meanwhile" in answer.text
    assert texts_of(app)["language"] == "Czech"
    again = {**field_values(answer.text), "language": "German"}
    assert alice.post(ADDRESS, again).status_code == 302
    assert texts_of(app)["language"] == "German"


def test_a_time_zone_fills_in_offset_and_dates_without_saving_them(app: Flask, sign_in: SignIn):
    alice = sign_in("alice")
    before = texts_of(app)
    page = alice.post(ADDRESS, {"phone_time_zone": "Europe/Berlin", "fill_in": "y", **PHONES}).text
    assert "Nothing is saved yet" in page
    assert 'name="gmt_offset" value="+01:00"' in page
    assert 'name="daylight_end.week" value="5"' in page
    assert 'value="10.1.1.1"' in page
    assert texts_of(app) == before


def test_a_time_zone_that_is_none_is_refused_at_its_field(sign_in: SignIn):
    answer = sign_in("alice").post(ADDRESS, {"phone_time_zone": "Berlin", "fill_in": "y"})
    assert answer.status_code == 400
    assert "is no time zone" in answer.text


def test_a_new_time_zone_brings_its_dates_when_it_is_saved(app: Flask, sign_in: SignIn):
    alice = sign_in("alice")
    seen = field_values(alice.get(ADDRESS).text)
    alice.post(ADDRESS, {**seen, "phone_time_zone": "America/New_York", "gmt_offset": "not_set"})
    texts = texts_of(app)
    assert texts["gmt_offset"] == "-05:00"
    assert texts["daylight_start"] == "month=3 day=1 week=2 day_of_week=SUNDAY hour=2 minute=0"


def date_fields(name: str, date: Mapping[str, str]) -> dict[str, str]:
    return {f"{name}.{part}": value for part, value in date.items()}


def test_a_date_is_typed_in_its_parts(app: Flask, sign_in: SignIn):
    date = {"month": "4", "day": "2", "week": "1", "day_of_week": "MONDAY", "hour": "1", "minute": "30"}
    alice = sign_in("alice")
    assert alice.post(ADDRESS, date_fields("daylight_start", date)).status_code == 302
    assert texts_of(app)["daylight_start"] == "month=4 day=2 week=1 day_of_week=MONDAY hour=1 minute=30"
    answer = alice.post(ADDRESS, date_fields("daylight_start", {**date, "month": "13"}))
    assert answer.status_code == 400
    assert 'name="daylight_start.month" value="13"' in answer.text


def test_a_search_hides_what_it_does_not_find(people: dict[str, Browser]):
    page = people["oscar"].get(f"{ADDRESS}?q=ntp server").text
    shown = re.findall(r'<div class="setting" data-setting="[^"]*">', page)
    assert len(shown) == 1
    assert "No setting is called so" in people["oscar"].get(f"{ADDRESS}?q=rotary dial").text


def test_the_addresses_that_phones_are_told_are_shown(sign_in: SignIn):
    alice = sign_in("alice")
    alice.post(ADDRESS, {"scheme_from_devices": "https", "server_fqdn": "phones.acme.com"})
    assert "<code>https://phones.acme.com/configfiles/</code>" in alice.get(ADDRESS).text


def test_times_are_written_in_the_zone_of_the_screens(sign_in: SignIn):
    alice = sign_in("alice")
    assert re.search(r'title="[0-9 :-]+ UTC"', alice.get("/logs/activity/").text)
    alice.post(ADDRESS, {"web_ui_time_zone": "Asia/Tokyo"})
    page = alice.get("/logs/activity/").text
    assert re.search(r'title="[0-9 :-]+ JST"', page)
    assert ' UTC"' not in page


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_the_web_pages_of_phones_open_as_it_is_set(sign_in: SignIn, scheme: str):
    alice = sign_in("alice")
    alice.post(ADDRESS, {"web_admin_scheme": scheme})
    assert f'data-web="{scheme}"' in alice.get("/devices-status/").text
    assert f'href="{scheme}://10.1.0.7/"' in alice.get(f"/devices/{ACME_MAC}/").text


def test_a_keep_alive_beyond_an_hour_is_saved_with_a_warning(sign_in: SignIn):
    alice = sign_in("alice")
    alice.post(ADDRESS, {"keep_alive_period": "90"})
    assert "with more than 60 they may seem disconnected" in alice.get(ADDRESS).text
