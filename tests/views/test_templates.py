"""Templates, to look at."""

from flask import Flask

from app.models import ConfigTemplate
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import writing
from tests.views.browsing import Browser
from tests.views.conftest import SignIn
from tests.views.installations import database_of
from tests.views.world import World


def test_secrets_are_masked_for_who_may_not_see_them(people: dict[str, Browser], shared_world: World):
    address = f"/templates/show/{shared_world.acme_template}"
    texts = {
        name: people[name].get(address).text
        for name in ("alice", "oscar", "olga", "hal", "helen", "victor", "vera")
    }
    assert {name for name, text in texts.items() if "open-sesame" in text} == {"alice", "oscar", "olga"}
    assert "secrets are masked" in texts["hal"]


def test_a_list_says_where_a_template_is_the_default(people: dict[str, Browser]):
    page = people["victor"].get("/templates/?q=desk").text
    assert 'title="Acme"' in page
    assert 'title="Globex"' in page


def test_templates_are_narrowed_by_model_train_and_tenant(people: dict[str, Browser]):
    victor = people["victor"]
    assert "Acme desk" in victor.get("/templates/?model=450HD&train=uc&tenant=Acme").text
    assert "Acme desk" not in victor.get("/templates/?model=420HD").text
    assert "Acme desk" not in victor.get("/templates/?train=generic").text
    assert victor.get("/templates/?train=steam").status_code == 400


def test_an_edited_factory_template_is_green(app: Flask, world: World, sign_in: SignIn):
    victor = sign_in("victor")
    assert "edited" not in victor.get("/templates/").text.partition("<table")[2]
    with writing(database_of(app), ALL_TENANTS) as session:
        template = session.query(ConfigTemplate).filter(ConfigTemplate.factory_content.is_not(None)).first()
        template.content += "\n"
    assert 'class="edited"' in victor.get("/templates/").text
