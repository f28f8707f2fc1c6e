"""The end of a session that nobody uses, as a person sees it come."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage

pytestmark = pytest.mark.browser

NINE_MINUTES_LATER = "08:12"


def test_a_minute_before_the_end_a_page_asks_and_whoever_is_there_stays(
    open_page: OpenPage, take_picture: Callable[[Page, str], None]
):
    page = open_page("/login/", name=None)
    page.clock.install()
    page.get_by_label("Username").fill("alice")
    page.get_by_label("Password").fill("pass_1234")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/dashboard/")
    question = page.get_by_role("dialog", name="Are you still there?")
    page.clock.run_for(60_000)
    expect(question).to_be_hidden()
    page.clock.fast_forward(NINE_MINUTES_LATER)
    page.clock.run_for(2_000)
    expect(question).to_be_visible()
    expect(question.get_by_role("button", name="Stay signed in")).to_be_focused()
    take_picture(page, "session-end")
    with page.expect_response("**/live/") as answered:
        page.keyboard.press("Enter")
    assert answered.value.request.headers["ringmaster-poll"] == "used"
    page.clock.run_for(2_000)
    expect(question).to_be_hidden()
    page.clock.fast_forward("05:00")
    page.mouse.move(300, 300)
    page.mouse.move(320, 320)
    page.clock.fast_forward("05:00")
    page.clock.run_for(2_000)
    expect(question).to_be_hidden()
    page.clock.fast_forward("04:10")
    page.clock.run_for(2_000)
    question.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/login/")


def test_polls_say_whether_somebody_uses_the_page(open_page: OpenPage):
    page = open_page("/dashboard/")
    said = []
    page.on("request", lambda request: said.append(request.headers.get("ringmaster-poll")))
    with page.expect_response(lambda response: "ringmaster-poll" in response.request.headers):
        pass
    assert set(said) - {None} == {"idle"}  # pictures that are still on their way say nothing
    page.mouse.move(300, 300)
    page.mouse.move(320, 320)
    with page.expect_response(lambda response: response.request.headers.get("ringmaster-poll") == "used"):
        pass
