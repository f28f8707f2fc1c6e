"""The pages of API tokens: one's own, and those of all accounts."""

import re

import pytest
from flask import Flask
from sqlalchemy import select

from app.models import ApiToken
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import reading
from tests.views.browsing import Browser
from tests.views.conftest import SignIn
from tests.views.installations import database_of
from tests.views.world import World

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)

OWN = "/account/tokens/"
WISH = {"name": "Inventory", "days": "90", "reads_only": "yes"}


def tokens(app: Flask) -> list[ApiToken]:
    with reading(database_of(app), ALL_TENANTS) as session:
        return list(session.scalars(select(ApiToken).order_by(ApiToken.id)))


def made_on(page: str) -> str:
    found = re.search(r'id="made" value="(rmt_[^"]+)"', page)
    return found[1] if found else ""


def test_a_token_is_shown_once_and_opens_what_the_account_sees(app: Flask, sign_in: SignIn, world: World):
    olga = sign_in("olga")
    token = made_on(olga.post(OWN, WISH).text)
    page = olga.get(OWN).text
    assert "Inventory" in page
    assert token.split("_", 2)[2] not in page
    answer = app.test_client().get("/api/v1/tenants", headers={"Authorization": f"Bearer {token}"})
    assert [item["name"] for item in answer.json["items"]] == ["Acme"]


def test_what_is_ticked_narrows_it(app: Flask, sign_in: SignIn, world: World):
    wish = {**WISH, "kind": ["sites", "tenants"], "tenant": str(world.globex), "networks": "10.0.0.0/8"}
    assert made_on(sign_in("oscar").post(OWN, wish).text)
    (token,) = tokens(app)
    assert (token.kinds, token.names_tenants, token.networks) == (["tenants", "sites"], True, ["10.0.0.0/8"])
    assert token.reads_only


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": " "}, "Give the token a name"),
        ({"name": "x" * 61}, "60 is the most"),
        ({"days": "1000"}, "Choose one of the lifetimes"),
        ({"days": "soon"}, "Choose one of the lifetimes"),
        ({"networks": "everywhere"}, "is no network"),
        ({"tenant": "999"}, "Choose at least one of your tenants"),
        ({"tenant": "x"}, "Choose at least one of your tenants"),
    ],
)
def test_what_will_not_do_is_said_at_its_box_and_nothing_is_made(
    app: Flask, sign_in: SignIn, world: World, change: dict[str, str], said: str
):
    answer = sign_in("olga").post(OWN, {**WISH, **change})
    assert answer.status_code == 400
    assert said in answer.text.partition("field__error")[2][:300]
    assert tokens(app) == []


def test_nobody_narrows_a_token_to_a_tenant_that_he_does_not_see(app: Flask, sign_in: SignIn, world: World):
    assert sign_in("olga").post(OWN, {**WISH, "tenant": str(world.globex)}).status_code == 400
    assert tokens(app) == []


def test_a_name_is_taken_once_by_each_account(sign_in: SignIn, world: World):
    olga, vera = sign_in("olga"), sign_in("vera")
    assert made_on(olga.post(OWN, WISH).text)
    assert "already" in olga.post(OWN, {**WISH, "name": "INVENTORY"}).text
    assert made_on(vera.post(OWN, WISH).text)


def test_people_revoke_their_own_and_administrators_anybodys(app: Flask, sign_in: SignIn, world: World):
    olga, vera, alice = sign_in("olga"), sign_in("vera"), sign_in("alice")
    olga.post(OWN, WISH)
    vera.post(OWN, {**WISH, "name": "Wallboard"})
    of_olga, of_vera = tokens(app)
    assert vera.post(f"{OWN}{of_olga.id}/revoke").status_code == 404
    assert len(tokens(app)) == 2
    assert olga.post(f"{OWN}{of_olga.id}/revoke").status_code == 302
    page = alice.get("/api-tokens/").text
    assert "Wallboard" in page
    assert "Inventory" not in page
    assert alice.post(f"/api-tokens/{of_vera.id}/revoke").status_code == 302
    assert tokens(app) == []


def test_the_viewer_takes_everything_from_here(sign_in: SignIn, world: World):
    answer: Browser = sign_in("vera")
    page = answer.get("/swagger/v1")
    assert page.status_code == 200
    assert 'data-document="/api/v1/openapi.json"' in page.text
    assert "https://" not in page.text.partition("<main")[2]
