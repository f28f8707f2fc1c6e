"""A person asks what a draft would change, watches it without loading the page anew, and looks at the answer."""

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from app.models.enums import RuleKind
from app.scheduler.simulation_worker import SimulationWorker
from app.services.rule_sets import reading
from tests.browser.conftest import OpenPage
from tests.services.rule_writing import add, changing, open_draft
from tests.views.installations import database_of, fill

pytestmark = pytest.mark.browser

TakePicture = Callable[[Page, str], None]


def write_draft(session: Session) -> None:
    draft = open_draft(session, RuleKind.TEMPLATE)
    if not reading.rows_of(session, draft.id):
        waiting = {"give": "wait"}
        add(session, draft, "model = 450HD and not tenant = Globex", waiting, name="450HD pilot")
        assert changing(draft).revision == 2


def test_person_simulates_a_draft_and_sees_what_would_change(
    company_app: Flask, open_page: OpenPage, take_picture: TakePicture
) -> None:
    fill(company_app, write_draft)
    page = open_page("/rules/template/what-if")
    page.get_by_role("button", name="Simulate").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Looking at the phones.")).to_be_visible()

    SimulationWorker(database_of(company_app)).work_off()
    expect(page.get_by_role("heading", name="Phones for which something changes")).to_be_visible()
    expect(page.get_by_role("link", name='Rule 1 "450HD pilot"')).to_be_visible()
    take_picture(page, "what-if")
    page.get_by_text("Activate this draft…").click()
    expect(page.get_by_label("Apply it to the")).not_to_be_checked()

    page.get_by_role("link", name="File of").first.click()
    expect(page.get_by_role("heading", name="What the phone gets")).to_be_visible()
