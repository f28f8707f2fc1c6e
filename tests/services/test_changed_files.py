"""Diff before apply: which files the next Generate would change, found and made in steps."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.models import ConfigFile, JournalEntry
from app.models.enums import Layer
from app.security.tenant_scope import ALL_TENANTS, only_tenants, set_scope
from app.services import changed_files, config_files
from app.services.affected import DaylightChange, PlaceholderChange, TemplateChange
from app.services.author import Author
from app.services.change_names import find_changes, name_of
from app.services.changed_files import Question
from app.services.config_files import differences
from app.transaction import reading, writing
from tests import factories
from tests.factories import NOW
from tests.services.statements import Statements

LATER = NOW + timedelta(hours=1)
LANGUAGE = "Language"
WHO = {"author": Author("alice", "10.1.1.20"), "now": LATER}


@pytest.fixture
def acme(session):
    return factories.make_tenant(session, "Acme")


@pytest.fixture
def phones(session, acme):
    """Three phones of Acme, one of them in Berlin, and one of Globex, all with their files."""
    berlin, globex = factories.make_site(session, tenant=acme), factories.make_tenant(session, "Globex")
    made = {
        "first": factories.make_device(session, tenant=acme),
        "second": factories.make_device(session, tenant=acme),
        "berlin": factories.make_device(session, site=berlin),
        "globex": factories.make_device(session, tenant=globex),
    }
    config_files.generate_many(session, [device.id for device in made.values()], now=NOW)
    return made


def question(session, *changes, words=""):
    session.flush()
    return Question(changes=find_changes(session, [name_of(change) for change in changes]), words=words)


@pytest.fixture
def speak(session):
    """Give an owner a language, and return the question whom that concerns."""

    def speak(language, **owner):
        row = factories.make_placeholder(session, LANGUAGE, language, **owner)
        owner_id = owner.get(f"{row.layer}_id")
        return question(session, PlaceholderChange(row.layer, owner_id, LANGUAGE))

    return speak


@pytest.fixture
def found(session, phones):
    """Look until the end, and return the names of the phones whose files would change."""

    def found(asked):
        macs, after, is_done = [], "", False
        while not is_done:
            step = changed_files.look(session, asked, after=after)
            macs += [outdated.mac for outdated in step.found]
            after, is_done = step.after, not step.after
        return [name for name, device in phones.items() if device.mac in macs]

    return found


def generate_all(session, asked):
    made, after = [], ""
    while True:
        step = changed_files.look(session, asked, after=after, enough=changed_files.CHUNK)
        due = [outdated.device_id for outdated in step.found]
        made.append(changed_files.generate(session, due, now=LATER))
        after = step.after
        if not after:
            return made


@pytest.mark.usefixtures("phones")
class TestLooking:
    def test_exactly_the_phones_whose_files_would_differ_are_found(self, session, acme, speak, found):
        asked = speak("German", tenant_id=acme.id)
        assert found(asked) == ["first", "second", "berlin"]
        assert changed_files.count_concerned(session, asked) == 3
        step = changed_files.look(session, asked)
        assert (step.compared, step.after) == (3, "")

    def test_a_nearer_value_keeps_a_phone_out(self, session, phones, acme, speak, found):
        site = phones["berlin"].site
        factories.make_placeholder(session, LANGUAGE, "French", tenant_id=acme.id, site_id=site.id)
        phones["first"].language = "Italian"
        asked = speak("German", tenant_id=acme.id)
        assert found(asked) == ["second"]
        assert changed_files.count_concerned(session, asked) == 1

    def test_a_value_that_is_what_held_before_changes_no_file(self, session, acme, speak, found):
        asked = speak("English", tenant_id=acme.id)
        assert changed_files.count_concerned(session, asked) == 3
        assert found(asked) == []

    def test_a_phone_without_a_file_gets_its_first(self, session, acme):
        new = factories.make_device(session, tenant=acme)
        step = changed_files.look(session, question(session))
        assert [(outdated.mac, outdated.has_file) for outdated in step.found] == [(new.mac, False)]

    def test_without_a_change_all_phones_are_asked_about(self, session, phones, acme, speak, found):
        speak("German", tenant_id=acme.id)
        speak("Dutch", tenant_id=phones["globex"].tenant_id, device_id=phones["globex"].id)
        assert found(question(session)) == list(phones)

    def test_several_changes_are_asked_about_together(self, session, phones, acme, speak, found):
        speak("German", tenant_id=acme.id, site_id=phones["berlin"].site_id)
        speak("Dutch", tenant_id=phones["globex"].tenant_id)
        asked = question(
            session,
            PlaceholderChange(Layer.SITE, phones["berlin"].site_id, LANGUAGE),
            PlaceholderChange(Layer.TENANT, phones["globex"].tenant_id, LANGUAGE),
        )
        assert found(asked) == ["berlin", "globex"]

    def test_words_narrow_it_to_phones_that_are_found_by_them(self, session, phones, acme, speak, found):
        phones["second"].phone_user = factories.make_user(session, "anna@acme.com", tenant=acme)
        asked = speak("German", tenant_id=acme.id)
        assert found(Question(changes=asked.changes, words="anna")) == ["second"]
        assert found(Question(changes=asked.changes, words=phones["berlin"].mac.upper())) == ["berlin"]
        assert found(Question(changes=asked.changes, words="nobody")) == []

    def test_a_step_ends_where_the_next_begins(
        self, session, phones, acme, speak, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(changed_files, "LOOK", 2)
        asked = speak("German", tenant_id=acme.id)
        first = changed_files.look(session, asked)
        second = changed_files.look(session, asked, after=first.after)
        assert (first.compared, first.after) == (2, phones["second"].mac)
        assert (second.compared, second.after) == (1, "")

    def test_enough_is_enough(self, session, phones, acme, speak):
        asked = speak("German", tenant_id=acme.id)
        step = changed_files.look(session, asked, enough=1)
        assert ([outdated.mac for outdated in step.found], step.after) == (
            [phones["first"].mac],
            phones["first"].mac,
        )
        rest = changed_files.look(session, asked, after=step.after, enough=2)
        assert ([outdated.mac for outdated in rest.found], rest.after) == (
            [phones["second"].mac, phones["berlin"].mac],
            "",
        )

    def test_an_account_sees_phones_of_its_own_tenants_only(self, session, acme, found):
        factories.make_placeholder(session, LANGUAGE, "German")
        asked = question(session, PlaceholderChange(Layer.SYSTEM, None, LANGUAGE))
        set_scope(session, only_tenants([acme.id]))
        assert found(asked) == ["first", "second", "berlin"]
        assert changed_files.count_concerned(session, asked) == 3


@pytest.mark.usefixtures("phones")
class TestGenerating:
    def test_what_would_change_is_made_and_nothing_else(self, session, phones, acme, speak, found):
        asked = speak("German", tenant_id=acme.id)
        assert generate_all(session, asked) == [3]
        assert found(asked) == []
        dates = dict(session.execute(select(ConfigFile.device_id, ConfigFile.generated_at)).all())
        assert [dates[device.id] for device in phones.values()] == [LATER, LATER, LATER, NOW]

    def test_doing_it_twice_does_nothing_twice(self, session, acme, speak):
        asked = speak("German", tenant_id=acme.id)
        due = [outdated.device_id for outdated in changed_files.look(session, asked).found]
        assert changed_files.generate(session, due, now=LATER) == 3
        assert changed_files.generate(session, due, now=LATER + timedelta(hours=1)) == 0

    def test_what_was_broken_off_goes_on_where_it_was(
        self, session, acme, speak, found, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(changed_files, "CHUNK", 2)
        asked = speak("German", tenant_id=acme.id)
        step = changed_files.look(session, asked, enough=2)
        changed_files.generate(session, [outdated.device_id for outdated in step.found], now=LATER)
        assert found(asked) == ["berlin"]
        assert generate_all(session, asked) == [1]

    def test_a_part_at_a_time_is_made(self, session, acme, speak, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(changed_files, "CHUNK", 2)
        assert generate_all(session, speak("German", tenant_id=acme.id)) == [2, 1]

    def test_phones_of_other_tenants_are_not_made_though_they_are_named(
        self, session, phones, acme, speak, found
    ):
        speak("German")
        set_scope(session, only_tenants([acme.id]))
        due = [device.id for device in phones.values()]
        assert changed_files.generate(session, due, now=LATER) == 3
        set_scope(session, ALL_TENANTS)
        assert found(question(session)) == ["globex"]

    def test_the_journal_says_who_generates_what(self, session, phones, acme, speak):
        asked = speak("German", tenant_id=acme.id)
        changed_files.note_generating(session, asked, **WHO)
        changed_files.note_chosen(session, [phones["first"].id], 1, **WHO)
        session.flush()
        whole, chosen = session.scalars(select(JournalEntry).order_by(JournalEntry.id)).all()
        assert whole.text == (
            "alice generates what changed in the files of 3 phones (%ITCS_Language% of the tenant Acme)."
        )
        assert whole.tenant_id == chosen.tenant_id == acme.id
        assert (chosen.subject, chosen.text) == (
            phones["first"].mac,
            "alice generated the files of 1 phone that were selected.",
        )


def test_two_who_generate_at_once_share_the_work(database):
    if database.reader.dialect.name == "sqlite":
        return  # its writers take turns
    with writing(database, ALL_TENANTS) as session:
        ids = [factories.make_device(session).id for _ in range(4)]
    with writing(database, ALL_TENANTS) as first, writing(database, ALL_TENANTS) as second:
        assert changed_files.generate(first, ids[:3], now=LATER) == 3
        assert changed_files.generate(second, ids, now=LATER) == 1
    with reading(database, ALL_TENANTS) as session:
        assert differences.find_outdated(session, ids) == []


@pytest.mark.usefixtures("phones")
class TestSharedFiles:
    @pytest.fixture
    def template(self, session):
        """Give the file that phones share another text."""
        template = factories.get_template(session)
        config_files.generate_global_files(session, [template.id], now=NOW)
        template.content = template.content.replace(
            "<data><![CDATA[]]></data>", "<data><![CDATA[language=%ITCS_Language%]]></data>", 1
        )
        return template

    def test_it_would_change_though_no_phones_own_file_does(self, session, template, found):
        asked = question(session, TemplateChange(template.id))
        assert found(asked) == []
        (shared,) = changed_files.shared_files(session, asked)
        assert (shared.template_id, shared.has_file) == (template.id, True)
        difference = differences.shared_difference(session, template.id, with_secrets=False)
        assert [line.text for line in difference.blocks[0]][-1] == "language=English"
        assert changed_files.generate_shared(session, asked, now=LATER) == 1
        assert changed_files.shared_files(session, asked) == []
        assert changed_files.generate_shared(session, asked, now=LATER) == 0

    def test_a_default_of_all_phones_is_in_it(self, session, template):
        assert changed_files.generate_shared(session, question(session), now=LATER) > 0
        factories.make_placeholder(session, LANGUAGE, "German")
        asked = question(session, PlaceholderChange(Layer.SYSTEM, None, LANGUAGE))
        assert [shared.template_id for shared in changed_files.shared_files(session, asked)] == [template.id]
        assert changed_files.shared_files(session, question(session, DaylightChange())) == []

    def test_an_account_that_may_not_change_the_template_is_not_offered_it(self, session, acme, template):
        asked = question(session, TemplateChange(template.id))
        set_scope(session, only_tenants([acme.id]))
        assert changed_files.shared_files(session, asked) == []

    def test_a_search_for_phones_finds_none(self, session, phones, template):
        asked = question(session, TemplateChange(template.id), words=phones["first"].mac)
        assert changed_files.shared_files(session, asked) == ()


def test_devices_of_a_list_are_read_with_what_it_shows_in_one_statement(session, phones):
    shown = [(device.mac, device.tenant.name, device.site.name) for device in phones.values()]
    ids = [device.id for device in phones.values()]
    session.flush()
    session.expunge_all()
    read = []

    def read_them():
        for device in changed_files.read_devices(session, ids):
            read.append((device.mac, device.tenant.name, device.site.name))
            assert (device.template.name, device.phone_user) == (factories.TEMPLATE, None)

    assert Statements(session).of(session, read_them) == 1
    assert read == shown
