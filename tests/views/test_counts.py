"""What each role counts on the dashboard and in Network Topology is what the lists behind the numbers show it."""

import re
from collections.abc import Iterator
from html import unescape

import pytest

from tests.views.browsing import Browser
from tests.views.world import PEOPLE

_TILE = re.compile(r'<a class="tile[^"]*" href="([^"]+)">.*?tile__number">([\d,]+)<', re.DOTALL).finditer
_SLICE = re.compile(r'<li><a id="pie-[^"]*" href="([^"]+)".*?pie__count">([\d,]+)<', re.DOTALL).finditer
_VERSION = re.compile(
    r'<tr><td><a href="(/devices-status/[^"]+)">[^<]*</a></td><td class="num">([\d,]+)<'
).finditer
_PART = re.compile(
    r'id="part-\d+" href="([^"]+)">[^<]*</a></td><td class="num">([\d,]+)<.*?'
    r'<td class="actions"><a class="icon-button" href="([^"]+)"',
    re.DOTALL,
).finditer


def listed(browser: Browser, address: str) -> int:
    """Return how many phones a list shows, which has no more than a page."""
    answer = browser.get(unescape(address))
    assert answer.status_code == 200, address
    return answer.text.partition("<tbody")[2].count('class="mac"')


@pytest.mark.parametrize("name", [person.name for person in PEOPLE])
def test_numbers_of_the_dashboard_are_those_of_the_lists_behind_them(
    people: dict[str, Browser], name: str
) -> None:
    page = people[name].get("/dashboard/").text
    counted = {
        found[1]: int(found[2].replace(",", "")) for find in (_TILE, _SLICE, _VERSION) for found in find(page)
    }
    assert len(counted) >= (5 if name == "nora" else 10)
    assert counted == {address: listed(people[name], address) for address in counted}


@pytest.mark.parametrize("name", [person.name for person in PEOPLE])
@pytest.mark.parametrize("start", ["/topology/", "/topology/?by=external"])
def test_the_network_unfolds_to_the_phones_of_the_lists(
    people: dict[str, Browser], name: str, start: str
) -> None:
    found = list(unfolded(people[name], start))
    assert bool(found) is (name != "nora")
    for number, below, behind in found:
        assert number == below == behind


def unfolded(browser: Browser, address: str) -> Iterator[tuple[int, int, int]]:
    """Yield for each part its number, that of the page that it leads to, and that of its list."""
    for part in _PART(browser.get(address).text):
        below = browser.get(unescape(part[1])).text
        total = int(re.search(r'data-live-part="sum"><strong>([\d,]+)<', below)[1])  # type: ignore[index]
        yield int(part[2]), total, listed(browser, part[3])
        yield from unfolded(browser, unescape(part[1]))


def test_all_slices_of_a_pie_are_a_table_as_well(people: dict[str, Browser]) -> None:
    page = people["victor"].get("/dashboard/registered/tenant/").text
    assert "Registered phones: tenants" in page
    rows = page.partition("<tbody>")[2]
    assert 'href="/devices-status/?status=registered&amp;tenant=Acme">Acme</a>' in rows
    assert rows.count("<tr>") == 2
    assert people["victor"].get("/dashboard/registered/nothing/").status_code == 404
