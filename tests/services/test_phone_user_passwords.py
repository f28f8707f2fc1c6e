"""Passwords of phone users: random or one for all, at rest and in files, and nowhere else."""

import logging

import pytest
from sqlalchemy import select, text

from app.errors import ConflictError, InvalidInputError
from app.models import JournalEntry, PhoneUser
from app.security.tenant_scope import only_tenants, set_scope
from app.services import config_files, phone_user_passwords
from app.services.author import Author
from tests import factories
from tests.factories import NOW

WHO = {"author": Author("alice", "192.0.2.1"), "now": NOW}


@pytest.fixture
def users(session):
    return [factories.make_user(session, f"user {number}") for number in range(3)]


def reset(session, users, **options):
    return phone_user_passwords.reset(session, [user.id for user in users], **options, **WHO)


def test_random_ones_are_long_and_differ(session, users):
    assert reset(session, users) == 3
    passwords = {user.password for user in users}
    assert len(passwords) == 3
    assert all(len(password) == 16 and password.isalnum() and password.isascii() for password in passwords)


def test_one_for_all(session, users):
    reset(session, users, shared="pä$$ wörd")
    assert {user.password for user in users} == {"pä$$ wörd"}


def test_an_empty_one_takes_it_away(session, users):
    reset(session, users, shared="x")
    reset(session, users, shared="")
    assert {user.password for user in users} == {None}


def test_it_is_encrypted_at_rest(session, users):
    reset(session, users, shared="open-sesame")
    stored = session.execute(text("SELECT password FROM phone_user WHERE password IS NOT NULL")).scalars()
    assert all(b"open-sesame" not in bytes(content) for content in stored)


def test_neither_the_journal_nor_a_log_has_it(session, users, caplog):
    caplog.set_level(logging.DEBUG)
    reset(session, users, shared="open-sesame")
    entries = session.scalars(select(JournalEntry)).all()
    assert [entry.text for entry in entries][:1] == ["alice gave the user user 0 a new password."]
    assert "open-sesame" not in str([(entry.text, entry.details) for entry in entries])
    assert "open-sesame" not in caplog.text


def test_a_file_has_it_with_the_next_generate_and_not_before(session, users):
    device = factories.make_device(session, phone_user=users[0])
    device.template = factories.get_template(session, "Audiocodes_430HD")
    config_files.generate(session, device, now=NOW)
    reset(session, users, shared="open-sesame")
    name = config_files.name_for(device.mac)
    assert "open-sesame" not in config_files.text_of(config_files.find(session, name))
    config_files.generate(session, device, now=NOW)
    session.expire_all()
    assert "open-sesame" in config_files.text_of(config_files.find(session, name))


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("x" * 257, "257 characters; 256 is the most"),
        (" secret", "begins or ends with a blank"),
        ("sec\nret", r"control character \(U\+000A\)"),
    ],
)
def test_what_will_not_do_is_refused_and_not_repeated(session, users, password, sentence):
    with pytest.raises(InvalidInputError, match=sentence) as refused:
        reset(session, users, shared=password)
    assert password.strip() not in str(refused.value)
    assert list(refused.value.by_field) == ["password"]
    assert {user.password for user in users} == {None}


def test_the_system_users_stays(session):
    system = session.scalars(select(PhoneUser).where(PhoneUser.is_system)).one()
    with pytest.raises(ConflictError, match="it stays"):
        reset(session, [system])


def test_users_of_other_tenants_are_left_alone(session, users):
    other = factories.make_user(session, "gina", tenant=factories.make_tenant(session, "Globex"))
    set_scope(session, only_tenants([users[0].tenant_id]))
    assert reset(session, [*users, other], shared="x") == 3
    assert other.password is None
