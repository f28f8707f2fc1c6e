"""Devices Status as a table for spreadsheets (manual 6.3 step 8)."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import DeviceStatus
from app.rendering.csv_lines import csv_line
from app.services.devices_status.columns import COLUMNS, Column
from app.services.devices_status.filters import Filters
from app.services.devices_status.narrowing import narrowed
from app.services.devices_status.phones import Phone, read_phones

FILE_NAME = "ExportDevicesStatus.csv"
CHUNK_ROWS = 500


def header(columns: Iterable[Column] = COLUMNS) -> str:
    """Return the first line: the names of columns; times are in UTC."""
    return csv_line(f"{column.label} (UTC)" if column.is_time else column.label for column in columns)


def lines(phones: Iterable[Phone], columns: Sequence[Column] = COLUMNS) -> str:
    """Return a line for each phone."""
    return "".join(csv_line(_cell(phone, column) for column in columns) for phone in phones)


def read_chunk(session: Session, filters: Filters, *, after: Phone | None = None) -> list[Phone]:
    """Return the next phones that match behind this one, up to CHUNK_ROWS; none at the end.

    They come in the order of their MAC addresses, whatever the page is sorted by: while phones report and move in
    any other order, each is exported once.
    """
    macs = (
        select(DeviceStatus.mac)
        .where(*narrowed(session, filters), DeviceStatus.mac > (after.mac if after else ""))
        .order_by(DeviceStatus.mac)
        .limit(CHUNK_ROWS)
    )
    return read_phones(session, session.scalars(macs).all())


def _cell(phone: Phone, column: Column) -> str:
    value = getattr(phone, column.attribute)
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    return str(value) if value is not None else ""
