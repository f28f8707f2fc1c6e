"""What is said when Ringmaster is ready."""

import pytest

from app.cli.listeners import listen_for_screens
from app.cli.welcome import welcome
from config import Settings
from tests.free_ports import free_port

HINT = "Phones on the network cannot reach"


def said(
    public_url: str = "http://phones.example.com", *, secure_cookies: bool = False, web_url: str = ""
) -> str:
    chosen = Settings(
        web_bind=f"127.0.0.1:{free_port()}",
        public_url=public_url,
        secure_cookies=secure_cookies,
        web_url=web_url,
    )
    with listen_for_screens(chosen) as screens:
        return welcome(chosen, screens, "alice")


def test_phones_are_told_the_public_url() -> None:
    text = said(public_url="https://phones.example.com")
    assert "https://phones.example.com/firmwarefiles;ipp/dhcpoption160.cfg" in text
    assert HINT not in text


@pytest.mark.parametrize(
    "public_url", ["http://127.0.0.1:8081", "http://localhost", "http://[::1]:8081", "http://0.0.0.0:8081"]
)
def test_an_address_that_phones_cannot_reach_comes_with_a_hint(public_url: str) -> None:
    assert HINT in said(public_url=public_url)


def test_where_cookies_are_for_https_alone_nobody_is_sent_to_http() -> None:
    assert "Screens          http://127.0.0.1:" in said(secure_cookies=False)
    assert "Screens          over HTTPS, through the proxy in front, which calls http://127.0.0.1:" in said(
        secure_cookies=True
    )


def test_people_are_sent_where_the_installation_says_that_they_are() -> None:
    text = said(secure_cookies=True, web_url="https://manager.example.com")
    assert "Screens          https://manager.example.com/\n" in text
