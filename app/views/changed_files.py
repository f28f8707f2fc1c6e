"""What Generate would change: the list, the difference of each file, and generating in short requests."""

from http import HTTPStatus
from typing import Any

from flask import Response, abort, flash, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name

from app.errors import InvalidInputError
from app.rules.mac_addresses import find_mac
from app.security.roles import CHANGED_FILES, SEE_SECRETS
from app.services import changed_files, devices
from app.services.change_names import find_changes
from app.services.changed_files import CHUNK, Question
from app.services.config_files import differences
from app.services.templates.search import get_template
from app.transaction import transaction
from app.views.authors import author
from app.views.concerns import CHANGE, query_of
from app.views.list_arguments import MOST_CHARACTERS_OF_WORDS, read_list_arguments
from app.views.request_guards import wants_json
from app.views.row_ids import existing
from app.views.shell import may
from app.views.template_form import is_id
from app.views.times import time_of_page
from app.views.way_back import way_back
from app.views.web_session import begin_to_write, db

LIST = "/changed-files/"


class ChangedFilesView(BaseView):
    """One page for whatever was changed; its address names the changes (app/services/change_names.py)."""

    class_permission_name = CHANGED_FILES
    route_base = "/changed-files"
    default_view = "list"

    @expose("/")
    @has_access
    def list(self) -> str:
        """Show the first phones whose files would change, as far as one step finds them."""
        question, size = _question(), read_list_arguments(request.args).size
        after = _place(request.args.get("after", ""))
        step = changed_files.look(db.session(), question, after=after, enough=size)
        found = {outdated.device_id: outdated for outdated in step.found}
        return render_template(
            "ringmaster/changed_files.html",
            title="What Generate would change",
            question=question,
            names=[change.name for change in question.changes],
            phones=changed_files.read_devices(db.session(), found),
            found=found,
            shared=() if after else changed_files.shared_files(db.session(), question),
            step=step,
            after=after,
            size=size,
        )

    @expose("/count")
    @has_access
    @permission_name("list")
    def count(self) -> Response:
        """Compare the files of the next phones, and say how many would change; the bar's script asks until all are."""
        question, after = _question(), _place(request.args.get("after", ""))
        step = changed_files.look(db.session(), question, after=after)
        answer: dict[str, Any] = {"changed": len(step.found), "compared": step.compared, "after": step.after}
        if not after:
            answer["concerned"] = changed_files.count_concerned(db.session(), question)
            answer["shared"] = len(changed_files.shared_files(db.session(), question))
        return jsonify(answer)

    @expose("/phone/<mac>/")
    @has_access
    @permission_name("show_file")
    def phone(self, mac: str) -> str:
        """Show what would change in the file of one phone."""
        found = devices.find_by_mac(db.session(), [find_mac(mac) or ""])
        device = found[0] if found else abort(HTTPStatus.NOT_FOUND, "There is no such device to be seen.")
        difference = differences.difference(db.session(), device, with_secrets=_with_secrets())
        return _difference_page(f"What Generate would change for {device.mac}", difference, device=device)

    @expose("/shared/<int:template_id>")
    @has_access
    @permission_name("show_file")
    def shared(self, template_id: int) -> str:
        """Show what would change in the file that all phones of a template include."""
        template = get_template(db.session(), existing(template_id))
        difference = differences.shared_difference(db.session(), template_id, with_secrets=_with_secrets())
        title = f"What Generate would change for all phones of {template.name}"
        return _difference_page(title, difference, template=template)

    @expose("/generate", methods=["POST"])
    @has_access
    def generate(self) -> ResponseReturnValue:
        """Make the next files that would change; the bar's script asks again until none is left.

        What is due is found before the transaction that writes, and looked at again in it.
        """
        question, after = _question(), _place(request.form.get("after", ""))
        with transaction(db.session()) as session:
            step = changed_files.look(session, question, after=after, enough=CHUNK)
        begin_to_write()
        now, asker, shared = time_of_page(), author(), 0
        with transaction(db.session()) as session:
            if not after:
                changed_files.note_generating(session, question, author=asker, now=now)
                shared = changed_files.generate_shared(session, question, now=now)
            due = [outdated.device_id for outdated in step.found]
            made = changed_files.generate(session, due, now=now)
        if wants_json():
            return jsonify(made=made, shared=shared, after=step.after)
        flash(f"{_files(made + shared)} generated.", "success")
        if step.after:
            flash("Generate again for those that are left.", "info")
        return redirect(_list_address())

    @expose("/generate-chosen", methods=["POST"])
    @has_access
    @permission_name("generate")
    def generate_chosen(self) -> ResponseReturnValue:
        """Make the files of phones that were selected, as far as they would change."""
        chosen = [int(text) for text in request.form.getlist("device")[:CHUNK] if is_id(text)]
        now, asker = time_of_page(), author()
        with transaction(db.session()) as session:
            made = changed_files.generate(session, chosen, now=now)
            if made:
                changed_files.note_chosen(session, chosen, made, author=asker, now=now)
        if made:
            flash(f"{_files(made)} generated. Phones fetch them when they next ask.", "success")
        else:
            flash("None of the phones that were selected has a file that would change.", "info")
        return redirect(way_back(_list_address()))


def _question() -> Question:
    """Return what the address or the form asks about; 400 or 404 for a change that is none, or is not to be seen."""
    words = request.values.get("q", "").strip()[:MOST_CHARACTERS_OF_WORDS]
    return Question(changes=find_changes(db.session(), request.values.getlist(CHANGE)), words=words)


def _list_address() -> str:
    """Return the address of the list that answers what this request asks about."""
    return f"{LIST}{query_of(request.values.getlist(CHANGE), q=request.values.get('q', ''))}"


def _place(mac: str) -> str:
    """Return the MAC behind which the next step begins, empty at the beginning."""
    if mac and find_mac(mac) != mac:
        raise InvalidInputError("'after' is the MAC address of a phone, as the page before it gave it.")
    return mac


def _with_secrets() -> bool:
    return request.args.get("secrets") == "shown" and may(SEE_SECRETS, CHANGED_FILES)


def _difference_page(title: str, difference: Any, **shown: Any) -> str:
    return render_template(
        "ringmaster/changed_file.html",
        title=title,
        difference=difference,
        with_secrets=_with_secrets(),
        back=way_back(_list_address()),
        **shown,
    )


def _files(number: int) -> str:
    return f"{number:,} file{'' if number == 1 else 's'}"
