"""The database that every measured server starts from: an installation that knows all the phones."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import insert, inspect, select
from sqlalchemy.orm import Session

from app.cli.release import opened_database, release
from app.database import Database
from app.models import ConfigFile, ConfigTemplate, Device, DeviceStatus, PhoneUser, Tenant
from app.models.enums import Train
from app.phone_api import keep_alive
from app.phone_api.messages import PhoneRequest
from app.rendering.template_file import parse_template, write_template
from app.security.tenant_scope import ALL_TENANTS
from app.services import config_files, presence, tenancy
from app.services.reports import Report
from app.transaction import writing
from benchmarks import copies, reports
from config import Settings

FILE_BYTES = 10_000
_PEER = "127.0.0.1"
# As in real templates, every third line or so holds a placeholder.
_LINES = (
    "personal_settings/speed_dial/{number}/label=%ITCS_DisplayName% at key {number} of this phone",
    "personal_settings/speed_dial/{number}/key_type=SPEED_DIAL with a line key of its own",
    "voip/line/{number}/call_forward/no_reply/destination=+1555{number:07d}@sip.example.com",
)

Row = TypeVar("Row", ConfigFile, Device, DeviceStatus)


@dataclass(frozen=True, slots=True)
class Seed:
    """How many phones are known, each with its device and its user.

    ``asking`` of them are those of ``reports``; the others only fill the tables, evenly between them. With
    ``has_files`` each has its configuration file of 10 KB.
    """

    asking: int
    known: int
    has_files: bool = False


def make_seed(settings: Settings, seed: Seed) -> None:
    """Install Ringmaster in the empty database that the settings name, with these registered phones.

    The first phone of each model registers as phones do; the others are copies of it, each with its own user, whose
    last report is one that they will send again.
    """
    release(settings)
    with opened_database(settings) as database:
        if seed.has_files:
            _enlarge_templates(database)
        _register(database, [_report(body) for body in reports.seed_bodies(seed.asking)], seed.has_files)
        copies.add(database, seed.known // seed.asking - 1)


def _enlarge_templates(database: Database) -> None:
    """Add lines to the templates of Skype for Business until a phone's file is as long as real ones."""
    with writing(database, ALL_TENANTS) as session:
        for template in session.scalars(select(ConfigTemplate).where(ConfigTemplate.train == Train.UC)):
            parts = parse_template(template.content)
            long = replace(parts.personal_file, data=_lengthened(parts.personal_file.data))
            template.content = write_template(replace(parts, personal_file=long))


def _lengthened(data: str) -> str:
    lines = [data]
    while sum(map(len, lines)) < FILE_BYTES:
        lines.append(_LINES[len(lines) % len(_LINES)].format(number=len(lines)))
    return "\n".join(lines)


def _register(database: Database, said: Sequence[Report], has_files: bool) -> None:
    now = datetime.now(UTC)
    first = {report.fields["model"]: report for report in reversed(said)}
    with writing(database, ALL_TENANTS) as session:
        tenancy.prepare_new_tenant(session, Tenant(name=reports.TENANT), now=now)
        session.flush()
        presence.record_keep_alives(session, list(first.values()), now=now)
    originals = {report.mac for report in first.values()}
    with writing(database, ALL_TENANTS) as session:
        _copy(session, first, [report for report in said if report.mac not in originals], has_files)
        presence.touch_last_seen(session, {report.mac: now for report in said})


def _report(body: bytes) -> Report:
    request = PhoneRequest("POST", reports.PATH, {}, body, _PEER)
    return keep_alive.parse(request, {}).report


def _copy(session: Session, first: Mapping[str, Report], others: Sequence[Report], has_files: bool) -> None:
    """Add users, devices, status rows and files of the other phones, like those of the first of their model."""
    devices = {model: _one(session, Device, Device.mac == report.mac) for model, report in first.items()}
    statuses = {
        model: _one(session, DeviceStatus, DeviceStatus.mac == report.mac) for model, report in first.items()
    }
    users = _add_users(session, devices, others)
    added = _add_devices(session, devices, others, users)
    _add_statuses(session, statuses, others, added)
    if has_files:
        files = {
            model: _one(session, ConfigFile, ConfigFile.device_id == device.id)
            for model, device in devices.items()
        }
        _add_files(session, files, others, added)


def _one(session: Session, model: type[Row], condition: Any) -> Row:
    return session.scalars(select(model).where(condition)).one()


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


def _add_files(
    session: Session, files: Mapping[str, ConfigFile], others: Sequence[Report], devices: Mapping[str, int]
) -> None:
    values = {model: _values(file) for model, file in files.items()}
    names = [config_files.name_for(report.mac) for report in others]
    _insert(
        session,
        ConfigFile,
        (
            values[report.fields["model"]]
            | {"name": name, "name_key": name, "device_id": devices[report.mac]}
            for report, name in zip(others, names, strict=True)
        ),
    )


def _values(row: Any) -> dict[str, Any]:
    """Return the columns of a row except its id, which the database gives."""
    return {
        column.key: getattr(row, column.key) for column in inspect(type(row)).columns if column.key != "id"
    }


def _insert(session: Session, model: type[Any], rows: Iterable[Mapping[str, Any]]) -> None:
    session.execute(insert(model), [dict(row) for row in rows])
