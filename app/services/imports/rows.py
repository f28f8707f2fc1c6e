"""What was found of the rows of an import, and what became of them: for its page and for its result as a file."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import ImportDevice, ImportJob, ImportRow
from app.models.enums import ImportState, Verdict
from app.rendering.csv_lines import csv_line
from app.services.paging import Page, page_of

CHUNK_ROWS = 500
_BEFORE = {ImportState.UPLOADED, ImportState.CHECKED, ImportState.REFUSED, ImportState.CONFIRMED}
_COLUMNS = ("Line", "Part", "Name", "Belongs to", "Devices", "Verdict", "Result", "Remark")


def search(session: Session, job: ImportJob, verdict: Verdict | None, *, number: int, size: int) -> Page:
    """Return a page of the rows of an import, in their order, all of them or those of one verdict."""
    statement = select(ImportRow).where(ImportRow.job_id == job.id).order_by(ImportRow.line)
    if verdict is not None:
        statement = statement.where(ImportRow.verdict == verdict)
    return page_of(session, statement, number=number, size=size)


def header() -> str:
    """Return the first line of the result."""
    return csv_line(_COLUMNS)


def read_chunk(session: Session, job_id: int, *, after: int) -> Sequence[ImportRow]:
    """Return the next rows behind a line, up to CHUNK_ROWS; none at the end."""
    statement = select(ImportRow).where(ImportRow.job_id == job_id, ImportRow.line > after)
    return session.scalars(statement.order_by(ImportRow.line).limit(CHUNK_ROWS)).all()


def lines(session: Session, job: ImportJob, rows: Sequence[ImportRow]) -> str:
    """Return a line of the result for each row."""
    added = _added_devices(session, job.id, rows)
    return "".join(
        csv_line(
            (
                str(row.line), row.part, row.name, row.tenant_name, row.devices, row.verdict.value,
                result_of(job, row, added.get(row.line, ())), row.reason,
            )
        )
        for row in rows
    )  # fmt: skip


def result_of(job: ImportJob, row: ImportRow, devices: Iterable[str]) -> str:
    """Say what became of a row, in the words that people know from such files (protocol 11.1)."""
    if job.state in _BEFORE:
        return ""
    if row.verdict is Verdict.ERROR:
        return "Left out"
    if row.verdict is not Verdict.NEW:
        return f"{row.name} Already exists"
    if job.state is ImportState.UNDONE:
        return row.outcome.strip() or "Taken back"
    words = f"{row.name} {'Added' if row.adds else 'Already exists'}"
    return "".join([words, *(f", Device {mac} - added" for mac in devices)])


def _added_devices(session: Session, job_id: int, rows: Sequence[ImportRow]) -> dict[int, list[str]]:
    found: defaultdict[int, list[str]] = defaultdict(list)
    if rows:
        staged = select(ImportDevice.line, ImportDevice.mac).where(
            ImportDevice.job_id == job_id, ImportDevice.line.between(rows[0].line, rows[-1].line)
        )
        for line, mac in session.execute(staged.order_by(ImportDevice.line, ImportDevice.mac)):
            found[line].append(mac)
    return found
