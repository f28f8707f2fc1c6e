"""Rows that are stored together come back as they were, whatever their cells hold."""

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError

from app.models import Device, ImportRow
from app.models.enums import Verdict
from app.services.bulk_rows import add_rows, among, in_one_pass, unchecked
from app.services.imports.user_staging import STAGED_ROWS
from tests.factories import make_device

TEXTS = (
    "", " ", "NULL", "\\N", "\\.", "\\", '"', '""', ",", "a,b", "'", "line\nbreak", "return\rhere", "\r\n", "tab\t",
    "{braces}", "Zoë", "日本語", "😀", "\u202e", "None", "\\x00",
)  # fmt: skip
COLUMNS = ("job_id", "line", "verdict", "name", "adds", "tenant_id", "password")
ROWS = [
    (1, line, Verdict.NEW.value, text, line % 2 == 0, line if line % 3 else None, text.encode() or None)
    for line, text in enumerate(TEXTS)
]


def store(session, rows):
    defaults = {
        "reason": "",
        "part": "",
        "tenant_name": "",
        "devices": "",
        "name_key": "",
        "display_name": "",
    }
    add_rows(session, STAGED_ROWS, (*COLUMNS, *defaults), ((*row, *defaults.values()) for row in rows))


def test_cells_come_back_as_they_were(session):
    store(session, ROWS)
    columns = [getattr(ImportRow, name) for name in COLUMNS]
    assert [tuple(row) for row in session.execute(select(*columns).order_by(ImportRow.line))] == ROWS


def test_more_than_go_together_are_all_stored(session):
    store(session, ((1, line, "new", str(line), True, None, None) for line in range(1_234)))
    assert session.scalar(select(func.count()).select_from(ImportRow)) == 1_234


def test_texts_are_found_among_many(session):
    store(session, ROWS)
    found = session.scalars(select(ImportRow.name).where(among(session, ImportRow.name, [*TEXTS[::2], "x"])))
    assert sorted(found) == sorted(TEXTS[::2])
    assert session.scalars(select(ImportRow.name).where(among(session, ImportRow.name, []))).all() == []


def test_behind_a_block_without_checks_they_hold_again(session):
    """What is written without them is right already; what comes later is looked at."""
    device = make_device(session)
    with unchecked(session), in_one_pass(session):
        session.connection().execute(select(Device.id))
    wrong = {
        "mac": "00908f0000ff",
        "vlan_priority": 99,
        "site_id": device.site_id,
        "tenant_id": device.tenant_id,
    }
    with pytest.raises(IntegrityError):
        session.execute(insert(Device), [{**wrong, "origin": device.origin, "created_at": device.created_at}])
