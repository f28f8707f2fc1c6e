"""People of an OpenID Connect provider sign in, and what a provider says wrongly lets nobody in."""

import dataclasses
import html
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from flask import Flask
from joserfc.jwk import OctKey
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from app.errors import InvalidInputError
from app.models import JournalEntry, Operator, OperatorSession
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import reading, writing
from app.views.outside_sign_in import EXTENSION
from tests.oidc_provider import CLIENT, SECRET, OidcProvider, new_key, running_provider
from tests.views.browsing import Browser, signed_in
from tests.views.installations import database_of
from tests.views.ways import WEB_URL, go_by, write_provider
from tests.views.world import World

ANN = {
    "sub": "7f-1",
    "preferred_username": "ann",
    "given_name": "Ann",
    "family_name": "Bell",
    "email": "ann@acme.com",
    "groups": ["berlin"],
}
_button = re.compile(r'href="(/login/oidc/company/[^"]*)"').search
HTTPS = {"base_url": WEB_URL}


class Visitor(Browser):
    """A browser at the address for people."""

    def get(self, address: str, **options: Any) -> TestResponse:
        return super().get(address, **HTTPS, **options)

    def sign_out(self) -> TestResponse:
        form, headers = {"csrf_token": self.token()}, {"Referer": f"{WEB_URL}/dashboard/"}
        return self.client.post("/logout/", data=form, headers=headers, **HTTPS)

    def press(self, wanted: str = "") -> TestResponse:
        """Press the provider's button."""
        page = self.get(f"/login/?next={wanted}" if wanted else "/login/")
        return self.get(html.unescape(_button(page.text)[1]))

    def come_back(self, provider: OidcProvider, there: TestResponse, **changed: str) -> TestResponse:
        """Sign in at the provider and follow its answer."""
        asked = dict(parse_qsl(urlsplit(there.location).query))
        back = urlsplit(provider.authorize(asked))
        answer = dict(parse_qsl(back.query)) | changed
        return self.get(back.path, query_string=answer)

    def is_in(self) -> bool:
        return self.get("/account/").status_code == 200


@pytest.fixture(scope="module")
def running() -> Iterator[OidcProvider]:
    with running_provider() as provider:
        yield provider


@pytest.fixture
def provider(running: OidcProvider) -> OidcProvider:
    """A provider as new, at which Ann signs in."""
    anew = OidcProvider(running.issuer)
    vars(running).update({**vars(anew), "key": running.key, "claims": dict(ANN)})
    return running


@pytest.fixture
def here(app: Flask, world: World, provider: OidcProvider, tmp_path: Path) -> Flask:
    """An application that goes by the provider."""
    go_by(app, write_provider(tmp_path, provider), WEB_URL)
    return app


def come(app: Flask, provider: OidcProvider) -> Visitor:
    visitor = Visitor(app)
    visitor.come_back(provider, visitor.press())
    return visitor


def account(app: Flask, name: str = "ann") -> Operator | None:
    with reading(database_of(app), ALL_TENANTS) as session:
        found = session.scalars(select(Operator).where(Operator.username == name)).one_or_none()
        if found is not None:
            _ = [role.name for role in found.roles], [tenant.name for tenant in found.tenants]
        return found


def test_somebody_signs_in_and_comes_to_the_page_that_was_wanted(here: Flask, provider: OidcProvider):
    visitor = Visitor(here)
    there = visitor.press("/alarms/")
    sent = dict(parse_qsl(urlsplit(there.location).query))
    assert there.location.startswith(f"{provider.issuer}/authorize?")
    assert sent["redirect_uri"] == f"{WEB_URL}/login/oidc/company/back"
    assert sent["scope"] == "openid profile email"
    answer = visitor.come_back(provider, there)
    assert answer.location == "/alarms/"
    page = visitor.get("/account/").text
    assert "Ann Bell" in page
    assert "Acme Login" in page
    made = account(here)
    assert ([role.name for role in made.roles], [one.name for one in made.tenants]) == (
        ["Helpdesk"],
        ["Acme"],
    )
    assert (made.password, made.signs_in_by, made.outside_key) == ("", "oidc:company", "7f-1")
    with reading(database_of(here), ALL_TENANTS) as session:
        texts = list(session.scalars(select(JournalEntry.text)))
    assert "Acme Login made ann Helpdesk for Acme." in texts
    assert "ann signed in." in texts


def test_the_account_is_who_the_provider_says_and_follows_it(here: Flask, provider: OidcProvider):
    come(here, provider)
    provider.claims |= {"preferred_username": "ann.bell", "groups": ["admins"]}
    come(here, provider)
    assert account(here) is None
    renamed = account(here, "ann.bell")
    assert [role.name for role in renamed.roles] == ["Administrator"]
    provider.claims["groups"] = []
    visitor = come(here, provider)
    assert "none of your groups" in visitor.get("/login/").text
    assert account(here, "ann.bell").roles == []


def test_what_the_id_token_lacks_is_asked_for(here: Flask, provider: OidcProvider):
    provider.claims = {"sub": "7f-1"}
    provider.user_info = dict(ANN)
    assert come(here, provider).is_in()
    provider.user_info["sub"] = "somebody else"
    assert not come(here, provider).is_in()


def test_nobody_takes_over_an_account_by_its_name(here: Flask, provider: OidcProvider):
    provider.claims["preferred_username"] = "Alice"
    visitor = come(here, provider)
    assert "There is an account Alice already that signs in another way" in visitor.get("/login/").text
    assert not visitor.is_in()
    provider.claims |= {"preferred_username": "ann", "email": account(here, "alice").email}
    assert come(here, provider).is_in()
    assert account(here).email == "ann@oidc.company.invalid"


@pytest.mark.parametrize("wrong", [{"preferred_username": "an\0n"}, {"sub": "7\0f"}, {"sub": "f" * 256}])
def test_what_no_account_can_hold_is_refused_and_the_journal_has_it(
    here: Flask, provider: OidcProvider, wrong: dict[str, str]
):
    provider.claims |= wrong
    visitor = come(here, provider)
    assert not visitor.is_in()
    with reading(database_of(here), ALL_TENANTS) as session:
        texts = list(session.scalars(select(JournalEntry.text)))
    name = wrong.get("preferred_username", "ann").replace("\0", " ")
    assert any(text.startswith(f"{name} came through Acme Login and was not let in: ") for text in texts)


def forged(token: str) -> str:
    head, claims, signature = token.split(".")
    return f"{head}.{claims}.{signature[:-8]}AAAAAAAA"


def unsigned(token: str) -> str:
    # {"alg":"none"}
    return f"eyJhbGciOiJub25lIn0.{token.split('.')[1]}."


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "wrong",
    [
        {"change_token": forged},
        {"change_token": unsigned},
        {"change_token": lambda _token: ""},
        {"change_token": lambda token: token[:40]},
        {"signing_key": new_key()},
        {"signing_key": OctKey.import_key(SECRET), "algorithm": "HS256"},
        {"algorithm": "RS384"},
        {"change_claims": lambda claims: claims | {"nonce": "of another attempt"}},
        {"change_claims": lambda claims: {name: claims[name] for name in claims if name != "nonce"}},
        {"change_claims": lambda claims: claims | {"iss": "https://elsewhere.example"}},
        {"change_claims": lambda claims: claims | {"aud": "another client"}},
        {"change_claims": lambda claims: claims | {"aud": [CLIENT, "another"]}},
        {"change_claims": lambda claims: claims | {"azp": "another"}},
        {"change_claims": lambda claims: claims | {"exp": int(time.time()) - 120}},
        {"change_claims": lambda claims: {name: claims[name] for name in claims if name != "exp"}},
        {"change_claims": lambda claims: claims | {"sub": ""}},
        {"change_claims": lambda claims: claims | {"sub": 7}},
    ],
)
def test_what_is_no_word_of_the_provider_lets_nobody_in(
    here: Flask, provider: OidcProvider, wrong: dict[str, Any]
):
    vars(provider).update(wrong)
    visitor = come(here, provider)
    assert "cannot be trusted" in visitor.get("/login/").text
    assert not visitor.is_in()
    assert account(here) is None


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
class TestComingBack:
    def test_keys_that_change_are_fetched(self, here: Flask, provider: OidcProvider):
        assert come(here, provider).is_in()
        assert come(here, provider).is_in()
        assert provider.told.count("/keys") == 1
        provider.rotate()
        assert come(here, provider).is_in()
        assert provider.told.count("/keys") == 2
        assert provider.told.count("/.well-known/openid-configuration") == 1

    def test_keys_are_asked_for_anew_with_all_else_so_that_one_that_was_withdrawn_ends(
        self, here: Flask, provider: OidcProvider
    ):
        assert come(here, provider).is_in()
        here.extensions[EXTENSION].providers["company"]._metadata_until = 0.0
        provider.published = [new_key().as_dict(private=False)]
        assert not come(here, provider).is_in()

    @pytest.mark.parametrize(
        "other",
        [
            {"kty": "EC", "crv": "P-999", "x": "AA", "y": "AA", "kid": "a"},
            {"kty": "OKP", "crv": "X999", "x": "AA"},
            {"kty": "RSA", "n": 5, "e": "AQAB"},
            {"kty": ["RSA"]},
            None,
        ],
        ids=str,
    )
    def test_a_key_that_is_not_understood_stands_in_nobodys_way(
        self, here: Flask, provider: OidcProvider, other: Any
    ):
        provider.published = [other, provider.key.as_dict(private=False)]
        assert come(here, provider).is_in()

    @pytest.mark.parametrize("changed", [{"state": "of another attempt"}, {"state": "\u00e9"}])
    def test_an_answer_to_another_attempt_is_none(
        self, here: Flask, provider: OidcProvider, changed: dict[str, str]
    ):
        visitor = Visitor(here)
        visitor.come_back(provider, visitor.press(), **changed)
        assert "was not begun here, or too long ago" in visitor.get("/login/").text

    def test_an_answer_in_another_browser_is_none(self, here: Flask, provider: OidcProvider):
        there = Visitor(here).press()
        other = Visitor(here)
        other.come_back(provider, there)
        assert not other.is_in()

    def test_an_answer_counts_once(self, here: Flask, provider: OidcProvider):
        visitor = Visitor(here)
        there = visitor.press()
        asked = dict(parse_qsl(urlsplit(there.location).query))
        back = urlsplit(provider.authorize(asked))
        visitor.get(f"{back.path}?{back.query}")
        visitor.sign_out()
        visitor.get(f"{back.path}?{back.query}")
        assert not visitor.is_in()

    def test_a_code_that_the_provider_refuses(self, here: Flask, provider: OidcProvider):
        visitor = Visitor(here)
        visitor.come_back(provider, visitor.press(), code="made up")
        assert "Acme Login did not confirm that you signed in" in visitor.get("/login/").text

    def test_the_provider_did_not_let_the_person_in(self, here: Flask, provider: OidcProvider):
        provider.refuses = "access_denied"
        assert "Acme Login did not let you in" in come(here, provider).get("/login/").text

    def test_the_answer_of_another_provider(self, here: Flask, provider: OidcProvider):
        visitor = Visitor(here)
        visitor.come_back(provider, visitor.press(), iss="https://elsewhere.example")
        assert not visitor.is_in()
        provider.change_metadata = lambda found: (
            found | {"authorization_response_iss_parameter_supported": True}
        )
        assert come(here, provider).is_in()  # what was discovered is kept for an hour

    def test_an_answer_of_nobody_where_the_provider_says_that_it_names_itself(
        self, here: Flask, provider: OidcProvider
    ):
        provider.change_metadata = lambda found: (
            found | {"authorization_response_iss_parameter_supported": True}
        )
        assert not come(here, provider).is_in()

    def test_only_the_sign_in_page_leads_to_the_provider(self, here: Flask, provider: OidcProvider):
        assert Visitor(here).get("/login/oidc/company/").location == "/login/"
        assert Visitor(here).get("/login/oidc/another/").status_code == 404
        assert "/authorize" not in provider.told

    def test_it_never_leads_to_another_place(self, here: Flask, provider: OidcProvider):
        visitor = Visitor(here)
        answer = visitor.come_back(provider, visitor.press("https://evil.example/"))
        assert answer.location.startswith("/")
        assert not answer.location.startswith("//")


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
class TestAway:
    @pytest.mark.parametrize(
        "content", [b"", b"[]", b"<html>", b'{"issuer": "https://elsewhere.example"}', b"[" * 300_000]
    )
    def test_what_it_answers_is_no_provider(self, here: Flask, provider: OidcProvider, content: bytes):
        provider.answers_with = content
        visitor = Visitor(here)
        assert visitor.press().location == "/login/"
        assert "Acme Login does not answer just now" in visitor.get("/login/").text

    @pytest.mark.parametrize("issuer", ["https://elsewhere.example", "{}/realm"])
    def test_one_that_calls_itself_otherwise_is_another_one(
        self, here: Flask, provider: OidcProvider, issuer: str
    ):
        provider.change_metadata = lambda found: found | {"issuer": issuer.format(found["issuer"])}
        visitor = Visitor(here)
        assert visitor.press().location == "/login/"
        assert "Acme Login does not answer just now" in visitor.get("/login/").text

    def test_addresses_that_are_not_as_safe_are_not_used(self, here: Flask, provider: OidcProvider):
        provider.change_metadata = lambda found: found | {"authorization_endpoint": "javascript:alert(1)"}
        assert Visitor(here).press().location == "/login/"

    def test_nobody_listens_and_others_sign_in(
        self, here: Flask, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ):
        go_by(here, write_provider(tmp_path, OidcProvider("http://127.0.0.1:1")), WEB_URL)
        visitor = Visitor(here)
        visitor.press()
        assert "does not answer just now" in visitor.get("/login/").text
        assert "127.0.0.1:1" in caplog.text
        assert SECRET not in caplog.text

    def test_without_an_address_for_people_it_does_not_start(
        self, app: Flask, provider: OidcProvider, tmp_path: Path
    ):
        with pytest.raises(InvalidInputError, match="Set RINGMASTER_WEB_URL"):
            go_by(app, write_provider(tmp_path, provider))


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
class TestSecondFactor:
    @pytest.fixture
    def here(self, here: Flask) -> Flask:
        settings = here.extensions["ringmaster_settings"]
        here.extensions["ringmaster_settings"] = dataclasses.replace(settings, second_factor="everybody")
        return here

    def test_the_providers_is_enough(self, here: Flask, provider: OidcProvider):
        provider.claims["amr"] = ["pwd", "mfa"]
        assert come(here, provider).is_in()

    def test_without_it_ours_is_set_up(self, here: Flask, provider: OidcProvider):
        provider.claims["amr"] = ["pwd"]
        visitor = come(here, provider)
        assert visitor.get("/account/").location == "/account/second-factor/"
        token = visitor.token()
        visitor.client.post(
            "/account/second-factor/begin", data={"csrf_token": token}, headers={"Referer": WEB_URL}, **HTTPS
        )
        page = visitor.get("/account/second-factor/").text
        assert 'id="secret"' in page
        assert 'type="password"' not in page

    def test_without_it_the_code_is_asked_for(self, here: Flask, provider: OidcProvider):
        provider.claims["amr"] = ["mfa"]
        come(here, provider)
        with writing(database_of(here), ALL_TENANTS) as session:
            operator = session.scalars(select(Operator).where(Operator.username == "ann")).one()
            operator.second_factor_since = datetime.now(UTC)
        assert come(here, provider).is_in()
        del provider.claims["amr"]
        visitor = Visitor(here)
        assert visitor.come_back(provider, visitor.press()).location == "/login/code/"


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_who_has_no_password_here_ends_other_sessions_a_short_while_after_the_sign_in(
    here: Flask, provider: OidcProvider
):
    def end_others(visitor: Visitor) -> TestResponse:
        form = {"csrf_token": visitor.token()}
        return visitor.client.post("/account/sessions/", data=form, headers={"Referer": WEB_URL}, **HTTPS)

    def come_a_while_ago() -> None:
        with writing(database_of(here), ALL_TENANTS) as session:
            began = datetime.now(UTC) - timedelta(minutes=11)
            session.execute(update(OperatorSession).values(began_at=began))

    other, visitor = come(here, provider), come(here, provider)
    assert 'type="password"' not in visitor.get("/account/sessions/").text
    come_a_while_ago()
    refused = end_others(visitor)
    assert (refused.status_code, "Sign out and in again first" in refused.text) == (409, True)
    assert other.is_in()
    visitor = come(here, provider)
    assert end_others(visitor).location == "/account/"
    assert not other.is_in()


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
class TestSigningOut:
    def test_it_ends_at_the_provider_too(self, here: Flask, provider: OidcProvider):
        visitor = come(here, provider)
        left = visitor.sign_out()
        onwards = f"{provider.issuer}/leave?client_id=ringmaster&post_logout_redirect_uri=https%3A"
        # Not by a redirect: browsers hold back forms that are led to another place than ours.
        assert (left.status_code, left.location) == (200, None)
        assert f'http-equiv="refresh" content="0; url={html.escape(onwards)}' in left.text
        assert f'<a href="{html.escape(onwards)}' in left.text
        assert not visitor.is_in()
        assert visitor.sign_out().location == "/login/"

    def test_where_it_cannot_or_is_not_to_it_ends_here(
        self, here: Flask, provider: OidcProvider, tmp_path: Path
    ):
        go_by(here, write_provider(tmp_path, provider, "signs_out = false"), WEB_URL)
        assert come(here, provider).sign_out().location == "/login/"

    def test_who_came_by_a_password_is_left_alone(self, here: Flask):
        settings = here.extensions["ringmaster_settings"]
        here.extensions["ringmaster_settings"] = dataclasses.replace(settings, web_url="http://localhost")
        assert signed_in(here, "alice").sign_out().location == "/login/"
