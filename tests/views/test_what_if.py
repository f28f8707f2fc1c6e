"""What-if on its pages: begun, watched, looked through, compared phone by phone, and taken along as a table."""

import csv
import io

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Operation, Operator, RuleSetVersion, Simulation, Tenant
from app.models.enums import RuleKind
from app.scheduler.simulation_worker import SimulationWorker
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import reading, writing
from tests import factories
from tests.services.rule_writing import add, open_draft
from tests.views.browsing import Browser
from tests.views.conftest import SignIn
from tests.views.installations import database_of
from tests.views.world import ACME_MAC, GLOBEX_MAC, World

PAGE = "/rules/template/what-if"


@pytest.fixture
def draft_id(app: Flask, world: World) -> int:
    """A draft by which every phone waits for a template."""

    def write(session: Session) -> int:
        draft = open_draft(session, RuleKind.TEMPLATE)
        add(session, draft, "", {"give": "wait"})
        return draft.id

    del world
    with writing(database_of(app), ALL_TENANTS) as session:
        return write(session)


def simulate(app: Flask, browser: Browser, draft_id: int, **wish: object) -> str:
    """Begin a simulation, let it be worked off, and return the address of its page."""
    answer = browser.post(PAGE, {"draft": draft_id, **wish})
    assert answer.status_code == 303, answer.text
    SimulationWorker(database_of(app)).work_off()
    return str(answer.location)


def simulation_of(session: Session, address: str) -> Simulation:
    return session.get_one(Simulation, int(address.rpartition("/")[2]))


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
class TestPages:
    """A person sees what would change, and what it would do to a file."""

    def test_from_the_form_to_the_changed_phones_and_their_files(
        self, app: Flask, sign_in: SignIn, draft_id: int
    ) -> None:
        oscar = sign_in("oscar")
        assert f'value="{draft_id}" checked' in oscar.get(PAGE).text
        waiting = oscar.post(PAGE, {"draft": draft_id})
        busy = oscar.get(waiting.location)
        assert "Looking at the phones." in busy.text
        assert "Look again" in busy.text
        progress = oscar.get(f"{waiting.location}/progress").json
        assert (progress["state"], progress["is_busy"], progress["done"]) == ("waiting", True, 0)

        SimulationWorker(database_of(app)).work_off()
        page = oscar.get(waiting.location).text
        assert "Rule 2 &#34;everything&#34;" in page
        assert ACME_MAC in page
        assert GLOBEX_MAC in page
        assert "waits for a template" in page
        assert "Simulate again</a></span>" not in page

        narrowed = oscar.get(f"{waiting.location}?flag=held&q={ACME_MAC}").text
        assert f"/devices/{ACME_MAC}/" in narrowed
        assert f"/devices/{GLOBEX_MAC}/" not in narrowed
        assert oscar.get(f"{waiting.location}?rule=none").text.count("/devices/00908f") == 0
        assert oscar.get(f"{waiting.location}?flag=nonsense").status_code == 400

        table = csv.reader(io.StringIO(oscar.get(f"{waiting.location}/changed.csv").text.lstrip("\ufeff")))
        header, *rows = table
        after = header.index("Template rule after")
        assert {row[after] for row in rows} == {'Rule 2 "everything"'}
        assert {row[0] for row in rows} >= {ACME_MAC, GLOBEX_MAC}

    def test_account_that_lost_a_tenant_sees_its_simulations_of_it_no_more(
        self, app: Flask, sign_in: SignIn, world: World, draft_id: int
    ) -> None:
        def give(*tenant_ids: int) -> None:
            with writing(database_of(app), ALL_TENANTS) as session:
                account = session.scalars(select(Operator).where(Operator.username == "olga")).one()
                account.tenants = [session.get_one(Tenant, tenant_id) for tenant_id in tenant_ids]

        olga = sign_in("olga")
        own = simulate(app, olga, draft_id)
        give(world.acme, world.globex)
        both = simulate(app, olga, draft_id)
        pages = (both, f"{both}/progress", f"{both}/changed.csv")
        assert [olga.get(page).status_code for page in pages] == [200] * 3
        give(world.acme)
        assert [olga.get(page).status_code for page in pages] == [404] * 3
        assert olga.get(own).status_code == 200
        assert f'"{both}"' not in olga.get(PAGE).text

    def test_file_of_a_phone_is_compared_with_its_secrets_masked(
        self, app: Flask, sign_in: SignIn, world: World, draft_id: int
    ) -> None:
        alice = sign_in("alice")
        address = simulate(app, alice, draft_id)
        page = alice.get(f"{address}/phone/{world.acme_device}").text
        assert "What the phone gets" in page
        assert "difference--removed" in page
        assert alice.get(f"{address}/phone/999999").status_code == 404

    def test_draft_is_activated_and_applied_where_that_is_ticked(
        self, app: Flask, sign_in: SignIn, draft_id: int
    ) -> None:
        oscar, alice = sign_in("oscar"), sign_in("alice")
        address = simulate(app, alice, draft_id)
        assert "Activate this draft" not in sign_in("hal").get(address).text
        assert "Activate this draft" not in oscar.get(address).text
        assert oscar.post(f"{address}/activate", {}).status_code == 403
        assert 'name="apply" value="yes" checked' not in alice.get(address).text
        pace = {"batch": "20", "delay": "120", "patience": "5400"}
        answer = alice.post(f"{address}/activate", {**pace, "apply": "yes", "note": "pilot"})
        assert answer.status_code == 303
        with reading(database_of(app), ALL_TENANTS) as session:
            operation = session.scalars(select(Operation).order_by(Operation.id.desc())).first()
            assert answer.location == f"/operations/{operation.id}"
            assert operation.options["decide"] is True
            assert operation.total == simulation_of(session, address).totals["changed"]
            assert session.get_one(RuleSetVersion, draft_id).note == "pilot"
        assert "is no draft any more" in alice.get(address).text
        again = alice.client.post(
            f"{address}/activate", data={"csrf_token": alice.token()}, follow_redirects=True
        )
        assert "The draft was activated meanwhile" in again.text

    def test_what_changed_since_is_said_above_what_was_found(
        self, app: Flask, sign_in: SignIn, draft_id: int
    ) -> None:
        oscar = sign_in("oscar")
        address = simulate(app, oscar, draft_id)
        with writing(database_of(app), ALL_TENANTS) as session:
            factories.make_device(session)
        assert "Phones, pins, tenants, sites" in oscar.get(address).text

    def test_account_of_a_tenant_simulates_its_own_phones(
        self, app: Flask, sign_in: SignIn, draft_id: int
    ) -> None:
        olga, oscar = sign_in("olga"), sign_in("oscar")
        theirs = simulate(app, oscar, draft_id)
        address = simulate(app, olga, draft_id)
        page = olga.get(address).text
        assert ACME_MAC in page
        assert GLOBEX_MAC not in page
        assert olga.get(theirs).status_code == 404
        assert oscar.get(address).status_code == 200

    def test_what_cannot_be_simulated_is_said_on_the_form(self, sign_in: SignIn, draft_id: int) -> None:
        oscar = sign_in("oscar")
        nothing = oscar.post(PAGE, {"draft": "0"})
        assert nothing.status_code == 400
        assert "Choose a draft" in nothing.text
        assert "Write the time like" in oscar.post(PAGE, {"draft": draft_id, "as_of": "noon"}).text
        assert oscar.get("/rules/nonsense/what-if").status_code == 404
