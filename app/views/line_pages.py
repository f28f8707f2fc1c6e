"""Configuration values added, pasted, put in by a feature's form, changed and deleted."""

from collections.abc import Mapping, Sequence
from functools import partial
from http import HTTPStatus
from typing import Any

from flask import Response, abort, flash, make_response, redirect, request
from flask.typing import ResponseReturnValue
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from sqlalchemy.exc import IntegrityError

from app.errors import InvalidInputError
from app.rendering.features import FEATURES, Feature, feature_lines
from app.rendering.overlay_lines import OverlayLine
from app.rendering.secret_parameters import is_secret_parameter
from app.services import value_owners
from app.services.configuration_values import changes, copying, listing
from app.services.configuration_values.changes import LaidOver, ReplacementError
from app.services.configuration_values.copying import StalePlanError
from app.services.owned_values import LINES
from app.services.value_owners import Owner, OwnerKind
from app.transaction import transaction
from app.views.authors import author
from app.views.choices import tenant_choice
from app.views.concerns import leading_to
from app.views.form_problems import sentences_by_field
from app.views.line_lists import LineLists
from app.views.list_arguments import read_list_arguments
from app.views.row_ids import argument, existing
from app.views.times import time_of_page
from app.views.web_session import db

NOT_YET = "Nothing reaches a phone's file before Generate."
_MEANWHILE = "Somebody else changed these lines at this moment: look at them, then do this again."

MOST_SHOWN = 200
"""Lines of a plan that are shown one by one."""


class LinePages(LineLists):
    """The lines of one level, and what can be done with them."""

    @expose("/add/<int:owner_id>", methods=["GET", "POST"])
    @has_access
    @permission_name("add")
    def add(self, owner_id: int) -> ResponseReturnValue:
        """Add one line."""
        owner = self._owner(owner_id)
        typed = {name: request.form.get(name, "") for name in ("parameter", "value")}
        if request.method == "GET":
            return self._line_form(owner, typed)
        try:
            line = changes.read_line(typed["parameter"], typed["value"])
            return self._lay_over(owner, [line])
        except InvalidInputError as error:
            return self._line_form(owner, typed, sentences_by_field(error))
        except ReplacementError as error:
            return self._line_form(owner, typed, present=error.present)

    @expose("/paste/<int:owner_id>", methods=["GET", "POST"])
    @has_access
    @permission_name("add")
    def paste(self, owner_id: int) -> ResponseReturnValue:
        """Add many lines at once, all of them or none."""
        owner, text = self._owner(owner_id), request.form.get("lines", "")
        if request.method == "GET":
            return self._paste_form(owner, text)
        try:
            return self._lay_over(owner, changes.read_pasted(text))
        except ReplacementError as error:
            return self._paste_form(owner, text, present=error.present)
        except InvalidInputError as error:
            return self._paste_form(owner, text, refused=str(error))

    @expose("/copy/<int:owner_id>", methods=["GET", "POST"])
    @has_access
    @permission_name("add")
    def copy(self, owner_id: int) -> ResponseReturnValue:
        """Choose whose lines are copied, say what that would do, and do it."""
        owner, source_id = self._owner(owner_id), argument("source")
        if source_id is None:
            return self._choose_source(owner)
        source = self._owner(source_id)
        if request.method == "GET":
            return self._copy_form(owner, source)
        replaces = request.form.get("existing") == "replace"
        try:
            with transaction(db.session()) as session:
                done = copying.copy(
                    session,
                    source,
                    owner,
                    told=request.form.get("told", ""),
                    replaces=replaces,
                    author=author(),
                    now=time_of_page(),
                )
        except StalePlanError as error:
            return self._copy_form(owner, source, refused=str(error))
        except IntegrityError:
            return self._copy_form(owner, source, refused=_MEANWHILE)
        flash(f"{_told(done)} Copied from the {source.title}. {NOT_YET}", "success")
        return redirect(self.address_of(owner))

    @expose("/feature/<int:owner_id>/<feature>", methods=["GET", "POST"])
    @has_access
    @permission_name("add")
    def feature(self, owner_id: int, feature: str) -> ResponseReturnValue:
        """Put the lines of a feature in, from a form of its own."""
        owner = self._owner(owner_id)
        wanted = FEATURES.get(feature) or abort(HTTPStatus.NOT_FOUND)
        if request.method == "GET":
            names = [field.parameter for field in wanted.inputs]
            usual = {field.parameter: field.usual for field in wanted.inputs}
            return self._feature_form(owner, wanted, usual | listing.values_of(db.session(), owner, names))
        lines, refused = feature_lines(wanted, request.form)
        typed = {field.parameter: request.form.get(field.parameter, "") for field in wanted.inputs}
        if refused:
            return self._feature_form(owner, wanted, typed, refused)
        try:
            return self._lay_over(owner, lines)
        except ReplacementError as error:
            return self._feature_form(owner, wanted, typed, present=error.present)

    @expose("/edit/<int:value_id>", methods=["GET", "POST"])
    @has_access
    @permission_name("edit")
    def edit(self, value_id: int) -> ResponseReturnValue:
        """Change a line."""
        row = LINES.get(db.session(), self.kind, existing(value_id))
        owner, is_secret = LINES.owner_of(db.session(), row), is_secret_parameter(row.parameter)
        if request.method == "GET":
            typed = {"parameter": row.parameter, "value": "" if is_secret else row.value}
            return self._line_form(owner, typed, is_new=False, is_secret=is_secret)
        typed = {name: request.form.get(name, "") for name in ("parameter", "value")}
        value = typed["value"] or (row.value if is_secret else "")
        try:
            with transaction(db.session()) as session:
                changes.edit(
                    session,
                    row,
                    parameter=typed["parameter"],
                    value=value,
                    author=author(),
                    now=time_of_page(),
                )
        except InvalidInputError as error:
            return self._line_form(owner, typed, sentences_by_field(error), is_new=False, is_secret=is_secret)
        except IntegrityError:
            return self._line_form(owner, typed, {"parameter": _MEANWHILE}, is_new=False, is_secret=is_secret)
        flash(f"{typed['parameter'].strip()} was saved. {NOT_YET}", "success")
        return redirect(self._after_change(owner))

    @expose("/delete/<int:value_id>", methods=["POST"])
    @has_access
    @permission_name("delete")
    def delete(self, value_id: int) -> ResponseReturnValue:
        """Delete a line."""
        row = LINES.get(db.session(), self.kind, existing(value_id))
        owner, parameter = LINES.owner_of(db.session(), row), row.parameter
        with transaction(db.session()) as session:
            changes.delete(session, row, author=author(), now=time_of_page())
        flash(f"{parameter} was deleted. {NOT_YET}", "success")
        return redirect(self._after_change(owner))

    def _lay_over(self, owner: Owner, lines: Sequence[OverlayLine]) -> ResponseReturnValue:
        replaces = request.form.get("replace") == "yes"
        try:
            with transaction(db.session()) as session:
                done = changes.lay_over(
                    session, owner, lines, replaces=replaces, author=author(), now=time_of_page()
                )
        except IntegrityError:
            flash(_MEANWHILE, "danger")
        else:
            flash(f"{_told(done)} {NOT_YET}", "success")
        return redirect(self._after_change(owner))

    def _after_change(self, owner: Owner) -> str:
        """Return where a person goes after a change, told whose files it concerns."""
        return leading_to(self.address_of(owner), [self.change_of(owner)])

    def _choose_source(self, owner: Owner) -> Response:
        arguments, tenant = read_list_arguments(request.args), request.args.get("tenant", "")
        page = value_owners.search(
            db.session(), self.kind, words=arguments.words, tenant_name=tenant,
            number=arguments.number, size=arguments.size,
        )  # fmt: skip
        counts = LINES.count(db.session(), self.kind, [found.id for found in page.rows])
        choices = () if self.kind is OwnerKind.TENANT else (tenant_choice(tenant),)
        return self._form(
            "lines_copy_choose.html", owner, None, None, title=f"Copy lines to {owner.name}", page=page,
            counts=counts, words=arguments.words, choices=choices,
        )  # fmt: skip

    def _copy_form(self, owner: Owner, source: Owner, *, refused: str = "") -> Response:
        plan = copying.plan(db.session(), source, owner)
        title = f"Copy lines to {owner.name}"
        page = self._render(
            "lines_copy.html", title=title, owner=owner, source=source, plan=plan, refused=refused,
            most_shown=MOST_SHOWN, shown=partial(listing.shown, with_secrets=False),
        )  # fmt: skip
        return make_response(page, HTTPStatus.CONFLICT if refused else HTTPStatus.OK)

    def _line_form(
        self,
        owner: Owner,
        typed: Mapping[str, str],
        refused: Mapping[str, str] | None = None,
        *,
        present: Mapping[str, str] | None = None,
        is_new: bool = True,
        is_secret: bool = False,
    ) -> Response:
        title = "Add a line" if is_new else f"Change {typed['parameter']}"
        return self._form(
            "line_form.html", owner, present, refused, title=title, typed=typed, is_secret=is_secret
        )

    def _paste_form(
        self, owner: Owner, text: str, *, refused: str = "", present: Mapping[str, str] | None = None
    ) -> Response:
        return self._form("lines_paste.html", owner, present, refused, title="Paste many lines", text=text)

    def _feature_form(
        self,
        owner: Owner,
        feature: Feature,
        typed: Mapping[str, str],
        refused: Mapping[str, str] | None = None,
        *,
        present: Mapping[str, str] | None = None,
    ) -> Response:
        return self._form(
            "feature_form.html", owner, present, refused, title=feature.title, feature=feature, typed=typed
        )

    def _form(self, template: str, owner: Owner, present: Any, refused: Any, **values: Any) -> Response:
        """Return a form; 409 where it asks whether to replace what is there, 400 where it was refused."""
        shown = {
            name: listing.shown(name, value, with_secrets=False) for name, value in (present or {}).items()
        }
        status = HTTPStatus.CONFLICT if shown else HTTPStatus.BAD_REQUEST if refused else HTTPStatus.OK
        page = self._render(template, owner=owner, present=shown, refused=refused or {}, **values)
        return make_response(page, status)


def _told(done: LaidOver) -> str:
    parts = [
        f"{len(names)} {word}"
        for names, word in ((done.added, "added"), (done.replaced, "replaced"), (done.same, "there already"))
        if names
    ]
    return f"Lines: {', '.join(parts)}." if parts else "No line was changed."
