"""Manage Multiple Users and Manage Multiple Devices: choose many, then what is asked of them (manual 6.8, 6.9)."""

from collections.abc import Sequence

from flask import jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name

from app.models.enums import Subject
from app.security.roles import MULTIPLE_DEVICES, MULTIPLE_USERS
from app.services import drop_downs
from app.services.operations import targets
from app.services.operations.targets import Candidate, Chosen, Wanted
from app.services.settings.texts import LANGUAGES
from app.views import operation_form
from app.views.list_arguments import read_list_arguments
from app.views.web_session import db

_SHOWN = 100
_PRESELECTED = 200


class _MultipleView(BaseView):
    """Two panes, the available ones and the selected ones, and the action."""

    subject: Subject
    title: str
    default_view = "list"

    @expose("/")
    @has_access
    def list(self) -> str:
        """Show the page; phones that the address names are selected already."""
        keys = operation_form.read_chosen(request.args, self.subject).keys[:_PRESELECTED]
        session = db.session()
        return render_template(
            "ringmaster/multiple.html",
            title=self.title,
            subject=self.subject,
            selected=self._selected(keys),
            candidates=self._candidates(),
            shown=_SHOWN,
            entries=operation_form.actions_for(self.subject),
            tenant_names=drop_downs.tenant_names(session),
            tenants=drop_downs.tenants_by_id(session),
            templates=drop_downs.templates_by_id(session),
            firmware=drop_downs.firmware_by_id(session),
            languages=LANGUAGES,
            **operation_form.choices(),
        )

    @expose("/available")
    @has_access
    @permission_name("list")
    def available(self) -> ResponseReturnValue:
        """Return the next ones that match, as the page's script asks for them."""
        found = self._candidates()
        return jsonify(
            count=found.count, shown_count=found.shown_count, rows=[_row(row) for row in found.rows]
        )

    def _selected(self, keys: Sequence[str]) -> Sequence[Candidate]:
        if not keys:
            return ()
        found = targets.resolve(db.session(), Chosen(self.subject, keys))
        if self.subject is Subject.DEVICES:
            found += targets.waiting_phones(db.session(), keys)
        return found

    def _candidates(self) -> targets.Candidates:
        arguments = read_list_arguments(request.args, size=_SHOWN)
        wanted = Wanted(arguments.words, request.args.get("tenant", "")[:100])
        first = (arguments.number - 1) * arguments.size
        return targets.search(db.session(), self.subject, wanted, first=first, size=arguments.size)


def _row(candidate: Candidate) -> dict[str, str]:
    return {"key": candidate.key, "label": candidate.label, "note": candidate.note}


class MultipleDevicesView(_MultipleView):
    """Phones."""

    class_permission_name = MULTIPLE_DEVICES
    route_base = "/devices/multiple"
    subject = Subject.DEVICES
    title = MULTIPLE_DEVICES


class MultipleUsersView(_MultipleView):
    """Users, and the phones that are theirs."""

    class_permission_name = MULTIPLE_USERS
    route_base = "/users/multiple"
    subject = Subject.USERS
    title = MULTIPLE_USERS
