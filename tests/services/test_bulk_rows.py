"""Rows that are stored together come back as they were, whatever their cells hold."""

import pytest
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from app.models import Device, ImportRow
from app.models.enums import Verdict
from app.services.bulk_rows import (
    add_rows,
    among,
    for_each,
    in_one_pass,
    planned_each_time,
    ready_rows,
    unchecked,
)
from app.services.imports.user_staging import STAGED_ROWS
from tests.factories import make_device

TEXTS = (
    "", " ", "NULL", "\\N", "\\.", "\\", '"', '""', ",", "a,b", "'", "line\nbreak", "return\rhere", "\r\n", "tab\t",
    "{braces}", "Zoë", "日本語", "😀", "\u202e", "None", "\\x00",
)  # fmt: skip
COLUMNS = ("job_id", "line", "verdict", "name", "adds", "tenant_id", "password")
COLUMNS_OF_ROWS = [getattr(ImportRow, name) for name in COLUMNS]
END_OF_DATA = "\\."
ALIKE = {"job_id": 7, "verdict": "new", "adds": False, "tenant_id": None, "password": b"\x00secret"}
ROWS = [
    (1, line, Verdict.NEW.value, text, line % 2 == 0, line if line % 3 else None, text.encode() or None)
    for line, text in enumerate(TEXTS)
]


def store(session, rows, **alike):
    defaults = {
        "reason": "",
        "part": "",
        "tenant_name": "",
        "devices": "",
        "name_key": "",
        "display_name": "",
    }
    columns = [name for name in COLUMNS if name not in alike]
    add_rows(session, ready_rows(session, STAGED_ROWS, columns, rows, {**defaults, **alike}))


@pytest.mark.parametrize("left_out", ["", END_OF_DATA])
def test_cells_come_back_as_they_were(session, left_out):
    """What looks like the end of the data has all that goes with it take another way to PostgreSQL."""
    rows = [row for row in ROWS if row[3] != left_out]
    store(session, rows)
    assert [tuple(row) for row in session.execute(select(*COLUMNS_OF_ROWS).order_by(ImportRow.line))] == rows


def test_more_than_go_together_are_all_stored(session):
    store(session, ((1, line, "new", str(line), True, None, None) for line in range(1_234)))
    assert session.scalar(select(func.count()).select_from(ImportRow)) == 1_234


def test_texts_are_found_among_many(session):
    store(session, ROWS)
    found = session.scalars(select(ImportRow.name).where(among(session, ImportRow.name, [*TEXTS[::2], "x"])))
    assert sorted(found) == sorted(TEXTS[::2])
    assert session.scalars(select(ImportRow.name).where(among(session, ImportRow.name, []))).all() == []


def test_texts_are_found_by_their_numbers(session):
    store(session, ROWS)

    def row_named(line, name):
        return select(ImportRow.line).where(ImportRow.line == line, ImportRow.name == name)

    found = session.scalars(
        for_each(session, {1: [TEXTS[1], "x"], 2: [TEXTS[1], TEXTS[2]], 3: []}, row_named)
    )
    assert sorted(line for line in found if line is not None) == [1, 2]


def test_what_is_alike_is_said_once(session):
    store(session, ((line, str(line)) for line in range(2_100)), **ALIKE)
    rows = [tuple(row) for row in session.execute(select(*COLUMNS_OF_ROWS).order_by(ImportRow.line))]
    assert rows == [(7, line, "new", str(line), False, None, b"\x00secret") for line in range(2_100)]


def test_what_would_end_the_data_is_a_text(session):
    """PostgreSQL takes this in a line of its own for the end, also within quotes."""
    texts = ["before", "a line\n\\.\nand another", "behind"]
    store(session, enumerate(texts), **ALIKE)
    assert session.scalars(select(ImportRow.name).order_by(ImportRow.line)).all() == texts


def test_a_connection_keeps_its_plans_also_after_a_statement_that_failed(session):
    def kept():
        return getattr(session.connection().connection.driver_connection, "prepare_threshold", None)

    before = kept()
    with pytest.raises(DBAPIError), planned_each_time(session):
        session.execute(text("SELECT nothing_of_the_kind"))
    session.rollback()
    assert kept() == before


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
