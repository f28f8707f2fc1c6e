"""Work on templates that was done before a test looks at it: texts that were edited, and phones that use one."""

from datetime import UTC, datetime

from flask import Flask
from sqlalchemy import select

from app.models import ConfigTemplate, Device, Tenant
from app.models.enums import Train
from app.security.tenant_scope import ALL_TENANTS
from app.services import config_files
from app.services.author import Author
from app.services.templates import changes, defaults, texts
from app.services.templates.changes import Properties
from app.services.templates.texts import NewText
from app.transaction import reading, writing
from tests.views.installations import database_of

NAME = "Audiocodes_450HD_LYNC"
HISTORY = (
    ("management/telnet/enabled=0", "management/telnet/enabled=0\nsystem/feature_key/voca=%ITCS_P_Voca%"),
    ("provisioning/random_provisioning_time=120", "provisioning/random_provisioning_time=600"),
    ("lync/calendar/enabled=1", "lync/calendar/enabled=0\nlync/calendar/reminder=0"),
)


def template_id_of(app: Flask, name: str) -> int:
    """Return the id of a template by its name."""
    with reading(database_of(app), ALL_TENANTS) as session:
        return session.scalars(select(ConfigTemplate.id).where(ConfigTemplate.name == name)).one()


def template_with_history(app: Flask) -> int:
    """Let a factory template have been edited some times, and a clone of it be Acme's default; return its id."""
    template_id = template_id_of(app, NAME)
    who = {"author": Author("oscar", "10.1.1.20"), "now": datetime.now(UTC)}
    with writing(database_of(app), ALL_TENANTS) as session:
        template = session.get_one(ConfigTemplate, template_id)
        if template.version > 1:
            return template_id
        for old, new in HISTORY:
            text = NewText(text=template.content.replace(old, new), base=template.version)
            texts.save(session, template_id, text, **who)
        acme = session.scalars(select(Tenant).where(Tenant.name == "Acme")).one()
        wanted = Properties(
            name="Acme lobby",
            description="Phones by the doors of Berlin and Lyon",
            tenant_id=acme.id,
            phone_model_id=template.phone_model_id,
            train=Train.UC,
        )
        changes.add(session, wanted, clone_from=template_id, is_default=True, **who)
        shared = session.scalars(select(ConfigTemplate).where(ConfigTemplate.name == "Audiocodes_405")).one()
        kind = defaults.Kind(acme.id, shared.phone_model_id, Train.GENERIC)
        defaults.put(session, kind, shared, replaces=None, **who)
    return template_id


def give_template(app: Flask, name: str = NAME, number: int = 60) -> None:
    """Let phones use a template, with files of its present text."""
    template_id = template_id_of(app, name)
    with writing(database_of(app), ALL_TENANTS) as session:
        devices = session.scalars(select(Device).order_by(Device.mac).limit(number)).all()
        for device in devices:
            device.template_id = template_id
        session.flush()
        config_files.generate_many(session, [device.id for device in devices], now=datetime.now(UTC))
