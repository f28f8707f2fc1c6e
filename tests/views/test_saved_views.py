"""Views of Devices Status that people save: whose they are, what they keep, and the one the list begins with."""

import pytest
from flask import Flask

from app.services.devices_status import saved_views
from tests.views.browsing import Browser
from tests.views.conftest import SignIn
from tests.views.world import World

LIST = "/devices-status/"
VIEWS = f"{LIST}views/"
QUERY = "q=anna&tenant=Acme&sort=mac&direction=asc&columns=mac,user&rows=25"
WHOLE = "q=anna&tenant=Acme&rows=25&sort=mac&direction=asc&columns=mac,user"


def save(browser: Browser, name: str, of: str = QUERY) -> str:
    answer = browser.post(VIEWS, {"name": name, "of": of})
    assert answer.status_code == 302, answer.text
    return answer.location


def ids_in(page: str) -> list[str]:
    return [part.partition("/rename")[0] for part in page.split(f'action="{VIEWS}') if "/rename" in part[:20]]


def test_a_view_keeps_filters_order_columns_and_rows_under_a_name(world: World, sign_in: SignIn):
    olga = sign_in("olga")
    address = save(olga, " Annas ")
    assert address == f"{LIST}?{WHOLE}"
    page = olga.get(address).text
    assert "“Annas”" in page
    assert '<i class="fa-solid fa-bookmark" aria-hidden="true"></i> Annas</summary>' in page
    listed = sign_in("olga").get(VIEWS).text
    assert f'href="{LIST}?{WHOLE.replace("&", "&amp;")}">Annas</a>' in listed
    assert "Search: anna · Tenant: Acme" in listed


def test_views_are_renamed_overwritten_and_deleted(world: World, sign_in: SignIn):
    olga = sign_in("olga")
    save(olga, "Annas")
    (number,) = ids_in(olga.get(VIEWS).text)
    assert olga.post(f"{VIEWS}{number}/rename", {"name": "Others"}).location == VIEWS
    olga.post(f"{VIEWS}{number}/overwrite", {"of": "status=offline"})
    page = olga.get(VIEWS).text
    assert ("Annas</a>" in page, "Others</a>" in page, "Status: offline" in page) == (False, True, True)
    olga.post(f"{VIEWS}{number}/delete")
    assert ids_in(olga.get(VIEWS).text) == []


def test_the_bare_list_begins_with_the_default_and_all_phones_stay_within_reach(
    world: World, sign_in: SignIn
):
    olga = sign_in("olga")
    for name in ("First", "Second"):
        save(olga, name)
    first, second = ids_in(olga.get(VIEWS).text)
    olga.post(f"{VIEWS}{first}/default")
    olga.post(f"{VIEWS}{second}/default")
    assert olga.get(LIST).location == f"{LIST}?{WHOLE}"
    assert olga.get(VIEWS).text.count(" default</span>") == 1
    assert olga.get(f"{LIST}?view=all").status_code == 200
    assert sign_in("alice").get(LIST).status_code == 200
    olga.post(f"{VIEWS}{second}/no-default")
    assert olga.get(LIST).status_code == 200


def test_views_of_others_are_neither_shown_nor_touched(world: World, sign_in: SignIn):
    olga, alice = sign_in("olga"), sign_in("alice")
    save(olga, "Annas")
    (number,) = ids_in(olga.get(VIEWS).text)
    assert "Annas" not in alice.get(VIEWS).text
    for deed in ("rename", "overwrite", "delete", "default"):
        assert alice.post(f"{VIEWS}{number}/{deed}", {"name": "Mine"}).status_code in (404, 409)
    assert ids_in(olga.get(VIEWS).text) == [number]
    assert "Annas</a>" in olga.get(VIEWS).text
    save(alice, "Annas")


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"name": "", "of": ""}, "Give the view a name."),
        ({"name": "x" * 61}, "61 characters; 60 is the most"),
        ({"name": "a\u202eb"}, "turns the direction of writing"),
        ({"name": "ANNAS"}, "called &#34;ANNAS&#34; already"),
        ({"name": "New", "of": "sort=password"}, "will not do for sort"),
        ({"name": "New", "of": "columns=password"}, "is no column"),
    ],
)
def test_what_will_not_do_is_said_and_nothing_is_saved(
    world: World, sign_in: SignIn, form: dict[str, str], sentence: str
):
    olga = sign_in("olga")
    save(olga, "Annas")
    answer = olga.post(VIEWS, form)
    assert answer.status_code == 400
    assert sentence in answer.text
    assert len(ids_in(olga.get(VIEWS).text)) == 1


def test_there_is_an_end_to_the_number_of_views(
    app: Flask, world: World, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(saved_views, "MOST_VIEWS", 2)
    olga = sign_in("olga")
    save(olga, "One")
    save(olga, "Two")
    answer = olga.post(VIEWS, {"name": "Three", "of": ""})
    assert "which is the most" in answer.text
    assert len(ids_in(olga.get(VIEWS).text)) == 2


def test_a_view_whose_filter_became_impossible_is_said_where_it_is_opened(world: World, sign_in: SignIn):
    olga = sign_in("olga")
    assert olga.get(f"{LIST}?columns=gone").status_code == 400
    assert olga.post(f"{VIEWS}1/dance").status_code == 400
