"""The first files of phones: what an administrator makes of their templates, and when phones get it."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import InvalidInputError
from app.models import JournalEntry, SystemSetting
from app.rendering.dhcp_option import DIRECT_TEMPLATE
from app.rendering.option_template import with_ovr_lines
from app.services import config_files, option_templates, settings
from app.services.author import Author
from app.services.config_files import DHCP_OPTION_FILE, PROXY_OPTION_FILE
from app.services.option_templates import OptionFile

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
WHO = {"author": Author("alice", "10.0.0.9"), "now": NOW}
WITH_OVR = with_ovr_lines(DIRECT_TEMPLATE, "10.9.9.9", "5067")


def text_of(session: Session, name: str) -> str:
    file = config_files.find(session, name)
    assert file is not None
    return config_files.text_of(file)


def test_what_was_edited_reaches_phones_with_generate_and_stays(session: Session) -> None:
    before = text_of(session, DHCP_OPTION_FILE)
    option_templates.save(session, OptionFile.DIRECT, WITH_OVR, **WHO)
    assert text_of(session, DHCP_OPTION_FILE) == before
    config_files.generate_option_files(session, **WHO)
    session.expire_all()
    assert "lync/sign_in/fixed_outbound_proxy_address=10.9.9.9\n" in text_of(session, DHCP_OPTION_FILE)
    config_files.generate_shared_files(session, now=NOW)
    session.expire_all()
    assert "lync/sign_in/fixed_outbound_proxy_address=10.9.9.9\n" in text_of(session, DHCP_OPTION_FILE)


def test_it_can_be_restored(session: Session) -> None:
    option_templates.save(session, OptionFile.DIRECT, WITH_OVR, **WHO)
    assert option_templates.read(session, OptionFile.DIRECT).is_edited
    option_templates.restore(session, OptionFile.DIRECT, **WHO)
    restored = option_templates.read(session, OptionFile.DIRECT)
    assert (restored.text, restored.is_edited) == (DIRECT_TEMPLATE, False)


def test_what_is_like_the_default_is_the_default(session: Session) -> None:
    option_templates.save(session, OptionFile.DIRECT, WITH_OVR, **WHO)
    option_templates.save(session, OptionFile.DIRECT, DIRECT_TEMPLATE.replace("\n", "\r\n"), **WHO)
    assert session.get(SystemSetting, OptionFile.DIRECT.value) is None


def test_what_is_refused_changes_nothing(session: Session) -> None:
    with pytest.raises(InvalidInputError):
        option_templates.save(session, OptionFile.DIRECT, "provisioning/method=Dynamic", **WHO)
    assert not option_templates.read(session, OptionFile.DIRECT).is_edited


def test_each_deed_is_noted_and_what_changes_nothing_is_not(session: Session) -> None:
    option_templates.save(session, OptionFile.DIRECT, DIRECT_TEMPLATE, **WHO)
    option_templates.restore(session, OptionFile.DIRECT, **WHO)
    option_templates.save(session, OptionFile.DIRECT, WITH_OVR, **WHO)
    option_templates.restore(session, OptionFile.DIRECT, **WHO)
    config_files.generate_option_files(session, **WHO)
    entries = session.scalars(
        select(JournalEntry).where(JournalEntry.actor == "alice").order_by(JournalEntry.id)
    ).all()
    assert [entry.text for entry in entries] == [
        "The template of the DHCP option file was edited.",
        "The template of the DHCP option file was restored to its default.",
        "The first files of phones were generated.",
    ]


def test_the_file_behind_a_proxy_is_made_of_its_own_template_once_the_proxy_is_set(session: Session) -> None:
    option_templates.save(
        session,
        OptionFile.PROXY,
        option_templates.FACTORY[OptionFile.PROXY] + "system/ntp/enabled=1\n",
        **WHO,
    )
    config_files.generate_option_files(session, **WHO)
    assert config_files.find(session, PROXY_OPTION_FILE) is None
    settings.change(session, "sbc_proxy_host", "sbc.acme.com", author=Author("alice"), now=NOW)
    config_files.generate_option_files(session, **WHO)
    lines = text_of(session, PROXY_OPTION_FILE).splitlines()
    assert "ems_server/provisioning/url=http://sbc.acme.com:80/" in lines
    assert lines[-1] == "system/ntp/enabled=1"
