"""The search in the top bar and its page: who finds what, and where it leads."""

import pytest

from app.security.roles import ALARMS, FIRMWARE
from app.views import search
from tests.views.browsing import Browser
from tests.views.test_scope import NAMED_TENANTS, leaks
from tests.views.world import ACME_MAC, GLOBEX_MAC, World

WORDS = (
    "Globex",
    "gina",
    GLOBEX_MAC,
    "00:90:8f:61:bb:61",
    "61bb61",
    "10.2.0.7",
    "10.2.",
    "Harbour",
    "@globex",
    "o",
)


def suggested(browser: Browser, words: str) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = browser.get("/search/suggestions", query_string={"q": words}).json
    return rows


@pytest.mark.parametrize("name", NAMED_TENANTS)
def test_nothing_of_another_tenant_is_found_or_suggested(people: dict[str, Browser], name: str):
    for words in WORDS:
        page = people[name].get("/search/", query_string={"q": words})
        assert page.status_code == 200, words
        # What was typed is said again.
        assert leaks(page.text.replace(words, "")) == [], words
        assert leaks(str(suggested(people[name], words))) == [], words


def test_everything_is_found_by_kind_with_links(people: dict[str, Browser], shared_world: World):
    text = people["alice"].get("/search/?q=globex").text
    for address in (
        f"/devices/{GLOBEX_MAC}/",
        f"/tenants/show/{shared_world.globex}",
        f"/sites/show/{shared_world.globex_site}",
        f"/templates/show/{shared_world.globex_template}",
    ):
        assert f'href="{address}"' in text
        assert people["alice"].get(address).status_code == 200
    text = people["alice"].get("/search/?q=gina").text
    assert f'href="/alarms/{shared_world.globex_alarm}/"' in text
    assert f'href="/firmware/show/{shared_world.firmware}"' in people["alice"].get("/search/?q=450hd").text


@pytest.mark.parametrize("written", [ACME_MAC, "00:90:8F:AC:AC:A1", "0090.8fac.aca1", "00-90-8f-ac-ac-a1"])
def test_a_whole_mac_address_leads_to_its_phone(people: dict[str, Browser], written: str):
    answer = people["vera"].get("/search/", query_string={"q": written})
    assert (answer.status_code, answer.location) == (302, f"/devices/{ACME_MAC}/")


def test_a_mac_address_that_nobody_has_is_said(people: dict[str, Browser]):
    answer = people["vera"].get("/search/", query_string={"q": GLOBEX_MAC})
    assert answer.status_code == 200
    assert "Nothing is called that" in answer.text


def test_what_is_suggested_leads_there(people: dict[str, Browser]):
    rows = suggested(people["hal"], "anna@acme.example")
    assert [(row["kind"], row["address"]) for row in rows][:1] == [("Phone", f"/devices/{ACME_MAC}/")]
    assert all(people["hal"].get(row["address"]).status_code == 200 for row in rows)
    assert len(suggested(people["alice"], "a")) <= search.MOST_SUGGESTIONS


def test_pages_of_the_menu_are_found_by_who_may_open_them(people: dict[str, Browser]):
    (row,) = (row for row in suggested(people["alice"], "system settings") if row["kind"] == "Go to")
    assert row["address"].startswith("/system-settings/")
    assert not suggested(people["olga"], "system settings")
    assert "/system-settings/" not in people["olga"].get("/search/?q=system+settings").text


def test_a_kind_whose_page_one_may_not_list_is_not_searched(people: dict[str, Browser]):
    assert search.KINDS[search.Kind.FIRMWARE].page == FIRMWARE
    assert search.KINDS[search.Kind.ALARM].page == ALARMS
    assert "Firmware" in {row["kind"] for row in suggested(people["victor"], "450HD.img")}
    assert suggested(people["vera"], "450HD.img") == []
    assert suggested(people["hal"], "450HD.img") == []


@pytest.mark.parametrize("words", ["", " ", "%", "_%_", "<script>alert(1)</script>", "x" * 5000, "ß" * 200])
def test_odd_words_are_no_trouble(people: dict[str, Browser], words: str):
    page = people["alice"].get("/search/", query_string={"q": words})
    assert page.status_code == 200
    assert "<script>alert" not in page.text
    assert suggested(people["alice"], words) == []


def test_the_search_is_on_every_page_of_who_is_signed_in(people: dict[str, Browser], visitor: Browser):
    assert 'id="global-search"' in people["nora"].get("/account/").text
    assert 'id="global-search"' in people["nora"].get("/nothing-here").text
    assert 'id="global-search"' not in visitor.get("/login/").text
