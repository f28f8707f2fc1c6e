"""What-if: drafts of rules asked about the phones there are, how far that is, and what they would change."""

from collections.abc import Iterator
from datetime import datetime
from http import HTTPStatus
from typing import Any

from flask import Response, abort, flash, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_login import current_user
from sqlalchemy.orm import Session

from app.errors import ConflictError, InvalidInputError, NotFoundError
from app.models import Device, Simulation, SimulationRow
from app.models.enums import RuleKind, SimulationState
from app.rules.rule_kinds import SPECS
from app.rules.typed_times import read_time
from app.rules.zero_touch.changes import Change, Outcome
from app.security.roles import CHANGE_MANY, CHANGED_FILES, OPERATIONS, SEE_SECRETS, WHAT_IF
from app.security.tenant_scope import scope_of
from app.services.config_files import differences
from app.services.rule_sets import drafts
from app.services.rule_sets import reading as versions
from app.services.rule_sets.names import read_names
from app.services.what_if import applying, jobs, rows, standing, tally
from app.services.what_if.alarms import recorded
from app.services.what_if.applying import Applying
from app.services.what_if.jobs import Wish
from app.transaction import reading, transaction
from app.views import what_if_alarms as alarm_pages
from app.views.authors import author, author_noting
from app.views.csv_files import in_chunks
from app.views.list_arguments import LARGEST_ID, one_of, read_list_arguments
from app.views.operation_form import paces, read_pace
from app.views.rules.places import Place
from app.views.shell import may
from app.views.times import time_of_page, zone_of_page
from app.views.web_session import database, db

_LONGEST_KEY = 40
_MOST_DRAFTS = 100


class WhatIfView(BaseView):
    """Simulations of drafts: of rules that say what a phone gets, and of rules for alarms."""

    class_permission_name = WHAT_IF
    route_base = "/rules"
    default_view = "list"

    @expose("/<kind>/what-if")
    @has_access
    def list(self, kind: str) -> str:
        """Show the form that begins a simulation, and the earlier ones."""
        return _list_page(_kind_of(kind), "")

    @expose("/<kind>/what-if", methods=["POST"])
    @has_access
    @permission_name("add")
    def add(self, kind: str) -> ResponseReturnValue:
        """Begin a simulation, and lead to its page."""
        found = _kind_of(kind)
        try:
            with transaction(db.session()) as session:
                simulation_id = jobs.start(session, _wish(found), author=author(), now=time_of_page()).id
        except InvalidInputError as error:
            return _list_page(found, str(error)), HTTPStatus.BAD_REQUEST
        return redirect(f"/rules/{kind}/what-if/{simulation_id}", HTTPStatus.SEE_OTHER)

    @expose("/<kind>/what-if/<int:simulation_id>")
    @has_access
    @permission_name("list")
    def show(self, kind: str, simulation_id: int) -> str:
        """Show how far a simulation is, and what the drafts would change."""
        session, simulation = db.session(), _get(kind, simulation_id)
        if standing.is_of_alarms(simulation):
            return alarm_pages.show(simulation, {**_around(simulation), "progress": _progress(simulation)})
        arguments = read_list_arguments(request.args)
        flag = one_of(request.args, "flag", {str(each.name).lower() for each in Change})
        rule = request.args.get("rule", "")[:_LONGEST_KEY]
        names, totals = read_names(session), simulation.totals
        page = rows.search(
            session,
            simulation,
            flag=Change[flag.upper()] if flag else None,
            rule=rule,
            words=arguments.words,
            number=arguments.number,
            size=arguments.size,
        )
        return render_template(
            "ringmaster/what_if_result.html",
            names=names,
            progress=_progress(simulation),
            **_around(simulation),
            flags=[(each, str(each.name), title) for each, title in rows.FLAGS.items()],
            flag=flag,
            rule=rule,
            words=arguments.words,
            rules=tally.rules_in(totals),
            waits=tally.waits_in(totals),
            wait_titles=rows.WAITS,
            gaps=tally.gaps_in(totals),
            page=page,
            **paces(),
            phones=rows.shown(page.rows, names, totals.get("titles", {})),
            model=next(
                (each for each in jobs.models_to_choose(session) if each[0] == simulation.only_model_id), None
            ),
        )

    @expose("/<kind>/what-if/<int:simulation_id>/activate", methods=["POST"])
    @has_access
    @permission_name("add")
    def activate(self, kind: str, simulation_id: int) -> ResponseReturnValue:
        """Make the draft of a simulation active, and give phones what it says where that is ticked."""
        simulation = _get(kind, simulation_id)
        back = redirect(f"/rules/{kind}/what-if/{simulation_id}", HTTPStatus.SEE_OTHER)
        is_applied = bool(request.form.get("apply")) and not standing.is_of_alarms(simulation)
        if is_applied and not may(CHANGE_MANY, OPERATIONS):
            abort(HTTPStatus.FORBIDDEN)
        if len(simulation.drafts) != 1:
            abort(HTTPStatus.NOT_FOUND, "A simulation of several drafts makes none of them active.")
        draft = simulation.drafts[0]
        if not _may_activate(simulation):
            abort(HTTPStatus.FORBIDDEN)
        note = request.form.get("note", "")
        change = drafts.Change(draft["version_id"], draft["revision"], author_noting(note), time_of_page())
        try:
            with transaction(db.session()) as session:
                version, operation = applying.activate(
                    session,
                    change,
                    simulation,
                    _applying() if is_applied else None,
                    note=note,
                    now=time_of_page(),
                )
                number, operation_id = version.number, operation.id if operation else None
        except (ConflictError, InvalidInputError, NotFoundError) as error:
            flash(str(error), "danger")
            return back
        flash(f"Version {number} is active: it decides from now on.", "success")
        if operation_id is None:
            return back
        return redirect(f"/operations/{operation_id}", HTTPStatus.SEE_OTHER)

    @expose("/<kind>/what-if/<int:simulation_id>/progress")
    @has_access
    @permission_name("list")
    def progress(self, kind: str, simulation_id: int) -> Response:
        """Tell a script how far a simulation is (static/ringmaster/import.js)."""
        return jsonify(_progress(_get(kind, simulation_id)))

    @expose("/<kind>/what-if/<int:simulation_id>/cancel", methods=["POST"])
    @has_access
    @permission_name("add")
    def cancel(self, kind: str, simulation_id: int) -> ResponseReturnValue:
        """End a simulation that waits or runs."""
        simulation = _get(kind, simulation_id)
        try:
            with transaction(db.session()) as session:
                jobs.cancel(session, simulation, time_of_page())
            flash("The simulation was cancelled.", "success")
        except ConflictError as error:
            flash(str(error), "info")
        return redirect(f"/rules/{kind}/what-if/{simulation_id}", HTTPStatus.SEE_OTHER)

    @expose("/<kind>/what-if/<int:simulation_id>/changed.csv")
    @has_access
    @permission_name("export")
    def export(self, kind: str, simulation_id: int) -> Response:
        """Send all changed phones, or alarms."""
        simulation = _get(kind, simulation_id)
        if standing.is_of_alarms(simulation):
            return alarm_pages.export(simulation)
        scope, titles = scope_of(db.session()), simulation.totals.get("titles", {})
        with reading(database(), scope) as session:
            names = read_names(session)

        def read(session: Session, last: SimulationRow | None) -> Any:
            return rows.read_chunk(session, simulation_id, last.device_id if last else 0)

        lines: Iterator[str] = in_chunks(
            database(), scope, rows.header(), read=read, write=lambda found: rows.lines(found, names, titles)
        )
        headers = {"Content-Disposition": f'attachment; filename="what-if-{simulation_id}.csv"'}
        return Response(lines, mimetype="text/csv", headers=headers)

    @expose("/<kind>/what-if/<int:simulation_id>/phone/<int:device_id>")
    @has_access
    @permission_name("list")
    def phone(self, kind: str, simulation_id: int, device_id: int) -> str:
        """Show what would differ in the file of one phone."""
        if not may("can_show_file", CHANGED_FILES):
            abort(HTTPStatus.FORBIDDEN)
        session, simulation = db.session(), _get(kind, simulation_id)
        if standing.is_of_alarms(simulation):
            abort(HTTPStatus.NOT_FOUND, "A simulation of rules for alarms compares no files.")
        row = rows.find(session, simulation, min(device_id, LARGEST_ID))
        device = session.get(Device, row.device_id) if row else None
        if row is None or device is None:
            abort(HTTPStatus.NOT_FOUND, "Nothing changes for this phone, or your account does not see it.")
        names = read_names(session)
        with_secrets = request.args.get("secrets") == "shown" and may(SEE_SECRETS, CHANGED_FILES)
        before, after = (Outcome.from_json(each).gets for each in (row.before, row.after))
        return render_template(
            "ringmaster/what_if_file.html",
            title=f"What would change in the file of {device.mac}",
            device=device,
            phone=rows.shown([row], names, simulation.totals.get("titles", {}))[0],
            difference=differences.difference_between(
                session,
                device,
                rows.fields_of(before, names),
                rows.fields_of(after, names),
                with_secrets=with_secrets,
            ),
            with_secrets=with_secrets,
            back=f"/rules/{kind}/what-if/{simulation.id}",
        )


def _may_activate(simulation: Simulation) -> bool:
    """Whether a simulation is of one draft that the account may change, and so make active."""
    if len(simulation.drafts) != 1:
        return False
    draft = versions.find_by_id(db.session(), simulation.drafts[0]["version_id"])
    return draft is not None and Place(draft.kind, draft.tenant_id).may_write


def _around(simulation: Simulation) -> dict[str, Any]:
    """Return what the pages of all simulations show around what was found."""
    is_busy = jobs.is_busy(simulation)
    return {
        "title": f"What {SPECS[simulation.kind].title.lower()} rules would change",
        "simulation": simulation,
        "states": SimulationState,
        "specs": SPECS,
        "may_activate": _may_activate(simulation),
        "outdated": "" if is_busy else standing.why_outdated(db.session(), simulation),
    }


def _kind_of(kind: str) -> RuleKind:
    if kind not in set(RuleKind):
        abort(HTTPStatus.NOT_FOUND, "There are no rules of this kind.")
    return RuleKind(kind)


def _get(kind: str, simulation_id: int) -> Simulation:
    found = jobs.get(db.session(), min(simulation_id, LARGEST_ID), current_user.username)
    if found.kind is not _kind_of(kind):
        abort(HTTPStatus.NOT_FOUND, "There is no such simulation of these rules.")
    return found


def _wish(kind: RuleKind) -> Wish:
    form = request.form
    return Wish(
        kind=kind,
        draft_ids={_number(text) for text in form.getlist("draft")[:_MOST_DRAFTS]},
        days=_number(form["days"]) if form.get("days") else jobs.DAYS,
        as_of=_time(form.get("as_of", "")),
        tenant_id=_number(form["tenant"]) if form.get("tenant") else None,
        model_id=_number(form["model"]) if form.get("model") else None,
    )


def _applying() -> Applying:
    pace, patience, roll_out = read_pace(request.form)
    return Applying(pace=pace, patience=patience, roll_out=roll_out)


def _number(text: str) -> int:
    return min(int(text), LARGEST_ID) if text.isascii() and text.isdecimal() and len(text) < 11 else 0


def _time(text: str) -> datetime | None:
    if not text.strip():
        return None
    try:
        return read_time(text, zone_of_page())
    except ValueError:
        raise InvalidInputError(
            "Write the time like 2026-11-28T18:00, or leave it empty for now.", field="as_of"
        ) from None


def _list_page(kind: RuleKind, refused: str) -> str:
    session = db.session()
    if refused:
        flash(refused, "danger")
    return render_template(
        "ringmaster/what_if.html",
        title=f"Simulate {SPECS[kind].title.lower()} rules",
        kind=kind,
        specs=SPECS,
        drafts=jobs.drafts_to_choose(session, kind),
        is_of_alarms=kind not in standing.OF_FLEET,
        days=jobs.DAYS,
        most_days=jobs.MOST_DAYS,
        earliest=recorded.earliest(session) if kind not in standing.OF_FLEET else None,
        names=read_names(session),
        models=jobs.models_to_choose(session),
        simulations=jobs.recent(session, kind, current_user.username),
        states=SimulationState,
        typed=request.form,
    )


def _progress(simulation: Simulation) -> dict[str, object]:
    return {
        "state": simulation.state.value,
        "is_busy": jobs.is_busy(simulation),
        "done": min(simulation.done, simulation.total),
        "total": simulation.total,
    }
