"""Templates that people add, describe and delete."""

import pytest
from sqlalchemy import func, select

from app.errors import ConflictError, InvalidInputError
from app.models import ConfigFile, ConfigTemplate, Placeholder, TemplateDefault, TemplateVersion
from app.models.enums import FileKind, Train
from app.rendering.template_file import parse_template
from app.security.tenant_scope import only_tenants, set_scope
from app.services.author import Author
from app.services.templates import changes, defaults
from app.services.templates.changes import Properties
from app.services.templates.defaults import ReplacesDefaultError
from tests import factories
from tests.factories import NOW

ALICE = {"author": Author("alice", "10.0.0.1"), "now": NOW}


@pytest.fixture
def acme(session):
    return factories.make_tenant(session, "Acme")


def properties(session, tenant, **fields) -> Properties:
    values = {
        "name": "Acme desk",
        "description": "For desks",
        "tenant_id": tenant.id if tenant else None,
        "phone_model_id": factories.get_model(session).id,
        "train": Train.UC,
    }
    return Properties(**{**values, **fields})


def add(session, tenant, *, is_default=False, replaces=None, **fields) -> ConfigTemplate:
    return changes.add(
        session,
        properties(session, tenant, **fields),
        clone_from=factories.get_template(session).id,
        is_default=is_default,
        replaces=replaces,
        **ALICE,
    )


def test_a_clone_has_the_text_of_its_source_and_a_global_file_of_its_own(session, acme):
    template = add(session, acme)
    parts = parse_template(template.content)
    assert parts.global_file.name == "Acme_desk_global.cfg"
    assert parts.personal_file.data.startswith("include Acme_desk_global.cfg\n")
    file = session.scalars(select(ConfigFile).where(ConfigFile.template_id == template.id)).one()
    assert (file.name, file.kind, file.tenant_id) == ("Acme_desk_global.cfg", FileKind.GLOBAL, acme.id)
    assert not template.is_factory


def test_names_that_files_would_share_get_global_files_of_their_own(session, acme):
    names = [
        parse_template(add(session, acme, name=name).content).global_file.name
        for name in ("電話", "電", "a b")
    ]
    assert names == ["template_global.cfg", "template_global_2.cfg", "a_b_global.cfg"]


def test_a_name_that_is_taken_is_refused_also_by_a_tenant_that_is_not_seen(session, acme):
    globex = factories.make_tenant(session, "Globex")
    add(session, globex, name="Desk")
    session.flush()
    set_scope(session, only_tenants([acme.id]))
    with pytest.raises(ConflictError, match="this name already"):
        add(session, acme, name="DESK")
    session.rollback()


def test_who_names_his_tenants_adds_templates_of_these_alone(session, acme):
    globex = factories.make_tenant(session, "Globex")
    set_scope(session, only_tenants([acme.id]))
    assert add(session, acme).tenant_id == acme.id
    for other in (None, globex):
        with pytest.raises(InvalidInputError, match="one of your tenants"):
            add(session, other, name="Theirs")


def test_a_new_default_says_what_it_replaces_before_it_does(session, acme):
    add(session, acme, name="First", is_default=True)
    with pytest.raises(ReplacesDefaultError, match="First is the Zero Touch default"):
        add(session, acme, name="Second", is_default=True)
    session.rollback()


def test_a_new_default_replaces_what_was_named(session, acme):
    first = add(session, acme, name="First", is_default=True)
    second = add(session, acme, name="Second", is_default=True, replaces=first.id)
    assert session.scalars(select(TemplateDefault.template_id)).all() == [second.id]


def test_a_factory_template_keeps_its_place_and_is_not_deleted(session, acme):
    template = factories.get_template(session)
    with pytest.raises(ConflictError, match="came with the product"):
        changes.change(session, template.id, properties(session, acme, name=template.name), **ALICE)
    with pytest.raises(ConflictError, match="came with the product"):
        changes.delete_template(session, template.id, **ALICE)


def test_a_factory_template_can_be_described(session):
    template = factories.get_template(session)
    wanted = properties(session, None, name=template.name, description="For desks")
    assert changes.change(session, template.id, wanted, **ALICE).description == "For desks"


def test_what_belongs_to_a_template_moves_with_it(session, acme):
    globex = factories.make_tenant(session, "Globex")
    template = add(session, acme)
    template.content = template.content.replace("enabled=0", "x=%ITCS_P_Own%", 1)
    factories.make_placeholder(session, "P_Own", "1", template_id=template.id, tenant_id=acme.id)
    changes.change(session, template.id, properties(session, globex), **ALICE)
    session.expire_all()
    owners = [
        session.scalars(select(kind.tenant_id).where(kind.template_id == template.id)).all()
        for kind in (TemplateVersion, Placeholder, ConfigFile)
    ]
    assert owners == [[globex.id]] * 3


def test_a_template_does_not_move_away_from_those_who_use_it(session, acme):
    globex = factories.make_tenant(session, "Globex")
    template = add(session, acme, is_default=True)
    with pytest.raises(ConflictError, match="default in Acme"), session.begin_nested():
        changes.change(session, template.id, properties(session, globex), **ALICE)
    device = factories.make_device(session, tenant=acme, template=template)
    with pytest.raises(ConflictError, match=device.mac):
        changes.change(session, template.id, properties(session, globex), **ALICE)


def test_a_template_in_use_is_not_deleted_and_its_users_are_named(session, acme):
    template = add(session, acme)
    anna = factories.make_user(session, "anna@acme.com", tenant=acme)
    first = factories.make_device(session, tenant=acme, template=template, phone_user=anna)
    for _ in range(6):
        factories.make_device(session, tenant=acme, template=template)
    with pytest.raises(ConflictError, match="7 devices") as refused:
        changes.delete_template(session, template.id, **ALICE)
    assert f"{first.mac} (anna@acme.com)" in str(refused.value)
    assert "and 2 more" in str(refused.value)


def test_what_belongs_to_a_template_goes_with_it_and_waiting_phones_are_decided_anew(session, acme):
    template = add(session, acme, is_default=True)
    factories.make_placeholder(session, "P_Own", "1", template_id=template.id, tenant_id=acme.id)
    waiting = factories.make_status(session, tenant=acme, template=template)
    assert changes.delete_template(session, template.id, **ALICE) == "Acme desk"
    session.expire_all()
    for kind in (TemplateVersion, Placeholder, ConfigFile, TemplateDefault):
        rows = select(func.count()).select_from(kind).where(kind.template_id == template.id)
        assert session.scalar(rows) == 0, kind
    assert (waiting.template_id, waiting.digest) == (None, None)


def test_a_default_fits_the_tenant_and_warns_of_another_model(session, acme):
    globex = factories.make_tenant(session, "Globex")
    theirs, shared = add(session, globex), factories.get_template(session, "Audiocodes_450HD_LYNC")
    kind = defaults.Kind(acme.id, factories.get_model(session).id, Train.UC)
    with pytest.raises(InvalidInputError, match="belongs to another tenant"):
        defaults.put(session, kind, theirs, replaces=None, **ALICE)
    (doubt,) = defaults.put(session, kind, shared, replaces=None, **ALICE)
    assert "made for 450HD" in doubt


def test_taking_a_default_away_says_what_phones_get_then(session, acme):
    template = add(session, acme, is_default=True)
    (default,) = defaults.of_template(session, template.id)
    sentence = defaults.remove(session, default.id, **ALICE)
    assert "get the factory template Audiocodes_430HD_LYNC" in sentence
    session.flush()
    rows = {(row.model.name, row.train): row for row in defaults.effective_in(session, acme)}
    assert rows["430HD", Train.UC].template.name == "Audiocodes_430HD_LYNC"
    assert rows["430HD", Train.UC].own is None
    assert rows["8440", Train.UC].template is None
