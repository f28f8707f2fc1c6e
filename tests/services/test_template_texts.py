"""Texts of templates: checked, kept as versions, and never saved over what somebody else saved."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.errors import ConflictError, NotAllowedError
from app.models import ConfigFile, ConfigTemplate, JournalEntry, Placeholder, TemplateVersion
from app.models.enums import Layer
from app.security.tenant_scope import only_tenants, set_scope
from app.services import installation
from app.services.author import Author
from app.services.templates import placeholders, texts, versions
from app.services.templates.texts import NewText, StaleTextError, UnsavableTextError
from tests import factories
from tests.factories import NOW

LATER = NOW + timedelta(hours=1)
ALICE = {"author": Author("alice", "10.0.0.1"), "now": LATER}


@pytest.fixture
def template(session) -> ConfigTemplate:
    return factories.get_template(session)


def edited(template: ConfigTemplate, line: str = "system/ntp/enabled=0") -> str:
    return template.content.replace("management/telnet/enabled=0", line)


def save(session, template, text, **fields):
    new = NewText(**{"text": text, "base": template.version, **fields})
    return texts.save(session, template.id, new, **ALICE)


def versions_of(session, template):
    found = session.scalars(
        select(TemplateVersion)
        .where(TemplateVersion.template_id == template.id)
        .order_by(TemplateVersion.number)
    )
    return [(version.number, version.saved_by, version.reason) for version in found]


def test_a_saved_text_is_a_version_with_who_when_and_how(session, template):
    shipped = template.content
    assert save(session, template, edited(template))
    assert template.is_edited
    assert (template.version, template.changed_at) == (2, LATER)
    assert versions_of(session, template) == [
        (1, "Ringmaster", "came with the product"),
        (2, "alice", "edited"),
    ]
    latest = versions.get_version(session, template.id, 2)
    before = versions.find_before(session, latest)
    assert before is not None
    assert versions.text_of(before) == shipped


def test_the_text_that_is_there_is_not_saved_again(session, template):
    assert not save(session, template, template.content.replace("\n", "\r\n"))
    assert template.version == 1


def test_the_journal_has_who_and_how_much_and_no_line_of_the_text(session, template):
    save(session, template, edited(template, "system/password=open-sesame"))
    entry = session.scalars(select(JournalEntry).where(JournalEntry.action == "template text changed")).one()
    assert "1 lines added and 1 removed" in entry.text
    assert "sesame" not in f"{entry.text} {entry.details}"


def test_versions_are_encrypted(session, template):
    save(session, template, edited(template, "system/password=open-sesame"))
    session.flush()
    stored = session.scalars(select(TemplateVersion.content)).all()
    assert not any(b"sesame" in content or b"ipphone" in content for content in stored)


def test_a_text_with_a_fault_is_not_saved(session, template):
    with pytest.raises(UnsavableTextError) as refused:
        save(session, template, "<ipphonetamplate>", accepts_doubts=True)
    assert refused.value.checked.faults
    assert template.version == 1


def test_a_doubtful_text_is_saved_when_somebody_says_so(session, template):
    doubtful = edited(template, "system/x=%ITCS_Nobody%")
    with pytest.raises(UnsavableTextError) as refused:
        save(session, template, doubtful)
    assert refused.value.checked.doubts
    assert save(session, template, doubtful, accepts_doubts=True)


def test_a_placeholder_that_some_layer_has_is_no_doubt(session, template):
    factories.make_placeholder(session, "Greeting", "Hello", tenant_id=factories.make_tenant(session).id)
    assert save(session, template, edited(template, "system/x=%ITCS_Greeting%"))


def test_a_newer_version_is_not_saved_over(session, template):
    mine = edited(template, "b=1")
    save(session, template, edited(template, "a=1"))
    with pytest.raises(StaleTextError) as refused:
        save(session, template, mine, base=1)
    assert "alice saved version 2" in str(refused.value)
    assert "a=1" in template.content


def test_a_private_placeholder_appears_empty_and_once(session, template):
    save(session, template, edited(template, "system/x=%ITCS_P_Floor%%ITCS_P_Floor%"))
    save(session, template, edited(template, "a=1\nsystem/x=%ITCS_P_Floor%"))
    own = select(Placeholder.name, Placeholder.value, Placeholder.template_id)
    assert session.execute(own.where(Placeholder.layer == Layer.TEMPLATE)).all() == [
        ("P_Floor", "", template.id)
    ]


def test_restoring_gives_the_shipped_text_and_description_and_keeps_the_edits(session, template):
    description = template.description
    save(session, template, edited(template))
    template.description = "Mine"
    texts.restore(session, template.id, base=2, **ALICE)
    assert not template.is_edited
    assert template.description == description
    assert [number for number, _, _ in versions_of(session, template)] == [1, 2, 3]


def test_rolling_back_makes_an_earlier_text_the_latest_version(session, template):
    save(session, template, edited(template, "a=1"))
    first = template.content
    save(session, template, first.replace("a=1", "b=1"))
    texts.roll_back(session, template.id, 2, base=3, **ALICE)
    assert template.content == first
    assert versions_of(session, template)[-1] == (4, "alice", "rolled back to version 2")
    with pytest.raises(StaleTextError):
        texts.roll_back(session, template.id, 1, base=3, **ALICE)


def test_a_global_file_of_another_template_is_not_taken(session, template):
    other = factories.get_template(session, "Audiocodes_430HD")
    theirs = "Audiocodes_430HD_global_GENERIC_empty.cfg"
    text = template.content.replace("Audiocodes_430HD_global_LYNC_empty.cfg", theirs)
    assert theirs in other.content
    with pytest.raises(ConflictError, match=theirs):
        save(session, template, text)


def test_a_renamed_global_file_is_there_at_once(session, template):
    text = template.content.replace("Audiocodes_430HD_global_LYNC_empty.cfg", "desk.cfg")
    save(session, template, text)
    file = session.scalars(select(ConfigFile).where(ConfigFile.name == "desk.cfg")).one()
    assert (file.template_id, file.template_version) == (template.id, 2)


def test_who_names_his_tenants_does_not_change_what_all_share(session, template):
    acme = factories.make_tenant(session)
    set_scope(session, only_tenants([acme.id]))
    with pytest.raises(NotAllowedError, match="shared by all tenants"):
        save(session, template, edited(template))


def test_a_new_release_keeps_what_was_edited_and_versions_what_was_not(session, template):
    other = factories.get_template(session, "Audiocodes_430HD")
    save(session, template, edited(template))
    for each in (template, other):
        each.factory_content = each.factory_content.replace("enabled=0", "enabled=9")
    other.content = other.factory_content
    session.flush()
    installation.install(session, public_url="http://127.0.0.1:8081", rest_port=0, now=LATER)
    assert "enabled=9" not in other.content
    assert versions_of(session, other)[-1][1:] == ("Ringmaster", "brought up to date with the product")
    assert (template.version, template.is_edited) == (2, True)


def test_what_may_be_used_says_where_values_come_from(session, template):
    acme = factories.make_tenant(session)
    factories.make_placeholder(session, "Primary_NTP", "ntp.acme.com", tenant_id=acme.id)
    factories.make_placeholder(session, "LDAPPassword", "open-sesame", template_id=template.id)
    text = edited(template, "system/x=%ITCS_Nobody%")
    usable = {each.name: each for each in placeholders.usable_in(session, template, text, with_secrets=False)}
    assert usable["Primary_NTP"].source == "1 tenant, else the system"
    assert usable["Language"].source == "the phone and its user, else the system"
    assert (usable["LDAPPassword"].source, usable["LDAPPassword"].value) == (
        "this template, else the system",
        "••••••",
    )
    assert (usable["Nobody"].source, usable["Nobody"].value, usable["Nobody"].is_used) == (
        "no layer has a value", None, True,
    )  # fmt: skip
