"""A reason beside buttons that do their work at once, by keyboard alone, on wide and narrow screens."""

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import delete, select

from app.models import JournalEntry, RuleRow, RuleSetVersion
from app.models.enums import RuleKind
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import reading, writing
from tests.browser.conftest import NARROW, WIDE, OpenPage
from tests.services.rule_writing import activate
from tests.views.installations import database_of

pytestmark = pytest.mark.browser


@pytest.fixture
def rules(company_app: Flask) -> Iterator[None]:
    """Two rules of templates; gone afterwards."""
    waits = {"give": "wait"}
    with writing(database_of(company_app), ALL_TENANTS) as session:
        activate(session, RuleKind.TEMPLATE, ("model = 405", waits), ("model = 430HD", waits))
    yield
    with writing(database_of(company_app), ALL_TENANTS) as session:
        session.execute(delete(RuleRow))
        session.execute(delete(RuleSetVersion))


def reasons(app: Flask) -> list[str]:
    with reading(database_of(app), ALL_TENANTS) as session:
        wanted = select(JournalEntry.reason).where(JournalEntry.action == "rules changed")
        return list(session.scalars(wanted.order_by(JournalEntry.id)))


def is_within(page: Page) -> bool:
    box = page.locator(".reason-beside .menu__list").bounding_box()
    main = page.locator("main").bounding_box()
    assert box is not None
    assert main is not None
    return main["x"] <= box["x"] and box["x"] + box["width"] <= main["x"] + main["width"]


@pytest.mark.usefixtures("rules")
@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_it_goes_along_with_the_button_that_is_pressed_next(
    open_page: OpenPage, company_app: Flask, size: tuple[int, int]
):
    page = open_page("/rules/template/", size=size)
    before = reasons(company_app)
    page.locator(".reason-beside summary").press("Enter")
    field = page.locator(".reason-beside").get_by_role("textbox", name="Reason")
    expect(field).to_be_focused()
    assert is_within(page)
    page.keyboard.type("Ticket 4711")
    page.keyboard.press("Enter")  # of many buttons it presses none
    page.keyboard.press("Escape")
    expect(field).to_be_hidden()
    page.locator("[data-rule]").first.get_by_role("button", name="Duplicate").press("Enter")
    expect(page.locator("[data-rule]")).to_have_count(3)
    assert reasons(company_app) == [*before, "Ticket 4711"]
