"""Templates as a person works with them: the editor, an edit that somebody else made, generating, Templates Mapping."""

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.template_work import NAME, give_template, template_id_of

pytestmark = pytest.mark.browser

UNTOUCHED = "Audiocodes_445HD_LYNC"
SCROLLED_ALIKE = """() => {
  const text = document.querySelector("[data-editor] textarea");
  return text.scrollTop > 0 && document.querySelector("[data-lines]").scrollTop === text.scrollTop;
}"""


@pytest.fixture
def template_id(company_app: Flask) -> int:
    return template_id_of(company_app, UNTOUCHED)


def editor(page: Page):
    return page.get_by_label("Text", exact=True)


def replace(page: Page, old: str, new: str) -> None:
    editor(page).fill(editor(page).input_value().replace(old, new))


def numbers(page: Page) -> list[str]:
    return page.locator("[data-lines]").inner_text().split()


def test_lines_are_numbered_as_they_are_typed(open_page: OpenPage, template_id: int):
    page = open_page(f"/templates/edit/{template_id}")
    count = editor(page).input_value().count("\n") + 1
    assert numbers(page)[-1] == str(count)
    editor(page).press("Control+Home")
    expect(page.get_by_text("Line 1, column 1")).to_be_visible()
    editor(page).press("Enter")
    expect(page.get_by_text("Line 2, column 1")).to_be_visible()
    assert numbers(page)[-1] == str(count + 1)


def test_numbers_stay_beside_their_lines_to_the_end(open_page: OpenPage, template_id: int):
    page = open_page(f"/templates/edit/{template_id}")
    editor(page).press("Control+End")
    page.wait_for_function(SCROLLED_ALIKE)


def test_a_click_on_a_finding_goes_to_its_place(open_page: OpenPage, template_id: int):
    page = open_page(f"/templates/edit/{template_id}")
    replace(page, "%ITCS_Language%", "%ITCS_Lnguage%")
    page.get_by_role("button", name="Check").click()
    place = page.locator(".findings__place")
    line, column = place.get_attribute("data-line"), place.get_attribute("data-column")
    expect(page.locator("[data-lines] mark")).to_have_text(str(line))
    place.press("Enter")
    expect(page.get_by_text(f"Line {line}, column {column}", exact=True)).to_be_visible()
    expect(editor(page)).to_be_focused()


def test_a_placeholder_is_inserted_where_the_caret_is(open_page: OpenPage, template_id: int):
    page = open_page(f"/templates/edit/{template_id}")
    editor(page).press("Control+Home")
    page.get_by_text("Show placeholders", exact=True).click()
    page.get_by_role("button", name="%ITCS_Primary_NTP%").click()
    assert editor(page).input_value().startswith("%ITCS_Primary_NTP%<?xml")


def test_what_somebody_else_saved_meanwhile_is_shown_and_nothing_typed_is_lost(
    open_page: OpenPage, template_id: int
):
    alice = open_page(f"/templates/edit/{template_id}")
    oscar = open_page(f"/templates/edit/{template_id}", name="oscar")
    replace(oscar, "time=120", "time=240")
    oscar.get_by_role("button", name="Save").click()
    expect(oscar.get_by_text("was saved")).to_be_visible()
    replace(alice, "telnet/enabled=0", "telnet/enabled=1")
    alice.get_by_role("button", name="Save").click()
    expect(alice.get_by_role("heading", name="What was saved meanwhile")).to_be_visible()
    expect(alice.locator(".difference--added")).to_contain_text("time=240")
    assert "telnet/enabled=1" in editor(alice).input_value()
    replace(alice, "time=120", "time=240")
    alice.get_by_role("button", name="Save over version 2").click()
    expect(alice.get_by_text("Version 3 of")).to_be_visible()


def test_an_edit_says_whose_files_it_changes_and_generates_them(open_page: OpenPage, company_app: Flask):
    give_template(company_app, "Audiocodes_420HD")
    page = open_page(f"/templates/edit/{template_id_of(company_app, 'Audiocodes_420HD')}")
    replace(page, "time=120", "time=300")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("60 phones' files would change.")).to_be_visible()
    page.get_by_role("link", name="Phones 60").click()
    expect(page.get_by_text("would change", exact=True)).to_have_count(50)
    page.get_by_role("button", name="Generate now").click()
    expect(page.get_by_text("60 files were generated.")).to_be_visible()
    page.reload()
    expect(page.get_by_text("up to date", exact=True)).to_have_count(50)


def test_a_default_is_replaced_after_it_was_announced(open_page: OpenPage):
    page = open_page("/templates-mapping/set")
    for name in (UNTOUCHED, NAME):
        page.get_by_label("Tenant").select_option("Initech")
        page.get_by_label("Type (phone model)").select_option("445HD")
        page.get_by_label("Firmware").select_option("Skype for Business")
        page.get_by_label("Template", exact=False).last.select_option(name)
        page.get_by_role("button", name="Set the default").click()
        page.wait_for_load_state()
        if name == UNTOUCHED:
            expect(page.get_by_text("is the Zero Touch default")).to_be_visible()
            page.goto("/templates-mapping/set")
    expect(page.get_by_text(f"{NAME} would take its place")).to_be_visible()
    page.get_by_role("button", name="Replace the default").click()
    expect(page.get_by_text("was made for 450HD")).to_be_visible()
    row = page.get_by_role("row", name="Initech 445HD")
    row.get_by_role("button", name="Unset").click()
    expect(page.get_by_role("dialog")).to_contain_text("Phones that come new get the factory template")
    page.get_by_role("dialog").get_by_role("button", name="Take away").click()
    expect(page.get_by_text("no longer the default")).to_be_visible()
