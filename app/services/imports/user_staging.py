"""Where what was found of rows of users is kept until they are written, beside the tables that it speaks of."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from sqlalchemy.orm import Session

from app.database import table_of
from app.models import Device, ImportDevice, ImportRow, PhoneUser
from app.services.bulk_rows import add_rows, forget_what_was_read

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


@dataclass(slots=True)
class Judged:
    """What was found of the rows of a part, as it is stored: values in the order of the columns.

    ``plain`` rows and their devices are many, and made as they are stored.
    """

    rows: list[tuple[Any, ...]] = field(default_factory=list)
    devices: list[tuple[Any, ...]] = field(default_factory=list)
    plain_rows: Iterable[tuple[Any, ...]] = ()
    plain_devices: Iterable[tuple[Any, ...]] = ()


def keep(session: Session, judged: Judged) -> None:
    """Store what was found of a part, without the memory that the part before has left."""
    forget_what_was_read(session)
    add_rows(session, STAGED_ROWS, _ROW_COLUMNS, chain(judged.rows, judged.plain_rows))
    add_rows(session, STAGED_DEVICES, _DEVICE_COLUMNS, chain(judged.devices, judged.plain_devices))
