"""Every action by every role and scope: allowed and refused as the product says, by the server, and nothing written
on refusal.

The tables are written by hand from "Who uses it" of the product, not computed from the code that they check. Each
form is sent as a page would send it at its end, without the pages before it: who forges one gets no further.
"""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import make_url, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.models import Operation, OperationTarget, Operator, Site, Tenant
from app.models.enums import Action, Approval, Status
from app.security.tenant_scope import ALL_TENANTS
from app.services import operator_sessions
from app.transaction import reading, writing
from tests import factories
from tests.databases import Databases
from tests.views.browsing import Browser, signed_in
from tests.views.conftest import SignIn
from tests.views.installations import database_of, fill, open_app
from tests.views.multipart import CONTENT_TYPE, closed, field_part, file_part
from tests.views.test_deletion import told_on
from tests.views.world import (
    ACME_MAC,
    ACME_WAITING_MAC,
    GLOBEX_MAC,
    GLOBEX_WAITING_MAC,
    NOBODYS_MAC,
    PEOPLE,
    World,
    add_phone,
    add_status,
    make_world,
)

# both: in every tenant; acme: in Acme alone; none: allowed, with no tenant to do it in; -: refused everywhere.
OPERATIONS = """
                  alice oscar olga nora hal  helen victor vera
    check_status  both  both  acme none both acme  both   acme
    restart       both  both  acme none both acme  -      -
    message       both  both  acme none both acme  -      -
    update        both  both  acme none -    -     -      -
    firmware      both  both  acme none -    -     -      -
    generate      both  both  acme none -    -     -      -
    template      both  both  acme none -    -     -      -
    tenant        both  both  acme none -    -     -      -
    language      both  both  acme none -    -     -      -
    vlan_mode     both  both  acme none -    -     -      -
    approve       both  both  acme none -    -     -      -
    delete_devices both both  acme none -    -     -      -
    delete_status both  both  acme none -    -     -      -
    user_tenant   both  both  acme none -    -     -      -
    passwords     both  both  acme none -    -     -      -
    delete_users  both  both  acme none -    -     -      -
    user_values   both  both  acme none -    -     -      -
    no_user_values both both  acme none -    -     -      -
"""
PAGES = """
                  alice oscar olga nora hal  helen victor vera
    approve       both  both  acme none -    -     -      -
    approve_many  both  both  acme none -    -     -      -
    add_phone     both  both  acme none -    -     -      -
    edit_phone    both  both  acme none -    -     -      -
    replace_phone both  both  acme none -    -     -      -
    delete_phone  both  both  acme none -    -     -      -
    edit_user     both  both  acme none -    -     -      -
    password      both  both  acme none -    -     -      -
    generate      both  both  acme none -    -     -      -
    delete_user   both  both  acme none -    -     -      -
    pause         both  both  acme none both acme  -      -
"""
ELSEWHERE = """
                    alice oscar olga nora hal helen victor vera
    add_user        yes   yes   yes  yes  -   -     -      -
    import_users    yes   yes   yes  yes  -   -     -      -
    import_system   yes   yes   -    -    -   -     -      -
    export_users    yes   yes   yes  yes  -   -     yes    yes
    export_system   yes   yes   -    -    -   -     -      -
    generate_all    yes   yes   yes  -    -   -     -      -
"""
ASKED_OF_ONE = frozenset({"check_status", "restart", "message", "update", "firmware", "generate", "tenant"})
OF_USERS = frozenset({"user_tenant", "passwords", "delete_users", "user_values", "no_user_values"})
DELETES = frozenset({"delete_devices", "delete_status", "delete_users", "no_user_values"})
PACE = {"batch": "5", "delay": "0", "patience": "5400"}


def table(text: str) -> dict[tuple[str, str], str]:
    """Read a table: what somebody may, by the deed and the name."""
    head, *lines = (line.split() for line in text.strip().splitlines())
    return {(deed, name): word for deed, *words in lines for name, word in zip(head, words, strict=True)}


MAY_BEGIN, MAY_SEND, MAY_ELSEWHERE = table(OPERATIONS), table(PAGES), table(ELSEWHERE)
NAMES = [person.name for person in PEOPLE]


@dataclass
class House:
    """One installation for all of these tests, everybody signed in; what tests do to it does not hinder others."""

    app: Flask
    world: World
    watcher: sqlite3.Connection
    people: dict[str, Browser]
    tokens: dict[str, str]
    gina: int
    made: int = field(default=0)

    def send(self, name: str, address: str, form: Mapping[str, object]) -> TestResponse:
        """Send a form with the token of the session."""
        return self.people[name].client.post(address, data={**form, "csrf_token": self.tokens[name]})

    def version(self) -> int:
        """Return a number that changes with every commit of whatever."""
        return int(self.watcher.execute("PRAGMA data_version").fetchone()[0])

    def targets_of_newest(self) -> list[str]:
        """Return the targets of the operation that was begun last."""
        with reading(database_of(self.app), ALL_TENANTS) as session:
            newest = select(Operation.id).order_by(Operation.id.desc()).limit(1).scalar_subquery()
            return list(
                session.scalars(select(OperationTarget.key).where(OperationTarget.operation_id == newest))
            )

    def fresh(self, tenant: str) -> "Fresh":
        """Add rows to a tenant that a test may do anything to."""
        self.made += 1
        number = self.made
        with writing(database_of(self.app), ALL_TENANTS) as session:
            site = session.get_one(Site, self.world.acme_site if tenant == "acme" else self.world.globex_site)
            template = factories.get_template(session, "Audiocodes_450HD_LYNC")
            device = add_phone(
                session,
                site,
                f"00908fa0{number:04x}",
                user=f"user{number}",
                ip=f"10.{1 + (tenant != 'acme')}.9.9",
            )
            device.template = template
            waiting = [f"00908f{kind}{number:04x}" for kind in ("b0", "b1")]
            for mac in waiting:
                add_status(session, mac, site=site, approval=Approval.NEEDED, status=Status.UNREGISTERED)
            session.flush()
            return Fresh(
                number, site.tenant_id, site.id, device.mac, device.phone_user_id or 0, waiting, template.id
            )


@dataclass(frozen=True)
class Fresh:
    """A phone with its user, and two that wait."""

    number: int
    tenant: int
    site: int
    mac: str
    user: int
    waiting: list[str]
    template: int


@pytest.fixture(scope="module")
def house(
    sqlite_template: str, sqlite_databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    """The company of the other tests, in a database of this module's own."""
    url = sqlite_databases.copy(sqlite_template)
    monkeypatch = pytest.MonkeyPatch()
    # That somebody is there is written as well, every half minute, whatever he asks for.
    monkeypatch.setattr(operator_sessions, "USE_IS_NOTED_EVERY", timedelta(hours=1))
    for app in open_app(url, tmp_path_factory.mktemp("installation")):
        world = fill(app, make_world)
        people = {name: signed_in(app, name) for name in NAMES}
        with reading(database_of(app), ALL_TENANTS) as session:
            gina = user_of(session, "gina@globex.example")
        watcher = sqlite3.connect(make_url(url).database or "")
        tokens = {name: browser.token() for name, browser in people.items()}
        yield House(app, world, watcher, people, tokens, gina)
        watcher.close()
    monkeypatch.undo()
    sqlite_databases.drop(url)


def user_of(session: Session, name: str) -> int:
    found: int = session.scalars(select(factories.PhoneUser.id).where(factories.PhoneUser.name == name)).one()
    return found


def options(world: World, action: str) -> dict[str, object]:
    """Return what an action has to be told, in Acme's words."""
    told: dict[str, dict[str, object]] = {
        "restart": {"mode": "force"},
        "message": {"text": "Hello", "seconds": "5"},
        "firmware": {"firmware_id": world.firmware},
        "template": {"template_id": world.acme_template},
        "tenant": {"tenant_id": world.acme},
        "user_tenant": {"tenant_id": world.acme},
        "approve": {"tenant_id": world.acme},
        "language": {"language": "German"},
        "vlan_mode": {"vlan_mode": "CDP"},
        "user_values": {"lines": "system/pin_lock/enabled = 1"},
    }
    deletes = {"number": "1", "typed": "1"} if action in DELETES else {}
    return {"action": action, **PACE, **told.get(action, {}), **deletes}


def targets(house: House, action: str) -> dict[str, str]:
    """Return a target of each tenant."""
    if action in OF_USERS:
        return {"acme": str(house.world.acme_user), "globex": str(house.gina)}
    if action == "approve":
        return {"acme": ACME_WAITING_MAC, "globex": GLOBEX_WAITING_MAC}
    return {"acme": ACME_MAC, "globex": GLOBEX_MAC}


def expected(may: str, tenant: str, *, done: int, hidden: int) -> int:
    """Return the answer that follows from a word of a table."""
    if may == "-":
        return 403
    return done if may in ("both", tenant) else hidden


def test_the_tables_have_every_action_and_everybody():
    assert {deed for deed, _ in MAY_BEGIN} == {action.value for action in Action}
    assert all({name for _, name in found} == set(NAMES) for found in (MAY_BEGIN, MAY_SEND, MAY_ELSEWHERE))
    assert {deed for deed, _ in MAY_SEND} == set(FORMS)


@pytest.mark.parametrize("name", NAMES)
def test_a_role_begins_what_it_may_on_what_it_sees(house: House, name: str):
    found, wanted = {}, {}
    for action in Action:
        subject = "users" if action in OF_USERS else "devices"
        for tenant, key in targets(house, action).items():
            form = {**options(house.world, action), "key": key}
            may = MAY_BEGIN[action, name]
            for page, done in (("review", 200), ("start", 302)):
                before = house.version()
                answer = house.send(name, f"/operations/{page}/{subject}", form)
                deed = (action.value, tenant, page)
                found[deed] = answer.status_code, house.version() != before
                status = expected(may, tenant, done=done, hidden=400)
                wanted[deed] = status, status == 302
    assert found == wanted


@pytest.mark.parametrize("name", NAMES)
def test_one_phone_is_asked_what_the_role_may(house: House, name: str):
    found, wanted = {}, {}
    for action in Action:
        for tenant, mac in {"acme": ACME_MAC, "globex": GLOBEX_MAC}.items():
            before = house.version()
            answer = house.send(name, f"/devices/{mac}/ask/{action}", options(house.world, action))
            found[action.value, tenant] = answer.status_code, house.version() != before
            may = MAY_BEGIN[action, name]
            status = expected(may, tenant, done=302, hidden=404) if action in ASKED_OF_ONE else 404
            wanted[action.value, tenant] = status, status == 302
    assert found == wanted


ASKED_OF_LIST = (ASKED_OF_ONE | {"delete_status"}) - {"tenant"}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("meant", ["selected", "all that match"])
def test_phones_of_the_list_are_asked_what_the_role_may(house: House, name: str, meant: str):
    found, wanted = {}, {}
    for action in ASKED_OF_LIST:
        for tenant, mac in {"acme": ACME_MAC, "globex": GLOBEX_MAC}.items():
            form = options(house.world, action) | {"number": "1", "batch": "5", "delay": "0"}
            form |= {"mac": mac} if meant == "selected" else {"matching": f"all=yes&mac={mac}"}
            before = house.version()
            answer = house.send(name, f"/devices-status/ask/{action}", form)
            found[action, tenant] = answer.status_code, house.version() != before
            status = expected(MAY_BEGIN[action, name], tenant, done=302, hidden=400)
            wanted[action, tenant] = status, status == 302
    assert found == wanted


@pytest.mark.parametrize("name", ["olga", "helen", "vera", "nora"])
def test_of_a_mixed_selection_only_what_is_seen_is_meant(house: House, name: str):
    everything = {
        "key": [ACME_MAC, GLOBEX_MAC, NOBODYS_MAC, ACME_WAITING_MAC, GLOBEX_WAITING_MAC, str(house.world.acme_user),
                str(house.gina)],
        "group": ["\n", "Globex\n", "globex\n", "\ngina", "Acme\n"],
    }  # fmt: skip
    seen = {ACME_MAC, ACME_WAITING_MAC, str(house.world.acme_user)}
    for action in Action:
        for subject in ("users", "devices"):
            before = house.version()
            form = {**options(house.world, action), **everything}
            answer = house.send(name, f"/operations/start/{subject}", form)
            if answer.status_code == 302:
                assert MAY_BEGIN[action, name] == "acme"
                assert set(house.targets_of_newest()) <= seen, (action, subject)
            else:
                assert house.version() == before, (action, subject)


@pytest.mark.parametrize(
    ("action", "smuggled"),
    [
        ("template", {"template_id": "globex_template"}),
        ("tenant", {"tenant_id": "globex"}),
        ("user_tenant", {"tenant_id": "globex"}),
        ("approve", {"tenant_id": "globex"}),
    ],
)
def test_what_an_action_is_told_is_of_ones_own_tenants(house: House, action: str, smuggled: dict[str, str]):
    form = {**options(house.world, action), "key": targets(house, action)["acme"]}
    form |= {name: getattr(house.world, what) for name, what in smuggled.items()}
    subject = "users" if action in OF_USERS else "devices"
    before = house.version()
    for page in ("review", "start"):
        assert house.send("olga", f"/operations/{page}/{subject}", form).status_code == 400
    assert house.version() == before
    assert house.send("oscar", f"/operations/start/{subject}", form).status_code == 302


def test_an_operator_of_two_tenants_begins_pauses_and_tries_again_in_both(house: House):
    with writing(database_of(house.app), ALL_TENANTS) as session:
        session.scalars(select(Operator).where(Operator.username == "olga")).one().tenants = [
            session.get_one(Tenant, house.world.acme), session.get_one(Tenant, house.world.globex)
        ]  # fmt: skip
    try:
        form = {**options(house.world, "restart"), "key": [ACME_MAC, GLOBEX_MAC]}
        here = house.send("olga", "/operations/start/devices", form).location
        assert house.targets_of_newest() == [GLOBEX_MAC, ACME_MAC]
        assert [house.send("olga", f"{here}{deed}", {}).status_code for deed in ("pause", "resume")] == [
            302,
            302,
        ]
    finally:
        with writing(database_of(house.app), ALL_TENANTS) as session:
            session.scalars(select(Operator).where(Operator.username == "olga")).one().tenants = [
                session.get_one(Tenant, house.world.acme)
            ]


def test_lines_of_another_tenants_user_are_not_copied(house: House):
    form = {**options(house.world, "user_values"), "lines": "", "from_user": "gina@globex.example"}
    form["key"] = str(house.world.acme_user)
    before = house.version()
    assert house.send("olga", "/operations/start/users", form).status_code == 400
    assert house.version() == before


Prepare = Callable[[House, Fresh], tuple[str, dict[str, object]]]


def _told(house: House, address: str) -> dict[str, object]:
    """Return what the page says to somebody who may do it: a forged form says it, too."""
    return dict(told_on(house.people["alice"], address))


def _device_form(fresh: Fresh, **more: object) -> dict[str, object]:
    return {"display_name": "Desk", "template": fresh.template, "vlan_id": "0", "vlan_priority": "0", **more}


def _begin_to_pause(house: House, fresh: Fresh) -> tuple[str, dict[str, object]]:
    form = {**options(house.world, "restart"), "key": fresh.mac}
    return f"{house.send('alice', '/operations/start/devices', form).location}pause", {}


def _replacement(house: House, fresh: Fresh) -> tuple[str, dict[str, object]]:
    address, new = f"/devices/{fresh.mac}/replace", f"00908fc0{fresh.number:04x}"
    return address, {"new": new, **_told(house, f"{address}?new={new}")}


FORMS: Mapping[str, Prepare] = {
    "approve": lambda _, fresh: (f"/devices/{fresh.waiting[0]}/approve", {"tenant": fresh.tenant}),
    "approve_many": lambda _, fresh: ("/devices/approve", {"mac": fresh.waiting, "tenant": fresh.tenant}),
    "add_phone": lambda _, fresh: (
        f"/devices/add/{fresh.user}", _device_form(fresh, mac=f"00908fd0{fresh.number:04x}"),
    ),
    "edit_phone": lambda _, fresh: (f"/devices/{fresh.mac}/edit", _device_form(fresh)),
    "replace_phone": _replacement,
    "delete_phone": lambda house, fresh: (
        f"/devices/{fresh.mac}/delete", _told(house, f"/devices/{fresh.mac}/delete"),
    ),
    "edit_user": lambda _, fresh: (
        f"/users/edit/{fresh.user}", {"tenant": fresh.tenant, "name": f"other{fresh.number}"},
    ),
    "password": lambda _, fresh: (
        f"/users/password/{fresh.user}", {"password_kind": "typed", "password": "open-sesame"},
    ),
    "generate": lambda _, fresh: (f"/users/generate/{fresh.user}", {"restart": "yes"}),
    "delete_user": lambda house, fresh: (
        f"/users/delete/{fresh.user}", _told(house, f"/users/delete/{fresh.user}"),
    ),
    "pause": _begin_to_pause,
}  # fmt: skip
"""The forms of pages: where they go, and what they say when they are right in everything."""


@pytest.mark.parametrize("deed", sorted(FORMS))
@pytest.mark.parametrize("tenant", ["acme", "globex"])
def test_a_page_takes_the_form_of_whom_it_may(house: House, deed: str, tenant: str):
    found, wanted = {}, {}
    for name in NAMES:
        address, form = FORMS[deed](house, house.fresh(tenant))
        before = house.version()
        answer = house.send(name, address, form)
        found[name] = answer.status_code, house.version() != before
        # Of several phones none is chosen where none is seen; what is asked about one that is not is answered 404.
        status = expected(
            MAY_SEND[deed, name], tenant, done=302, hidden=302 if deed == "approve_many" else 404
        )
        if deed == "pause" and status == 403 and not sees(name, tenant):
            status = 404  # whose operation it is, is asked first
        wanted[name] = status, status == 302 and MAY_SEND[deed, name] in ("both", tenant)
    assert found == wanted


def sees(name: str, tenant: str) -> bool:
    """Whether somebody sees a tenant at all."""
    return {"olga": tenant == "acme", "helen": tenant == "acme", "vera": tenant == "acme", "nora": False}.get(
        name, True
    )


@pytest.mark.parametrize("name", NAMES)
def test_users_are_added_where_they_are_seen(house: House, name: str):
    for tenant, tenant_id in {"acme": house.world.acme, "globex": house.world.globex}.items():
        before = house.version()
        form = {"tenant": tenant_id, "name": f"new-of-{name}", "password_kind": "none"}
        status = house.send(name, "/users/add", form).status_code
        is_done = MAY_ELSEWHERE["add_user", name] == "yes" and sees(name, tenant)
        refused = 403 if MAY_ELSEWHERE["add_user", name] == "-" else 400
        assert (status, house.version() != before) == (302 if is_done else refused, is_done), tenant


@pytest.mark.parametrize("name", NAMES)
def test_what_changed_is_generated_by_whom_may(house: House, name: str):
    house.fresh("acme")
    before = house.version()
    status = house.send(name, "/changed-files/generate", {}).status_code
    may = MAY_ELSEWHERE["generate_all", name] == "yes"
    assert (status, house.version() != before) == (302 if may else 403, may)


@pytest.mark.parametrize("name", NAMES)
def test_files_come_in_and_go_out_as_the_role_may(house: House, name: str):
    system = house.people["alice"].get("/import-export/Configuration.zip").data
    sent = {
        "import_users": file_part("users.csv", b"Name,Tenant,Device 1 MAC Address\nzoe,Acme,\n"),
        "import_system": file_part("Configuration.zip", system),
    }
    for deed, part in sent.items():
        before = house.version()
        form = closed(field_part("csrf_token", house.tokens[name]), part)
        answer = house.people[name].client.post("/import-export/", data=form, content_type=CONTENT_TYPE)
        may = MAY_ELSEWHERE[deed, name] == "yes"
        assert (answer.status_code, house.version() != before) == (303 if may else 403, may), deed
    for deed, address in {"export_users": "users.zip", "export_system": "Configuration.zip"}.items():
        answer = house.people[name].get(f"/import-export/{address}")
        assert answer.status_code == (200 if MAY_ELSEWHERE[deed, name] == "yes" else 403), deed


def test_scope_is_that_of_both_databases(app: Flask, world: World, sign_in: SignIn):
    with reading(database_of(app), ALL_TENANTS) as session:
        gina = user_of(session, "gina@globex.example")
    olga = sign_in("olga")
    for subject, action, own, foreign in (
        ("devices", "language", ACME_MAC, GLOBEX_MAC),
        ("devices", "approve", ACME_WAITING_MAC, GLOBEX_WAITING_MAC),
        ("users", "passwords", str(world.acme_user), str(gina)),
    ):
        address, form = f"/operations/start/{subject}", options(world, action)
        assert olga.post(address, {**form, "key": foreign}).status_code == 400
        answer = olga.post(address, {**form, "key": [own, foreign]})
        assert answer.status_code == 302
        with reading(database_of(app), ALL_TENANTS) as session:
            newest = select(Operation.id).order_by(Operation.id.desc()).limit(1).scalar_subquery()
            keys = select(OperationTarget.key).where(OperationTarget.operation_id == newest)
            assert session.scalars(keys).all() == [own]
