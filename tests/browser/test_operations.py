"""Operations as a person uses them: chosen in two panes by keyboard, begun, and followed while they go on."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app.models import Operation, OperationTarget
from app.models.enums import Action, OperationState, Subject, TargetState, Way
from app.rules.pacing import Pace
from app.security.tenant_scope import ALL_TENANTS
from app.services.author import Author
from app.services.operations import starting
from app.services.operations.starting import Order
from app.services.operations.targets import Chosen, Wanted
from app.transaction import reading, writing
from tests.browser.conftest import NARROW, OpenPage
from tests.views.installations import database_of

pytestmark = pytest.mark.browser

TakePicture = Callable[[Page, str], None]
S = TargetState


def newest(app: Flask) -> Operation:
    with reading(database_of(app), ALL_TENANTS) as session:
        return session.scalars(select(Operation).order_by(Operation.id.desc()).limit(1)).one()


def states(app: Flask, operation_id: int) -> list[TargetState]:
    with reading(database_of(app), ALL_TENANTS) as session:
        wanted = select(OperationTarget.state).where(OperationTarget.operation_id == operation_id)
        return list(session.scalars(wanted.order_by(OperationTarget.id)))


@pytest.fixture
def half_done(company_app: Flask) -> int:
    """A restart of all phones of the company that is half done."""
    now = datetime.now(UTC)
    order = Order(
        action=Action.RESTART,
        chosen=Chosen(Subject.DEVICES, (), (Wanted(),)),
        pace=Pace(5, timedelta(minutes=2)),
        patience=timedelta(minutes=90),
    )
    with writing(database_of(company_app), ALL_TENANTS) as session:
        operation = starting.start(session, order, author=Author("oscar", "192.0.2.7"), now=now)
        targets = session.scalars(
            select(OperationTarget)
            .where(OperationTarget.operation_id == operation.id)
            .order_by(OperationTarget.id)
        ).all()
        story = (
            (S.CONFIRMED, "It came back after the restart.", Way.DIRECT),
            (S.CONFIRMED, "It came back after the restart.", Way.DIRECT),
            (
                S.FAILED,
                "It refuses connections. It did not report in time, so it was never told.",
                Way.KEEP_ALIVE,
            ),
            (S.CONFIRMED, "It came back after the restart.", Way.SBC_PROXY),
            (S.SENT, "", Way.DIRECT),
            (S.QUEUED, "Its address 10.9.0.4 lies in no subnet of its tenant.", Way.KEEP_ALIVE),
            (S.SENDING, "", None),
        )
        for target, (state, reason, way) in zip(targets, story, strict=False):
            target.state, target.reason, target.way = state, reason, way
            target.confirm_by = now + order.patience
        operation.last_served_at = now + timedelta(seconds=1)
        operation.next_batch_at = now + timedelta(minutes=2)
        return operation.id


def test_phones_are_chosen_by_keyboard_and_the_operation_is_begun(open_page: OpenPage, company_app: Flask):
    page = open_page("/devices/multiple/")
    available = page.get_by_label("Available phones", exact=True)
    first, second = (available.locator("option").nth(place).get_attribute("value") for place in (0, 1))
    available.focus()
    page.keyboard.press("Home")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Selected phones", exact=True).locator("option")).to_have_count(2)
    page.get_by_label("Action", exact=True).select_option("Send Message")
    expect(page.get_by_label("Batch", exact=True)).to_have_value("20")
    page.get_by_label("Text").fill("The exchange restarts at noon")
    page.get_by_label("Text").press("Enter")
    page.wait_for_url("**/operations/review/devices")
    expect(page.get_by_text("Send Message for 2 phones")).to_be_visible()
    page.get_by_role("button", name="Start").press("Enter")
    page.wait_for_url("**/operations/*/")
    operation = newest(company_app)
    with reading(database_of(company_app), ALL_TENANTS) as session:
        keys = select(OperationTarget.key).where(OperationTarget.operation_id == operation.id)
        assert set(session.scalars(keys)) == {first, second}


def test_all_that_match_are_one_entry(open_page: OpenPage, company_app: Flask):
    page = open_page("/devices/multiple/")
    count = page.locator("[data-available-count]")
    everywhere = count.inner_text()
    page.get_by_label("Tenant", exact=True).select_option("Acme")
    expect(count).not_to_have_text(everywhere)
    page.get_by_role("button", name="Select all that match").click()
    selected = page.get_by_label("Selected phones", exact=True).locator("option")
    expect(selected).to_have_count(1)
    expect(selected).to_have_text(f"All {count.text_content()} phones of Acme")
    page.get_by_label("Action", exact=True).select_option("Change Language")
    page.get_by_label("Language", exact=True).select_option("German")
    page.get_by_role("button", name="Review…").click()
    page.get_by_role("button", name="Start").click()
    page.wait_for_url("**/operations/*/")
    assert newest(company_app).total == int(count_of(company_app))


def count_of(app: Flask) -> int:
    with reading(database_of(app), ALL_TENANTS) as session:
        operation = newest(app)
        keys = select(OperationTarget.id).where(OperationTarget.operation_id == operation.id)
        return len(session.scalars(keys).all())


def test_nothing_is_begun_for_nobody(open_page: OpenPage):
    page = open_page("/users/multiple/")
    page.get_by_label("Action", exact=True).select_option("Restart")
    page.get_by_role("button", name="Review…").click()
    expect(page.get_by_text("Select users first.")).to_be_visible()


def test_a_refusal_and_a_change_of_mind_keep_the_selection(open_page: OpenPage, company_app: Flask):
    page = open_page("/devices/multiple/")
    available = page.get_by_label("Available phones", exact=True)
    first = available.locator("option").first.get_attribute("value")
    available.focus()
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    page.get_by_label("Tenant", exact=True).select_option("Acme")
    expect(page.locator("[data-available-count]")).not_to_have_text("")
    page.get_by_role("button", name="Select all that match").click()
    page.get_by_label("Action", exact=True).select_option("Send Message")
    page.get_by_label("Text").fill("Hello")
    page.get_by_label("Shown for").fill("0")
    page.get_by_role("button", name="Review…").click()
    expect(page.get_by_role("alert")).to_contain_text("a whole number of seconds")
    selected = page.get_by_label("Selected phones", exact=True).locator("option")
    expect(selected).to_have_count(2)
    expect(page.locator("[data-selected-count]")).to_have_text("1 and 1 group")
    page.get_by_label("Shown for").fill("5")
    page.get_by_role("button", name="Review…").click()
    page.get_by_role("button", name="Change…").click()
    expect(selected).to_have_count(2)
    expect(selected.nth(1)).to_have_attribute("value", first or "")
    expect(page.get_by_label("Text")).to_have_value("Hello")
    page.get_by_label("Text").fill("Good bye")
    page.get_by_role("button", name="Review…").click()
    expect(page.get_by_text("Good bye")).to_be_visible()


def test_the_page_follows_and_pauses_and_goes_on(open_page: OpenPage, company_app: Flask, half_done: int):
    page = open_page(f"/operations/{half_done}/")
    expect(page.get_by_text("confirmed", exact=True).first).to_be_visible()
    with writing(database_of(company_app), ALL_TENANTS) as session:
        target = session.scalars(
            select(OperationTarget).where(
                OperationTarget.operation_id == half_done, OperationTarget.state == S.SENT
            )
        ).one()
        target.state, target.reason = S.CONFIRMED, "It came back, and the page knows it."
    expect(page.get_by_text("It came back, and the page knows it.")).to_be_visible()
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("dialog").get_by_role("button", name="Pause").click()
    expect(page.get_by_text("paused by alice")).to_be_visible()
    assert newest(company_app).state is OperationState.PAUSED
    page.get_by_role("button", name="Resume").click()
    page.get_by_role("dialog").get_by_role("button", name="Resume").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.get_by_role("link", name="Failed").click()
    expect(page.get_by_text("It refuses connections.")).to_be_visible()
    page.get_by_role("button", name="Retry failed").click()
    page.get_by_role("dialog").get_by_role("button", name="Try again").click()
    expect(page.get_by_text("1 of them waits for another try.")).to_be_visible()
    assert S.FAILED not in states(company_app, half_done)


def test_pictures(open_page: OpenPage, take_picture: TakePicture, half_done: int):
    page = open_page(f"/operations/{half_done}/")
    expect(page.get_by_role("heading", name="Restart")).to_be_visible()
    take_picture(page, "operation")
    take_picture(open_page("/operations/"), "operations")
    page = open_page("/devices/multiple/")
    page.get_by_role("button", name="Select all that match").click()
    page.get_by_label("Action", exact=True).select_option("Restart")
    take_picture(page, "multiple-devices")


@pytest.mark.parametrize("path", ["/operations/", "/devices/multiple/", "/users/multiple/"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_narrow_pages_do_not_scroll_sideways(open_page: OpenPage, half_done: int, path: str, theme: str):
    page = open_page(path, size=NARROW, theme=theme)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
