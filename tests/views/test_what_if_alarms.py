"""What-if of rules for alarms on its pages: begun, watched, cancelled, looked through, taken along, activated."""

import csv
import io

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.models import Destination, RuleSetVersion
from app.models.enums import DestinationKind, RuleKind, RuleSetState
from app.scheduler.simulation_worker import SimulationWorker
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import reading, writing
from tests.factories import NOW
from tests.services.rule_writing import add, open_draft
from tests.views.conftest import SignIn
from tests.views.installations import database_of
from tests.views.world import ACME_MAC, GLOBEX_MAC, World

PAGE = "/rules/route/what-if"
ROUTE = {"does": "forward", "at_least": "info", "destinations": "NOC"}


@pytest.fixture
def draft_id(app: Flask, world: World) -> int:
    """A draft by which a destination of the system is told of everything."""

    def write(session: Session) -> int:
        session.add(
            Destination(
                name="NOC", kind=DestinationKind.MAIL, settings={}, rate_per_minute=60, created_at=NOW
            )
        )
        session.flush()
        draft = open_draft(session, RuleKind.ROUTE)
        add(session, draft, "", ROUTE, name="tell the NOC")
        return draft.id

    del world
    with writing(database_of(app), ALL_TENANTS) as session:
        return write(session)


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
class TestPages:
    """A person sees what a draft would have made of the alarms of the last days."""

    def test_from_the_form_to_the_alarms_that_change(
        self, app: Flask, sign_in: SignIn, draft_id: int
    ) -> None:
        oscar = sign_in("oscar")
        assert f'href="{PAGE}"' in sign_in("alice").get("/rules/route/").text
        form = oscar.get(PAGE).text
        assert f'value="{draft_id}" checked' in form
        assert 'name="days"' in form
        assert 'name="as_of"' not in form
        waiting = oscar.post(PAGE, {"draft": draft_id, "days": "365"})
        assert "Playing what was recorded." in oscar.get(waiting.location).text

        SimulationWorker(database_of(app)).work_off()
        page = oscar.get(waiting.location).text
        assert "Messages for each destination" in page
        assert "What this cannot know" in page
        assert "NOC: 1 message" in page
        assert "Rule 1 &#34;tell the NOC&#34;".lower() in page.lower()
        assert ACME_MAC in page
        assert GLOBEX_MAC in page

        narrowed = oscar.get(f"{waiting.location}?flag=more&q={ACME_MAC}").text
        assert ACME_MAC in narrowed
        assert f"/devices/{GLOBEX_MAC}/" not in narrowed
        assert "No such alarm" in oscar.get(f"{waiting.location}?rule=none").text
        assert oscar.get(f"{waiting.location}?flag=nonsense").status_code == 400
        assert oscar.get(f"{waiting.location}/phone/1").status_code == 404

        table = csv.reader(io.StringIO(oscar.get(f"{waiting.location}/changed.csv").text.lstrip("\ufeff")))
        header, *rows = table
        assert {row[header.index("Rules after")] for row in rows} == {'rule 1 "tell the NOC"'}
        assert {row[header.index("MAC")] for row in rows} >= {ACME_MAC, GLOBEX_MAC}

    def test_one_that_runs_is_cancelled(self, app: Flask, sign_in: SignIn, draft_id: int) -> None:
        oscar, olga = sign_in("oscar"), sign_in("olga")
        address = oscar.post(PAGE, {"draft": draft_id}).location
        assert f'action="{address}/cancel"' in oscar.get(address).text
        assert olga.post(f"{address}/cancel", {}).status_code == 404
        assert oscar.post(f"{address}/cancel", {}).status_code == 303
        assert SimulationWorker(database_of(app)).work_off() == 0
        assert "The simulation was cancelled: it says nothing." in oscar.get(address).text
        again = oscar.client.post(
            f"{address}/cancel", data={"csrf_token": oscar.token()}, follow_redirects=True
        )
        assert "The simulation has ended meanwhile." in again.text

    def test_account_of_a_tenant_sees_its_own_alarms_and_not_who_else_is_told(
        self, app: Flask, sign_in: SignIn, draft_id: int
    ) -> None:
        olga = sign_in("olga")
        assert f'value="{draft_id}"' in olga.get(PAGE).text
        address = olga.post(PAGE, {"draft": draft_id, "days": "365"}).location
        SimulationWorker(database_of(app)).work_off()
        page = olga.get(address).text
        assert ACME_MAC in page
        assert GLOBEX_MAC not in page
        assert "another destination" in page
        assert "NOC: " not in page

    def test_draft_is_activated_from_what_it_would_have_done(
        self, app: Flask, sign_in: SignIn, draft_id: int
    ) -> None:
        alice, oscar = sign_in("alice"), sign_in("oscar")
        address = alice.post(PAGE, {"draft": draft_id, "days": "365"}).location
        SimulationWorker(database_of(app)).work_off()
        assert "Activate this draft" in alice.get(address).text
        assert oscar.post(f"{address}/activate", {}).status_code == 403
        assert alice.post(f"{address}/activate", {"apply": "yes"}).location == address
        with reading(database_of(app), ALL_TENANTS) as session:
            assert session.get_one(RuleSetVersion, draft_id).state is RuleSetState.ACTIVE
        assert "is no draft any more" in alice.get(address).text

    def test_what_cannot_be_simulated_is_said(self, sign_in: SignIn, draft_id: int) -> None:
        oscar = sign_in("oscar")
        assert "Choose 1 to 365 days." in oscar.post(PAGE, {"draft": draft_id, "days": "900"}).text
        assert "Choose 1 to 365 days." in oscar.post(PAGE, {"draft": draft_id, "days": "week"}).text
        assert oscar.get("/rules/nonsense/what-if").status_code == 404
        draft_of_phones = oscar.post("/rules/template/what-if", {"draft": draft_id})
        assert "Choose a draft" in draft_of_phones.text
