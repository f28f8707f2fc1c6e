"""What became of one phone, on its page and in its lists: history, operations, provisioning log; who sees what."""

import csv
import io
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import event

from app.models import Alarm
from app.models.enums import ClearedBy, Severity, Status
from app.security.tenant_scope import ALL_TENANTS
from app.services.fetches.recording import Fetch, record
from app.services.phone_history import filing
from app.transaction import writing
from app.views import device_lists
from tests import factories
from tests.views.browsing import Browser
from tests.views.conftest import SignIn
from tests.views.installations import database_of
from tests.views.test_device_page import GENERIC, MAC, ONE_KIND, SKYPE, report
from tests.views.world import ACME_MAC, GLOBEX_MAC, NOBODYS_MAC, NOW, World

AGENT = GENERIC["user_agent"]


def fetch(app: Flask, path: str, status: int = 200, reason: str = "", minutes: int = 0) -> None:
    at = NOW - timedelta(minutes=minutes)
    said = Fetch(
        path=path, address="10.1.0.9", user_agent=AGENT, status=status, reason=reason, size=4123, count=2,
        first_at=at, last_at=at,
    )  # fmt: skip
    with writing(database_of(app), ALL_TENANTS) as session:
        record(session, [said])


def table(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


@pytest.fixture
def busy(app: Flask, world: World) -> None:
    """A phone of Acme that signed in, moved and fetched."""
    report(app, MAC, tenant="Acme", status=Status.STARTED)
    report(app, MAC, tenant="Acme", **SKYPE)
    with writing(database_of(app), ALL_TENANTS) as session:
        filing.file(session, filing.find_to_file(session))
    report(app, MAC, tenant="Acme", ip="10.1.0.33", **SKYPE, location="=Floor 3")
    fetch(app, f"/configfiles/{MAC}.cfg")
    fetch(app, "/firmwarefiles/430HD.img", 404, 'There is no firmware called "430HD.img".', minutes=5)


@pytest.mark.usefixtures("busy")
def test_the_page_and_its_lists_say_what_became_of_it(sign_in: SignIn):
    olga = sign_in("olga")
    live = olga.get(f"/devices/{MAC}/live")
    for page in (olga.get(f"/devices/{MAC}/").text, live.text):
        for words in (
            "10.1.0.33",
            "Anna A. (anna.a@acme.example)",
            "404 refused",
            "2 times that day",
            "430HD.img",
        ):
            assert words in page, words
    assert (
        olga.get(f"/devices/{MAC}/live", headers={"If-None-Match": live.headers["ETag"]}).status_code == 304
    )
    only_addresses = olga.get(f"/devices/{MAC}/history/?kind=address").text
    assert "10.1.0.33" in only_addresses
    assert "Floor 3" not in only_addresses
    refused = olga.get(f"/devices/{MAC}/provisioning/?answer=refused").text
    assert "430HD.img" in refused
    assert f"{MAC}.cfg" not in refused.partition('<div class="table-frame"')[2]


@ONE_KIND
@pytest.mark.usefixtures("busy")
def test_lists_are_turned_by_page_without_losing_or_doubling_a_line(sign_in: SignIn, monkeypatch):
    monkeypatch.setattr(device_lists, "PAGE", 3)
    olga = sign_in("olga")
    address, seen = f"/devices/{MAC}/history/", []
    while address:
        page = olga.get(address).text
        seen += [part.partition("</li>")[0] for part in page.split('<li class="history__line">')[1:]]
        link = page.partition('rel="next" href="')[2].partition('"')[0]
        address = link.replace("&amp;", "&")
    whole = olga.get(f"/devices/{MAC}/history.csv").text
    assert len(seen) == len(set(seen)) == len(table(whole)) - 1
    monkeypatch.setattr(device_lists, "PAGE", 1)
    first = olga.get(f"/devices/{MAC}/provisioning/").text
    link = first.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    assert "430HD.img" in olga.get(link).text


@pytest.mark.usefixtures("busy")
def test_both_are_sent_as_csv_to_those_who_may_export(sign_in: SignIn):
    vera = sign_in("vera")
    history = table(vera.get(f"/devices/{MAC}/history.csv").text)
    assert history[0] == ["Time (UTC)", "MAC", "What", "From", "To"]
    assert [f"{NOW:%Y-%m-%d %H:%M:%S}", MAC, "Location", "", "'=Floor 3"] in history
    log = table(vera.get(f"/devices/{MAC}/provisioning.csv?answer=refused").text)
    assert [row[4:] for row in log[1:]] == [
        [
            "/firmwarefiles/430HD.img", "firmware", "10.1.0.9", AGENT, "404", "4123",
            'There is no firmware called "430HD.img".', "user agent",
        ]
    ]  # fmt: skip
    assert sign_in("helen").get(f"/devices/{MAC}/history.csv").status_code == 403


@pytest.mark.parametrize(
    "page", ["live", "history/", "operations/", "provisioning/", "history.csv", "provisioning.csv"]
)
@pytest.mark.parametrize("mac", [GLOBEX_MAC, NOBODYS_MAC, "00908f999999", "no-mac"])
def test_a_phone_outside_ones_tenants_has_no_past(people: dict[str, Browser], page: str, mac: str):
    assert people["olga"].get(f"/devices/{mac}/{page}").status_code == 404


@pytest.mark.parametrize(
    "query",
    ["history/?kind=weather", "history/?before=x", "history/?before=99999999999", "provisioning/?answer=all",
     "provisioning/?before=yesterday", "provisioning/?before=2026-01-01_x", "operations/?before=-1"],
)  # fmt: skip
def test_what_the_address_cannot_mean_is_refused(people: dict[str, Browser], query: str):
    assert people["olga"].get(f"/devices/{ACME_MAC}/{query}").status_code == 400


@ONE_KIND
def test_alarms_that_ended_are_shown_behind_those_that_stand(app: Flask, world: World, sign_in: SignIn):
    with writing(database_of(app), ALL_TENANTS) as session:
        said = {"mac": ACME_MAC, "tenant_id": world.acme, "severity": Severity.MAJOR}
        ended = factories.make_alarm(session, **said, name="Ended alarm")
        ended.cleared_at, ended.cleared_by = NOW, ClearedBy.PHONE
        assert isinstance(ended, Alarm)
    section = sign_in("olga").get(f"/devices/{ACME_MAC}/").text.partition('id="alarms"')[2]
    assert section.index("still stands") < section.index("Ended alarm")


@ONE_KIND
@pytest.mark.usefixtures("busy")
def test_the_number_of_statements_does_not_grow_with_what_is_known(app: Flask, sign_in: SignIn):
    olga = sign_in("olga")
    counted: list[str] = []
    engine = database_of(app).reader
    event.listen(engine, "before_cursor_execute", lambda *said: counted.append(said[2]))

    def statements(address: str) -> int:
        counted.clear()
        assert olga.get(address).status_code == 200
        return len(counted)

    few = {address: statements(f"/devices/{MAC}/{address}") for address in ("", "live")}
    for number in range(30):
        report(app, MAC, tenant="Acme", **SKYPE, location=f"Floor {number}")
        fetch(app, f"/configfiles/{number}/{MAC}.cfg", minutes=number)
        olga.post(f"/devices/{MAC}/ask/check_status")
    for address, number in few.items():
        assert statements(f"/devices/{MAC}/{address}") <= number
    assert 0 < few["live"] < 25
