"""Adding, describing and deleting templates, their phones, and Templates Mapping, as people use them."""

import pytest
from flask import Flask
from sqlalchemy import select

from app.models import ConfigTemplate, Device, TemplateDefault
from app.models.enums import Train
from app.security.tenant_scope import ALL_TENANTS
from app.services import settings
from app.services.author import Author
from app.transaction import reading, writing
from tests.views.conftest import SignIn
from tests.views.installations import database_of
from tests.views.world import ACME_MAC, GLOBEX_MAC, NOW, World

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


def form(world: World, **fields: str) -> dict[str, str]:
    values = {
        "name": "Acme lobby",
        "description": "By the door",
        "tenant": str(world.acme),
        "model": str(world.model),
        "train": "uc",
        "clone": str(world.acme_template),
    }
    return {**values, **fields}


def find(app: Flask, name: str) -> ConfigTemplate | None:
    with reading(database_of(app), ALL_TENANTS) as session:
        return session.scalar(select(ConfigTemplate).where(ConfigTemplate.name == name))


def defaults(app: Flask) -> list[int]:
    with reading(database_of(app), ALL_TENANTS) as session:
        return list(
            session.scalars(select(TemplateDefault.template_id).order_by(TemplateDefault.template_id))
        )


def use(app: Flask, template_id: int, *macs: str) -> None:
    """Let phones use a template."""
    with writing(database_of(app), ALL_TENANTS) as session:
        for device in session.scalars(select(Device).where(Device.mac.in_(macs))):
            device.template_id = template_id


def test_a_template_is_added_by_who_names_his_tenant(app: Flask, world: World, sign_in: SignIn):
    olga = sign_in("olga")
    answer = olga.post("/templates/add", form(world))
    template = find(app, "Acme lobby")
    assert template is not None
    assert answer.location == f"/templates/show/{template.id}"
    assert (template.tenant_id, template.train, template.description) == (world.acme, Train.UC, "By the door")
    assert "open-sesame" in template.content


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "a/b", "cannot hold"),
        ("name", "", "Give the template a name"),
        ("model", "", "Choose the model"),
        ("train", "steam", "Choose the firmware"),
        ("clone", "", "Choose the template"),
        ("tenant", "x", "Choose a tenant"),
    ],
)
def test_what_will_not_do_is_said_at_its_field_and_what_was_typed_stays(
    app: Flask, world: World, sign_in: SignIn, field: str, value: str, sentence: str
):
    answer = sign_in("olga").post("/templates/add", form(world, **{field: value}))
    assert answer.status_code == 400
    assert sentence in answer.text.partition(f'id="{field}-help"')[2].partition("</div>")[0]
    assert "By the door" in answer.text


def test_a_new_default_is_announced_before_it_replaces(app: Flask, world: World, sign_in: SignIn):
    olga, wish = sign_in("olga"), form(world, is_default="y")
    announced = olga.post("/templates/add", wish).text
    assert "Acme desk is the Zero Touch default for 450HD (Skype for Business) in Acme" in announced
    assert find(app, "Acme lobby") is None
    assert olga.post("/templates/add", {**wish, "replaces": str(world.acme_template)}).status_code == 302
    template = find(app, "Acme lobby")
    assert template is not None
    assert template.id in defaults(app)
    assert world.acme_template not in defaults(app)


def test_who_names_his_tenants_is_not_offered_all_of_them(world: World, sign_in: SignIn):
    assert '<option value="all"' not in sign_in("olga").get("/templates/add").text
    assert '<option value="all"' in sign_in("oscar").get("/templates/add").text
    answer = sign_in("olga").post("/templates/add", form(world, tenant="all"))
    assert answer.status_code == 409
    assert "one of your tenants" in answer.text


def test_another_tenants_template_cannot_be_cloned(app: Flask, world: World, sign_in: SignIn):
    answer = sign_in("olga").post("/templates/add", form(world, clone=str(world.globex_template)))
    assert "no such template" in answer.text
    assert find(app, "Acme lobby") is None


def test_a_clone_begins_with_the_place_of_its_source(world: World, sign_in: SignIn):
    page = sign_in("oscar").get(f"/templates/add?clone={world.acme_template}").text
    assert f'<option value="{world.acme_template}" selected>' in page
    assert f'<option value="{world.model}" selected>' in page


def test_properties_are_changed(app: Flask, world: World, sign_in: SignIn):
    wish = form(world, name="Acme reception", train="generic", description="")
    answer = sign_in("olga").post(f"/templates/change/{world.acme_template}", wish)
    assert answer.status_code == 302
    template = find(app, "Acme reception")
    assert template is not None
    assert (template.train, template.description) == (Train.GENERIC, "")


def test_a_template_in_use_stays_and_the_page_says_who_uses_it(app: Flask, world: World, sign_in: SignIn):
    olga = sign_in("olga")
    use(app, world.acme_template, ACME_MAC)
    answer = olga.post(f"/templates/delete/{world.acme_template}")
    assert f"{ACME_MAC} (anna@acme.example)" in olga.get(answer.location).text
    assert find(app, "Acme desk") is not None


def test_a_template_that_nobody_uses_is_deleted(app: Flask, world: World, sign_in: SignIn):
    answer = sign_in("olga").post(f"/templates/delete/{world.acme_template}")
    assert answer.location == "/templates/"
    assert find(app, "Acme desk") is None


def test_a_list_leads_to_the_shared_templates_where_an_address_is_set(app: Flask, sign_in: SignIn):
    victor = sign_in("victor")
    assert "shared templates" not in victor.get("/templates/").text
    with writing(database_of(app), ALL_TENANTS) as session:
        settings.change(
            session, "shared_templates_url", "https://share.example/t?a=1&b", author=Author("alice"), now=NOW
        )
    assert 'href="https://share.example/t?a=1&amp;b"' in victor.get("/templates/").text


class TestPhones:
    def test_the_page_says_which_files_would_change_and_generates_selected_ones(
        self, app: Flask, world: World, sign_in: SignIn
    ):
        olga, address = sign_in("olga"), f"/templates/phones/{world.acme_template}"
        use(app, world.acme_template, ACME_MAC)
        page = olga.get(address).text
        assert f"change=template.{world.acme_template}" in page
        assert "would change" in page
        answer = olga.post(
            "/changed-files/generate-chosen", {"device": str(world.acme_device), "next": address}
        )
        assert answer.location == address
        page = olga.get(address).text
        assert "1 file generated." in page
        assert "up to date" in page

    def test_phones_of_another_tenant_are_not_shown(self, app: Flask, sign_in: SignIn):
        with reading(database_of(app), ALL_TENANTS) as session:
            shared = session.scalars(
                select(ConfigTemplate.id).where(ConfigTemplate.name == "Audiocodes_450HD_LYNC")
            ).one()
        use(app, shared, ACME_MAC, GLOBEX_MAC)
        assert GLOBEX_MAC not in sign_in("olga").get(f"/templates/phones/{shared}").text
        assert GLOBEX_MAC in sign_in("oscar").get(f"/templates/phones/{shared}").text


class TestMapping:
    def test_a_default_is_set_announced_and_unset(self, app: Flask, world: World, sign_in: SignIn):
        olga = sign_in("olga")
        olga.post("/templates/add", form(world))
        lobby = find(app, "Acme lobby")
        assert lobby is not None
        wish = {
            "tenant_id": str(world.acme),
            "model_id": str(world.model),
            "train": "uc",
            "template_id": str(lobby.id),
        }
        announced = olga.post("/templates-mapping/set", wish)
        assert "Acme lobby would take its place" in announced.text
        assert lobby.id not in defaults(app)
        stale = olga.post("/templates-mapping/set", {**wish, "replaces": str(lobby.id)})
        assert "would take its place" in stale.text
        olga.post("/templates-mapping/set", {**wish, "replaces": str(world.acme_template)})
        assert lobby.id in defaults(app)
        page = olga.get("/templates-mapping/?tenant=Acme").text
        assert "Acme lobby" in page
        default_id = page.partition("/templates-mapping/unset/")[2].partition('"')[0]
        olga.post(f"/templates-mapping/unset/{default_id}")
        assert lobby.id not in defaults(app)
        assert "get the factory template Audiocodes_450HD_LYNC" in olga.get("/templates-mapping/").text

    def test_another_tenants_default_is_neither_set_nor_unset(
        self, app: Flask, world: World, sign_in: SignIn
    ):
        olga, before = sign_in("olga"), defaults(app)
        wish = {"tenant_id": str(world.globex), "model_id": str(world.model), "train": "uc"}
        olga.post("/templates-mapping/set", {**wish, "template_id": str(world.acme_template)})
        for default_id in range(1, 6):
            with reading(database_of(app), ALL_TENANTS) as session:
                default = session.get(TemplateDefault, default_id)
            if default is not None and default.tenant_id == world.globex:
                assert olga.post(f"/templates-mapping/unset/{default_id}").status_code == 404
        assert defaults(app) == before

    def test_what_is_missing_is_said_at_its_field(self, world: World, sign_in: SignIn):
        answer = sign_in("olga").post("/templates-mapping/set", {"tenant_id": str(world.acme)})
        assert answer.status_code == 400
        assert "Choose the template." in answer.text
        assert f'<option value="{world.acme}" selected>' in answer.text

    def test_the_test_tab_says_what_a_phone_would_get_and_why(self, sign_in: SignIn):
        page = sign_in("helen").get("/templates-mapping/test/?tenant=Acme&model=450HD&train=uc").text
        assert "Acme desk is the default template of tenant Acme for 450HD" in page
        assert "open-sesame" not in page

    def test_the_test_tab_knows_no_other_tenant(self, sign_in: SignIn):
        answer = sign_in("helen").get("/templates-mapping/test/?tenant=Globex&model=450HD&train=uc")
        assert answer.status_code == 400
        assert "There is no tenant called" in answer.text
