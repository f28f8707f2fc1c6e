"""The Setup Wizard as people use it, from nothing to a phone that is plugged in at a Ringmaster that really runs."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from simulator.options import TrainMix
from tests.browser.conftest import NARROW, OpenPage
from tests.browser.plugged_in import Desk
from tests.databases import Databases
from tests.flows.installation import SYSTEM_PATH, TENANT_PATH, Installation, installation

pytestmark = pytest.mark.browser

WIZARD = "/setup-wizard/"
PICTURED = (1280, 860)
ARRIVES_WITHIN = 20_000  # milliseconds
TakePicture = Callable[[Page, str], None]


@pytest.fixture(scope="module")
def ringmaster(
    sqlite_databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """A Ringmaster as it is after its first start."""
    with installation(tmp_path_factory.mktemp("wizard"), sqlite_databases.create()) as running:
        yield running


@pytest.fixture(scope="module")
def address(ringmaster: Installation) -> str:
    """Where its screens are."""
    return ringmaster.web_url


def heading(page: Page, words: str) -> None:
    """See that the page is that of a step."""
    expect(page.get_by_role("heading", name=words, level=2)).to_be_visible()


def step(page: Page, title: str):
    return page.get_by_role("navigation", name="Steps").get_by_role("link", name=title)


def choose_with_keys(page: Page, answer: str) -> None:
    """Choose an answer and go on, without the mouse."""
    page.get_by_role("radio").first.focus()
    page.keyboard.press("Space")
    while not page.get_by_role("radio", name=answer).is_checked():
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")


def type_into(page: Page, label: str, text: str) -> None:
    page.get_by_label(label, exact=True).focus()
    page.keyboard.press("Control+a")
    page.keyboard.type(text)


def press(page: Page, name: str) -> None:
    """Press a button with the keyboard."""
    page.get_by_role("button", name=name).focus()
    page.keyboard.press("Enter")


def test_skype_for_business_with_zero_touch_until_the_first_phone_is_there(
    open_page: OpenPage, ringmaster: Installation, take_picture: TakePicture
):
    page = open_page("/dashboard/", name="acladmin", size=PICTURED)
    page.get_by_role("link", name="Set up your first phone").focus()
    page.keyboard.press("Enter")
    heading(page, "System type")
    choose_with_keys(page, "Skype for Business")
    heading(page, "Zero Touch")
    choose_with_keys(page, "Yes: Zero Touch")
    heading(page, "Tenant and network")
    take_picture(page, "setup-wizard")
    add_acme(page)
    press(page, "Next")

    # Another administrator takes it up in another browser.
    page = open_page("/dashboard/", name="acladmin", size=PICTURED)
    page.get_by_role("link", name="Setup Wizard").click()
    configure_acme(page)
    heading(page, "Templates mapping")
    page.get_by_label("430HD", exact=True).focus()
    page.keyboard.press("Space")
    take_picture(page, "setup-wizard-templates")
    page.keyboard.press("Enter")
    heading(page, "Firmware")
    expect(page.get_by_text("430HD.img is missing")).to_be_visible()
    press(page, "Skip")
    pasted = copy_the_url(page)
    assert pasted == f"{ringmaster.phone_url}/{TENANT_PATH.format(tenant='Acme')}"
    page.evaluate("scrollTo(0, 0)")
    take_picture(page, "setup-wizard-dhcp-option")
    press(page, "It is pasted: wait for the first phone")
    expect(page.get_by_text("Waiting for your first phone…")).to_be_visible()
    take_picture(page, "setup-wizard-waiting")

    options = ringmaster.options(pasted.removeprefix(f"{ringmaster.phone_url}/"), phones=1)
    with Desk(options) as desk:
        desk.plug_in()
        see_first_phone(page, desk.phone.mac)
        take_picture(page, "setup-wizard-first-phone")
        assert desk.phone.configuration["personal_settings/language"] == "German"
        page.get_by_role("link", name="Open the phone's page").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name=desk.phone.mac)).to_be_visible()


def add_acme(page: Page) -> None:
    """Add a tenant and a site of it."""
    page.get_by_label("Name", exact=True).focus()
    page.keyboard.type("Acme")
    page.keyboard.press("Tab")
    page.keyboard.type("10.1.0.0/16")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The tenant Acme was added.")).to_be_visible()
    expect(step(page, "System type")).to_contain_text("done · Skype for Business")
    type_into(page, "New site", "Lyon")
    type_into(page, "Its subnet", "10.1.4.0/24")
    page.keyboard.press("Enter")
    expect(page.get_by_role("cell", name="Lyon")).to_be_visible()


def configure_acme(page: Page) -> None:
    """Give the tenant values, go back meanwhile, and lose nothing."""
    heading(page, "Tenant configuration")
    page.get_by_label("Language").select_option("German")
    step(page, "Templates mapping").click()
    heading(page, "Templates mapping")
    press(page, "Back")
    expect(page.get_by_label("Language")).to_have_value("German")
    type_into(page, "Time zone", "Europe/Berlin")
    press(page, "Back")
    heading(page, "Tenant and network")
    expect(page.get_by_label("Subnet of Acme")).to_have_value("10.1.0.0/16")
    expect(step(page, "Tenant configuration")).to_contain_text("done")
    step(page, "Tenant configuration").click()
    expect(page.get_by_label("Language")).to_have_value("German")
    expect(page.get_by_text("Now: +01:00, of this tenant.")).to_be_visible()
    press(page, "Next")


def copy_the_url(page: Page) -> str:
    """Copy what is to be pasted into the DHCP server, and look at what a phone would get by it."""
    heading(page, "DHCP option")
    pasted = page.get_by_label("DHCP option 160", exact=True).input_value()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    press(page, "Copy DHCP option 160")
    expect(page.get_by_text("Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == pasted
    trial = page.locator("#trial")
    expect(trial).to_contain_text("Audiocodes_430HD_LYNC")
    trial.get_by_text("The file it gets").click()
    expect(page.get_by_label("The file that a phone gets")).to_contain_text("language=German")
    trial.get_by_text("The file it gets").click()
    return pasted


def see_first_phone(page: Page, mac: str) -> None:
    """See the page turn into the phone."""
    expect(page.get_by_text("Your first phone is here")).to_be_visible(timeout=ARRIVES_WITHIN)
    here = page.locator(".first-phone")
    for words in (mac, "430HD", "Acme", "Audiocodes_430HD_LYNC", "It is a device with a file of its own"):
        expect(here).to_contain_text(words)
    expect(here.get_by_text("registered", exact=True)).to_be_visible()
    expect(step(page, "First phone")).to_contain_text("done · 1 phone")


def test_another_system_in_which_each_phone_is_approved(open_page: OpenPage, ringmaster: Installation):
    tenant = ringmaster.add_tenant()
    page = open_page(WIZARD, name="acladmin", theme="dark")
    step(page, "Tenant and network").click()
    page.get_by_label("Set up").select_option(tenant.name)
    press(page, "Set up this tenant")
    step(page, "System type").click()
    choose_with_keys(page, "Another system")
    heading(page, "Zero Touch")
    choose_with_keys(page, "No: each phone is approved")
    name_registrar(page)
    heading(page, "Templates mapping")
    page.get_by_label("440HD", exact=True).check()
    expect(page.get_by_label("Template of the 440HD")).to_contain_text("Audiocodes_440HD (factory)")
    page.get_by_role("button", name="Next").click()
    heading(page, "Firmware")
    press(page, "Skip")
    heading(page, "DHCP option")
    pasted = page.get_by_label("DHCP option 160", exact=True).input_value()
    assert pasted == f"{ringmaster.phone_url}/{SYSTEM_PATH}"

    # It is left here, and taken up again from the menu.
    page.goto("/dashboard/")
    page.get_by_role("link", name="Setup Wizard").click()
    heading(page, "DHCP option")
    press(page, "It is pasted: wait for the first phone")
    expect(page.get_by_text("Waiting for your first phone…")).to_be_visible()
    options = ringmaster.options(SYSTEM_PATH, phones=1, models=(("440HD", 1),), train=TrainMix.GENERIC)
    with Desk(options) as desk:
        desk.plug_in()
        expect(page.get_by_text("Your first phone waits for approval")).to_be_visible(timeout=ARRIVES_WITHIN)
        approve(page, tenant.name)
        desk.report_until_asked_to_restart()
        expect(page.locator(".first-phone").get_by_text("It is registered")).to_be_visible(
            timeout=ARRIVES_WITHIN
        )
        assert desk.phone.configuration["voip/signalling/sip/proxy_address"] == "sip.example.com"


def name_registrar(page: Page) -> None:
    """Give the tenant a registrar, after a slip."""
    heading(page, "Tenant and network")
    press(page, "Next")
    heading(page, "Tenant configuration")
    type_into(page, "Registrar", "not a name")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nothing was saved.")).to_be_visible()
    expect(page.get_by_label("Registrar", exact=True)).to_have_value("not a name")
    type_into(page, "Registrar", "sip.example.com")
    page.keyboard.press("Enter")


def approve(page: Page, tenant_name: str) -> None:
    """Approve the phone that waits, from the page that waited for it."""
    page.locator(".first-phone").get_by_role("link", name="Approve").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Tenant").select_option(tenant_name)
    page.get_by_label("User Name").fill("1000")
    page.get_by_label("Password", exact=True).fill("line-1000")
    press(page, "Approve")
    page.wait_for_url("**/first-phone/")
    expect(page.get_by_text("Your first phone is here")).to_be_visible()


def test_a_phone_that_names_no_tenant_that_there_is_comes_elsewhere_and_it_is_said_why(
    open_page: OpenPage, ringmaster: Installation
):
    tenant = ringmaster.add_tenant()
    page = open_page(WIZARD, name="acladmin")
    step(page, "Tenant and network").click()
    page.get_by_label("Set up").select_option(tenant.name)
    press(page, "Set up this tenant")
    step(page, "DHCP option").click()
    press(page, "It is pasted: wait for the first phone")
    expect(page.get_by_text("Waiting for your first phone…")).to_be_visible()
    options = ringmaster.options(TENANT_PATH.format(tenant="Nowhere"), phones=1)
    with Desk(options) as desk:
        desk.plug_in()
        stray = page.get_by_text("which does not exist")
        expect(stray).to_be_visible(timeout=ARRIVES_WITHIN)
        expect(page.get_by_text("Waiting for your first phone…")).to_be_visible()


@pytest.mark.parametrize(
    "at", ["system-type", "tenant", "configuration", "templates", "firmware", "dhcp-option", "first-phone"]
)
def test_nothing_sticks_out_on_a_phones_screen(open_page: OpenPage, ringmaster: Installation, at: str):
    page = open_page(f"{WIZARD}{ringmaster.add_tenant().id}/{at}/", name="acladmin", size=NARROW)
    expect(page.get_by_role("navigation", name="Steps")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW[0]
