"""Imports as jobs: brought by an account, looked at by it, and worked on by whoever holds the lease of one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, Select, delete, func, or_, select, update
from sqlalchemy.orm import Session

from app.errors import ConflictError, NotFoundError
from app.models import ImportDevice, ImportFile, ImportJob, ImportRow
from app.models.enums import ImportKind, ImportState, Verdict
from app.security.secrets import vault
from app.security.tenant_scope import TenantScope, scope_of
from app.services.asked_jobs import seen_by
from app.services.author import Author

LEASE = timedelta(minutes=1)
UNDO_FOR = timedelta(days=1)
KEPT_FOR = timedelta(days=7)
"""How long an import can be looked at; what is left of it goes then."""

TO_BE_DONE = (ImportState.UPLOADED, ImportState.CONFIRMED, ImportState.WRITTEN, ImportState.UNDOING)
_SETTLED = (ImportState.CHECKED, ImportState.REFUSED, ImportState.DONE, ImportState.UNDONE)
_ROWS_AT_ONCE = 5_000
_PIECE_BYTES = 256 * 1024


class LostLeaseError(Exception):
    """Another process has taken the job, or it is gone: whoever worked on it stops."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A job that a worker holds."""

    id: int
    kind: ImportKind
    state: ImportState
    worker: str
    scope: TenantScope


def add(
    session: Session, kind: ImportKind, file_name: str, content: bytes, *, author: Author, now: datetime
) -> ImportJob:
    """Take in a file; a worker looks at it next."""
    scope = scope_of(session)
    job = ImportJob(
        kind=kind,
        state=ImportState.UPLOADED,
        file_name=file_name[-200:],
        size=len(content),
        by=author.name,
        asked_by=author.name,
        address=author.address,
        given_reason=author.reason,
        tenant_ids=None if scope.tenant_ids is None else sorted(scope.tenant_ids),
        created_at=now,
    )
    session.add(job)
    session.flush()
    session.add(ImportFile(job_id=job.id, content=vault().encrypt(content)))
    return job


def recent(session: Session, by: str, *, most: int = 20) -> Sequence[ImportJob]:
    """Return the latest imports that an account may see."""
    return session.scalars(
        select(ImportJob).where(seen_by(session, ImportJob, by)).order_by(ImportJob.id.desc()).limit(most)
    ).all()


def get(session: Session, job_id: int, by: str) -> ImportJob:
    """Return an import, or NotFoundError for an account that may not see it."""
    found = session.scalar(select(ImportJob).where(ImportJob.id == job_id, seen_by(session, ImportJob, by)))
    if found is None:
        raise NotFoundError("There is no such import, or your account does not see it.")
    return found


def is_busy(job: ImportJob) -> bool:
    """Whether something is being done, or is to be done, without anybody asking."""
    return job.state in TO_BE_DONE


def author_of(job: ImportJob) -> Author:
    """Return who asked for what is done now."""
    return Author(job.asked_by, job.address, job.given_reason)


def number_of_new(job: ImportJob) -> int:
    """Return how many rows would be written."""
    return int(job.counts.get(Verdict.NEW.value, 0))


def undo_ends_at(job: ImportJob) -> datetime | None:
    """Return until when an import can be undone; None where there is nothing to undo."""
    if job.state is not ImportState.DONE or job.written_at is None or not number_of_new(job):
        return None
    return job.written_at + UNDO_FOR


def confirm(session: Session, job: ImportJob, *, author: Author) -> None:
    """Let the rows that are new be written, as they were shown.

    The reason that was given with the file holds where none is given now. An account that sees other tenants by now
    than when the file was looked at has it looked at again.
    """
    _lock(session, job)
    if job.state is not ImportState.CHECKED or not number_of_new(job):
        raise ConflictError("There is nothing to import, or somebody was faster. Look at it again.")
    scope = scope_of(session).tenant_ids
    seen = None if job.tenant_ids is None else frozenset(job.tenant_ids)
    if scope != seen and scope is not None:
        job.tenant_ids = sorted(scope)
        look_again(job, "Your account sees other tenants than before, so the file is looked at again.")
        return
    job.asked_by, job.address = author.name, author.address
    job.given_reason = author.reason or job.given_reason
    _move(job, ImportState.CONFIRMED, total=number_of_new(job))


def discard(session: Session, job: ImportJob) -> None:
    """Take away an import that wrote nothing, with its file."""
    _lock(session, job)
    if job.state not in {ImportState.CHECKED, ImportState.REFUSED, ImportState.UPLOADED}:
        raise ConflictError("The import was begun already. Wait until it is done, then undo it.")
    for table in (ImportDevice, ImportRow):
        session.execute(delete(table).where(table.job_id == job.id))
    session.delete(job)


def undo(session: Session, job: ImportJob, *, author: Author, now: datetime) -> None:
    """Let what an import added be taken away again."""
    _lock(session, job)
    until = undo_ends_at(job)
    if until is None:
        raise ConflictError("The import cannot be undone: it is not done, or was undone already.")
    if now >= until:
        raise ConflictError("The import is more than a day old and can no longer be undone.")
    job.asked_by, job.address, job.given_reason = author.name, author.address, author.reason
    _move(job, ImportState.UNDOING, total=job.counts.get("devices", 0) + job.counts.get("users", 0))


def is_anything_due(session: Session, now: datetime) -> bool:
    """Whether a job waits for a worker; a cheap question, asked again and again."""
    return session.scalar(select(ImportJob.id).where(_is_due(now)).limit(1)) is not None


def claim(session: Session, worker: str, now: datetime) -> Claim | None:
    """Take the oldest job that waits for a worker, or whose worker fell silent."""
    oldest = select(ImportJob.id).where(_is_due(now)).order_by(ImportJob.id).limit(1).scalar_subquery()
    taken = session.execute(
        update(ImportJob)
        .where(ImportJob.id == oldest, _is_due(now))
        .values(worker=worker, leased_until=now + LEASE)
        .returning(ImportJob.id, ImportJob.kind, ImportJob.state, ImportJob.tenant_ids)
        .execution_options(synchronize_session=False)
    ).first()
    if taken is None:
        return None
    ids = None if taken.tenant_ids is None else frozenset(taken.tenant_ids)
    return Claim(taken.id, taken.kind, taken.state, worker, TenantScope(ids))


def hold(session: Session, held: Claim, now: datetime) -> ImportJob:
    """Return the job for writing and renew its lease; LostLeaseError where it is another's by now."""
    job = session.scalar(select(ImportJob).where(ImportJob.id == held.id).with_for_update())
    if job is None or job.worker != held.worker or job.state is not held.state:
        raise LostLeaseError
    job.leased_until = now + LEASE
    return job


def content_of(session: Session, job_id: int) -> tuple[str, bytes]:
    """Return the name and the bytes of the file of a job.

    They come in pieces: the driver of PostgreSQL keeps the room that its longest answer took, in hex digits.
    """
    name = session.execute(select(ImportJob.file_name).where(ImportJob.id == job_id)).scalar_one()
    stored = bytearray()
    while piece := session.execute(_piece_of(job_id, len(stored))).scalar_one():
        stored += piece
    return name, vault().decrypt(stored)


def present(job: ImportJob, counts: Mapping[str, Any], places: Mapping[str, Any], now: datetime) -> None:
    """Let people look at what was found; a sentence that says why it was looked at again stays."""
    move(job, ImportState.CHECKED, sentence=job.sentence)
    job.counts, job.places, job.checked_at = dict(counts), dict(places), now


def move(job: ImportJob, state: ImportState, *, total: int = 0, sentence: str = "") -> None:
    """Let the next state begin."""
    _move(job, state, total=total)
    job.sentence = sentence[:1000]


def look_again(job: ImportJob, sentence: str) -> None:
    """Let the file be looked at once more, and say why."""
    move(job, ImportState.UPLOADED, sentence=sentence)


def forget_next_rows(session: Session, job_id: int) -> bool:
    """Take away the next rows that were kept of a job; whether there were any."""
    lines = select(ImportRow.line).where(ImportRow.job_id == job_id).order_by(ImportRow.line)
    last = session.scalar(select(func.max(lines.limit(_ROWS_AT_ONCE).subquery().c.line)))
    if last is None:
        return False
    for table in (ImportDevice, ImportRow):
        session.execute(delete(table).where(table.job_id == job_id, table.line <= last))
    return True


def find_old(session: Session, now: datetime) -> Sequence[int]:
    """Return the imports that nobody needs any more."""
    return session.scalars(
        select(ImportJob.id).where(ImportJob.created_at < now - KEPT_FOR, ImportJob.state.in_(_SETTLED))
    ).all()


def drop_old(session: Session, ids: Sequence[int]) -> int:
    """Take away old imports, or a part of one that is large: the rest is found again. Return how many are gone."""
    gone = list(takewhile(lambda job_id: not forget_next_rows(session, job_id), ids))
    session.execute(delete(ImportJob).where(ImportJob.id.in_(gone)))
    return len(gone)


def _piece_of(job_id: int, start: int) -> Select[bytes]:
    piece = func.substr(ImportFile.content, start + 1, _PIECE_BYTES, type_=LargeBinary)
    return select(piece).where(ImportFile.job_id == job_id)


def _is_due(now: datetime) -> ColumnElement[bool]:
    is_free = or_(ImportJob.leased_until.is_(None), ImportJob.leased_until < now)
    return ImportJob.state.in_(TO_BE_DONE) & is_free


def _lock(session: Session, job: ImportJob) -> None:
    session.refresh(job, with_for_update=True)


def _move(job: ImportJob, state: ImportState, **changes: Any) -> None:
    job.state = state
    job.done = 0
    job.cursor = ""
    job.worker = ""
    job.leased_until = None
    for name, value in changes.items():
        setattr(job, name, value)
