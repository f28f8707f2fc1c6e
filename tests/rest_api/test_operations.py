"""Operations over the REST API: begun, listed, followed, paused, resumed and retried, by who may."""

from tests.rest_api.conftest import MakeProgram
from tests.rest_api.programs import field_of, names_in
from tests.views.world import ACME_MAC, ACME_WAITING_MAC, GLOBEX_MAC, PEOPLE, World

RESTARTERS = {"alice", "oscar", "olga", "nora", "hal", "helen"}
CHANGERS = {"alice", "oscar", "olga", "nora"}
OF_ACME = {"matching_phones": {"tenant": "Acme", "approval": "approved"}}


def test_each_role_begins_and_steers_what_it_may(program: MakeProgram, world: World):
    for person in PEOPLE:
        asked = program(person.name)
        sees = person.tenants != ()
        restart = asked.post("/operations", {"action": "restart", "phones": [ACME_MAC]})
        foreign = asked.post("/operations", {"action": "check_status", "phones": [GLOBEX_MAC]})
        language = asked.post("/operations", {"action": "language", "phones": [ACME_MAC]})
        approve = asked.post("/operations", {"action": "approve", "phones": [ACME_WAITING_MAC]})
        retried = asked.post(f"/operations/{world.operation}/retry", None)
        begun = 201 if sees else 422
        assert restart.status_code == (begun if person.name in RESTARTERS else 403), person
        assert foreign.status_code == (201 if person.tenants is None else 422), person
        assert language.status_code == (begun if person.name in CHANGERS else 403), person
        assert approve.status_code == (422 if person.name in CHANGERS else 403), person
        assert retried.status_code in ((200, 409) if sees and person.name in RESTARTERS else (403, 404)), (
            person
        )


def test_nobody_sees_operations_of_other_tenants(program: MakeProgram, world: World):
    alice, olga = program("alice"), program("olga")
    foreign = alice.post("/operations", {"action": "check_status", "phones": [GLOBEX_MAC]}).json["id"]
    both = alice.post("/operations", {"action": "restart", "matching_phones": {"approval": "approved"}}).json
    assert both["total"] == 2
    assert [names_in(asked.get("/operations"), "id") for asked in (alice, olga)] == [
        [both["id"], foreign, world.operation],
        [both["id"], world.operation],
    ]
    assert olga.get(f"/operations/{both['id']}").json["counts"] == {"waiting": 1}
    assert names_in(olga.get(f"/operations/{both['id']}/targets"), "key") == [ACME_MAC]
    assert olga.post(f"/operations/{both['id']}/pause", None).status_code == 403
    for path in (f"/operations/{foreign}", f"/operations/{foreign}/targets"):
        assert olga.get(path).status_code == 404


def test_an_operation_is_begun_paused_resumed_and_followed(program: MakeProgram, world: World):
    olga = program("olga")
    order = {
        "action": "message",
        **OF_ACME,
        "options": {"text": "Back at noon", "seconds": 30},
        "batch_size": 10,
        "delay_seconds": 30,
        "begins_at": "2100-01-01T00:00:00Z",
    }
    assert field_of(olga.post("/operations", order)) == "begins_at"
    begun = olga.post("/operations", {**order, "begins_at": None})
    assert begun.status_code == 201
    path = begun.headers["Location"].removeprefix("/api/v1")
    assert begun.json["options"] == {"text": "Back at noon", "seconds": 30}
    assert (begun.json["state"], begun.json["batch_size"], begun.json["delay_seconds"]) == ("running", 10, 30)
    assert olga.get(path).json == begun.json
    assert names_in(olga.get(f"{path}/targets?state=waiting"), "key") == [ACME_MAC]
    assert names_in(olga.get(f"{path}/targets?state=failed"), "key") == []
    assert olga.post(f"{path}/resume", None).status_code == 409
    paused = olga.post(f"{path}/pause", None, headers={"If-Match": begun.headers["ETag"]})
    assert (paused.json["state"], paused.json["paused_by"]) == ("paused", "olga")
    assert olga.post(f"{path}/resume", None, headers={"If-Match": begun.headers["ETag"]}).status_code == 412
    assert olga.post(f"{path}/resume", None).json["state"] == "running"
    assert olga.post(f"{path}/retry", None).status_code == 409
    assert olga.post(f"/operations/{world.operation}/retry", None).json == {"retried": 1}
    assert names_in(olga.get("/operations?action=message&state=running"), "id") == [begun.json["id"]]


def test_what_deletes_says_first_how_much(program: MakeProgram, world: World):
    olga = program("olga")
    order = {"action": "delete_devices", **OF_ACME}
    asked = olga.post("/operations", order)
    assert (asked.status_code, asked.json["told"]) == (409, "1-phone")
    assert olga.post("/operations?told=2-phones", order).status_code == 409
    assert olga.post("/operations?told=1-phone", order).status_code == 201


def test_a_roll_out_shows_its_waves_and_is_rolled_back_by_who_paused_it(program: MakeProgram, world: World):
    olga = program("olga")
    order = {"action": "update", **OF_ACME, "options": {"generate": True}, "waves": {"canaries": [ACME_MAC]}}
    begun = olga.post("/operations", order)
    assert [wave["name"] for wave in begun.json["waves"]] == ["canary"]
    path = f"/operations/{begun.json['id']}"
    assert olga.post(f"{path}/rollback", None).status_code == 409
    assert olga.post(f"{path}/pause", None).status_code == 200
    nothing = olga.post(f"{path}/rollback", None)
    assert (nothing.status_code, nothing.json["detail"]) == (
        409,
        "The operation has changed no phone, so there is nothing to roll back.",
    )


def test_what_is_wrong_is_said_at_its_field(program: MakeProgram, world: World):
    olga = program("olga")
    phones = {"phones": [ACME_MAC]}
    for wrong, field in (
        ({"action": "explode"}, "action"),
        ({"action": "restart", "phones": ["not-a-mac-address"]}, "phones"),
        ({"action": "restart", **phones, "options": {"mode": "gently"}}, "options.mode"),
        ({"action": "restart", **phones, "batch_size": 7}, "batch_size"),
        ({"action": "restart", **phones, "delay_seconds": 10**18}, "delay_seconds"),
        ({"action": "firmware", **phones}, "options.firmware"),
        ({"action": "firmware", **phones, "options": {"firmware": "none"}}, "options.firmware"),
        ({"action": "template", **phones, "options": {"template": "Globex_405HD"}}, "options.template"),
        ({"action": "tenant", **phones, "options": {"tenant": "Globex"}}, "options.tenant"),
        (
            {"action": "update", **phones, "options": {"generate": True}, "waves": {"steps": "x"}},
            "waves.steps",
        ),
        ({"action": "restart", **phones, "users": [world.acme_user]}, "users"),
    ):
        assert field_of(olga.post("/operations", wrong)) == field, wrong


def test_users_get_passwords_that_nothing_shows(program: MakeProgram, world: World):
    olga = program("olga")
    order = {"action": "passwords", "users": [world.acme_user], "options": {"password": "open-sesame"}}
    begun = olga.post("/operations", order)
    assert (begun.status_code, begun.json["subject"]) == (201, "users")
    shown = olga.get(f"/operations/{begun.json['id']}").text + olga.get("/operations").text
    assert "open-sesame" not in begun.text + shown
    assert (
        olga.post("/operations", {"action": "generate", "matching_users": {"q": "anna"}}).json["total"] == 1
    )


def test_a_token_for_other_kinds_begins_nothing(program: MakeProgram):
    for_alarms = program("alice", kinds=["alarms"])
    assert for_alarms.get("/operations").status_code == 403
    assert for_alarms.post("/operations", {"action": "restart", "phones": [ACME_MAC]}).status_code == 403
