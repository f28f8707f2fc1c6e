"""What belongs to an owner goes with it to another tenant."""

import pytest
from sqlalchemy import select

from app.models import ConfigFile, ConfigurationValue, PhoneUser, Placeholder, UserKeysRow
from app.models.enums import ValueLevel
from app.services import config_files, moved_owners, tenancy
from app.services.value_owners import OwnerKind
from tests import factories
from tests.factories import NOW


@pytest.fixture
def acme(session):
    return factories.make_tenant(session, "Acme")


@pytest.fixture
def globex(session):
    return factories.make_tenant(session, "Globex")


def tenants_of(session, model, **owner):
    return set(session.scalars(select(model.tenant_id).filter_by(**owner)))


def add_line(session, level, tenant, **owner):
    session.add(ConfigurationValue(level=level, tenant_id=tenant.id, parameter="a/b", value="1", **owner))
    session.flush()


def add_keys(session, user):
    session.add(
        UserKeysRow(
            phone_user_id=user.id,
            tenant_id=user.tenant_id,
            version=1,
            lines="",
            changed_at=NOW,
            changed_by="x",
        )
    )
    session.flush()


def test_a_site_takes_its_placeholders_and_lines_along_and_leaves_those_of_others(session, acme, globex):
    site, other = factories.make_site(session, tenant=acme), factories.make_site(session, "Lyon", tenant=acme)
    for one in (site, other):
        factories.make_placeholder(session, "Proxy", "1", tenant_id=acme.id, site_id=one.id)
        add_line(session, ValueLevel.SITE, acme, site_id=one.id)
    factories.make_placeholder(session, "Proxy", "1", tenant_id=acme.id)
    moved_owners.take_along(session, OwnerKind.SITE, [site.id], globex.id)
    for model in (Placeholder, ConfigurationValue):
        assert tenants_of(session, model, site_id=site.id) == {globex.id}
        assert tenants_of(session, model, site_id=other.id) == {acme.id}


def test_a_device_takes_its_placeholders_and_its_file_along(session, acme, globex):
    device = factories.make_device(session, tenant=acme)
    config_files.generate(session, device, now=NOW)
    factories.make_placeholder(session, "Proxy", "1", tenant_id=acme.id, device_id=device.id)
    moved_owners.take_along(session, OwnerKind.DEVICE, [device.id], globex.id)
    for model in (Placeholder, ConfigFile):
        assert tenants_of(session, model, device_id=device.id) == {globex.id}


def test_a_user_takes_his_lines_and_keys_along(session, acme, globex):
    user = factories.make_user(session, tenant=acme)
    add_line(session, ValueLevel.USER, acme, phone_user_id=user.id)
    add_keys(session, user)
    moved_owners.take_along(session, OwnerKind.USER, [user.id], globex.id)
    for model in (ConfigurationValue, UserKeysRow):
        assert tenants_of(session, model, phone_user_id=user.id) == {globex.id}


def test_a_template_that_all_tenants_share_from_now_on_shares_its_placeholders(session, acme):
    template = factories.get_template(session)
    factories.make_placeholder(session, "Proxy", "1", tenant_id=acme.id, template_id=template.id)
    moved_owners.take_along(session, OwnerKind.TEMPLATE, [template.id], None)
    assert tenants_of(session, Placeholder, template_id=template.id) == {None}


def test_what_the_system_user_has_goes_with_it_when_its_tenant_is_deleted(session, acme):
    first = factories.make_tenant(session, "First")
    system = session.scalars(select(PhoneUser).where(PhoneUser.is_system)).one()
    session.execute(PhoneUser.__table__.update().where(PhoneUser.id == system.id).values(tenant_id=first.id))
    session.expire_all()
    add_line(session, ValueLevel.USER, first, phone_user_id=system.id)
    tenancy.clear_tenant(session, first)
    session.delete(first)
    session.flush()
    default = session.scalars(select(PhoneUser.tenant_id).where(PhoneUser.is_system)).one()
    assert tenants_of(session, ConfigurationValue, phone_user_id=system.id) == {default}
