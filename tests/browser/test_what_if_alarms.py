"""A person asks what drafts would have made of the alarms of the last days, and looks at the answer."""

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from app.models.enums import RuleKind
from app.scheduler.simulation_worker import SimulationWorker
from app.services.rule_sets import drafts
from tests.browser.conftest import OpenPage
from tests.services.noticing import make_destination
from tests.services.rule_writing import activate, add, changing, content, open_draft
from tests.views.installations import database_of, fill

pytestmark = pytest.mark.browser

TakePicture = Callable[[Page, str], None]
ROUTE = {"does": "forward", "at_least": "info", "destinations": "Replay desk"}


def write_rules(session: Session) -> None:
    make_destination(session, name="Replay desk")
    activate(session, RuleKind.ROUTE, ("", ROUTE))
    outage = {"by": "tenant", "severity": "critical", "percent": "", "phones": "5", "within": "1440"}
    add(session, open_draft(session, RuleKind.CORRELATE), 'alarm = "IPPhone Register Failure"', outage)
    prevent = {"does": "prevent", "at_least": "info"}
    draft = open_draft(session, RuleKind.ROUTE)
    quiet = content(session, RuleKind.ROUTE, "severity <= warning", prevent, name="no warnings")
    drafts.add(session, changing(draft), quiet, position=1)


def test_person_plays_the_last_days_through_drafts_and_cancels_another_try(
    company_app: Flask, open_page: OpenPage, take_picture: TakePicture
) -> None:
    fill(company_app, write_rules)
    page = open_page("/rules/correlate/")
    page.get_by_role("link", name="Simulate").click()
    expect(page.get_by_label("Days")).to_have_value("7")
    page.get_by_label("Days").fill("30")
    page.get_by_label("Route rules").check()
    page.get_by_role("button", name="Simulate").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Playing what was recorded.")).to_be_visible()

    SimulationWorker(database_of(company_app)).work_off()
    expect(page.get_by_role("heading", name="Messages for each destination")).to_be_visible()
    expect(page.get_by_role("heading", name="What this cannot know")).to_be_visible()
    take_picture(page, "what-if-alarms")
    page.get_by_role("link", name="Fewer messages").first.click()
    expect(page.get_by_role("region", name="Alarms that something changes for")).to_be_visible()

    page.get_by_role("link", name="Simulate again").first.click()
    page.get_by_role("button", name="Simulate").click()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("The simulation was cancelled: it says nothing.")).to_be_visible()
