"""Who comes over HTTP: people are sent to HTTPS where that is their address, phones and programs are served."""

import dataclasses

import pytest
from flask import Flask

URL = "https://manager.example.com"


@pytest.fixture(params=[URL])
def app(app: Flask, request: pytest.FixtureRequest) -> Flask:
    """An application whose people have an address."""
    settings = app.extensions["ringmaster_settings"]
    app.extensions["ringmaster_settings"] = dataclasses.replace(settings, web_url=request.param)
    return app


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
class TestOverHttp:
    @pytest.mark.parametrize(
        "address", ["/", "/login/", "/alarms/?severity=critical&search=a%26b", "/static/ringmaster/logo.svg"]
    )
    def test_people_are_sent_to_https(self, app: Flask, address: str):
        answer = app.test_client().get(address)
        assert (answer.status_code, answer.location) == (308, URL + address)

    def test_nobody_is_sent_to_another_host(self, app: Flask):
        answer = app.test_client().get(
            "/", environ_overrides={"PATH_INFO": "//evil.example/", "HTTP_HOST": "evil.example"}
        )
        assert answer.location.startswith(f"{URL}/")

    @pytest.mark.parametrize(
        ("address", "status"),
        [
            ("/ipp/dhcpoption160.cfg", 200),
            ("/configfiles/nobody.cfg", 404),
            ("/firmwarefiles/nothing.img", 404),
            ("/rest/v1/ipphoneMgrStatus/keep-alive", 405),
            ("/api/v1/openapi.json", 200),
            ("/health/live", 200),
        ],
    )
    def test_phones_and_programs_are_served(self, app: Flask, address: str, status: int):
        assert app.test_client().get(address).status_code == status

    def test_who_comes_over_https_is_not_sent_round_in_circles(self, app: Flask):
        client = app.test_client()
        assert client.get("/login/", base_url=URL).status_code == 200
        assert client.get("/login/", headers={"X-Forwarded-Proto": "https"}).status_code == 200

    @pytest.mark.parametrize("app", ["", "http://manager.example.com"], indirect=True)
    def test_without_such_an_address_pages_are_shown(self, app: Flask):
        assert app.test_client().get("/login/").status_code == 200
