"""Phone Configuration Files (manual 6.10): what phones download, to look at, edit, upload and delete."""

from http import HTTPStatus
from urllib.parse import urlencode

from flask import Response, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name

from app.errors import ConflictError, InvalidInputError, NotAllowedError
from app.models import ConfigFile
from app.rendering.secret_parameters import mask_secrets
from app.security.roles import CONFIGURATION_FILES, SEE_SECRETS
from app.security.tenant_scope import scope_of
from app.services import config_files
from app.services.config_files import edits, search
from app.transaction import transaction
from app.views import configuration_file_arrivals
from app.views.authors import author
from app.views.configuration_file_choice import (
    KIND_WORDS,
    LIST,
    Choice,
    choices,
    delete_first,
    read_choice,
    read_filter,
)
from app.views.error_pages import STATUS_OF
from app.views.list_arguments import LARGEST_ID, read_list_arguments
from app.views.request_guards import takes_files
from app.views.shell import may, shows_secrets
from app.views.times import time_of_page
from app.views.web_session import db

_MOST_CHARACTERS_OF_KEY = 200


class ConfigurationFileView(BaseView):
    """The files of the account's tenants, and those that all tenants share."""

    class_permission_name = CONFIGURATION_FILES
    route_base = "/configuration-files"
    default_view = "list"

    @expose("/")
    @has_access
    def list(self) -> str:
        """Show a page of the list."""
        wanted, size = read_filter(request.args), read_list_arguments(request.args).size
        page = search.read_page(
            db.session(),
            wanted,
            size=size,
            before=request.args.get("before", "")[:_MOST_CHARACTERS_OF_KEY],
            after=request.args.get("after", "")[:_MOST_CHARACTERS_OF_KEY],
        )
        return render_template(
            "ringmaster/configuration_files.html",
            title="Phone Configuration Files",
            page=page,
            wanted=wanted,
            is_narrowed=bool(wanted.words or wanted.kind or wanted.tenant_name),
            kind_words=KIND_WORDS,
            choices=choices(wanted),
            changeable={file.id for file in page.files if edits.may_change(db.session(), file)},
            all_address=f"{LIST}delete?{urlencode(Choice(None, wanted).as_query())}",
        )

    @expose("/show/<int:file_id>")
    @has_access
    def show(self, file_id: int) -> str:
        """Show a file line by line, secrets masked unless they are asked for."""
        file = _get(file_id)
        with_secrets = shows_secrets(CONFIGURATION_FILES)
        text = config_files.text_of(file)
        return render_template(
            "ringmaster/configuration_file.html",
            title=file.name,
            file=file,
            lines=(text if with_secrets else mask_secrets(text)).splitlines(),
            with_secrets=with_secrets,
            may_see_secrets=may(SEE_SECRETS, CONFIGURATION_FILES),
            may_change=edits.may_change(db.session(), file),
            kind_words=KIND_WORDS,
        )

    @expose("/download/<int:file_id>")
    @has_access
    @permission_name("see_secrets")
    def download_file(self, file_id: int) -> Response:
        """Send a file as phones get it, to those who may see what is in it."""
        file = _get(file_id)
        name = file.name.rpartition("/")[2]
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
        return Response(config_files.content_of(file), mimetype="text/plain", headers=headers)

    @expose("/edit/<int:file_id>", methods=["GET", "POST"])
    @has_access
    def edit(self, file_id: int) -> ResponseReturnValue:
        """Show the editor of a file that the account may change, and save what was typed."""
        file = _get(file_id)
        if file.size > edits.LARGEST_EDITED:
            raise ConflictError(
                f"{file.name} is too large to be edited here. Download it, and upload it again."
            )
        if request.method == "GET":
            return _editor(file, config_files.text_of(file), file.etag)
        typed, etag = request.form.get("text", ""), request.form.get("etag", "")
        try:
            with transaction(db.session()) as session:
                edits.save(session, file, typed, etag=etag, author=author(), now=time_of_page())
        except (InvalidInputError, ConflictError) as error:
            return _editor(_get(file_id), typed, etag, str(error)), STATUS_OF[type(error)]
        flash(f"{file.name} was saved. Phones get it when they next ask.", "success")
        return redirect(f"{LIST}show/{file_id}")

    @expose("/upload", methods=["GET", "POST"])
    @has_access
    @permission_name("add")
    @takes_files
    def upload(self) -> ResponseReturnValue:
        """Show the form for files, and take them in: all of them or none."""
        if request.method == "GET":
            return configuration_file_arrivals.form()
        return configuration_file_arrivals.take_in()

    @expose("/delete", methods=["GET", "POST"])
    @has_access
    def delete(self) -> ResponseReturnValue:
        """Say how many files the address or form chooses, and delete them once that is confirmed."""
        choice = read_choice(request.values)
        number = sum(choice.count(db.session()).values())
        if not number:
            flash("Nothing was chosen that your account may delete.", "info")
            return redirect(LIST)
        if request.method == "GET":
            return _deletion(choice)
        if request.form.get("number") != str(number):
            return _deletion(choice, has_changed=True), HTTPStatus.CONFLICT
        done = _done_before() + delete_first(choice)
        if choice.count(db.session()):
            return _deletion(choice, done=done)
        flash("1 file was deleted." if done == 1 else f"{done:,} files were deleted.", "success")
        return redirect(LIST)


def _get(file_id: int) -> ConfigFile:
    return search.get(db.session(), min(file_id, LARGEST_ID))


def _editor(file: ConfigFile, text: str, etag: str, refused: str = "") -> str:
    if not edits.may_change(db.session(), file):
        raise NotAllowedError(f"{file.name} is shared by all tenants, and your account may not change it.")
    return render_template(
        "ringmaster/configuration_file_edit.html",
        title=f"Edit {file.name}",
        file=file,
        text=text,
        etag=etag,
        refused=refused,
        is_generated=file.kind in edits.GENERATED,
        is_newer=etag != file.etag,
    )


def _done_before() -> int:
    """Return how many files went in the requests before, of which this one goes on."""
    text = request.form.get("done", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 0


def _deletion(choice: Choice, *, has_changed: bool = False, done: int = 0) -> str:
    """Return the page that asks, or, with ``done``, goes on by itself."""
    counts = choice.count(db.session())
    number = sum(counts.values())
    title = f"Delete {number:,} files?" if number != 1 else "Delete this file?"
    return render_template(
        "ringmaster/configuration_files_delete.html",
        title=f"Deleting {number + done:,} files" if done else title,
        number=number,
        done=done,
        counts=counts,
        kind_words=KIND_WORDS,
        names=choice.names(db.session()),
        fields=choice.as_query(),
        keeps_shared=not scope_of(db.session()).is_everything,
        has_changed=has_changed,
    )
