"""How changes are named in addresses: written and read again, and strictly refused."""

import pytest

from app.errors import InvalidInputError, NotFoundError
from app.models.enums import Layer, ValueLevel
from app.security.tenant_scope import only_tenants, set_scope
from app.services import change_names
from app.services.affected import (
    DaylightChange,
    LinesChange,
    PlaceholderChange,
    PlaceholdersChange,
    TemplateChange,
)
from tests import factories


@pytest.fixture
def device(session):
    user = factories.make_user(session)
    return factories.make_device(session, phone_user=user)


def changes_of(device):
    return {
        "placeholder.system.SRTP": PlaceholderChange(Layer.SYSTEM, None, "SRTP"),
        f"placeholder.template.{device.template_id}.P_Door": PlaceholderChange(
            Layer.TEMPLATE, device.template_id, "P_Door"
        ),
        f"placeholder.tenant.{device.tenant_id}.SRTP": PlaceholderChange(
            Layer.TENANT, device.tenant_id, "SRTP"
        ),
        f"placeholder.site.{device.site_id}.SRTP": PlaceholderChange(Layer.SITE, device.site_id, "SRTP"),
        f"placeholder.device.{device.id}.SRTP": PlaceholderChange(Layer.DEVICE, device.id, "SRTP"),
        f"placeholders.site.{device.site_id}": PlaceholdersChange(Layer.SITE, device.site_id),
        f"lines.tenant.{device.tenant_id}": LinesChange(ValueLevel.TENANT, device.tenant_id),
        f"lines.site.{device.site_id}": LinesChange(ValueLevel.SITE, device.site_id),
        f"lines.user.{device.phone_user_id}": LinesChange(ValueLevel.USER, device.phone_user_id),
        f"template.{device.template_id}": TemplateChange(device.template_id),
        "daylight": DaylightChange(),
    }


def test_every_change_has_a_name_by_which_it_is_found(session, device):
    changes = changes_of(device)
    assert [change_names.name_of(change) for change in changes.values()] == list(changes)
    found = change_names.find_changes(session, [*changes, *changes])
    assert [(named.name, named.change) for named in found] == list(changes.items())


def test_a_change_is_called_what_people_call_it_and_is_its_owners_tenants(session, device):
    names = [f"placeholder.tenant.{device.tenant_id}.SRTP", f"lines.site.{device.site_id}", "daylight"]
    found = change_names.find_changes(session, names)
    assert [named.title for named in found] == [
        "%ITCS_SRTP% of the tenant Acme",
        "configuration of the site AutoDetection (Acme)",
        "daylight saving",
    ]
    assert [named.tenant_id for named in found] == [device.tenant_id, device.tenant_id, None]


@pytest.mark.parametrize(
    "name",
    [
        "",
        "everything",
        "daylight.1",
        "template",
        "template.",
        "template.0",
        "template.01",
        "template.-1",
        "template.1.2",
        "template.٣",
        "template.99999999999999999999",
        "template." + "9" * 5000,
        "lines.template.1",
        "lines.device.1",
        "placeholders.system.1",
        "placeholders.user.1",
        "placeholder.tenant.1",
        "placeholder.system.",
        "placeholder.system.a b",
        "placeholder.system.%ITCS_SRTP%",
        "placeholder.system." + "a" * 65,
        "placeholder.tenant.1.a.b",
        "PLACEHOLDER.system.SRTP",
    ],
)
def test_what_names_no_change_is_refused_in_a_sentence(session, device, name):
    with pytest.raises(InvalidInputError) as refused:
        change_names.find_changes(session, [name])
    assert str(refused.value).endswith(".")
    assert len(str(refused.value)) < 250


def test_more_changes_than_are_asked_about_together_are_refused(session):
    names = [f"placeholder.system.P_{number}" for number in range(change_names.MOST_CHANGES + 1)]
    assert len(change_names.find_changes(session, names[1:])) == change_names.MOST_CHANGES
    with pytest.raises(InvalidInputError):
        change_names.find_changes(session, names)


def test_no_owner_of_another_tenant_can_be_named(session, device):
    globex = factories.make_tenant(session, "Globex")
    theirs = factories.make_device(
        session, tenant=globex, phone_user=factories.make_user(session, "gina", tenant=globex)
    )
    theirs.template = factories.get_template(session, "Audiocodes_430HD")
    theirs.template.tenant = globex
    session.flush()
    names = {name: change for name, change in changes_of(theirs).items() if "system" not in name}
    del names["daylight"]
    set_scope(session, only_tenants([device.tenant_id]))
    for name in names:
        with pytest.raises(NotFoundError):
            change_names.find_changes(session, [name])
    assert len(change_names.find_changes(session, list(changes_of(device)))) == len(changes_of(device))
