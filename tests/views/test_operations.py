"""Operations in the browser's eyes: chosen, repeated, begun, followed and steered, each role as far as it may."""

import re
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import select

from app.models import JournalEntry, Operation, OperationTarget
from app.models.enums import Action, OperationState, TargetState, WaveState
from app.security.tenant_scope import ALL_TENANTS
from app.services.operations import waves
from app.transaction import reading, writing
from tests.views.browsing import Browser
from tests.views.conftest import SignIn
from tests.views.installations import database_of
from tests.views.world import ACME_MAC, GLOBEX_MAC, HIDDEN_FROM_ACME, World

RESTART = {"action": "restart", "mode": "graceful", "batch": "5", "delay": "120", "patience": "5400"}
START = "/operations/start/devices"
REFUSAL = "You do not have permission"


def newest(app: Flask) -> Operation | None:
    with reading(database_of(app), ALL_TENANTS) as session:
        return session.scalar(select(Operation).order_by(Operation.id.desc()).limit(1))


def targets(app: Flask, operation: Operation) -> list[str]:
    with reading(database_of(app), ALL_TENANTS) as session:
        keys = select(OperationTarget.key).where(OperationTarget.operation_id == operation.id)
        return list(session.scalars(keys.order_by(OperationTarget.key)))


def test_what_was_asked_is_repeated_before_it_begins(app: Flask, world: World, sign_in: SignIn):
    oscar = sign_in("oscar")
    before = newest(app)
    page = oscar.post("/operations/review/devices", {**RESTART, "key": ACME_MAC})
    assert page.status_code == 200
    assert "1 phone" in page.text
    assert "2 minutes apart" in page.text
    assert newest(app).id == before.id
    answer = oscar.post(START, {**RESTART, "key": ACME_MAC, "number": "1"})
    operation = newest(app)
    assert answer.location == f"/operations/{operation.id}/"
    assert (operation.action, operation.created_by, targets(app, operation)) == (
        Action.RESTART,
        "oscar",
        [ACME_MAC],
    )


def test_everything_that_matches_is_asked_and_nothing_of_other_tenants(
    app: Flask, world: World, sign_in: SignIn
):
    sign_in("olga").post(START, {**RESTART, "group": "\n", "key": GLOBEX_MAC})
    assert targets(app, newest(app)) == [ACME_MAC]
    sign_in("oscar").post(START, {**RESTART, "group": "\n"})
    assert targets(app, newest(app)) == [GLOBEX_MAC, ACME_MAC]


@pytest.mark.parametrize(
    ("name", "action", "may"),
    [
        ("hal", "restart", True),
        ("hal", "check_status", True),
        ("hal", "generate", False),
        ("victor", "check_status", True),
        ("victor", "restart", False),
        ("vera", "language", False),
        ("olga", "language", True),
    ],
)
def test_a_role_begins_what_it_may(
    app: Flask, world: World, sign_in: SignIn, name: str, action: str, may: bool
):
    before = newest(app).id
    answer = sign_in(name).post(START, {**RESTART, "action": action, "key": ACME_MAC, "language": "German"})
    assert (answer.status_code == 302, newest(app).id > before) == (may, may)
    assert may or REFUSAL in answer.text


def test_the_actions_that_a_page_offers_are_those_that_the_role_may(world: World, sign_in: SignIn):
    def offered(name: str) -> set[str]:
        page = sign_in(name).get("/devices/multiple/").text
        return set(re.findall(r'<option value="(\w+)" data-batch', page))

    assert offered("victor") == {"check_status"}
    assert offered("helen") == {"check_status", "restart", "message"}
    assert {"generate", "firmware", "template", "language"} < offered("olga")


@pytest.mark.parametrize(
    "wrong", [{"action": "dance"}, {"batch": "6"}, {"delay": "x"}, {"key": "", "group": ""}]
)
def test_what_no_field_says_is_refused(app: Flask, world: World, sign_in: SignIn, wrong: dict[str, str]):
    before = newest(app).id
    form = {name: value for name, value in {**RESTART, "key": ACME_MAC, **wrong}.items() if value}
    assert sign_in("oscar").post(START, form).status_code == 400
    assert newest(app).id == before


def selected_in(page: str) -> list[str]:
    """Return the values of the entries of the right pane, groups as their texts."""
    pane = page.partition("data-selected>")[2].partition("</select>")[0]
    return [
        unescape(text if group else value)
        for value, group, text in re.findall(
            r'<option value="(\w*)"( data-group="[^"]*")?[^>]*>([^<]*)', pane
        )
    ]


@pytest.mark.parametrize("address", ["/operations/review/devices", START])
@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"action": ""}, "Choose an action"),
        ({"batch": "6"}, "A batch has"),
        ({"action": "message", "text": "", "seconds": "5"}, "Write the text"),
        ({"action": "template", "template_id": "99999"}, "The template does not exist"),
    ],
)
def test_what_is_refused_keeps_what_was_chosen(
    app: Flask, world: World, sign_in: SignIn, address: str, wrong: dict[str, str], sentence: str
):
    before = newest(app).id
    form = {**RESTART, "delay": "300", "key": ACME_MAC, "group": "Globex\ngina", **wrong}
    answer = sign_in("oscar").post(address, form)
    assert answer.status_code == 400
    assert sentence in unescape(answer.text)
    assert selected_in(answer.text) == ["1 phone of Globex with “gina”", ACME_MAC]
    assert '<option value="300" selected>' in answer.text
    if wrong.get("action"):
        assert f'<option value="{wrong["action"]}" selected' in answer.text
    assert newest(app).id == before


def test_what_was_reviewed_is_changed_without_choosing_again(world: World, sign_in: SignIn):
    oscar = sign_in("oscar")
    lines = {**RESTART, "action": "user_values", "lines": "a/b = 1", "group": "Acme\n"}
    review = oscar.post("/operations/review/users", lines).text
    assert 'formaction="/users/multiple/"' in review
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', review))
    page = oscar.post("/users/multiple/", {name: unescape(value) for name, value in fields.items()}).text
    assert selected_in(page) == ["1 user of Acme"]
    assert ">a/b = 1</textarea>" in page


def test_a_page_of_users_is_not_shown_to_whom_it_is_closed(world: World, sign_in: SignIn):
    assert sign_in("victor").post("/operations/review/users", {"action": ""}).status_code == 403


@pytest.mark.parametrize(("action", "field"), [("passwords", "secret"), ("user_values", "lines")])
def test_what_may_be_a_password_is_in_no_page_and_no_entry(
    app: Flask, world: World, sign_in: SignIn, caplog: pytest.LogCaptureFixture, action: str, field: str
):
    caplog.set_level("DEBUG")
    oscar = sign_in("oscar")
    secret = "open-sesame-4711" if action == "passwords" else "voip/line/0/auth_password = open-sesame-4711"
    form = {**RESTART, "action": action, field: secret, "is_one_for_all": "yes", "key": str(world.acme_user)}
    review = oscar.post("/operations/review/users", form)
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', review.text))
    assert fields["sealed"]
    for forged in ("x", fields["sealed"][:-8], "ÿ"):
        assert oscar.post("/operations/start/users", {**fields, "sealed": forged}).status_code == 400
    assert sign_in("alice").post("/operations/start/users", fields).status_code == 400
    page = oscar.client.post(
        "/operations/start/users", data={**fields, "csrf_token": oscar.token()}, follow_redirects=True
    )
    operation = newest(app)
    assert (operation.action, operation.secret) == (Action(action), secret)
    texts = [review.text, page.text, oscar.get("/operations/").text]
    texts.append(oscar.get(f"/operations/{operation.id}/exportData.csv").text)
    with reading(database_of(app), ALL_TENANTS) as session:
        texts += [f"{entry.text} {entry.details}" for entry in session.scalars(select(JournalEntry))]
    assert "open-sesame-4711" not in "".join(texts) + caplog.text


def test_lines_are_copied_from_a_user_whom_the_account_sees(app: Flask, world: World, sign_in: SignIn):
    form = {**RESTART, "action": "user_values", "lines": "", "key": str(world.acme_user)}
    oscar = sign_in("oscar")
    review = oscar.post("/operations/review/users", {**form, "from_user": "gina@globex.example (Globex)"})
    assert "1, those of gina@globex.example (Globex)" in review.text
    oscar.post("/operations/start/users", {**form, "from_user": "gina@globex.example (Globex)"})
    assert (newest(app).action, newest(app).secret) == (Action.USER_VALUES, "system/user = Globex")
    before = newest(app).id
    refused = sign_in("olga").post("/operations/review/users", {**form, "from_user": "gina@globex.example"})
    assert refused.status_code == 400
    assert "no user of this name" in refused.text
    assert 'value="gina@globex.example"' in refused.text
    assert newest(app).id == before


def test_an_operation_is_paused_resumed_and_tried_again(app: Flask, world: World, sign_in: SignIn):
    oscar = sign_in("oscar")
    oscar.post(START, {**RESTART, "key": ACME_MAC})
    operation = newest(app)
    here = f"/operations/{operation.id}/"
    oscar.post(f"{here}pause")
    assert newest(app).state is OperationState.PAUSED
    assert "paused by oscar" in oscar.get(here).text
    oscar.post(f"{here}resume")
    assert newest(app).state is OperationState.RUNNING
    with writing(database_of(app), ALL_TENANTS) as session:
        session.scalars(
            select(OperationTarget).where(OperationTarget.operation_id == operation.id)
        ).one().state = TargetState.FAILED
    assert "Retry failed" in oscar.get(here).text
    oscar.post(f"{here}retry")
    with reading(database_of(app), ALL_TENANTS) as session:
        states = select(OperationTarget.state).where(OperationTarget.operation_id == operation.id)
        assert session.scalars(states).all() == [TargetState.WAITING]


def test_who_may_not_restart_steers_no_restart(world: World, sign_in: SignIn):
    here = f"/operations/{world.operation}/"
    victor = sign_in("victor")
    assert "Retry failed" not in victor.get(here).text
    assert victor.post(f"{here}retry").status_code == 403


def test_an_account_sees_its_part_of_an_operation_and_steers_none_of_others(
    app: Flask, world: World, sign_in: SignIn
):
    sign_in("oscar").post(START, {**RESTART, "group": "\n"})
    operation = newest(app)
    here = f"/operations/{operation.id}/"
    olga = sign_in("olga")
    page = olga.get(here).text
    assert ACME_MAC in page
    assert not [word for word in HIDDEN_FROM_ACME if word in page.casefold()]
    assert olga.post(f"{here}pause").status_code == 403
    assert olga.post(f"{here}rollback").status_code == 403
    lines = olga.get(f"{here}exportData.csv").text.splitlines()
    assert len(lines) == 2
    assert lines[1].startswith(f"{ACME_MAC},waiting,")


def test_the_export_has_device_and_status_and_the_reason(world: World, sign_in: SignIn):
    answer = sign_in("oscar").get(f"/operations/{world.operation}/exportData.csv")
    head, line = answer.text.lstrip("\ufeff").splitlines()
    assert head.startswith("Device,Status,")
    assert line.startswith(f"{ACME_MAC},failed,Anna,It refuses connections.,direct,")


def test_the_page_is_sent_again_only_when_something_changed(world: World, sign_in: SignIn):
    oscar = sign_in("oscar")
    address = f"/operations/{world.operation}/figures"
    etag = oscar.get(address).headers["ETag"]
    assert oscar.get(address, headers={"If-None-Match": etag}).status_code == 304


@pytest.mark.parametrize(("state", "shown"), [("failed", True), ("confirmed", False), ("all", True)])
def test_targets_are_filtered_by_state(world: World, sign_in: SignIn, state: str, shown: bool):
    page = sign_in("oscar").get(f"/operations/{world.operation}/?state={state}").text
    assert (ACME_MAC in page) is shown


def test_phones_are_looked_for_by_words_and_tenant(world: World, sign_in: SignIn):
    def found(browser: Browser, query: str) -> list[str]:
        return [row["key"] for row in browser.get(f"/devices/multiple/available?{query}").json["rows"]]

    oscar, olga = sign_in("oscar"), sign_in("olga")
    assert found(oscar, "") == [GLOBEX_MAC, ACME_MAC]
    assert found(oscar, "tenant=Acme") == found(oscar, "q=anna") == found(olga, "") == [ACME_MAC]
    assert found(oscar, f"q={ACME_MAC[-6:].upper()}") == [ACME_MAC]


def test_phones_that_the_address_names_are_selected(world: World, sign_in: SignIn):
    page = sign_in("oscar").get(f"/devices/multiple/?key={ACME_MAC}").text
    assert f'value="{ACME_MAC}"' in page.partition("data-selected>")[2].partition("</select>")[0]


def test_a_change_that_an_account_does_not_see_names_no_phones(app: Flask, world: World, sign_in: SignIn):
    before = newest(app)
    order = {"action": "update", "generate": "yes", "group": f"\n\nlines.tenant.{world.globex}"}
    assert sign_in("olga").post(START, {**RESTART, **order}).status_code == 404
    assert newest(app).id == before.id


WAVES = {
    **RESTART,
    "action": "update",
    "generate": "yes",
    "in_waves": "yes",
    "waves": "50 %, rest",
    "canaries": "",
    "watch": "900",
    "severity": "major",
    "limit": "5 %",
    "deadline": "86400",
}


def test_the_waves_of_a_roll_out_are_shown_before_it_begins(app: Flask, world: World, sign_in: SignIn):
    oscar = sign_in("oscar")
    form = {**WAVES, "group": "\n", "canaries": ACME_MAC.upper()}
    page = oscar.post("/operations/review/devices", form).text
    assert re.findall(
        r"<strong>(Canary|Wave \d)</strong></div><p class=\"wave__count\">(\d+) phone", page
    ) == [
        ("Canary", "1"),
        ("Wave 1", "1"),
    ]
    assert "watched for 15 minutes; at most 5 % may be unwell; alarms from major on count" in page
    assert "are tried for 1 day" in page
    oscar.post(START, {**form, "number": "2"})
    operation = newest(app)
    assert (operation.open_wave, operation.deadline_seconds) == (1, 86400)
    assert operation.gate["watch_seconds"] == 900
    page = oscar.get(f"/operations/{operation.id}/").text
    assert "Begins when the gate before it has passed." in page
    assert "canary" in oscar.get("/operations/").text


@pytest.mark.parametrize(
    "wrong",
    [
        {"waves": "many"},
        {"limit": "-1"},
        {"severity": "awful"},
        {"watch": "7"},
        {"canaries": "no mac"},
        {"canaries": "00908f000000"},
        {"deadline": "7"},
        {"action": "restart"},
        {"generate": ""},
    ],
)
def test_what_cannot_be_a_roll_out_begins_nothing(
    app: Flask, world: World, sign_in: SignIn, wrong: dict[str, str]
):
    before = newest(app).id
    form = {name: value for name, value in {**WAVES, "group": "\n", **wrong}.items() if value}
    assert sign_in("oscar").post(START, form).status_code == 400
    assert newest(app).id == before


def test_a_roll_out_that_its_gate_stopped_says_why_and_is_rolled_back(
    app: Flask, world: World, sign_in: SignIn
):
    oscar, olga = sign_in("oscar"), sign_in("olga")
    oscar.post(START, {**WAVES, "group": "\n"})
    operation = newest(app)
    here = f"/operations/{operation.id}/"
    with writing(database_of(app), ALL_TENANTS) as session:
        stopped = session.get_one(Operation, operation.id)
        stopped.state, stopped.paused_by = OperationState.HALTED, "its gate"
        wave = waves.find_open(session, stopped)
        wave.state, wave.finding = WaveState.FAILED, "1 of 1 phone is not well: 1 raised an alarm."
        target = session.scalars(
            select(OperationTarget).where(
                OperationTarget.operation_id == operation.id, OperationTarget.wave == 1
            )
        ).one()
        target.state, target.finding, target.before = TargetState.CONFIRMED, "It raised the alarm X.", {}
        unwell = target.key
    page = oscar.get(here).text
    assert "stopped by its gate" in page
    assert "1 of 1 phone is not well" in page
    assert "It raised the alarm X." in page
    assert "1 of 1 phone is not well" in oscar.get("/operations/").text
    assert "1 of 1 phone is not well" not in olga.get(here).text + olga.get("/operations/").text
    assert (unwell == ACME_MAC) is ("It raised the alarm X." in olga.get(here).text)
    undo = oscar.post(f"{here}rollback")
    assert newest(app).undoes_id == operation.id
    assert undo.location == f"/operations/{newest(app).id}/"
    assert f"operation {operation.id}</a>: each phone" in oscar.get(undo.location).text
    page = oscar.get(here).text
    assert "rolls it back." in page
    assert "Resume" not in page
