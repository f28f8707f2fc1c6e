"""The frame of every page, as a person uses it: menu, theme, keyboard, questions, and figures that stay fresh."""

import pytest
from flask import Flask
from playwright.sync_api import expect
from sqlalchemy import select

from app.models import DeviceStatus, Operator
from app.models.enums import Status
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import reading, writing
from tests.browser.conftest import NARROW, OpenPage
from tests.views.installations import database_of

pytestmark = pytest.mark.browser

PAGES = [
    "/dashboard/", "/alarms/", "/alarms/history/", "/alarms/types/", "/alarms/1/",
    "/phone-models/show/1", "/tenants/list/", "/tenants/show/1",
    "/tenants/add", "/sites/list/", "/operators/list/", "/operators/add", "/roles/", "/logs/activity/",
    "/account/", "/account/password/", "/devices-status/", "/templates/", "/templates/show/1", "/templates/add",
    "/templates/change/1", "/templates/edit/1", "/templates/upload/1", "/templates/versions/1",
    "/templates/versions/1/1", "/templates/phones/1", "/templates/placeholders/1", "/templates-mapping/",
    "/templates-mapping/?tenant=Acme", "/templates-mapping/set",
    "/templates-mapping/test/?tenant=Acme&model=430HD&train=uc", "/tenants/delete/1", "/tenants/edit/2",
    "/sites/show/2", "/sites/add?tenant=2", "/sites/delete/3", "/phone-models/list/", "/phone-models/add",
    "/phone-models/recognise?user_agent=Fanvil",
]  # fmt: skip
SIZES = {"wide": (1440, 900), "tablet": (820, 1100), "phone": (390, 844), "small": (360, 640)}
EXTRA_SIZES = [pytest.param(size, marks=pytest.mark.acceptance) for size in ("tablet", "phone")]

# Text whose contrast to what lies behind it is below what WCAG 2 asks for at level AA.
TOO_FAINT = """() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const paint = (colours) => {
    canvas.clearRect(0, 0, 1, 1);
    for (const colour of colours) { canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); }
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
    .map((c) => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (element) => {
    const colours = [];
    for (let at = element; at; at = at.parentElement) colours.unshift(getComputedStyle(at).backgroundColor);
    return colours;
  };
  const found = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || !element.checkVisibility({ visibilityProperty: true })) continue;
    if (element.closest("template, .sr-only, dialog, option")) continue;
    const style = getComputedStyle(element), size = parseFloat(style.fontSize);
    const ground = behind(element), [a, b] = [light(paint([...ground, style.color])), light(paint(ground))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < (size >= 24 || (size >= 18.66 && style.fontWeight >= 700) ? 3 : 4.5))
      found.push(`${texts.currentNode.data.trim().slice(0, 30)}: ${ratio.toFixed(2)}`);
  }
  return found;
}"""

WIDER_THAN_THE_WINDOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
FIELDS_WITHOUT_A_NAME = """() => [...document.querySelectorAll("input, select, textarea, button, a[href]")]
  .filter((e) => e.type !== "hidden" && e.checkVisibility())
  .filter((e) => !(e.labels?.length || e.ariaLabel || e.title || e.textContent.trim()))
  .map((e) => e.outerHTML.slice(0, 120))"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_stands_out_on_every_page(open_page: OpenPage, theme: str):
    page = open_page("/dashboard/", theme=theme)
    for path in PAGES:
        page.goto(path)
        assert page.evaluate(TOO_FAINT) == [], path


@pytest.mark.parametrize(
    "size",
    ["wide", "small", *(pytest.param(size, marks=pytest.mark.acceptance) for size in ("tablet", "phone"))],
)
def test_no_page_is_wider_than_its_window(open_page: OpenPage, size: str):
    page = open_page("/dashboard/", size=SIZES[size])
    for path in PAGES:
        page.goto(path)
        assert page.evaluate(WIDER_THAN_THE_WINDOW) == 0, path


def test_everything_one_can_use_has_a_name(open_page: OpenPage):
    page = open_page("/dashboard/")
    for path in PAGES:
        page.goto(path)
        assert page.evaluate(FIELDS_WITHOUT_A_NAME) == [], path


def test_the_chosen_theme_stays(open_page: OpenPage):
    page = open_page("/dashboard/", theme="light")
    page.get_by_role("button", name="Switch between light and dark").click()
    page.goto("/alarms/")
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"


def test_the_menu_opens_and_closes_on_a_narrow_screen(open_page: OpenPage):
    page = open_page("/dashboard/", size=NARROW)
    link = page.get_by_role("navigation", name="Main menu").get_by_role("link", name="Tenants")
    expect(link).to_be_hidden()
    page.get_by_role("button", name="Menu", exact=True).click()
    expect(link).to_be_visible()
    page.keyboard.press("Escape")
    expect(link).to_be_hidden()
    expect(page.get_by_role("button", name="Menu", exact=True)).to_be_focused()


def test_the_first_stop_of_the_keyboard_leads_past_the_menu(open_page: OpenPage):
    page = open_page("/alarms/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_signing_out_is_in_the_menu_of_the_account(open_page: OpenPage):
    page = open_page("/dashboard/")
    page.locator("summary.account").click()
    page.get_by_role("link", name="Sign out").click()
    page.wait_for_url("**/login/")


def test_deleting_asks_first(open_page: OpenPage, company_app: Flask):
    with writing(database_of(company_app), ALL_TENANTS) as session:
        umbra = {"username": "umbra", "first_name": "Umbra", "last_name": "E.", "email": "umbra@example.com"}
        session.add(Operator(password="none", **umbra))
    page = open_page("/operators/list/")
    page.get_by_role("button", name="Delete umbra").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Delete umbra?")
    dialog.get_by_role("button", name="Cancel").click()
    assert names(company_app).count("umbra") == 1
    page.get_by_role("button", name="Delete umbra").click()
    dialog.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("status")).to_contain_text("was deleted.")
    assert names(company_app).count("umbra") == 0


def names(app: Flask) -> list[str]:
    with reading(database_of(app), ALL_TENANTS) as session:
        return list(session.scalars(select(Operator.username)))


def test_the_dashboard_follows_the_fleet_without_a_reload(open_page: OpenPage, company_app: Flask):
    page = open_page("/dashboard/")
    disconnected = page.locator(".tile--disconnected .tile__number")
    before = int(disconnected.inner_text())
    page.evaluate("window.isTheSamePage = true")
    with writing(database_of(company_app), ALL_TENANTS) as session:
        registered = select(DeviceStatus).where(DeviceStatus.status == Status.REGISTERED).limit(1)
        session.scalars(registered).one().status = Status.DISCONNECTED
    page.mouse.move(0, 0)
    expect(disconnected).to_have_text(str(before + 1), timeout=15_000)
    assert page.evaluate("window.isTheSamePage") is True
