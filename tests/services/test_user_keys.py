"""What users set on their phones: kept with the user, in the files of his phones, and nobody else's."""

import pytest
from sqlalchemy import select

from app.errors import ConflictError, NotFoundError
from app.models import ConfigurationValue, JournalEntry, UserKeysRow
from app.models.enums import ValueLevel
from app.security.tenant_scope import only_tenants, set_scope
from app.services import config_files, user_keys
from app.services.author import Author
from app.services.config_files import differences
from app.services.user_keys import Upload
from tests import factories
from tests.factories import NOW

LABEL = "personal_settings/functional_key/3/key_label"
WHO = {"author": Author("olga", "10.0.0.9"), "now": NOW}


@pytest.fixture
def anna(session):
    return factories.make_user(session)


@pytest.fixture
def phone(session, anna):
    return make_phone(session, anna)


def make_phone(session, user):
    device = factories.make_device(session, tenant=user.tenant, phone_user=user)
    config_files.generate(session, device, now=NOW)
    return device


def send(session, device, version, *lines, user_name=""):
    sent = Upload(mac=device.mac, user_name=user_name, version=version, lines=lines, address="10.1.2.3")
    return user_keys.upload(session, sent, now=NOW)


def text_of(session, device):
    file = config_files.find(session, config_files.name_for(device.mac))
    assert file is not None
    return config_files.text_of(file)


def test_what_a_phone_sends_is_at_once_the_end_of_the_files_of_all_its_users_phones(session, anna, phone):
    other, strangers = make_phone(session, anna), make_phone(session, factories.make_user(session, "bob"))
    before = text_of(session, strangers)
    assert send(session, phone, 0, (LABEL, "Bob")) == 1
    for device in (phone, other):
        assert text_of(session, device).endswith(
            f"\n; set by the user on the phone, version 1\n{LABEL} = Bob\n"
        )
    assert text_of(session, strangers) == before
    assert differences.find_outdated(session, [phone.id, other.id, strangers.id]) == []


def test_what_waits_for_generate_is_not_written_with_the_keys(session, phone):
    line = {"parameter": "system/ntp/primary_server_address", "value": "10.9.9.9"}
    session.add(ConfigurationValue(level=ValueLevel.TENANT, tenant_id=phone.tenant_id, **line))
    session.flush()
    send(session, phone, 0, (LABEL, "Bob"))
    assert "10.9.9.9" not in text_of(session, phone)
    assert len(differences.find_outdated(session, [phone.id])) == 1


def test_they_follow_the_user_to_another_phone_and_go_from_the_one_before(session, anna, phone):
    send(session, phone, 0, (LABEL, "Bob"))
    desk = make_phone(session, anna)
    assert f"{LABEL} = Bob" in text_of(session, desk)
    phone.phone_user = factories.make_user(session, "bob")
    config_files.generate(session, phone, now=NOW)
    assert LABEL not in text_of(session, phone)


def test_a_phone_that_does_not_know_what_is_kept_has_to_read_its_file_first(session, phone):
    assert send(session, phone, 0, (LABEL, "Bob")) == 1
    with pytest.raises(ConflictError, match=r"at version 1, and the phone knows version 0\. Read"):
        send(session, phone, 0)
    assert user_keys.read(session, phone.phone_user_id).keys.lines == ((LABEL, "Bob"),)
    assert send(session, phone, 1, (LABEL, "Carol")) == 2
    assert send(session, phone, 2) == 3


def test_the_same_again_changes_nothing_and_tells_the_version(session, phone):
    send(session, phone, 0, (LABEL, "Bob"))
    entries = session.scalars(select(JournalEntry.id)).all()
    assert send(session, phone, 0, (LABEL, "Bob")) == 1
    assert session.scalars(select(JournalEntry.id)).all() == entries


def test_a_phone_without_a_user_or_with_another_one_is_refused(session, anna, phone):
    with pytest.raises(NotFoundError, match="has to be approved first"):
        user_keys.upload(
            session, Upload(mac="0" * 12, user_name="", version=0, lines=(), address=""), now=NOW
        )
    with pytest.raises(ConflictError, match="Nobody is signed in"):
        send(session, factories.make_device(session), 0, (LABEL, "Bob"))
    with pytest.raises(ConflictError, match="Another user than the one it names"):
        send(session, phone, 0, (LABEL, "Bob"), user_name="bob@acme.com")
    assert send(session, phone, 0, (LABEL, "Bob"), user_name=anna.name.upper()) == 1


def test_deleted_keys_go_from_the_files_and_do_not_come_back_by_themselves(session, phone):
    send(session, phone, 0, (LABEL, "Bob"))
    user_keys.delete(session, phone.phone_user_id, **WHO)
    assert LABEL not in text_of(session, phone)
    kept = user_keys.read(session, phone.phone_user_id)
    assert (kept.keys.version, kept.keys.lines, kept.changed_by, kept.mac) == (2, (), "olga", "")
    with pytest.raises(ConflictError):
        send(session, phone, 1, (LABEL, "Carol"))
    with pytest.raises(NotFoundError):
        user_keys.delete(session, factories.make_user(session, "bob").id, **WHO)


def test_the_journal_names_who_and_no_key(session, phone):
    send(session, phone, 0, (LABEL, "Bob's private number"))
    entry = session.scalars(select(JournalEntry).where(JournalEntry.action == "user keys changed")).one()
    assert (entry.subject, entry.tenant_id, entry.address) == ("anna@acme.com", phone.tenant_id, "10.1.2.3")
    assert "private" not in f"{entry.text}{entry.details}"


def test_nobody_sees_or_deletes_those_of_another_tenant(session, phone):
    send(session, phone, 0, (LABEL, "Bob"))
    globex = factories.make_tenant(session, "Globex")
    session.flush()
    set_scope(session, only_tenants([globex.id]))
    assert user_keys.read(session, phone.phone_user_id) is None
    session.expunge_all()
    with pytest.raises(NotFoundError):
        user_keys.delete(session, phone.phone_user_id, **WHO)


def test_they_are_encrypted_at_rest(session, phone):
    send(session, phone, 0, (LABEL, "Bob's private number"))
    table = UserKeysRow.__table__
    raw = session.connection().exec_driver_sql(f"SELECT lines FROM {table.name}").scalar_one()
    assert b"private" not in bytes(raw)


@pytest.mark.parametrize("name", ["Snom_D785", "Yealink_T46S"])
def test_phones_of_other_vendors_have_no_such_lines(session, anna, phone, name):
    template = factories.get_template(session, name)
    other = factories.make_device(
        session, tenant=anna.tenant, phone_user=anna, template=template, phone_model=template.phone_model
    )
    config_files.generate(session, other, now=NOW)
    before = text_of(session, other)
    send(session, phone, 0, (LABEL, "Bob"))
    assert text_of(session, other) == before
    assert differences.find_outdated(session, [phone.id, other.id]) == []
