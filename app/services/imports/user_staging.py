"""Where what was found of rows of users is kept until they are written, beside the tables that it speaks of."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from app.database import table_of
from app.models import Device, ImportDevice, ImportRow, PhoneUser
from app.services.bulk_rows import ReadyRows, add_rows, forget_what_was_read, ready_rows

# Declared as FromClause, and tables here.
DEVICES = table_of(Device)
USERS = table_of(PhoneUser)
STAGED_ROWS = table_of(ImportRow)
STAGED_DEVICES = table_of(ImportDevice)
_ROW_COLUMNS = (
    "job_id", "line", "verdict", "reason", "part", "name", "tenant_name", "devices", "adds", "tenant_id", "name_key",
    "display_name", "password",
)  # fmt: skip
_DEVICE_COLUMNS = (
    "job_id", "mac", "line", "is_known", "tenant_id", "user_key", "display_name", "serial_number", "site_id",
    "phone_model_id", "template_id", "language", "vlan_mode", "vlan_id", "vlan_priority",
)  # fmt: skip


class Alike(NamedTuple):
    """Many rows that have these values of their columns in common; ``rows`` are made as they are stored."""

    shared: Mapping[str, Any]
    columns: Sequence[str]
    rows: Iterable[tuple[Any, ...]]


@dataclass(slots=True)
class Judged:
    """What was found of the rows of a part, as it is stored: values in the order of the columns.

    Rows that are judged together are ``plain``, and so are their devices.
    """

    rows: list[tuple[Any, ...]] = field(default_factory=list)
    devices: list[tuple[Any, ...]] = field(default_factory=list)
    plain_rows: Sequence[Alike] = ()
    plain_devices: Sequence[Alike] = ()

    @property
    def all_rows(self) -> Sequence[Alike]:
        """All rows; those that were judged one by one have nothing in common."""
        return Alike({}, _ROW_COLUMNS, self.rows), *self.plain_rows

    @property
    def all_devices(self) -> Sequence[Alike]:
        """All devices, as ``all_rows``."""
        return Alike({}, _DEVICE_COLUMNS, self.devices), *self.plain_devices

    def ready(self, session: Session) -> Sequence[ReadyRows]:
        """Return all of it as it goes to the database."""
        rows = (
            ready_rows(session, STAGED_ROWS, some.columns, some.rows, some.shared) for some in self.all_rows
        )
        devices = (
            ready_rows(session, STAGED_DEVICES, some.columns, some.rows, some.shared)
            for some in self.all_devices
        )
        return [*rows, *devices]


def keep(session: Session, found: Iterable[ReadyRows]) -> None:
    """Store what was found of a part, without the memory that the part before has left."""
    forget_what_was_read(session)
    for rows in found:
        add_rows(session, rows)
