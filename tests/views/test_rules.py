"""Pages on which rules are written: in the draft, by whom they may be, with what is wrong said where it is."""

import re
from collections.abc import Iterator, Mapping

import pytest
from flask import Flask
from sqlalchemy import delete, select

from app.models import JournalEntry, RuleRow, RuleSetVersion
from app.models.enums import RuleKind, RuleSetState
from app.security.tenant_scope import ALL_TENANTS
from app.services.rule_sets import reading
from app.transaction import reading as reading_of
from app.transaction import writing
from tests.databases import Databases
from tests.services.rule_writing import activate, add, changing, open_draft
from tests.views.browsing import Browser, signed_in
from tests.views.installations import database_of, fill, open_app
from tests.views.world import ACME_MAC, World, make_world

GIVES = {"outcome.give": "template", "outcome.template": "Acme desk"}
_hidden = re.compile(r'name="(version|revision)" value="(\d+)"').findall


class House:
    """One installation for all of these tests; the rules of each begin with none."""

    def __init__(self, app: Flask, world: World) -> None:
        self.app, self.world = app, world
        self.people = {name: signed_in(app, name) for name in ("alice", "oscar", "olga", "helen")}

    def seen(self, name: str, address: str) -> dict[str, str]:
        """Return the version that the forms of a page carry."""
        return dict(_hidden(self.people[name].get(address).text))

    def send(self, name: str, address: str, form: Mapping[str, object], *, seen: str = ""):
        """Send a form that was made for the version that the list shows now."""
        kind, _, query = address.partition("?")
        looked_at = self.seen(name, seen or f"/rules/{kind.split('/')[2]}/?{query}")
        return self.people[name].post(address, {**looked_at, **form})

    def rules(self, kind: RuleKind, state: RuleSetState = RuleSetState.DRAFT, tenant_id: int | None = None):
        """Return the rules of a list as they are kept."""
        with reading_of(database_of(self.app), ALL_TENANTS) as session:
            version = reading.find_version(session, kind, tenant_id, state)
            return list(reading.rows_of(session, version.id)) if version else None


@pytest.fixture(scope="module")
def installed(sqlite_template: str, sqlite_databases: Databases, tmp_path_factory) -> Iterator[House]:
    url = sqlite_databases.copy(sqlite_template)
    for app in open_app(url, tmp_path_factory.mktemp("installation")):
        yield House(app, fill(app, make_world))
    sqlite_databases.drop(url)


@pytest.fixture
def house(installed: House) -> House:
    with writing(database_of(installed.app), ALL_TENANTS) as session:
        session.execute(delete(RuleRow))
        session.execute(delete(RuleSetVersion))
    return installed


def rule(**more: object) -> dict[str, object]:
    """Return the form of a rule that is right."""
    rows = {
        "all-field": ["model", "tenant"],
        "all-operator": ["in", "="],
        "all-values": ["450hd, 445hd", "acme"],
    }
    return {"name": "Desks", "enabled": "yes", "view": "form", **rows, **GIVES, **more}


class TestWriting:
    """What is typed becomes a rule of the draft, or is said to be wrong where it is."""

    def test_rule_is_written_with_rows_and_stands_in_the_draft(self, house: House):
        answer = house.send("alice", "/rules/template/add", rule(**{
            "except-field": "site", "except-operator": "=", "except-values": "Valley",
        }))  # fmt: skip
        assert answer.status_code == 302
        page = house.people["alice"].get("/rules/template/").text
        assert "model in (445HD, 450HD)" in page or "model in (450HD, 445HD)" in page
        assert "and not site = Valley" in page
        assert "gives the template Acme desk" in page
        assert "Draft 1" in page
        assert "0 errors, 0 warnings" in page
        assert house.rules(RuleKind.TEMPLATE, RuleSetState.ACTIVE) is None

    def test_what_is_wrong_is_said_beside_its_row_and_what_was_typed_stays(self, house: House):
        answer = house.send("alice", "/rules/template/add", rule(**{
            "all-field": ["model", "ip"], "all-operator": ["in", "in"], "all-values": ["451HD", "10.1.2.3/16"],
        }))  # fmt: skip
        assert answer.status_code == 400
        assert "did you mean 450HD?" in answer.text
        assert 'value="10.1.2.3/16"' in answer.text
        assert "10.1.0.0/16" in answer.text
        assert house.rules(RuleKind.TEMPLATE) is None

    def test_outcome_and_name_are_said_at_their_fields(self, house: House):
        answer = house.send(
            "alice", "/rules/template/add", rule(**{"outcome.template": "No such", "name": ""})
        )
        assert answer.status_code == 400
        assert "No template is called" in answer.text
        answer = house.send("alice", "/rules/template/add", rule(name=" "))
        assert answer.status_code == 400
        assert "Give the rule a name." in answer.text

    def test_rows_become_text_and_rows_again(self, house: House):
        form = {**rule(), "deed": "text", "all-values": ["450HD, 445HD", "Acme"]}
        page = house.people["alice"].post("/rules/template/add", {"version": 0, "revision": 0, **form}).text
        assert "model in (450HD, 445HD) and tenant = Acme</textarea>" in page
        form |= {"deed": "form", "view": "text", "text": "model in (450HD, 445HD) and tenant = Acme"}
        page = house.people["alice"].post("/rules/template/add", {"version": 0, "revision": 0, **form}).text
        assert 'value="450HD, 445HD"' in page
        assert 'value="Acme"' in page

    def test_text_that_says_more_than_rows_stays_text(self, house: House):
        text = "model = 405 or user ~ sales-*"
        form = {**rule(), "deed": "form", "view": "text", "text": text}
        page = house.people["alice"].post("/rules/template/add", {"version": 0, "revision": 0, **form}).text
        assert "says more than rows can" in page
        assert f"{text}</textarea>" in page
        assert house.send("alice", "/rules/template/add", {**form, "deed": "save"}).status_code == 302
        key = house.rules(RuleKind.TEMPLATE)[0].key
        assert f"{text}</textarea>" in house.people["alice"].get(f"/rules/template/edit/{key}").text

    def test_text_that_cannot_be_read_has_a_caret(self, house: House):
        form = rule(view="text", text="model in (450HD, 451HD)")
        answer = house.send("alice", "/rules/template/add", form)
        assert answer.status_code == 400
        assert "Column 18: No model is called" in answer.text
        assert f"\n{' ' * 17}^</pre>" in answer.text

    def test_rows_come_and_go_without_a_script(self, house: House):
        form = {"version": 0, "revision": 0, **rule(), "deed": "add except"}
        page = house.people["alice"].post("/rules/template/add", form).text
        assert page.count('aria-label="Exception 1"') == 2  # the new row, and the blank for the script
        page = house.people["alice"].post("/rules/template/add", {**form, "deed": "remove all 0"}).text
        assert 'value="450hd, 445hd"' not in page
        assert 'value="acme"' in page

    def test_dates_are_in_the_zone_of_the_pages_and_in_their_order(self, house: House):
        dates = {"valid_from": "2026-12-02T08:00", "valid_until": "2026-12-01T08:00"}
        answer = house.send("alice", "/rules/template/add", rule(**dates))
        assert answer.status_code == 400
        assert "The rule ends before it begins." in answer.text
        assert (
            house.send("alice", "/rules/template/add", rule(valid_from="2026-12-02T08:00")).status_code == 302
        )
        assert house.rules(RuleKind.TEMPLATE)[0].valid_from.isoformat() == "2026-12-02T08:00:00+00:00"

    def test_a_rule_is_changed_and_put_elsewhere(self, house: House):
        for name in ("One", "Two", "Three"):
            house.send("alice", "/rules/template/add", rule(name=name))
        key = house.rules(RuleKind.TEMPLATE)[2].key
        page = house.people["alice"].get(f"/rules/template/edit/{key}").text
        assert 'value="Three"' in page
        assert "gives the template Acme desk" in page
        answer = house.send(
            "alice", f"/rules/template/edit/{key}", rule(name="First", position="1", comment="why")
        )
        assert answer.status_code == 302
        assert [(row.name, row.comment) for row in house.rules(RuleKind.TEMPLATE)] == [
            ("First", "why"), ("One", ""), ("Two", ""),
        ]  # fmt: skip

    def test_preview_reads_the_rule_and_asks_a_phone(self, house: House):
        form = rule(try_phone=ACME_MAC)
        page = house.people["alice"].post("/rules/template/preview", form).text
        assert "When model is one of 450HD or 445HD and tenant is Acme, it" in page
        assert "gives the template Acme desk" in page
        assert "The rule matched: model 450HD" in page
        page = house.people["alice"].post("/rules/template/preview", rule(try_phone="10.1.0.7")).text
        assert "matched" in page
        assert "No phone is called" in house.people["alice"].post(
            "/rules/template/preview", rule(try_phone="nobody at all")
        ).text  # fmt: skip

    def test_values_are_suggested_by_field(self, house: House):
        found = house.people["alice"].get("/rules/template/values?field=model&q=450").json
        assert {row["value"] for row in found} >= {"450HD"}
        found = house.people["alice"].get("/rules/template/values?field=outcome.template&q=acme").json
        assert [row["value"] for row in found] == ["Acme desk"]
        assert house.people["olga"].get("/rules/template/values?field=tenant&q=glob").json == []
        assert [row["value"] for row in house.people["olga"].get("/rules/phones?q=00908f").json]
        assert "00908f61bb61" not in house.people["olga"].get("/rules/phones?q=00908f").text


class TestTheList:
    """Order, switch, copies and deletion, always in the draft, never over somebody else's change."""

    @pytest.fixture
    def active(self, house: House) -> list[str]:
        """Two rules that are active; their keys."""
        with writing(database_of(house.app), ALL_TENANTS) as session:
            wait = {"give": "wait"}
            activate(session, RuleKind.TEMPLATE, ("model = 405", wait), ("model = 450HD", wait))
        return [row.key for row in house.rules(RuleKind.TEMPLATE, RuleSetState.ACTIVE)]

    def deed(self, house: House, value: str, name: str = "alice", **more: str) -> str:
        answer = house.send(name, "/rules/template/change", {"deed": value, **more})
        return house.people[name].client.get(answer.location).text

    @pytest.mark.parametrize(
        ("kind", "said"),
        [
            ("firmware", "The built-in rules below decide."),
            ("suppress", "Nothing of the kind is done to alarms."),
        ],
    )
    def test_list_without_rules_says_what_happens_meanwhile(self, house: House, kind: str, said: str):
        page = house.people["alice"].get(f"/rules/{kind}/").text
        assert said in page
        assert ("built-in rules" in page) is (kind == "firmware")

    @pytest.mark.usefixtures("active")
    def test_list_has_the_ladder_and_says_what_never_matched(self, house: House):
        page = house.people["alice"].get("/rules/template/").text
        assert "Pinned by an operator" in page
        assert page.index("Pinned by an operator") < page.index("model = 405")
        assert page.index("model = 450HD") < page.index("Default template of the tenant")
        assert page.count("never matched") == 2
        assert "Version 1" in page

    def test_a_change_begins_a_draft_and_what_is_active_stays(self, house: House, active: list[str]):
        page = self.deed(house, f"down {active[0]}")
        assert "stands at 2 of 2 now" in page
        assert [row.key for row in house.rules(RuleKind.TEMPLATE)] == active[::-1]
        assert [row.key for row in house.rules(RuleKind.TEMPLATE, RuleSetState.ACTIVE)] == active

    def test_deeds_of_the_list(self, house: House, active: list[str]):
        self.deed(house, f"off {active[0]}")
        assert [row.is_enabled for row in house.rules(RuleKind.TEMPLATE)] == [False, True]
        assert "(copy)" in self.deed(house, f"duplicate {active[0]}")
        assert [row.name for row in house.rules(RuleKind.TEMPLATE)][1] == "model = 405 (copy)"
        self.deed(house, f"move {active[1]}", to="1")
        assert house.rules(RuleKind.TEMPLATE)[0].key == active[1]
        self.deed(house, f"delete {active[1]}")
        assert len(house.rules(RuleKind.TEMPLATE)) == 2
        assert "cannot be done" in self.deed(house, f"juggle {active[0]}")

    def test_who_comes_second_is_told_and_nothing_is_lost(self, house: House, active: list[str]):
        seen = house.seen("alice", "/rules/template/")
        self.deed(house, f"off {active[0]}")
        form = {**seen, "deed": f"delete {active[0]}"}
        answer = house.people["alice"].post("/rules/template/change", form)
        assert "changed the rules meanwhile" in house.people["alice"].client.get(answer.location).text
        assert len(house.rules(RuleKind.TEMPLATE)) == 2
        answer = house.people["alice"].post("/rules/template/add", {**seen, **rule()})
        assert answer.status_code == 409
        assert 'value="Desks"' in answer.text

    @pytest.mark.usefixtures("active")
    def test_draft_is_checked_compared_and_activated_with_a_note(self, house: House):
        house.send("alice", "/rules/template/add", rule(name="Newest", position="1"))
        page = house.people["alice"].get("/rules/template/activate").text
        assert "What changes against version 1" in page
        assert "Newest" in page
        assert ">added<" in page
        assert ">moved<" not in page
        form = {**house.seen("alice", "/rules/template/activate"), "note": "For the new desks"}
        assert house.people["alice"].post("/rules/template/activate", form).status_code == 302
        page = house.people["alice"].get("/rules/template/").text
        assert "Version 2" in page
        assert "For the new desks" in page
        versions = house.people["alice"].get("/rules/template/versions/").text
        assert versions.index("Version 2") < versions.index("Version 1")

    @pytest.mark.usefixtures("active")
    def test_errors_keep_a_draft_from_becoming_active(self, house: House):
        house.send(
            "alice",
            "/rules/template/add",
            rule(name="Never", view="text", text="model = 405 and model = 450HD"),
        )
        page = house.people["alice"].get("/rules/template/?check=yes").text
        assert "1 error" in page
        assert "Can never match" in page
        seen = house.seen("alice", "/rules/template/activate")
        answer = house.people["alice"].post("/rules/template/activate", seen)
        assert "cannot become active" in house.people["alice"].client.get(answer.location).text

    def test_older_version_is_looked_at_and_comes_back_as_a_draft(self, house: House, active: list[str]):
        with reading_of(database_of(house.app), ALL_TENANTS) as session:
            first = session.scalars(select(RuleSetVersion.id)).one()
        self.deed(house, f"delete {active[0]}")
        answer = house.people["alice"].post(f"/rules/template/versions/{first}/draft")
        assert "There is a draft already" in house.people["alice"].client.get(answer.location).text
        seen = house.seen("alice", "/rules/template/activate")
        house.people["alice"].post("/rules/template/activate", seen)
        page = house.people["alice"].get(f"/rules/template/versions/{first}/").text
        assert "Against version 2" in page
        assert "model = 405" in page
        house.people["alice"].post(f"/rules/template/versions/{first}/draft")
        assert [row.key for row in house.rules(RuleKind.TEMPLATE)] == active

    def test_draft_is_discarded(self, house: House, active: list[str]):
        self.deed(house, f"delete {active[0]}")
        seen = house.seen("alice", "/rules/template/activate")
        house.people["alice"].post("/rules/template/discard", seen)
        assert house.rules(RuleKind.TEMPLATE) is None
        with reading_of(database_of(house.app), ALL_TENANTS) as session:
            assert "rules discarded" in session.scalars(select(JournalEntry.action)).all()


class TestWhoMay:
    """Administrators write the system's rules, operators those of tenants that they see; everybody reads."""

    def test_an_operator_writes_the_rules_of_his_tenant(self, house: House):
        assert house.send("olga", "/rules/template/add?tenant=Acme", rule()).status_code == 302
        assert len(house.rules(RuleKind.TEMPLATE, tenant_id=house.world.acme)) == 1
        assert house.people["olga"].get("/rules/template/?tenant=Globex").status_code == 404
        assert house.send("oscar", "/rules/template/add?tenant=Globex", rule(
            **{"all-values": ["450HD", "Globex"], "outcome.template": "Globex desk"}
        )).status_code == 302  # fmt: skip

    @pytest.mark.parametrize("name", ["oscar", "olga", "helen"])
    def test_who_may_only_read_is_shown_no_buttons_and_refused(self, house: House, name: str):
        with writing(database_of(house.app), ALL_TENANTS) as session:
            activate(session, RuleKind.TEMPLATE, ("model = 405", {"give": "wait"}))
        key = house.rules(RuleKind.TEMPLATE, RuleSetState.ACTIVE)[0].key
        page = house.people[name].get("/rules/template/").text
        assert "model = 405" in page
        assert "New rule" not in page
        assert 'name="deed"' not in page
        nothing = {"version": 1, "revision": 1}
        for address, form in {
            "/rules/template/add": rule(),
            f"/rules/template/edit/{key}": rule(),
            "/rules/template/change": {"deed": f"off {key}"},
            "/rules/template/activate": {},
            "/rules/template/discard": {},
        }.items():
            assert house.people[name].post(address, {**nothing, **form}).status_code == 403, address
        assert house.rules(RuleKind.TEMPLATE) is None

    def test_names_of_other_tenants_are_hidden_from_who_reads_the_systems_rules(self, house: House):
        with writing(database_of(house.app), ALL_TENANTS) as session:
            draft = open_draft(session, RuleKind.PLACEMENT)
            add(
                session,
                draft,
                "subnet_tenant in (Acme, Globex)",
                {"give": "tenant", "tenant": "Globex"},
                name="A",
            )
        page = house.people["olga"].get("/rules/placement/").text
        assert "Globex" not in page
        assert "subnet_tenant in (Acme, …)" in page
        assert "that your account does not see" in page
        assert "Globex" in house.people["oscar"].get("/rules/placement/").text
        with reading_of(database_of(house.app), ALL_TENANTS) as session:
            version = session.scalars(select(RuleSetVersion.id)).one()
        assert "Globex" not in house.people["olga"].get(f"/rules/placement/versions/{version}/").text

    def test_placement_is_never_a_tenants(self, house: House):
        with writing(database_of(house.app), ALL_TENANTS) as session:
            draft = open_draft(session, RuleKind.TEMPLATE, house.world.acme)
            assert changing(draft).version_id == draft.id
        assert house.people["olga"].get("/rules/placement/add?tenant=Acme").status_code == 403
        assert house.people["alice"].get("/rules/nonsense/").status_code == 404


@pytest.mark.parametrize(
    ("bookmark", "address"),
    [
        ("/rules/zero-touch/", "/rules/placement/"),
        ("/rules/alarms/", "/rules/suppress/"),
        ("/maintenance-windows/", "/rules/suppress/"),
        ("/simulations/", "/rules/placement/what-if"),
    ],
)
def test_addresses_that_people_know_lead_to_lists(installed: House, bookmark: str, address: str):
    assert installed.people["alice"].get(bookmark).location == address


def test_the_menu_leads_to_the_rules(installed: House):
    browser: Browser = installed.people["helen"]
    assert browser.get("/rules/").location == "/rules/placement/"
    assert 'href="/rules/"' in browser.get("/dashboard/").text


class TestExplain:
    """Any phone, or facts that are typed in: the decision, and every rule."""

    def test_facts_are_explained_through_all_stages(self, house: House):
        with writing(database_of(house.app), ALL_TENANTS) as session:
            activate(session, RuleKind.TEMPLATE, ("model = 450HD and user ~ anna*", {"give": "wait"}))
        page = house.people["helen"].get("/rules/explain/?model=450HD&ip=10.1.2.3").text
        assert "Cannot be answered: user name not known yet" in page
        assert "not known yet" in page
        assert "lies in tenant Acme" in page
        assert (
            page.index("Which tenant and site") < page.index("Which template") < page.index("Which firmware")
        )

    def test_a_phone_is_found_by_its_address_and_asked_with_the_drafts(self, house: House):
        form = rule(**{"all-field": "model", "all-operator": "=", "all-values": "450HD"})
        house.send("alice", "/rules/template/add", form)
        house.people["alice"].get("/rules/template/")
        page = house.people["alice"].get("/rules/explain/?phone=10.1.0.7").text
        assert ACME_MAC in page
        assert "Desks" not in page
        assert "Desks" in house.people["alice"].get("/rules/explain/?phone=10.1.0.7&rules=drafts").text

    def test_what_cannot_be_asked_is_said(self, house: House):
        answer = house.people["alice"].get("/rules/explain/?ip=10.1.2")
        assert answer.status_code == 400
        assert "is not an IP address" in answer.text
        assert "phones match" in house.people["alice"].get("/rules/explain/?phone=00908f").text

    def test_the_page_of_a_phone_leads_there(self, house: House):
        assert house.people["olga"].get("/rules/explain/?phone=00908f61bb61").status_code == 400
