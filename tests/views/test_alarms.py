"""Active alarms, their history and their export."""

import csv
import io
from datetime import timedelta

from flask import Flask

from app.models import Site
from app.models.enums import Severity
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import writing
from tests.views.conftest import SignIn
from tests.views.installations import database_of
from tests.views.world import ACME_MAC, GLOBEX_MAC, NOW, World, add_alarm


def add(app: Flask, world: World, number: int, **columns: object) -> None:
    with writing(database_of(app), ALL_TENANTS) as session:
        site = session.get_one(Site, world.acme_site)
        for index in range(number):
            values = {
                "dedup_key": f"{number} {index} {columns.get('name')}",
                "severity": Severity.MAJOR,
                **columns,
            }
            add_alarm(session, site, ACME_MAC, **values)


def names_on(page: str) -> list[str]:
    return [part.partition("<")[0] for part in page.split('class="row-name">')[1:]]


def test_the_newest_alarm_stands_first(app: Flask, world: World, sign_in: SignIn):
    add(app, world, 1, name="Newest", last_raised_at=NOW)
    add(app, world, 1, name="Oldest", last_raised_at=NOW - timedelta(days=9))
    names = names_on(sign_in("victor").get("/alarms/").text)
    assert (names[0], names[-1]) == ("Newest", "Oldest")


def test_a_long_description_is_cut_and_shown_in_full_on_hover(app: Flask, world: World, sign_in: SignIn):
    add(app, world, 1, text="x" * 67 + "tail")
    page = sign_in("victor").get("/alarms/").text
    assert f"{'x' * 67}…" in page
    assert f'title="{"x" * 67}tail"' in page


def test_text_of_phones_is_escaped(app: Flask, world: World, sign_in: SignIn):
    add(
        app,
        world,
        1,
        name="<script>1</script>",
        text='"><img src=x onerror=1>',
        info1="<b>",
        remote_host="<i>",
    )
    page = sign_in("victor").get("/alarms/").text
    assert "<script>1" not in page
    assert "<img src=x" not in page
    assert "&lt;b&gt;" in page


def test_events_are_shown_when_they_are_asked_for(app: Flask, world: World, sign_in: SignIn):
    add(app, world, 1, name="Event of a phone", is_event=True)
    victor = sign_in("victor")
    assert "Event of a phone" not in victor.get("/alarms/").text
    assert "Event of a phone" in victor.get("/alarms/?kind=alarms+and+events").text


def test_a_cleared_alarm_is_history(app: Flask, world: World, sign_in: SignIn):
    add(app, world, 1, name="Long gone", cleared_at=NOW)
    victor = sign_in("victor")
    assert "Long gone" not in victor.get("/alarms/").text
    assert "Long gone" in victor.get("/alarms/history/").text


def test_alarms_are_found_by_severity_tenant_name_and_mac_in_any_notation(
    app: Flask, world: World, sign_in: SignIn
):
    victor = sign_in("victor")
    for query in ("severity=critical", "tenant=globex", "q=00:90:8F:61:BB:61", "q=00908F61BB61"):
        page = victor.get(f"/alarms/?{query}").text
        assert GLOBEX_MAC in page, query
        assert ACME_MAC not in page, query
    assert "No alarm matches" in victor.get("/alarms/?q=100%25_").text


def test_an_unknown_severity_is_refused(sign_in: SignIn):
    assert sign_in("victor").get("/alarms/?severity=fatal").status_code == 400


def test_pages_follow_one_another(app: Flask, world: World, sign_in: SignIn):
    add(app, world, 5)
    victor = sign_in("victor")
    first, last = victor.get("/alarms/?size=4").text, victor.get("/alarms/?size=4&page=2").text
    assert "1 to 4 of 7" in first
    assert "/alarms/?size=4&amp;page=2" in first
    assert "5 to 7 of 7" in last
    assert 'rel="next"' not in last


def test_the_export_has_what_the_list_has_and_no_formula(app: Flask, world: World, sign_in: SignIn):
    add(app, world, 1, name="=HYPERLINK(1)", text="two\nlines")
    answer = sign_in("victor").get("/alarms/export.csv?tenant=Acme")
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert answer.mimetype == "text/csv"
    assert len(rows) == 3
    assert rows[1][1] == "'=HYPERLINK(1)"
    assert rows[1][2] == "two\nlines"
    assert {row[6] for row in rows[1:]} == {"Acme"}


def test_an_export_longer_than_a_chunk_is_whole(app: Flask, world: World, sign_in: SignIn):
    add(app, world, 1203)
    lines = sign_in("victor").get("/alarms/export.csv").text.strip().splitlines()
    assert len(lines) == 1 + 1203 + 2


def test_the_counter_in_the_top_bar_counts_up_to_a_thousand(app: Flask, world: World, sign_in: SignIn):
    victor = sign_in("victor")
    assert "2 active alarms, the worst is critical" in victor.get("/account/").text
    add(app, world, 1100)
    assert "999+ active alarms, the worst is" in victor.get("/account/").text
