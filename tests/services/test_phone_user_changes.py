"""Phone users added and changed by hand, and what follows them to another tenant."""

import pytest
from sqlalchemy import select

from app.errors import ConflictError, InvalidInputError, NotFoundError
from app.models import (
    Alarm,
    ConfigFile,
    ConfigTemplate,
    ConfigurationValue,
    Device,
    JournalEntry,
    PhoneUser,
    Placeholder,
)
from app.models.enums import Train, ValueLevel
from app.security.tenant_scope import only_tenants, set_scope
from app.services import config_files, phone_user_changes, phone_users
from app.services.author import Author
from app.services.phone_user_changes import MovesPhonesError, UserFields
from tests import factories
from tests.factories import NOW
from tests.services.reporting import row_of

WHO = {"author": Author("alice", "192.0.2.1"), "now": NOW}


@pytest.fixture
def acme(session):
    return factories.make_tenant(session, "Acme")


@pytest.fixture
def globex(session):
    return factories.make_tenant(session, "Globex", subnet="10.1.0.0/16")


def add(session, tenant, name, password="", **fields):
    wanted = UserFields(tenant_id=tenant.id, name=name, **fields)
    return phone_user_changes.add(session, wanted, password, **WHO)


def change(session, user, told="", **fields):
    wanted = {
        "tenant_id": user.tenant_id,
        "name": user.name,
        "display_name": user.display_name,
        "nickname": user.nickname,
        **fields,
    }
    return phone_user_changes.change(session, user, UserFields(**wanted), told=told, **WHO)


def last_entry(session):
    return session.scalars(select(JournalEntry).order_by(JournalEntry.id.desc())).first()


class TestAdding:
    @pytest.mark.parametrize(
        "name", ["Anna Berg", "anna@acme.com", "x" * 128, "O'Neil; --", "محمد", "山田 太郎", "+49 (30) 1234"]
    )
    def test_names_are_what_people_really_type(self, session, acme, name):
        user = add(session, acme, f" {name} ", "s3cret", display_name="D", nickname="N")
        assert (user.name, user.password, user.display_name, user.nickname) == (name, "s3cret", "D", "N")
        reported = phone_users.reported(acme.id, name.upper(), "")
        assert phone_users.find_or_add(session, reported, now=NOW) is user

    def test_the_journal_says_who_did_it_and_has_no_password(self, session, acme):
        add(session, acme, "anna", "s3cret")
        entry = last_entry(session)
        assert (entry.action, entry.subject, entry.tenant_id) == ("user added", "anna", acme.id)
        assert (entry.actor, entry.address, entry.text) == (
            "alice",
            "192.0.2.1",
            "alice added the user anna.",
        )
        assert "s3cret" not in str(entry.details)

    @pytest.mark.parametrize("twin", ["ANNA", " anna ", "Zoe\u0308"])
    def test_a_name_is_once_in_its_tenant_whatever_its_case_and_coding(self, session, acme, globex, twin):
        add(session, acme, "anna")
        add(session, acme, "zoë")
        with pytest.raises(InvalidInputError) as refused:
            add(session, acme, twin)
        assert "Acme has a user" in refused.value.by_field["name"]
        assert add(session, globex, twin).tenant is globex

    @pytest.mark.parametrize(
        ("fields", "field", "sentence"),
        [
            ({"name": "  "}, "name", "Give the user a name"),
            ({"name": "System"}, "name", "what phones call themselves"),
            ({"name": "a\u202eb"}, "name", "turns the direction of writing"),
            ({"name": "a", "display_name": "x" * 201}, "display_name", "201 characters; 200 is the most"),
            ({"name": "a", "nickname": "a\x07"}, "nickname", "control character"),
        ],
    )
    def test_what_will_not_do_is_said_at_its_field(self, session, acme, fields, field, sentence):
        with pytest.raises(InvalidInputError) as refused:
            phone_user_changes.add(session, UserFields(tenant_id=acme.id, **fields), "", **WHO)
        assert sentence in refused.value.by_field[field]

    def test_all_fields_are_told_at_once(self, session):
        with pytest.raises(InvalidInputError) as refused:
            phone_user_changes.add(
                session, UserFields(tenant_id=0, name="", nickname="x" * 101), " blank", **WHO
            )
        assert set(refused.value.by_field) == {"tenant", "name", "nickname", "password"}
        assert "begins or ends with a blank" in refused.value.by_field["password"]

    def test_a_tenant_that_is_not_seen_is_none(self, session, acme, globex):
        set_scope(session, only_tenants([acme.id]))
        with pytest.raises(InvalidInputError, match="tenants that your account sees"):
            add(session, globex, "anna")


class TestChanging:
    def test_what_changed_is_in_the_journal(self, session, acme):
        user = add(session, acme, "anna")
        assert change(session, user, name="Anna Berg", nickname="desk 4")
        assert (user.name, user.name_key, user.nickname) == ("Anna Berg", "anna berg", "desk 4")
        assert last_entry(session).text == (
            'alice changed the user anna: name from "anna" to "Anna Berg", nickname from nothing to "desk 4".'
        )

    def test_another_case_of_the_same_name_is_no_duplicate(self, session, acme):
        user = add(session, acme, "anna")
        assert change(session, user, name="ANNA")
        assert user.name == "ANNA"

    def test_nothing_changed_is_nothing_noted(self, session, acme):
        user = add(session, acme, "anna")
        before = last_entry(session).id
        assert not change(session, user)
        assert last_entry(session).id == before

    def test_files_stay_as_they_are(self, session, acme):
        user = factories.make_user(session, "160000", tenant=acme)
        device = factories.make_device(session, tenant=acme, phone_user=user)
        file = config_files.generate(session, device, now=NOW)
        etag = file.etag
        change(session, user, name="160001")
        assert config_files.find(session, config_files.name_for(device.mac)).etag == etag

    def test_the_system_user_stays(self, session):
        system = session.scalars(select(PhoneUser).where(PhoneUser.is_system)).one()
        with pytest.raises(ConflictError, match="system user"):
            change(session, system, name="other")

    def test_a_user_of_another_tenant_does_not_exist(self, session, acme, globex):
        user = add(session, globex, "anna")
        session.flush()
        set_scope(session, only_tenants([acme.id]))
        with pytest.raises(NotFoundError):
            phone_user_changes.get_user(session, user.id)


class TestMovingToAnotherTenant:
    @pytest.fixture
    def anna(self, session, acme):
        user = factories.make_user(session, "anna", tenant=acme)
        values = {"level": ValueLevel.USER, "tenant_id": acme.id, "parameter": "a/b", "value": "1"}
        session.add(ConfigurationValue(phone_user_id=user.id, **values))
        session.flush()
        return user

    @pytest.fixture
    def phone(self, session, acme, anna):
        device = factories.make_device(session, tenant=acme, phone_user=anna)
        factories.make_status(session, device=device)
        factories.make_placeholder(session, "P_Door", "1", tenant_id=acme.id, device_id=device.id)
        factories.make_alarm(session, mac=device.mac, tenant=acme)
        config_files.generate(session, device, now=NOW)
        return device

    def test_a_user_without_phones_just_goes_with_the_lines(self, session, globex, anna):
        assert change(session, anna, tenant_id=globex.id)
        assert anna.tenant is globex
        assert session.scalars(select(ConfigurationValue.tenant_id)).all() == [globex.id]

    @pytest.mark.usefixtures("phone")
    def test_phones_are_asked_about_first(self, session, globex, anna):
        with pytest.raises(MovesPhonesError, match="One phone goes to Globex as well") as asked:
            change(session, anna, tenant_id=globex.id)
        assert asked.value.told

    @pytest.mark.usefixtures("phone")
    def test_an_answer_to_something_else_does_not_count(self, session, globex, anna):
        with pytest.raises(MovesPhonesError):
            change(session, anna, told="something else", tenant_id=globex.id)

    def test_all_that_is_theirs_goes_with_them(self, session, globex, anna, phone):
        site = factories.make_site(session, "Oslo", tenant=globex, subnet="10.1.2.0/24")
        self.move(session, anna, globex)
        assert (phone.tenant, phone.site) == (globex, site)
        row = row_of(session, phone.mac)
        assert (row.tenant_id, row.site_id, row.digest) == (globex.id, site.id, None)
        for kind in (Placeholder, ConfigFile):
            found = select(kind.tenant_id).where(kind.device_id == phone.id)
            assert session.scalars(found).all() == [globex.id], kind
        assert session.scalars(select(Alarm.tenant_id)).all() == [globex.id]
        assert [entry.text for entry in session.scalars(select(JournalEntry))][-2:] == [
            f"alice moved the phone {phone.mac} to Globex, site Oslo.",
            'alice changed the user anna: tenant from "Acme" to "Globex".',
        ]

    def test_a_phone_never_heard_of_goes_to_auto_detection(self, session, acme, globex, anna):
        device = factories.make_device(session, tenant=acme, phone_user=anna)
        self.move(session, anna, globex)
        assert device.site is factories.auto_detection(session, globex)

    def test_a_template_of_the_old_tenant_stays_behind(self, session, acme, globex, anna, phone):
        own = ConfigTemplate(
            name="Acme desk",
            phone_model=factories.get_model(session),
            train=Train.UC,
            content="<x/>",
            tenant=acme,
            changed_at=NOW,
        )
        session.add(own)
        phone.template = own
        session.flush()
        assert "One uses a template of another tenant" in self.move(session, anna, globex)
        assert phone.template.name == "Audiocodes_430HD_LYNC"

    def test_the_name_has_to_be_free_there(self, session, globex, anna, phone):
        factories.make_user(session, "ANNA", tenant=globex)
        with pytest.raises(InvalidInputError, match="Globex has a user ANNA already"):
            change(session, anna, tenant_id=globex.id)
        assert session.get_one(Device, phone.id).tenant_id != globex.id

    def move(self, session, user, tenant):
        """Agree to what is asked, and return it."""
        savepoint = session.begin_nested()
        with pytest.raises(MovesPhonesError) as asked:
            change(session, user, tenant_id=tenant.id)
        savepoint.rollback()
        change(session, user, told=asked.value.told, tenant_id=tenant.id)
        return str(asked.value)
