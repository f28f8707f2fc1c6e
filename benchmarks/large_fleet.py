"""An installation with a million phones: firmware that some should have, alarms, and somebody who sees one tenant."""

from datetime import UTC, datetime

from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import insert, literal, select
from werkzeug.security import generate_password_hash

from app import letter_indexes
from app.cli.release import opened_database, release
from app.database import Database
from app.models import Alarm, DeviceStatus, Firmware, Operator, Tenant
from app.models.enums import Severity, SourceKind, Status
from app.security.roles import OPERATOR
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import writing
from benchmarks import listed_phones
from config import Settings

ACCOUNT = "of-one-tenant"
TENANT = "Tenant 07"
_FIRMWARE = {"430HD.img": "UC_3.4.6.558", "445HD.img": "UC_3.4.6.558"}


def make(settings: Settings, phones: int) -> None:
    """Install Ringmaster in the empty database that the settings name, with so many phones."""
    release(settings)
    with opened_database(settings) as database:
        listed_phones.add(database, phones)
        _add_firmware(database)
        _add_alarms(database)
        _add_account(database, settings.admin_password)
        letter_indexes.make_missing(database.writer)
        listed_phones.tidy_up(database)


def _add_firmware(database: Database) -> None:
    now = datetime.now(UTC)
    with writing(database, ALL_TENANTS) as session:
        session.add_all(
            Firmware(name=name, version=version, sha256="0" * 64, size=1, uploaded_at=now)
            for name, version in _FIRMWARE.items()
        )


def _add_alarms(database: Database) -> None:
    """Raise an alarm for each phone of which nothing is heard."""
    values = {
        Alarm.dedup_key: DeviceStatus.mac,
        Alarm.mac: DeviceStatus.mac,
        Alarm.source: DeviceStatus.mac,
        Alarm.tenant_id: DeviceStatus.tenant_id,
        Alarm.site_id: DeviceStatus.site_id,
        Alarm.ip: DeviceStatus.ip,
        Alarm.name: literal("Phone disconnected"),
        Alarm.wire_name: literal("disconnected"),
        Alarm.severity: literal(Severity.MAJOR.value),
        Alarm.reported_severity: literal(Severity.MAJOR.value),
        Alarm.source_kind: literal(SourceKind.PHONE.value),
        Alarm.text: literal("Nothing was heard of the phone."),
        Alarm.first_raised_at: DeviceStatus.status_changed_at,
        Alarm.last_raised_at: DeviceStatus.status_changed_at,
        Alarm.changed_at: DeviceStatus.status_changed_at,
    }
    silent = select(*values.values()).where(DeviceStatus.status == Status.DISCONNECTED)
    with writing(database, ALL_TENANTS) as session:
        session.connection().execute(insert(Alarm).from_select([column.key for column in values], silent))


def _add_account(database: Database, password: str) -> None:
    with writing(database, ALL_TENANTS) as session:
        session.add(
            Operator(
                first_name="Of",
                last_name="One Tenant",
                username=ACCOUNT,
                email=f"{ACCOUNT}@localhost",
                password=generate_password_hash(password),
                active=True,
                roles=[session.scalars(select(Role).where(Role.name == OPERATOR)).one()],
                tenants=[session.scalars(select(Tenant).where(Tenant.name == TENANT)).one()],
            )
        )
