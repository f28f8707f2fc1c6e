"""Manage Multiple Users and Manage Multiple Devices: choose many, then what is asked of them (manual 6.8, 6.9)."""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

from flask import jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from werkzeug.datastructures import MultiDict

from app.errors import NotAllowedError
from app.models.enums import Subject
from app.rules.actions import KINDS
from app.security.roles import MULTIPLE_DEVICES, MULTIPLE_USERS
from app.services import drop_downs
from app.services.change_names import MOST_CHANGES, find_changes
from app.services.changed_files import Question
from app.services.operations import targets
from app.services.operations.targets import Candidate, Chosen, Wanted
from app.views import operation_form
from app.views.list_arguments import read_list_arguments
from app.views.shell import may
from app.views.web_session import db

_TITLES = {Subject.DEVICES: MULTIPLE_DEVICES, Subject.USERS: MULTIPLE_USERS}
_SHOWN = 100
_PRESELECTED = 200


class _MultipleView(BaseView):
    """Two panes, the available ones and the selected ones, and the action."""

    subject: Subject
    default_view = "list"

    @expose("/", methods=["GET", "POST"])
    @has_access
    def list(self) -> ResponseReturnValue:
        """Show the page; what the address names, or a form that is to be changed, is chosen already."""
        if request.method == "POST":
            return page_of(self.subject, request.form)
        keys = operation_form.keys_of(request.args, self.subject)[:_PRESELECTED]
        return page_of(self.subject, _from_address(), keys=keys)

    @expose("/available")
    @has_access
    @permission_name("list")
    def available(self) -> ResponseReturnValue:
        """Return the next ones that match, as the page's script asks for them."""
        found = _candidates(self.subject)
        return jsonify(
            count=found.count, shown_count=found.shown_count, rows=[_row(row) for row in found.rows]
        )


@dataclass(frozen=True, slots=True)
class Group:
    """All that match, as one entry of the selected ones: how the form names them, and what the entry says."""

    value: str
    label: str


def page_of(
    subject: Subject, form: MultiDict[str, str], refused: str = "", *, keys: Sequence[str] | None = None
) -> ResponseReturnValue:
    """Return the page as a form of it was filled in, with what is wrong with it."""
    title = _TITLES[subject]
    if not may("can_list", title):
        raise NotAllowedError("You do not have permission to modify this item.")
    session = db.session()
    chosen = operation_form.keys_of(form, subject) if keys is None else keys
    page = render_template(
        "ringmaster/multiple.html",
        title=title,
        subject=subject,
        refused=refused,
        typed=operation_form.shown_again(form),
        selected=_selected(subject, chosen),
        groups=[_group(subject, wanted) for wanted in operation_form.groups_of(form)],
        candidates=_candidates(subject),
        shown=_SHOWN,
        entries=operation_form.actions_for(subject),
        tenant_names=drop_downs.tenant_names(session),
        **operation_form.read_choices(session),
        **operation_form.paces(),
    )
    return make_response(page, HTTPStatus.BAD_REQUEST if refused else HTTPStatus.OK)


def _from_address() -> MultiDict[str, str]:
    """Return the form for what the address names: an action at its usual pace, and phones that changes concern."""
    form = _usual(request.args.get("action", ""))
    if "changed" in request.args:
        names = filter(None, request.args.getlist("changed")[:MOST_CHANGES])
        form["group"] = operation_form.group_text(Wanted(changes=tuple(names)))
        form["generate"] = form["only_changed"] = "yes"
    return form


def _usual(action: str) -> MultiDict[str, str]:
    """Return the form for an action, at its usual pace."""
    kind = next((kind for known, kind in KINDS.items() if known == action), None)
    if kind is None:
        return MultiDict()
    seconds = {"delay": kind.pace.delay, "patience": kind.patience}
    return MultiDict(
        {"action": action, "batch": str(kind.pace.batch_size)}
        | {name: str(int(length.total_seconds())) for name, length in seconds.items()}
    )


def _selected(subject: Subject, keys: Sequence[str]) -> Sequence[Candidate]:
    if not keys:
        return ()
    found = targets.resolve(db.session(), Chosen(subject, keys))
    if subject is Subject.DEVICES:
        found += targets.waiting_phones(db.session(), keys)
    return found


def _group(subject: Subject, wanted: Wanted) -> Group:
    """Return the entry that static/ringmaster/panes.js would make."""
    found = targets.search(db.session(), subject, wanted, first=0, size=1)
    noun = "phone" if subject is Subject.DEVICES else "user"
    parts = [f"1 {noun}" if found.count == 1 else f"All {found.shown_count} {noun}s"]
    parts += [f"of {wanted.tenant_name}"] if wanted.tenant_name else []
    parts += [f"with “{wanted.words}”"] if wanted.words else []
    if wanted.changes:
        parts += [f"that {Question(changes=find_changes(db.session(), wanted.changes)).title} concerns"]
    return Group(operation_form.group_text(wanted), " ".join(parts))


def _candidates(subject: Subject) -> targets.Candidates:
    arguments = read_list_arguments(request.args, size=_SHOWN)
    wanted = Wanted(arguments.words, request.args.get("tenant", "")[:100])
    first = (arguments.number - 1) * arguments.size
    return targets.search(db.session(), subject, wanted, first=first, size=arguments.size)


def _row(candidate: Candidate) -> dict[str, str]:
    return {"key": candidate.key, "label": candidate.label, "note": candidate.note}


class MultipleDevicesView(_MultipleView):
    """Phones."""

    class_permission_name = MULTIPLE_DEVICES
    route_base = "/devices/multiple"
    subject = Subject.DEVICES


class MultipleUsersView(_MultipleView):
    """Users, and the phones that are theirs."""

    class_permission_name = MULTIPLE_USERS
    route_base = "/users/multiple"
    subject = Subject.USERS
