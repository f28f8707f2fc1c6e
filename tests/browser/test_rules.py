"""Rules in a real browser: written, ordered and explained by keyboard, by somebody who has never seen them."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import delete, select

from app.models import (
    ConfigFile,
    ConfigTemplate,
    Decision,
    Device,
    DeviceSeen,
    DeviceStatus,
    PhoneUser,
    RuleRow,
    RuleSetVersion,
    Simulation,
    Tenant,
)
from app.models.enums import RuleKind, Status
from app.scheduler.simulation_worker import SimulationWorker
from app.security.tenant_scope import ALL_TENANTS
from app.services import presence
from app.services.reports import Report
from app.transaction import writing
from tests.browser.conftest import NARROW, OpenPage
from tests.browser.phones import MAC, report_as_placed
from tests.services.rule_writing import activate
from tests.views.installations import database_of
from tests.views.world import NOW

pytestmark = pytest.mark.browser

SALES_MAC = "00908f5a1e50"
TakePicture = Callable[[Page, str], None]


@pytest.fixture
def rules(company_app: Flask) -> Iterator[None]:
    """Rules of templates that are active, and a template for the desks of Acme's sales; gone afterwards."""
    with writing(database_of(company_app), ALL_TENANTS) as session:
        model = session.scalars(select(ConfigTemplate).where(ConfigTemplate.name == "Audiocodes_450HD")).one()
        tenant = session.scalars(select(Tenant).where(Tenant.name == "Acme")).one()
        desks = ConfigTemplate(
            name="EMEA sales desks", phone_model=model.phone_model, train=model.train, tenant=tenant,
            content=model.content, changed_at=NOW, version=1,
        )  # fmt: skip
        session.add(desks)
        session.flush()
        activate(
            session,
            RuleKind.TEMPLATE,
            ("model = 405 and user ~ lobby-*", {"give": "wait"}),
            ("model in (430HD, 450HD) and ip in 10.9.0.0/16", {"give": "template", "template": "Audiocodes_430HD"}),
        )  # fmt: skip
    yield
    with writing(database_of(company_app), ALL_TENANTS) as session:
        session.execute(delete(RuleRow))
        session.execute(delete(RuleSetVersion))
        session.execute(delete(ConfigTemplate).where(ConfigTemplate.name == "EMEA sales desks"))


@pytest.fixture
def sales_phone(company_app: Flask, rules: None) -> Iterator[Callable[[], str]]:
    """Let a new phone of EMEA's sales come in Lyon; it is gone before the rules are."""
    del rules
    database = database_of(company_app)

    def come() -> str:
        said = {
            "ip": "10.1.2.77", "model": "450HD", "firmware_version": "2.2.16.142", "user_id": "sales-lena@acme.example",
            "user_name": "sales-lena",
        }  # fmt: skip
        report = Report(SALES_MAC, said, Status.REGISTERED, "10.1.2.77", "Acme")
        with writing(database, ALL_TENANTS) as session:
            presence.record_keep_alives(session, [report], now=datetime.now(UTC))
        return SALES_MAC

    yield come
    with writing(database, ALL_TENANTS) as session:
        session.execute(delete(Simulation))
        for kind in (Decision, DeviceSeen, DeviceStatus, ConfigFile, Device):
            of_phone = ConfigFile.name == f"{SALES_MAC}.cfg" if kind is ConfigFile else kind.mac == SALES_MAC
            session.execute(delete(kind).where(of_phone))
        session.execute(delete(PhoneUser).where(PhoneUser.display_name == "sales-lena"))


def write_row(page: Page, part: str, number: int, field: str, operator: str, values: str) -> None:
    """Fill in a row by keyboard, with what is suggested taken with an arrow and Enter."""
    row = page.locator(f"[data-part={part}] [data-row]").nth(number)
    row.get_by_label("Field").press_sequentially(field)
    page.keyboard.press("Tab")
    row.get_by_label("Operator").select_option(operator)
    page.keyboard.press("Tab")
    page.keyboard.type(values)


def write_the_rule(page: Page) -> None:
    """Write "450HD of EMEA sales get template EMEA sales desks except in Berlin", with a slip that is mended."""
    page.get_by_label("Name").fill("EMEA sales desks, not in Berlin")
    write_row(page, "all", 0, "model", "=", "450")
    page.get_by_role("option", name="450HD", exact=True).wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Add a row").press("Enter")
    write_row(page, "all", 1, "tenant", "=", "Acme")
    page.get_by_role("button", name="Add a row").press("Enter")
    write_row(page, "all", 2, "user name", "~", "sales-*, emea-*")
    page.get_by_role("button", name="Add an exception").press("Enter")
    write_row(page, "except", 0, "site", "=", "Berln")
    expect(page.get_by_text("did you mean Berlin?")).to_be_visible()
    page.locator("[data-part=except]").get_by_label("Values").fill("Berlin")
    page.get_by_label("Template", exact=True).press_sequentially("EMEA")
    page.get_by_role("option", name="EMEA sales desks").wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    reading = page.get_by_role("status").filter(has_text="When model is 450HD")
    expect(reading).to_contain_text("except when site is Berlin, it gives the template EMEA sales desks.")


@pytest.mark.usefixtures("rules")
def test_somebody_new_writes_a_rule_by_keyboard_and_puts_it_first(
    open_page: OpenPage, take_picture: TakePicture
):
    page = open_page("/dashboard/")
    page.get_by_role("link", name="Rules", exact=True).press("Enter")
    page.get_by_role("link", name="Template", exact=True).press("Enter")
    page.get_by_role("link", name="New rule").press("Enter")
    write_the_rule(page)
    page.get_by_label("MAC address, user or IP address").fill("10.1.1.")
    page.locator(".suggestions li:visible").first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(page.get_by_text("did not match:")).to_be_visible()
    take_picture(page, "rule-editor")
    page.get_by_role("button", name="Save in the draft").press("Enter")

    row = page.get_by_role("row", name="EMEA sales desks, not in Berlin")
    expect(row).to_contain_text(
        "model = 450HD and tenant = Acme and user ~ (sales-*, emea-*) and not site = Berlin"
    )
    expect(page.get_by_text("Draft 2")).to_be_visible()
    row.get_by_role("link", name="Edit").focus()
    page.keyboard.press("Alt+ArrowUp")
    said = page.locator("[data-said]")
    expect(said).to_contain_text("stands at 2 of 3 now")
    page.keyboard.press("Alt+ArrowUp")
    expect(said).to_contain_text("stands at 1 of 3 now")
    expect(row.get_by_role("link", name="Edit")).to_be_focused()
    expect(page.locator("[data-rule] .row-name").first).to_have_text("EMEA sales desks, not in Berlin")
    take_picture(page, "rules")


@pytest.mark.usefixtures("rules")
def test_what_somebody_new_wrote_is_simulated_activated_and_explained_on_a_phone(
    open_page: OpenPage, take_picture: TakePicture, company_app: Flask, sales_phone: Callable[[], str]
):
    page = open_page("/rules/template/add", size=(1440, 1100))
    write_the_rule(page)
    page.get_by_label("Position").fill("1")
    page.get_by_role("button", name="Save in the draft").press("Enter")
    page.get_by_role("link", name="Simulate").press("Enter")
    page.get_by_role("button", name="Simulate").press("Enter")
    page.wait_for_url("**/what-if/*")
    expect(page.get_by_text("Looking at the phones")).to_be_visible()
    SimulationWorker(database_of(company_app)).work_off()
    expect(page.get_by_text("Phones looked at")).to_be_visible()
    page.get_by_role("heading", name="Activate this draft").locator("..").press("Enter")
    page.get_by_label("Note").fill("Desks of EMEA sales")
    page.get_by_role("button", name="Activate", exact=True).press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Activate").press("Enter")
    expect(page.get_by_text("is active: it decides from now on")).to_be_visible()

    mac = sales_phone()
    page = open_page(f"/devices/{mac}/", size=(1440, 1100))
    why = page.get_by_role("listitem").filter(has_text="EMEA sales desks, not in Berlin")
    expect(why.first).to_contain_text("matched")
    expect(page.get_by_text("EMEA sales desks", exact=True).first).to_be_visible()
    take_picture(page, "rule-on-a-phone")


@pytest.mark.usefixtures("rules")
def test_rules_are_dragged_switched_and_deleted_after_a_question(open_page: OpenPage):
    page = open_page("/rules/template/", theme="dark")
    rows = page.locator("[data-rule]")
    box = rows.nth(1).bounding_box()
    page.locator("[data-handle]").first.drag_to(
        rows.nth(1), target_position={"x": 60, "y": box["height"] - 4}
    )
    expect(page.locator("[data-said]")).to_contain_text("stands at 2 of 2 now")
    expect(rows.last).to_contain_text("lobby-*")
    switch = rows.last.get_by_role("switch")
    switch.press("Space")
    expect(switch).to_have_attribute("aria-checked", "false")
    expect(switch).to_be_focused()
    rows.last.get_by_role("button", name="Delete").press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Delete").press("Enter")
    expect(rows).to_have_count(1)


@pytest.mark.usefixtures("rules")
def test_a_phone_is_explained_by_keyboard_then_and_now(
    open_page: OpenPage, take_picture: TakePicture, company_app: Flask
):
    report_as_placed(company_app)
    page = open_page(f"/devices/{MAC}/", size=(1440, 1100))
    expect(page.get_by_role("heading", name="What would it get today")).to_be_visible()
    page.get_by_role("link", name="Every rule, then and now").press("Enter")
    result = page.get_by_role("status").filter(has_text="would get today")
    expect(result.get_by_role("row", name="Tenant")).to_contain_text("Acme")
    expect(page.get_by_role("heading", name="Why, then")).to_be_visible()
    page.locator(".explain-form summary").press("Enter")
    page.get_by_label("User name", exact=True).focus()
    page.keyboard.type("lobby-1")
    page.get_by_label("Model", exact=True).fill("405")
    page.keyboard.press("Enter")
    step = page.get_by_role("listitem").filter(has_text="Matched: model 405 is 405")
    expect(step).to_have_count(1)
    step.locator("summary").press("Enter")
    expect(step.get_by_role("row", name="user")).to_contain_text("lobby-1")
    differs = page.get_by_role("row", name="Template")
    expect(differs).to_contain_text("differs")
    page.evaluate("scrollTo(0, 0)")
    take_picture(page, "rules-explain")


@pytest.mark.usefixtures("rules")
def test_the_editor_fits_a_narrow_window(open_page: OpenPage):
    page = open_page("/rules/template/add", size=NARROW)
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= NARROW[0]
