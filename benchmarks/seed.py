"""The database that every measured server starts from: an installation that knows all the phones."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import insert, inspect, select
from sqlalchemy.orm import Session

from app.cli.release import opened_database, release
from app.database import Database
from app.models import Device, DeviceStatus, PhoneUser, Tenant
from app.phone_api import keep_alive
from app.phone_api.messages import PhoneRequest
from app.security.tenant_scope import ALL_TENANTS
from app.services import presence, tenancy
from app.services.presence import Report
from app.transaction import writing
from benchmarks import reports
from config import Settings

_PEER = "127.0.0.1"

Row = TypeVar("Row", Device, DeviceStatus)


def make_seed(settings: Settings, phones: int) -> None:
    """Install Ringmaster in the empty database that the settings name, with so many registered phones.

    The first phone of each model registers as phones do; the others are copies of it, each with its own user, whose
    last report is one that they will send again.
    """
    release(settings)
    with opened_database(settings) as database:
        _register(database, [_report(body) for body in reports.seed_bodies(phones)], datetime.now(UTC))


def _register(database: Database, said: Sequence[Report], now: datetime) -> None:
    first = {report.fields["model"]: report for report in reversed(said)}
    with writing(database, ALL_TENANTS) as session:
        tenancy.prepare_new_tenant(session, Tenant(name=reports.TENANT), now=now)
        session.flush()
        presence.record_keep_alives(session, list(first.values()), now=now)
    originals = {report.mac for report in first.values()}
    with writing(database, ALL_TENANTS) as session:
        _copy(session, first, [report for report in said if report.mac not in originals])
        presence.touch_last_seen(session, {report.mac: now for report in said})


def _report(body: bytes) -> Report:
    request = PhoneRequest("POST", reports.PATH, {}, body, _PEER)
    return keep_alive.parse(request, {}).report


def _copy(session: Session, first: Mapping[str, Report], others: Sequence[Report]) -> None:
    """Add users, devices and status rows of the other phones, like those of the first phone of their model."""
    statuses = {model: _one(session, DeviceStatus, report.mac) for model, report in first.items()}
    devices = {model: _one(session, Device, report.mac) for model, report in first.items()}
    users = _add_users(session, devices, others)
    added = _add_devices(session, devices, others, users)
    _add_statuses(session, statuses, others, added)


def _one(session: Session, model: type[Row], mac: str) -> Row:
    return session.scalars(select(model).where(model.mac == mac)).one()


def _add_users(
    session: Session, devices: Mapping[str, Device], others: Sequence[Report]
) -> Mapping[str, int]:
    """Return the users' ids by their names."""
    user = _values(devices[others[0].fields["model"]].phone_user)
    names = [report.fields["user_id"] for report in others]
    displayed = [report.fields["user_name"] for report in others]
    _insert(
        session,
        PhoneUser,
        (
            user | {"name": name, "name_key": name.casefold(), "display_name": shown}
            for name, shown in zip(names, displayed, strict=True)
        ),
    )
    return dict(session.execute(select(PhoneUser.name, PhoneUser.id)).all())


def _add_devices(
    session: Session, devices: Mapping[str, Device], others: Sequence[Report], users: Mapping[str, int]
) -> Mapping[str, int]:
    """Return the devices' ids by their MACs."""
    values = {model: _values(device) for model, device in devices.items()}
    _insert(
        session,
        Device,
        (
            values[report.fields["model"]]
            | {"mac": report.mac, "phone_user_id": users[report.fields["user_id"]]}
            for report in others
        ),
    )
    return dict(session.execute(select(Device.mac, Device.id)).all())


def _add_statuses(
    session: Session,
    statuses: Mapping[str, DeviceStatus],
    others: Sequence[Report],
    devices: Mapping[str, int],
) -> None:
    values = {model: _values(status) for model, status in statuses.items()}
    _insert(
        session,
        DeviceStatus,
        (
            values[report.fields["model"]]
            | dict(report.fields)
            | {"mac": report.mac, "device_id": devices[report.mac], "digest": report.digest}
            for report in others
        ),
    )


def _values(row: Any) -> dict[str, Any]:
    """Return the columns of a row except its id, which the database gives."""
    return {
        column.key: getattr(row, column.key) for column in inspect(type(row)).columns if column.key != "id"
    }


def _insert(session: Session, model: type[Any], rows: Iterable[Mapping[str, Any]]) -> None:
    session.execute(insert(model), [dict(row) for row in rows])
