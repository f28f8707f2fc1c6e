"""Phone Firmware Files (manual 6.11): what there is, which models have none, and the way in and out of the store."""

from http import HTTPStatus

from flask import Response, flash, jsonify, redirect, render_template, request, send_file
from flask.typing import ResponseReturnValue
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from sqlalchemy.orm import Session

from app.errors import ConflictError, InvalidInputError, RingmasterError
from app.models import Firmware
from app.security.roles import FIRMWARE
from app.services import firmware, upload_suffixes
from app.services.firmware import files, search, usage, users
from app.services.firmware.files import StoredBytes, megabytes
from app.services.firmware.search import FirmwareFilter
from app.transaction import let_go, transaction
from app.views.authors import author
from app.views.choices import Choice
from app.views.error_pages import STATUS_OF
from app.views.firmware_arrival import Arrival, Store, firmware_folder, forget, largest_file, typed_labels
from app.views.list_arguments import LARGEST_ID, read_list_arguments
from app.views.request_guards import takes_files, wants_json
from app.views.times import time_of_page
from app.views.way_back import way_back
from app.views.web_session import db

LIST = "/firmware/"


class FirmwareView(BaseView):
    """The firmware that phones can be given; only for accounts that see all tenants."""

    class_permission_name = FIRMWARE
    route_base = "/firmware"
    default_view = "list"

    @expose("/")
    @has_access
    def list(self) -> str:
        """Show a page of the list, and in red the phone models that have no firmware."""
        arguments = read_list_arguments(request.args)
        wanted = FirmwareFilter(words=arguments.words, group=request.args.get("group", ""))
        session = db.session()
        page = search.search(session, wanted, number=arguments.number, size=arguments.size)
        return render_template(
            "ringmaster/firmware.html",
            title="Phone Firmware Files",
            page=page,
            usage=usage.of_all(session, page.rows),
            missing=search.missing(session, wanted) if arguments.number == 1 else [],
            words=arguments.words,
            choices=[Choice("group", "Every group", search.group_names(session), wanted.group)],
        )

    @expose("/show/<int:firmware_id>")
    @has_access
    def show(self, firmware_id: int) -> str:
        """Show what is known of one firmware, and who uses it."""
        found = _get(firmware_id)
        return render_template(
            "ringmaster/firmware_file.html",
            title=found.name,
            firmware=found,
            usage=usage.of(db.session(), found),
            users=users.read(db.session(), found),
            most_named=users.MOST_NAMED,
        )

    @expose("/default/<int:firmware_id>", methods=["GET", "POST"])
    @has_access
    @permission_name("edit")
    def make_default(self, firmware_id: int) -> ResponseReturnValue:
        """Choose the model whose default a firmware becomes, and make it so."""
        found, model = _get(firmware_id), request.form.get("model", "")
        if request.method == "GET":
            return _default_form(found, request.args.get("model", ""))
        # The folder is locked before the database is.
        let_go(db.session())
        try:
            with files.held(firmware_folder()), transaction(db.session()) as session:
                made, before = firmware.make_default(
                    session,
                    _get(firmware_id),
                    model,
                    replaces=request.form.get("replaces") == "yes",
                    author=author(),
                    now=time_of_page(),
                )
        except InvalidInputError as error:
            return _default_form(_get(firmware_id), model, refused=str(error)), HTTPStatus.BAD_REQUEST
        except ConflictError as error:
            return _default_form(_get(firmware_id), model, present=str(error)), HTTPStatus.CONFLICT
        if before:
            forget(before)
        flash(
            f"{made.name} is the default of the {model} now. Phones take it when they next look.", "success"
        )
        return redirect(f"{LIST}show/{made.id}")

    @expose("/download/<int:firmware_id>")
    @has_access
    @permission_name("download")
    def download_file(self, firmware_id: int) -> Response:
        """Send the file itself, in chunks; a part of it where the browser asks for one."""
        found = _get(firmware_id)
        path = firmware.path_of(firmware_folder(), found)
        if not path.is_file():
            raise ConflictError(f"The file of the firmware {found.name} is missing. Upload it again.")
        return send_file(
            path,
            mimetype="application/octet-stream",
            as_attachment=True,
            download_name=found.name,
            etag=found.sha256[:32],
            last_modified=found.uploaded_at,
        )

    @expose("/upload", methods=["GET", "POST"])
    @has_access
    @permission_name("add")
    @takes_files
    def upload(self) -> ResponseReturnValue:
        """Show the form for a new firmware, and take it in."""
        if request.method == "GET":
            return _form("Add a firmware file", typed=request.args)
        arrival = Arrival(firmware.check_is_free)
        try:
            return arrival.take_in(_added(arrival))
        except RingmasterError as error:
            return _refuse(error, "Add a firmware file")

    @expose("/replace/<int:firmware_id>", methods=["GET", "POST"])
    @has_access
    @permission_name("edit")
    @takes_files
    def replace(self, firmware_id: int) -> ResponseReturnValue:
        """Show the form for another file under the same name, and take it in."""
        found = _get(firmware_id)
        title = f"Replace {found.name}"
        if request.method == "GET":
            return _form(title, replaced=found)
        arrival = Arrival(lambda _session, _name: None, named=found.name)
        try:
            return arrival.take_in(_replaced(firmware_id))
        except RingmasterError as error:
            return _refuse(error, title, replaced=_get(firmware_id))

    @expose("/edit/<int:firmware_id>", methods=["GET", "POST"])
    @has_access
    def edit(self, firmware_id: int) -> ResponseReturnValue:
        """Show the form for what is written about a firmware, and save it."""
        found = _get(firmware_id)
        if request.method == "GET":
            return _edit_form(found, _labels_of(found))
        try:
            with transaction(db.session()) as session:
                firmware.change(
                    session, found, typed_labels(request.form), author=author(), now=time_of_page()
                )
        except InvalidInputError as error:
            return _edit_form(_get(firmware_id), request.form, str(error)), HTTPStatus.BAD_REQUEST
        flash(f"The firmware {found.name} was saved.", "success")
        return redirect(f"{LIST}show/{firmware_id}")

    @expose("/delete/<int:firmware_id>", methods=["GET", "POST"])
    @has_access
    def delete(self, firmware_id: int) -> ResponseReturnValue:
        """Say what deleting a firmware means, and do it."""
        found = _get(firmware_id)
        name, sha256 = found.name, found.sha256
        if request.method == "GET":
            return render_template(
                "ringmaster/firmware_delete.html",
                title=f"Delete {name}?",
                firmware=found,
                usage=usage.of(db.session(), found),
                back=way_back(f"{LIST}show/{firmware_id}"),
            )
        with transaction(db.session()) as session:
            firmware.delete(session, found, author=author(), now=time_of_page())
        forget(sha256)
        flash(f"The firmware {name} was deleted.", "success")
        return redirect(LIST)


def _added(arrival: Arrival) -> Store:
    def store(session: Session, stored: StoredBytes) -> str:
        firmware.add(
            session, stored, arrival.name, typed_labels(request.form), author=author(), now=time_of_page()
        )
        return ""

    return store


def _replaced(firmware_id: int) -> Store:
    def store(session: Session, stored: StoredBytes) -> str:
        return firmware.replace(
            session, firmware.get(session, firmware_id), stored, author=author(), now=time_of_page()
        )

    return store


def _get(firmware_id: int) -> Firmware:
    return firmware.get(db.session(), min(firmware_id, LARGEST_ID))


def _labels_of(found: Firmware) -> dict[str, str]:
    groups = ", ".join(group.name for group in found.groups)
    return {"description": found.description, "version": found.version, "groups": groups}


def _form(title: str, **shown: object) -> str:
    suffixes = upload_suffixes.for_firmware(db.session())
    return render_template(
        "ringmaster/firmware_upload.html",
        title=title,
        suffixes=suffixes,
        largest=largest_file(),
        largest_shown=megabytes(largest_file()),
        groups=search.group_names(db.session()),
        models=firmware.model_names(db.session()),
        **{"typed": {}, "replaced": None, **shown},
    )


def _refuse(error: RingmasterError, title: str, **shown: object) -> ResponseReturnValue:
    """Say why a file was not taken: to the script that sent it, or above the form as it was filled in."""
    status = next(status for kind, status in STATUS_OF.items() if isinstance(error, kind))
    if wants_json():
        return jsonify(refused=str(error)), status
    return _form(title, typed=request.form, refused=str(error), **shown), status


def _default_form(found: Firmware, model: str, *, refused: str = "", present: str = "") -> str:
    return render_template(
        "ringmaster/firmware_default.html",
        title=f"Make {found.name} the default of a model",
        firmware=found,
        models=firmware.model_names(db.session()),
        model=model,
        refused=refused,
        present=present,
    )


def _edit_form(found: Firmware, typed: object, refused: str = "") -> str:
    return render_template(
        "ringmaster/firmware_edit.html",
        title=f"Edit {found.name}",
        firmware=found,
        typed=typed,
        refused=refused,
        groups=search.group_names(db.session()),
    )
