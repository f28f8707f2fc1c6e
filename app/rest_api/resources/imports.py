"""Imports: `/imports`, files of users or of a configuration, looked at first, then written, undone or dropped."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct
from sqlalchemy import Select, select

from app.errors import NotAllowedError
from app.models import ImportJob, ImportRow
from app.models.enums import ImportKind, ImportState, Verdict
from app.rest_api.calls import Answer, Call
from app.rest_api.keeping import get_row
from app.rest_api.listing import ItemPage, Listing, ListQuery, Order, RowId
from app.rest_api.routes import FILE_TYPES, Right, Route
from app.rules.api_tokens import Kind
from app.security.roles import IMPORT, IMPORT_CONFIGURATION, IMPORT_EXPORT
from app.services.asked_jobs import seen_by
from app.services.imports import arrival, jobs, rows
from app.services.imports.user_file import LARGEST_UPLOAD

_COUNTED = (*(verdict.value for verdict in Verdict), "users", "devices", "kept")


class ImportItem(Struct, kw_only=True):
    """An import. While `is_busy` something is done without anybody asking: `done` of `total` rows.

    `counts` has how many rows are of which verdict, how many `users` and `devices` are new, and what was `kept` when it
    was undone. `sentence` says why a file was refused or looked at again; `undo_ends_at` until when it can be undone.
    """

    id: int
    kind: ImportKind
    state: ImportState
    is_busy: bool
    done: int
    total: int
    file_name: str
    size: int
    by: str
    sentence: str
    counts: dict[str, int]
    created_at: datetime
    checked_at: datetime | None
    written_at: datetime | None
    undone_at: datetime | None
    undo_ends_at: datetime | None


class RowItem(Struct, kw_only=True):
    """What was found of a row, and the `result` of its import; `part` is the table of a configuration."""

    line: int
    part: str
    name: str
    tenant: str
    devices: str
    verdict: Verdict
    reason: str
    result: str


class ImportsQuery(ListQuery, kw_only=True, forbid_unknown_fields=True, frozen=True):
    """Which imports are listed, and in which order."""

    state: ImportState | None = None
    sort: Literal["id", "-id"] = "-id"


class RowsQuery(ListQuery, kw_only=True, forbid_unknown_fields=True, frozen=True):
    """Which rows are listed, and in which order."""

    verdict: Verdict | None = None
    sort: Literal["line", "-line"] = "line"


class Arrival(Struct, kw_only=True, forbid_unknown_fields=True, frozen=True):
    """What the file is called."""

    name: Annotated[
        str, Meta(min_length=1, max_length=arrival.LONGEST_NAME, description="It ends with .csv or .zip.")
    ] = "users.csv"


_BY_ID = Order(ImportJob.id, lambda row: row.id, said_as=int)
_IMPORTS: Listing[ImportJob] = Listing({"id": _BY_ID}, _BY_ID)
_BY_LINE = Order(ImportRow.line, lambda row: row.line, said_as=int)
_ROWS: Listing[ImportRow] = Listing({"line": _BY_LINE}, _BY_LINE)


def list_them(call: Call[ImportsQuery, Any]) -> Answer:
    """Lists the imports of the account, or of all for who sees all tenants; they are kept for seven days."""
    wanted = _imports(call)
    if call.query.state is not None:
        wanted = wanted.where(ImportJob.state == call.query.state)
    return Answer(_IMPORTS.page(call, wanted, call.query.sort, _show))


def check(call: Call[Arrival, Any]) -> None:
    """Refuse a name that no file to be imported has, before the file comes."""
    arrival.checked_name(call.query.name)


def take_in(call: Call[Arrival, bytes]) -> Answer:
    """Takes in a file of users (a table as CSV, or an archive with it) or of a configuration; it is looked at next, and
    nothing is written before it is confirmed. A file of neither kind is refused at once."""
    name = arrival.checked_name(call.query.name)
    may_be_configuration = call.caller.may(IMPORT_EXPORT, IMPORT_CONFIGURATION)
    kind = arrival.kind_of(call.body, name, may_be_configuration=may_be_configuration)
    job = jobs.add(call.session, kind, name, call.body, author=call.author, now=call.now)
    return Answer(_show(job), HTTPStatus.CREATED, f"/imports/{job.id}")


def read(call: Call[Any, Any]) -> Answer:
    """Shows how far an import is."""
    return Answer(_show(_import(call, to_change=False)))


def list_rows(call: Call[RowsQuery, Any]) -> Answer:
    """Lists what was found of each row, and what became of it."""
    job = _import(call, to_change=False)
    wanted = select(ImportRow).where(ImportRow.job_id == job.id)
    if call.query.verdict is not None:
        wanted = wanted.where(ImportRow.verdict == call.query.verdict)
    return Answer(_ROWS.page(call, wanted, call.query.sort, lambda row: _show_row(job, row)))


def confirm(call: Call[Any, Any]) -> Answer:
    """Lets the new rows be written, all of them or, when something stands in the way, none."""
    job = _import(call, to_change=True)
    jobs.confirm(call.session, job, author=call.author)
    return Answer(_show(job), HTTPStatus.ACCEPTED)


def undo(call: Call[Any, Any]) -> Answer:
    """Lets what an import added be taken back, for a day; what others have built on stays, and its row says so."""
    job = _import(call, to_change=True)
    jobs.undo(call.session, job, author=call.author, now=call.now)
    return Answer(_show(job), HTTPStatus.ACCEPTED)


def delete(call: Call[Any, Any]) -> Answer:
    """Drops an import that wrote nothing, with its file."""
    jobs.discard(call.session, _import(call, to_change=True))
    return Answer(status=HTTPStatus.NO_CONTENT)


def _imports(call: Call[Any, Any]) -> Select[ImportJob]:
    """Select what who calls may see; of his account's imports those of tenants alone that the token sees, too."""
    return select(ImportJob).where(seen_by(call.session, ImportJob, call.caller.username))


def _import(call: Call[Any, Any], *, to_change: bool) -> ImportJob:
    wanted = _imports(call).where(ImportJob.id == call.place["import_id"])
    job = get_row(call.session, wanted, "import", to_change=to_change)
    if to_change:
        needed = IMPORT_CONFIGURATION if job.kind is ImportKind.CONFIGURATION else IMPORT
        if not call.caller.may(IMPORT_EXPORT, needed):
            raise NotAllowedError("Your account may not import a configuration.")
        call.check_may_change(_show(job))
    return job


def _show(job: ImportJob) -> ImportItem:
    return ImportItem(
        id=job.id,
        kind=job.kind,
        state=job.state,
        is_busy=jobs.is_busy(job),
        done=min(job.done, job.total) if job.total else job.done,
        total=job.total,
        file_name=job.file_name,
        size=job.size,
        by=job.by,
        sentence=job.sentence,
        counts={name: job.counts[name] for name in _COUNTED if name in job.counts},
        created_at=job.created_at,
        checked_at=job.checked_at,
        written_at=job.written_at,
        undone_at=job.undone_at,
        undo_ends_at=jobs.undo_ends_at(job),
    )


def _show_row(job: ImportJob, row: ImportRow) -> RowItem:
    return RowItem(
        line=row.line,
        part=row.part,
        name=row.name,
        tenant=row.tenant_name,
        devices=row.devices,
        verdict=row.verdict,
        reason=row.reason,
        result=rows.result_of(job, row, ()),
    )


def _right(deed: str) -> Right:
    return Right(kind=Kind.IMPORTS, page=IMPORT_EXPORT, deeds=(deed,))


_ONE: dict[str, Any] = {"import_id": RowId}
_PATH = "/imports/{import_id}"

ROUTES = (
    Route(
        method="GET", path="/imports", does=list_them, name="list_imports", summary="List imports",
        right=_right("can_list"), query=ImportsQuery, answers=ItemPage[ImportItem],
    ),
    Route(
        method="POST", path="/imports", does=take_in, name="add_import", summary="Bring a file to be imported",
        right=_right(IMPORT), query=Arrival, check=check, body=bytes, answers=ImportItem,
        status=HTTPStatus.CREATED, most_bytes=LARGEST_UPLOAD,
        file_types=("text/csv", "application/zip", FILE_TYPES[0]),
    ),
    Route(
        method="GET", path=_PATH, does=read, name="show_import", summary="Show an import",
        right=_right("can_list"), place=_ONE, answers=ImportItem,
    ),
    Route(
        method="DELETE", path=_PATH, does=delete, name="delete_import", summary="Drop an import",
        right=_right(IMPORT), place=_ONE, status=HTTPStatus.NO_CONTENT,
    ),
    Route(
        method="GET", path=f"{_PATH}/rows", does=list_rows, name="list_import_rows",
        summary="List the rows of an import", right=_right("can_list"), place=_ONE, query=RowsQuery,
        answers=ItemPage[RowItem],
    ),
    Route(
        method="POST", path=f"{_PATH}/confirm", does=confirm, name="confirm_import", summary="Let an import be written",
        right=_right(IMPORT), place=_ONE, answers=ImportItem, status=HTTPStatus.ACCEPTED,
    ),
    Route(
        method="POST", path=f"{_PATH}/undo", does=undo, name="undo_import", summary="Let an import be undone",
        right=_right(IMPORT), place=_ONE, answers=ImportItem, status=HTTPStatus.ACCEPTED,
    ),
)  # fmt: skip
