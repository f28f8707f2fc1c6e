"""People sign in with the password of their directory, and through a provider, in a browser."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests.browser.conftest import NARROW, OpenPage
from tests.oidc_provider import OidcProvider, running_provider
from tests.slapd import PERSONS_PASSWORD, Slapd
from tests.views.ways import go_by, write_directory, write_provider

pytestmark = pytest.mark.browser


@pytest.fixture
def provider(company_app: Flask, address: str, slapd: Slapd, tmp_path: Path) -> Iterator[OidcProvider]:
    """The company goes by a directory and by a provider while the test runs."""
    settings = company_app.extensions["ringmaster_settings"]
    with running_provider() as provider:
        provider.claims = {
            "sub": "9",
            "preferred_username": "dora",
            "name": "Dora Dunn",
            "groups": ["admins"],
        }
        directory = write_directory(tmp_path, slapd).read_text()
        file = write_provider(tmp_path, provider)
        file.write_text(directory + file.read_text())
        go_by(company_app, file, address)
        yield provider
    company_app.extensions["ringmaster_settings"] = settings
    go_by(company_app, settings.sign_in_file, settings.web_url)


def test_somebody_signs_in_with_the_password_of_the_directory_and_somebody_through_the_provider(
    provider: OidcProvider, open_page: OpenPage, take_picture: Callable[[Page, str], None]
):
    page = open_page("/alarms/", name=None)
    expect(page.get_by_role("link", name="Sign in with Acme Login")).to_be_visible()
    take_picture(page, "sign-in")
    page.get_by_label("Username").fill("u0")
    page.get_by_label("Password").fill(PERSONS_PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/alarms/")
    page.goto("/account/password/")
    expect(page.get_by_role("link", name="Change it there")).to_have_attribute(
        "href", "https://password.acme.com/"
    )

    page = open_page("/alarms/", name=None, size=NARROW, theme="dark")
    page.get_by_role("link", name="Sign in with Acme Login").press("Enter")
    page.wait_for_url("**/alarms/")
    page.goto("/account/")
    expect(page.locator("dd").filter(has_text="Dora Dunn")).to_be_visible()
    assert "/token" in provider.told

    page.locator("summary.account").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(f"{provider.issuer}/leave?**")
