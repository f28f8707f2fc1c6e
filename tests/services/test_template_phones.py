"""The phones of a template: whose files are of an older text, and making them anew."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.models import ConfigFile
from app.models.enums import Train
from app.security.tenant_scope import ALL_TENANTS, only_tenants, set_scope
from app.services import config_files
from app.services.templates import phones
from app.services.templates.phones import PhoneFilter, Usage
from app.services.zero_touch import trials
from app.transaction import reading, writing
from tests import factories
from tests.factories import NOW

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def template(session):
    return factories.get_template(session)


@pytest.fixture
def devices(session):
    made = [factories.make_device(session) for _ in range(3)]
    config_files.generate_many(session, [device.id for device in made], now=NOW)
    return made


def new_text(template) -> None:
    """Give the template a text that makes the same bytes of every phone's file."""
    template.content = template.content.replace("<ipphonetamplate>", "<ipphonetamplate><!-- mine -->")
    template.version += 1


def test_a_file_is_of_an_older_text_until_it_is_generated_even_where_its_bytes_stay(
    session, template, devices
):
    assert phones.usage(session, template) == Usage(3, 0)
    new_text(template)
    session.flush()
    assert phones.usage(session, template) == Usage(3, 3)
    assert phones.generate_next(session, template, now=LATER) == 3
    assert phones.usage(session, template) == Usage(3, 0)
    dates = select(ConfigFile.generated_at).where(ConfigFile.device_id.is_not(None))
    assert set(session.scalars(dates)) == {NOW}


def test_a_phone_without_a_file_is_due(session, template):
    factories.make_device(session)
    assert phones.usage(session, template) == Usage(1, 1)


def test_generating_twice_does_nothing_twice(session, template, devices):
    new_text(template)
    session.flush()
    assert phones.generate_next(session, template, now=LATER) == 3
    assert phones.generate_next(session, template, now=LATER) == 0


def test_a_part_at_a_time_is_generated(session, template, devices, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(phones, "CHUNK", 2)
    new_text(template)
    session.flush()
    assert [phones.generate_next(session, template, now=LATER) for _ in range(3)] == [2, 1, 0]


def test_two_who_generate_at_once_share_the_work(database, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(phones, "CHUNK", 2)
    with writing(database, ALL_TENANTS) as session:
        for _ in range(4):
            factories.make_device(session)
    if database.reader.dialect.name == "sqlite":
        return  # its writers take turns
    with writing(database, ALL_TENANTS) as first, writing(database, ALL_TENANTS) as second:
        made = [
            phones.generate_next(session, factories.get_template(session), now=LATER)
            for session in (first, second)
        ]
    assert made == [2, 2]
    with reading(database, ALL_TENANTS) as session:
        assert phones.usage(session, factories.get_template(session)) == Usage(4, 0)


def test_the_file_that_phones_include_is_generated_too(session, template, devices):
    template.content = template.content.replace(
        "<data><![CDATA[]]></data>", "<data><![CDATA[a=1]]></data>", 1
    )
    template.version += 1
    session.flush()
    phones.generate_next(session, template, now=LATER)
    shared = config_files.find(session, "Audiocodes_430HD_global_LYNC_empty.cfg")
    assert shared is not None
    assert config_files.text_of(shared) == "a=1\n"


def test_who_names_his_tenants_sees_and_generates_their_phones_alone(session, template, devices):
    globex = factories.make_tenant(session, "Globex")
    theirs = factories.make_device(session, tenant=globex)
    new_text(template)
    session.flush()
    acme_id = devices[0].tenant_id
    set_scope(session, only_tenants([acme_id]))
    assert phones.usage(session, template) == Usage(3, 3)
    assert phones.generate_chosen(session, template, [theirs.id, devices[0].id], now=LATER) == 1
    assert phones.generate_next(session, template, now=LATER) == 2
    set_scope(session, ALL_TENANTS)
    assert phones.usage(session, template) == Usage(4, 1)


def test_phones_are_found_by_mac_user_tenant_and_file(session, template, devices):
    anna = factories.make_user(session, "anna@acme.com")
    hers = factories.make_device(session, phone_user=anna)

    def found(**wanted):
        page = phones.search(session, template, PhoneFilter(**wanted), number=1, size=50)
        return [device.id for device in page.rows]

    assert found(words="ANNA") == [hers.id]
    assert found(words=devices[1].mac) == [devices[1].id]
    assert found(is_outdated=True) == [hers.id]
    assert len(found(tenant_name="acme")) == 4
    assert found(tenant_name="Globex") == []


class TestTryingOut:
    def test_it_tells_what_a_new_phone_gets_and_why(self, session):
        factories.make_tenant(session)
        trial = trials.try_tenant(session, tenant_name="acme", model="430HD", train=Train.UC)
        assert trial.template_name == "Audiocodes_430HD_LYNC"
        sentences = [step.sentence for _, steps in trial.stages for step in steps]
        assert "Tenant Acme has no default template of its own for 430HD (Skype for Business)." in sentences
        assert trial.text.startswith("include Audiocodes_430HD_global_LYNC_empty.cfg\n")

    def test_the_file_it_shows_has_no_secret(self, session):
        acme = factories.make_tenant(session)
        factories.make_placeholder(session, "IPPhonePassword", "open-sesame", tenant_id=acme.id)
        trial = trials.try_tenant(session, tenant_name="Acme", model="430HD", train=Train.GENERIC)
        assert "sesame" not in trial.text

    def test_a_model_without_a_template_waits(self, session):
        factories.make_tenant(session)
        trial = trials.try_tenant(session, tenant_name="Acme", model="8440", train=Train.UC)
        assert (trial.template.template_id, trial.text) == (None, "")
