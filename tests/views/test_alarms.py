"""Active alarms, their history and their export."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import event, select

from app.models import AlarmChange, RuleRow, Site
from app.models.enums import AlarmDeed, RuleKind, Severity, SourceKind
from app.rules.alarms.catalogue import ALARM_TYPES
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import writing
from tests.services.rule_writing import activate
from tests.views.conftest import SignIn
from tests.views.installations import database_of
from tests.views.world import ACME_MAC, GLOBEX_MAC, NOW, World, add_alarm

ON_SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


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
    return [part.partition(">")[2].partition("<")[0] for part in page.split('class="row-name"')[1:]]


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


def test_the_fresh_rows_are_those_of_the_page_and_unchanged_they_are_not_sent_again(
    app: Flask, world: World, sign_in: SignIn
):
    victor = sign_in("victor")
    page = victor.get("/alarms/?severity=critical&size=4").text
    assert 'data-live="/alarms/rows?severity=critical&amp;size=4"' in page
    first = victor.get("/alarms/rows?severity=critical&size=4")
    assert GLOBEX_MAC in first.text
    assert ACME_MAC not in first.text
    same = {"If-None-Match": first.headers["ETag"]}
    assert victor.get("/alarms/rows?severity=critical&size=4", headers=same).status_code == 304
    add(app, world, 1, name="New", severity=Severity.CRITICAL)
    assert victor.get("/alarms/rows?severity=critical&size=4", headers=same).status_code == 200


@ON_SQLITE
def test_the_page_of_an_alarm_says_what_happened_and_what_to_do(app: Flask, world: World, sign_in: SignIn):
    oscar = sign_in("oscar")
    add(app, world, 1, name="IPPhone Register Failure", text="403 of the proxy", model="450HD")
    number = first_id(oscar.get("/alarms/?description=403").text)
    assert oscar.post("/alarms/do", {"deed": "acknowledge", "id": number}).status_code == 302
    assert (
        oscar.post("/alarms/do", {"deed": "comment", "id": number, "note": "<b>cable</b>"}).status_code == 302
    )
    page = oscar.get(f"/alarms/{number}/").text
    for words in (
        "403 of the proxy",
        "oscar acknowledged it.",
        "oscar wrote:",
        "&lt;b&gt;cable&lt;/b&gt;",
        "It was raised by the phone.",
        "Make sure that user name and password are the same",
        "1.3.6.1.4.1.5003.9.20.3.2.0.39",
        "communicationsAlarm(1)",
    ):
        assert words in page, words


@ON_SQLITE
def test_types_are_listed_with_what_they_mean(sign_in: SignIn):
    page = sign_in("vera").get("/alarms/types/").text
    assert "Endpoint Server Overloaded Alarm" in page
    assert "by itself, some time after it was raised last (1 minute)" in page
    assert page.count('class="alarm-type"') == len(ALARM_TYPES)


@ON_SQLITE
class TestDeeds:
    """What is done to alarms, by those who may."""

    def test_each_role_does_its_own(self, world: World, sign_in: SignIn):
        for name, deed, status in (
            ("victor", "acknowledge", 403),
            ("vera", "comment", 403),
            ("hal", "acknowledge", 302),
            ("hal", "delete", 403),
            ("helen", "shelve", 403),
            ("oscar", "shelve", 302),
            ("olga", "delete", 302),
        ):
            said = {"deed": deed, "id": str(world.acme_alarm), "period": "1d" if deed == "shelve" else ""}
            assert sign_in(name).post("/alarms/do", said).status_code == status, (name, deed)

    def test_nobody_does_anything_to_an_alarm_he_does_not_see(self, world: World, sign_in: SignIn):
        olga = sign_in("olga")
        olga.post("/alarms/do", {"deed": "delete", "id": str(world.globex_alarm)})
        assert olga.get(f"/alarms/{world.globex_alarm}/").status_code == 404
        assert GLOBEX_MAC in sign_in("oscar").get("/alarms/").text

    def test_what_is_deleted_is_history_and_says_so(self, world: World, sign_in: SignIn):
        oscar = sign_in("oscar")
        oscar.post("/alarms/do", {"deed": "delete", "id": str(world.acme_alarm), "next": "/alarms/?q=x"})
        assert "1 alarm is deleted; history keeps it." in oscar.get("/alarms/").text
        assert ACME_MAC not in oscar.get("/alarms/").text
        assert ACME_MAC in oscar.get("/alarms/history/").text
        assert "oscar deleted it." in oscar.get(f"/alarms/{world.acme_alarm}/").text

    def test_shelved_it_is_in_no_list_but_that_of_the_shelf(self, world: World, sign_in: SignIn):
        oscar = sign_in("oscar")
        said = {"deed": "shelve", "id": str(world.acme_alarm), "period": "4h", "note": "moving house"}
        oscar.post("/alarms/do", said)
        assert ACME_MAC not in oscar.get("/alarms/").text
        assert "moving house" in oscar.get("/alarms/?state=shelved").text
        assert "1 active alarm, the worst is critical" in oscar.get("/account/").text

    def test_a_time_is_asked_again_until_it_will_do(self, world: World, sign_in: SignIn):
        oscar = sign_in("oscar")
        said = {"deed": "shelve", "id": str(world.acme_alarm)}
        assert "Shelve this alarm" in oscar.post("/alarms/ask", said).text
        for period, until, sentence in (
            ("", "", "Say until when"),
            ("at", "nonsense", "Choose a day and a time."),
            ("at", "2001-01-01T10:00", "still to come"),
            ("at", "2199-01-01T10:00", "within the next 90 days"),
        ):
            answer = oscar.post("/alarms/do", {**said, "period": period, "until": until})
            assert answer.status_code == 400
            assert sentence in answer.text

    def test_all_that_match_are_done_when_the_number_was_seen(
        self, app: Flask, world: World, sign_in: SignIn
    ):
        add(app, world, 7, name="Many", severity=Severity.WARNING)
        oscar = sign_in("oscar")
        said = {"deed": "delete", "all": "yes", "severity": "warning"}
        asked = oscar.post("/alarms/do", said).text
        assert "Delete 7 alarms" in asked
        assert "and 2 more" in asked
        up_to = asked.partition('name="up_to" value="')[2].partition('"')[0]
        add(app, world, 1, name="Later", dedup_key="later", severity=Severity.WARNING)
        oscar.post("/alarms/do", {**said, "up_to": up_to})
        page = oscar.get("/alarms/").text
        assert "7 alarms are deleted" in page
        assert names_on(page)[0] == "Later"
        assert len(names_on(page)) == 3

    @pytest.mark.parametrize("said", [{"id": "1"}, {"deed": "burn", "id": "1"}, {"deed": "delete"}])
    def test_what_cannot_be_understood_is_refused(self, sign_in: SignIn, said: dict[str, str]):
        assert sign_in("oscar").post("/alarms/do", said).status_code == 400


def first_id(page: str) -> str:
    return page.partition('name="id" value="')[2].partition('"')[0]


def test_a_page_of_many_alarms_takes_as_few_statements_as_one_of_few(
    app: Flask, world: World, sign_in: SignIn
):
    victor = sign_in("victor")
    victor.get("/alarms/")
    few = statements_of(app, lambda: victor.get("/alarms/"))
    add(app, world, 120)
    many = statements_of(app, lambda: victor.get("/alarms/"))
    about_alarms = [text for text in many if "FROM alarm" in text]
    assert len(about_alarms) == 3  # the rows, how many there are in all, and the counter of the whole page
    assert len(many) == len(few) + 1  # few are counted as they are read


def statements_of(app: Flask, order: Callable[[], object]) -> list[str]:
    texts: list[str] = []
    engine = database_of(app).reader

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        texts.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    order()
    event.remove(engine, "before_cursor_execute", note)
    return texts


def test_what_rules_made_of_alarms_is_shown_at_each_and_on_its_page(
    app: Flask, world: World, sign_in: SignIn
):
    later = datetime.now(UTC) + timedelta(hours=1)
    with writing(database_of(app), ALL_TENANTS) as session:
        version = activate(
            session,
            RuleKind.ESCALATE,
            (
                "",
                {
                    "step1_after": "90",
                    "step1_severity": "critical",
                    **{f"step{each}_severity": "" for each in (2, 3, 4)},
                },
            ),
        )
        (key,) = session.scalars(select(RuleRow.key).where(RuleRow.version_id == version.id))
        site = session.get_one(Site, world.acme_site)
        outage = add_alarm(
            session,
            site,
            "",
            text="5 phones",
            source_kind=SourceKind.GROUP,
            source="Tenant/Acme/Site/HQ",
            severity=Severity.MAJOR,
            escalation_rule=key,
            escalates_at=later,
        )
        session.flush()
        part = add_alarm(session, site, ACME_MAC, text="a part", parent_id=outage.id)
        add_alarm(session, site, ACME_MAC, text="in a window", suppressed_until=later, is_hidden=True)
        add_alarm(session, site, ACME_MAC, text="comes and goes", flaps_until=later)
        session.flush()
        session.add(
            AlarmChange(
                alarm_id=part.id, at=NOW, deed=AlarmDeed.NOTIFY, old="raise", new="NOC", note="rule 1"
            )
        )
        session.flush()
        outage_id, part_id = outage.id, part.id
    victor = sign_in("victor")
    page = victor.get("/alarms/").text
    for words in (">held<", ">flapping<", " alarms are part of it"):
        assert words in page, words
    assert "in a window" not in page
    assert "in a window" in victor.get("/alarms/?state=suppressed").text
    assert "in a window" not in victor.get("/alarms/?state=part+of+an+outage").text

    of_outage, of_part = victor.get(f"/alarms/{outage_id}/").text, victor.get(f"/alarms/{part_id}/").text
    assert "severity critical at" in of_outage
    assert f'href="/alarms/{part_id}/"' in of_outage
    assert f'<a href="/alarms/{outage_id}/" id="parent">' in of_part
    assert "It was raised: NOC is to be told." in of_part
