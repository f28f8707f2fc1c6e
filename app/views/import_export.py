"""Import / Export (manual, chapter 3): users as files in both directions, and what an import does before it does it."""

from collections.abc import Callable, Iterator
from http import HTTPStatus
from os import fstat
from typing import IO

from flask import Response, current_app, flash, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_login import current_user

from app.database import Database
from app.errors import NotAllowedError, RingmasterError
from app.models import ImportJob
from app.models.enums import ImportKind, ImportState, Verdict
from app.rendering.csv_lines import BYTE_ORDER_MARK
from app.security.roles import IMPORT, IMPORT_CONFIGURATION, IMPORT_EXPORT, SEE_SECRETS
from app.security.tenant_scope import ALL_TENANTS, TenantScope, scope_of
from app.services import configuration_export, export_files, journal, user_export
from app.services.firmware.files import megabytes
from app.services.imports import jobs, rows
from app.services.imports.arrival import SUFFIXES
from app.services.imports.user_file import LARGEST_UPLOAD, MOST_ROWS
from app.transaction import reading, reading_one_moment, transaction, writing
from app.views.authors import author
from app.views.error_pages import STATUS_OF
from app.views.error_words import NOT_PERMITTED
from app.views.import_arrival import ImportArrival
from app.views.list_arguments import LARGEST_ID, read_list_arguments, word_of
from app.views.request_guards import takes_files, wants_json
from app.views.shell import may
from app.views.times import time_of_page
from app.views.web_session import database, db
from config import Settings

LIST = "/import-export/"


class ImportExportView(BaseView):
    """Users with their devices, and the configuration, out and in."""

    class_permission_name = IMPORT_EXPORT
    route_base = "/import-export"
    default_view = "list"

    @expose("/")
    @has_access
    def list(self) -> str:
        """Show what can be exported, the form for a file, and the latest imports."""
        return _page()

    @expose("/users.zip")
    @has_access
    @permission_name("export")
    def users(self) -> Response:
        """Send the users that the account sees, with passwords only for those who may see them."""
        with_passwords = may(SEE_SECRETS, IMPORT_EXPORT)
        _record_export(f"users and devices, {'with' if with_passwords else 'without'} passwords")
        with reading_one_moment(database(), scope_of(db.session())) as session:
            return _archive(
                user_export.FILE_NAME,
                lambda file: user_export.write_users(session, file, with_passwords=with_passwords),
            )

    @expose("/Configuration.zip")
    @has_access
    @permission_name("export_configuration")
    def configuration(self) -> Response:
        """Send tenants, sites, templates, settings and placeholders, secrets among them."""
        _record_export("the configuration, with its secrets")
        with reading_one_moment(database(), scope_of(db.session())) as session:
            return _archive(
                configuration_export.FILE_NAME,
                lambda file: configuration_export.write_configuration(session, file),
            )

    @expose("/", methods=["POST"])
    @has_access
    @permission_name("import")
    @takes_files
    def take_in(self) -> ResponseReturnValue:
        """Take in a file, and lead to the page that tells what it would do."""
        try:
            return ImportArrival().take_in()
        except RingmasterError as error:
            status = next(status for kind, status in STATUS_OF.items() if isinstance(error, kind))
            return (jsonify(refused=str(error)) if wants_json() else _page(str(error))), status

    @expose("/imports/<int:job_id>")
    @has_access
    @permission_name("list")
    def show(self, job_id: int) -> str:
        """Show how far an import is, and what was found of each row."""
        job = _get(job_id)
        arguments = read_list_arguments(request.args)
        verdict = word_of(request.args, "verdict", Verdict)
        return render_template(
            "ringmaster/import_job.html",
            title=job.file_name,
            job=job,
            is_of_users=job.kind is ImportKind.USERS,
            may_change=_may_change(job),
            states=ImportState,
            verdict=verdict,
            verdicts=list(Verdict),
            page=rows.search(db.session(), job, verdict, number=arguments.number, size=arguments.size),
            progress=_progress(job),
            number_of_new=jobs.number_of_new(job),
            undo_ends_at=jobs.undo_ends_at(job),
            now=time_of_page(),
        )

    @expose("/imports/<int:job_id>/progress")
    @has_access
    @permission_name("list")
    def progress(self, job_id: int) -> Response:
        """Tell a script how far an import is."""
        return jsonify(_progress(_get(job_id)))

    @expose("/imports/<int:job_id>/result.csv")
    @has_access
    @permission_name("list")
    def result(self, job_id: int) -> Response:
        """Send what was found of each row, and what became of it."""
        job = _get(job_id)
        lines = _result_lines(database(), scope_of(db.session()), job.id, job.by)
        headers = {"Content-Disposition": f'attachment; filename="import-{job.id}-result.csv"'}
        return Response(lines, mimetype="text/csv", headers=headers)

    @expose("/imports/<int:job_id>/confirm", methods=["POST"])
    @has_access
    @permission_name("import")
    def confirm(self, job_id: int) -> ResponseReturnValue:
        """Let the rows that are new be written."""
        with transaction(db.session()) as session:
            jobs.confirm(session, _get_to_change(job_id), author=author())
        return _to(job_id)

    @expose("/imports/<int:job_id>/discard", methods=["POST"])
    @has_access
    @permission_name("import")
    def discard(self, job_id: int) -> ResponseReturnValue:
        """Drop an import that wrote nothing."""
        with transaction(db.session()) as session:
            jobs.discard(session, _get_to_change(job_id))
        flash("The file was dropped; nothing of it was written.", "success")
        return redirect(LIST, HTTPStatus.SEE_OTHER)

    @expose("/imports/<int:job_id>/undo", methods=["POST"])
    @has_access
    @permission_name("import")
    def undo(self, job_id: int) -> ResponseReturnValue:
        """Take back what an import added."""
        with transaction(db.session()) as session:
            jobs.undo(session, _get_to_change(job_id), author=author(), now=time_of_page())
        return _to(job_id)


def _page(refused: str = "") -> str:
    session = db.session()
    users, devices, others = user_export.count(session)
    return render_template(
        "ringmaster/import_export.html",
        title="Import / Export",
        users=users,
        devices=devices,
        devices_without_user=others,
        jobs=jobs.recent(session, current_user.username),
        refused=refused,
        suffixes=SUFFIXES,
        largest=LARGEST_UPLOAD,
        largest_shown=megabytes(LARGEST_UPLOAD),
        most_rows=MOST_ROWS,
        with_passwords=may(SEE_SECRETS, IMPORT_EXPORT),
    )


def _get(job_id: int) -> ImportJob:
    return jobs.get(db.session(), min(job_id, LARGEST_ID), current_user.username)


def _get_to_change(job_id: int) -> ImportJob:
    job = _get(job_id)
    if not _may_change(job):
        raise NotAllowedError(NOT_PERMITTED)
    return job


def _may_change(job: ImportJob) -> bool:
    return may(IMPORT_CONFIGURATION if job.kind is ImportKind.CONFIGURATION else IMPORT, IMPORT_EXPORT)


def _to(job_id: int) -> ResponseReturnValue:
    return redirect(f"{LIST}imports/{job_id}", HTTPStatus.SEE_OTHER)


def _progress(job: ImportJob) -> dict[str, object]:
    """Return how far an import is; ``done`` and ``total`` count what its present state is about."""
    return {
        "state": job.state.value,
        "is_busy": jobs.is_busy(job),
        "done": min(job.done, job.total) if job.total else job.done,
        "total": job.total,
    }


def _result_lines(opened: Database, scope: TenantScope, job_id: int, by: str) -> Iterator[str]:
    """Yield the result in chunks, each read in a transaction of its own."""
    yield BYTE_ORDER_MARK + rows.header()
    after = 0
    while True:
        with reading(opened, scope) as session:
            found = rows.read_chunk(session, job_id, after=after)
            if not found:
                return
            text = rows.lines(session, jobs.get(session, job_id, by), found)
        yield text
        after = found[-1].line


def _archive(name: str, write: Callable[[IO[bytes]], None]) -> Response:
    """Send an archive, written whole first, so that all of it is of one moment and its size is known."""
    settings: Settings = current_app.extensions["ringmaster_settings"]
    file = export_files.written(settings.data_dir, write)
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Length": str(fstat(file.fileno()).st_size),
        "Cache-Control": "no-store",
    }
    if request.method == "HEAD":
        file.close()
    return Response(export_files.pieces(file), mimetype="application/zip", headers=headers)


def _record_export(what: str) -> None:
    """Note who took something along that may hold secrets. Whoever reads the journal sees every tenant."""
    asker = author()
    with writing(database(), ALL_TENANTS) as session:
        journal.record(
            session,
            at=time_of_page(),
            author=asker,
            action="exported",
            subject=request.path.rpartition("/")[2],
            text=f"{asker.name} exported {what}.",
        )
