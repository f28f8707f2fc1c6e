"""Phone users: found by what a phone reports, made where there is none."""

import pytest
from sqlalchemy import select

from app.models import JournalEntry, PhoneUser
from app.models.phone_user import MAX_USER_NAME
from app.services import phone_users
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@pytest.fixture
def acme(session):
    return factories.make_tenant(session, "Acme")


def find_or_add(session, tenant, name, display_name="Anna"):
    user = phone_users.reported(tenant.id, name, display_name)
    return phone_users.find_or_add(session, user, now=NOW) if user else None


def test_a_reported_name_is_kept_in_lower_case(session, acme):
    user = find_or_add(session, acme, " Anna@ACME.com ")
    assert (user.name, user.display_name, user.created_at) == ("anna@acme.com", "Anna", NOW)
    entry = session.scalars(select(JournalEntry)).one()
    assert (entry.action, entry.actor, entry.tenant_id) == ("user added", "phone plane", acme.id)


def test_the_same_name_is_the_same_user_and_keeps_the_display_name(session, acme):
    user = find_or_add(session, acme, "anna@acme.com")
    assert find_or_add(session, acme, "ANNA@acme.com", "Somebody") is user
    assert user.display_name == "Anna"


def test_a_name_belongs_to_its_tenant(session, acme):
    globex = factories.make_tenant(session, "Globex")
    assert find_or_add(session, acme, "anna@acme.com") is not find_or_add(session, globex, "anna@acme.com")


@pytest.mark.parametrize(
    "name", ["", "   ", "system", "System", "x" * (MAX_USER_NAME + 1), "anna\u202e", "an\u200bna", "a\tb"]
)
def test_what_is_no_name_is_nobody(session, acme, name):
    assert find_or_add(session, acme, name) is None
    assert session.scalars(select(PhoneUser).where(~PhoneUser.is_system)).all() == []


@pytest.mark.parametrize(
    "name", ["!#$@acme.com", "/=?", "^`{|}", "~;*+", "x" * 46, "x" * 100, "x" * MAX_USER_NAME, "a'b\"c"]
)
def test_hostile_names_are_names(session, acme, name):
    assert find_or_add(session, acme, name).name == name
    assert find_or_add(session, acme, name.upper()).name == name


def test_a_name_is_found_in_either_coding_of_its_accents(session, acme):
    user = find_or_add(session, acme, "zoe\u0308@acme.com")
    assert user.name == "zo\u00eb@acme.com"
    assert find_or_add(session, acme, "ZO\u00cb@acme.com") is user


def test_a_name_that_folds_into_more_characters_is_found_again(session, acme):
    user = find_or_add(session, acme, "Straße@acme.com")
    assert find_or_add(session, acme, "STRASSE@ACME.COM") is user
    assert find_or_add(session, acme, " strasse@acme.COM") is user
