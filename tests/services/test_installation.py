"""What an installation has from the start, and what a later version changes of it."""

from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import ConfigFile, ConfigTemplate, PhoneModel, PhoneUser, Site, Tenant
from app.models.enums import ValueFormat
from app.rendering.factory_templates import FACTORY_TEMPLATES, VENDOR_TEMPLATES
from app.services import config_files, installation

LATER = datetime(2027, 1, 1, tzinfo=UTC)
SHIPPED = FACTORY_TEMPLATES[0]
OLD_TEXT = "<the text of an earlier version/>"


def install_again(session: Session, public_url: str = "http://127.0.0.1:8081") -> None:
    installation.install(session, public_url=public_url, rest_port=0, now=LATER)
    session.flush()


def shipped_template(session: Session) -> ConfigTemplate:
    return session.scalars(select(ConfigTemplate).where(ConfigTemplate.name == SHIPPED.name)).one()


def test_there_is_the_default_tenant_with_autodetection(session: Session) -> None:
    tenants = session.scalars(select(Tenant)).all()
    assert [(tenant.name, tenant.is_default) for tenant in tenants] == [("Default", True)]
    assert session.scalars(select(Site.name)).all() == ["AutoDetection"]


def test_there_is_the_system_user(session: Session) -> None:
    user = session.scalars(select(PhoneUser)).one()
    assert (user.name, user.display_name, user.is_system) == ("system", "System User", True)


def test_there_are_the_phone_models_of_the_manual_and_some_of_others(session: Session) -> None:
    models = session.scalars(select(PhoneModel).where(PhoneModel.is_shipped))
    assert {f"{model.vendor} {model.name}" for model in models} == {
        "AudioCodes 405",
        "AudioCodes 420HD",
        "AudioCodes 430HD",
        "AudioCodes 440HD",
        "AudioCodes 445HD",
        "AudioCodes 450HD",
        "AudioCodes C450HD",
        "AudioCodes HRS",
        "Spectralink 8440",
        "Polycom Trio 8800",
        "Cisco SPA504G",
        "Grandstream GXP2170",
        "Polycom VVX 410",
        "Snom D785",
        "Yealink T46S",
    }


def test_there_are_all_factory_templates_and_none_is_edited(session: Session) -> None:
    templates = session.scalars(select(ConfigTemplate)).all()
    assert {template.name for template in templates} == {
        shipped.name for shipped in (*FACTORY_TEMPLATES, *VENDOR_TEMPLATES)
    }
    assert all(template.is_factory and not template.is_edited for template in templates)


def test_phones_find_the_first_file_and_every_global_file(session: Session) -> None:
    names = set(session.scalars(select(ConfigFile.name)))
    assert "dhcpoption160.cfg" in names
    assert "Audiocodes_430HD_global_LYNC_empty.cfg" in names


def test_to_install_again_changes_nothing(session: Session) -> None:
    models = (Tenant, Site, PhoneModel, PhoneUser, ConfigTemplate, ConfigFile)
    before = [session.scalar(select(func.count()).select_from(model)) for model in models]
    generated = session.scalars(select(ConfigFile.generated_at).order_by(ConfigFile.id)).all()
    install_again(session)
    assert [session.scalar(select(func.count()).select_from(model)) for model in models] == before
    assert session.scalars(select(ConfigFile.generated_at).order_by(ConfigFile.id)).all() == generated


def test_another_public_url_comes_into_the_first_file(session: Session) -> None:
    install_again(session, "https://phones.example.com")
    file = config_files.find(session, "dhcpoption160.cfg")
    assert file is not None
    assert "provisioning/configuration/url=https://phones.example.com/configfiles/" in config_files.text_of(
        file
    )


def test_a_default_tenant_that_was_renamed_is_not_made_again(session: Session) -> None:
    session.scalars(select(Tenant)).one().name = "Acme"
    install_again(session)
    assert session.scalars(select(Tenant.name)).all() == ["Acme"]


def test_a_template_that_nobody_edited_follows_what_is_shipped(session: Session) -> None:
    template = shipped_template(session)
    template.content = template.factory_content = OLD_TEXT
    install_again(session)
    assert (template.content, template.is_edited, template.changed_at) == (SHIPPED.content, False, LATER)


def test_an_edited_template_keeps_its_text_and_can_be_restored_to_what_is_shipped(session: Session) -> None:
    template = shipped_template(session)
    edited = SHIPPED.content.replace("</", "\n</", 1)
    template.content, template.factory_content = edited, OLD_TEXT
    install_again(session)
    assert (template.content, template.factory_content) == (edited, SHIPPED.content)


def test_an_administrators_own_template_of_the_same_name_is_left_alone(session: Session) -> None:
    template = shipped_template(session)
    template.factory_content = None
    template.content = SHIPPED.content.replace("</", "\n</", 1)
    before = template.content
    install_again(session)
    assert (template.content, template.is_factory) == (before, False)


def test_a_model_that_an_administrator_added_stays_his_with_its_templates(session: Session) -> None:
    template = session.scalars(select(ConfigTemplate).where(ConfigTemplate.name == "Yealink_T46S")).one()
    model = template.phone_model
    session.delete(template)
    model.is_shipped, model.value_format = False, ValueFormat.AUDIOCODES
    session.flush()
    install_again(session)
    assert (model.is_shipped, model.value_format) == (False, ValueFormat.AUDIOCODES)
    assert session.scalar(select(ConfigTemplate.id).where(ConfigTemplate.name == "Yealink_T46S")) is None
