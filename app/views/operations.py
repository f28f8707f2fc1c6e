"""Operations: their list, how far each is, what became of every target, and what can be done about it."""

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any

from flask import flash, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from werkzeug.wrappers import Response

from app.errors import InvalidInputError, NotAllowedError, NotFoundError, RingmasterError
from app.models import Operation, OperationTarget
from app.models.enums import OperationState, Subject, TargetState
from app.rendering.csv_lines import csv_line
from app.rules.actions import KINDS
from app.rules.pacing import least_duration
from app.rules.target_states import SENTENCES
from app.rules.waves import names_of
from app.security.roles import DEEDS, OPERATIONS
from app.security.tenant_scope import scope_of
from app.services.operations import gates, rolling_back, starting, steering, waves
from app.services.operations import reading as operations
from app.services.operations.rights import deed_of
from app.transaction import transaction
from app.views import csv_files, fresh_parts, multiple
from app.views.authors import author
from app.views.choices import Choice
from app.views.list_arguments import read_list_arguments, word_of
from app.views.operation_form import WAY_WORDS, check_may, fields_to_repeat, in_words, read_order
from app.views.shell import may
from app.views.times import time_of_page
from app.views.web_session import database, db

_TABS = (
    ("All", ()),
    ("Waiting", (TargetState.WAITING, TargetState.CLAIMED, TargetState.SENDING, TargetState.QUEUED)),
    ("Postponed", (TargetState.POSTPONED,)),
    ("Sent", (TargetState.SENT,)),
    ("Confirmed", (TargetState.CONFIRMED,)),
    ("Failed", (TargetState.FAILED,)),
    ("Skipped", (TargetState.SKIPPED,)),
)
_NAMED = 5


class OperationView(BaseView):
    """Operations, the newest first."""

    class_permission_name = OPERATIONS
    route_base = "/operations"
    default_view = "list"
    base_permissions = list(DEEDS[OPERATIONS])

    @expose("/")
    @has_access
    def list(self) -> str:
        """Show a page of the history."""
        arguments = read_list_arguments(request.args, size=25)
        state = word_of(request.args, "state", OperationState)
        page = operations.search(db.session(), state=state, number=arguments.number, size=arguments.size)
        ids = [operation.id for operation in page.rows]
        return render_template(
            "ringmaster/operations.html",
            title="Operations",
            page=page,
            progress=operations.progress_of(db.session(), ids),
            waves=operations.open_waves_of(db.session(), ids),
            kinds=KINDS,
            choices=(Choice("state", "Every state", [word.value for word in OperationState], state or ""),),
        )

    @expose("/<int:operation_id>/")
    @has_access
    def show(self, operation_id: int) -> str:
        """Show one, as it is at this moment; the page keeps itself fresh."""
        return render_template("ringmaster/operation.html", **_shown(operation_id))

    @expose("/<int:operation_id>/figures")
    @has_access
    @permission_name("show")
    def figures(self, operation_id: int) -> Response:
        """Return what changes of the page, or 304 where nothing did."""
        return fresh_parts.answer("ringmaster/operation_figures.html", lambda: _shown(operation_id))

    @expose("/<int:operation_id>/exportData.csv")
    @has_access
    @permission_name("export")
    def export(self, operation_id: int) -> Response:
        """Send what became of each target, as CSV."""
        operations.get_operation(db.session(), operation_id)
        headers = {"Content-Disposition": 'attachment; filename="exportData.csv"'}
        lines = csv_files.in_chunks(
            database(),
            scope_of(db.session()),
            csv_line(("Device", "Status", "Name", "Reason", "Way", "Time", "Wave", "Finding")),
            read=lambda session, last: operations.read_chunk(
                session, operation_id, after=last.id if last else 0
            ),
            write=_lines,
        )
        return Response(lines, mimetype="text/csv", headers=headers)

    @expose("/review/<subject>", methods=["POST"])
    @has_access
    @permission_name("list")
    def review(self, subject: str) -> ResponseReturnValue:
        """Repeat what was asked, for how many and whom, before it begins."""
        return _review(_subject(subject))

    @expose("/start/<subject>", methods=["POST"])
    @has_access
    @permission_name("list")
    def start(self, subject: str) -> ResponseReturnValue:
        """Begin an operation; which deed that needs depends on its action."""
        of = _subject(subject)
        try:
            order = read_order(request.form, of)
        except InvalidInputError as error:
            return multiple.page_of(of, request.form, str(error))
        check_may(order.action)
        if KINDS[order.action].deletes and request.form.get("typed", "").strip() != request.form.get(
            "number"
        ):
            return _review(
                of, "Write the number of them into the field, so that nothing is deleted by mistake."
            )
        try:
            with transaction(db.session()) as session:
                operation = starting.start(session, order, author=author(), now=time_of_page())
        except (InvalidInputError, NotFoundError) as error:
            return multiple.page_of(of, request.form, str(error))
        return redirect(f"/operations/{operation.id}/")

    @expose("/<int:operation_id>/pause", methods=["POST"])
    @has_access
    @permission_name("list")
    def pause(self, operation_id: int) -> ResponseReturnValue:
        """Begin nothing more of it."""
        _steer(operation_id, steering.pause)
        flash("The operation is paused. What has begun ends by itself.", "success")
        return redirect(f"/operations/{operation_id}/")

    @expose("/<int:operation_id>/resume", methods=["POST"])
    @has_access
    @permission_name("list")
    def resume(self, operation_id: int) -> ResponseReturnValue:
        """Let it go on where it was, or in spite of its gate."""
        _steer(operation_id, steering.resume)
        return redirect(f"/operations/{operation_id}/")

    @expose("/<int:operation_id>/rollback", methods=["POST"])
    @has_access
    @permission_name("list")
    def roll_back(self, operation_id: int) -> ResponseReturnValue:
        """Begin the operation that gives back what this one changed, and show it."""
        undo = _steer(operation_id, rolling_back.roll_back)
        return redirect(f"/operations/{undo.id}/")

    @expose("/<int:operation_id>/retry", methods=["POST"])
    @has_access
    @permission_name("list")
    def retry(self, operation_id: int) -> ResponseReturnValue:
        """Try those again that failed."""
        number = _steer(operation_id, steering.retry_failed)
        flash(f"{number:,} of them wait{'s' if number == 1 else ''} for another try.", "success")
        return redirect(f"/operations/{operation_id}/")


def _shown(operation_id: int) -> dict[str, Any]:
    session = db.session()
    operation = operations.get_operation(session, operation_id)
    arguments = read_list_arguments(request.args, size=50)
    tab = next((tab for tab in _TABS if tab[0].lower() == request.args.get("state", "all")), _TABS[0])
    progress = operations.progress_of(session, [operation.id])[operation.id]
    sees_all = progress.total == operation.total
    undo = rolling_back.find_roll_back(session, operation.id)
    changed = (
        rolling_back.count_changed(session, operation.id)
        if undo is None and rolling_back.may_roll_back(operation)
        else 0
    )
    return {
        "title": f"{KINDS[operation.action].title} · operation {operation.id}",
        "operation": operation,
        "kind": KINDS[operation.action],
        "progress": progress,
        "tabs": [(name, sum(progress.counts.get(state, 0) for state in states) if states else progress.total)
                 for name, states in _TABS],
        "tab": tab[0],
        "page": operations.search_targets(
            session, operation.id, states=tab[1], words=arguments.words,
            number=arguments.number, size=arguments.size,
        ),
        "words": arguments.words,
        "sentences": SENTENCES,
        "way_words": WAY_WORDS,
        "in_words": in_words,
        "sees_all": sees_all,
        "may_steer": may(deed_of(operation.action), OPERATIONS) and sees_all,
        "stages": waves.read_stages(session, operation),
        "gate": gates.gate_of(operation),
        "unwell": operations.unwell_of(session, operation.id, at_most=_NAMED) if operation.open_wave else (),
        "postponed": operations.postponed_of(session, operation.id),
        "undo": undo,
        "changed_phones": changed,
        "failed": progress.counts.get(TargetState.FAILED, 0),
    }  # fmt: skip


def _subject(text: str) -> Subject:
    try:
        return Subject(text)
    except ValueError:
        raise InvalidInputError("Operations are for devices or for users.") from None


def _review(subject: Subject, refused: str = "") -> ResponseReturnValue:
    try:
        order = read_order(request.form, subject)
        check_may(order.action)
        checked = starting.check(db.session(), order, now=time_of_page())
    except NotAllowedError:
        raise
    except RingmasterError as error:
        return multiple.page_of(subject, request.form, str(error))
    page = render_template(
        "ringmaster/operation_review.html",
        title=f"{KINDS[order.action].title}?",
        subject=subject,
        order=order,
        kind=KINDS[order.action],
        targets=checked.targets[:_NAMED],
        number=len(checked.targets),
        options=checked.options,
        noun=_noun(checked.is_of_users, len(checked.targets)),
        fields=fields_to_repeat(request.form, order.secret),
        least=least_duration(order.pace, len(checked.targets)),
        waves=list(zip(names_of(checked.waves), checked.waves, strict=True)),
        deadline=checked.deadline,
        in_words=in_words,
        refused=refused,
    )
    return make_response(page, HTTPStatus.BAD_REQUEST if refused else HTTPStatus.OK)


def _noun(is_of_users: bool, number: int) -> str:
    return f"{'user' if is_of_users else 'phone'}{'' if number == 1 else 's'}"


def _steer(operation_id: int, deed: Callable[..., Any]) -> Any:
    operation: Operation = operations.get_operation(db.session(), operation_id)
    check_may(operation.action)
    with transaction(db.session()) as session:
        return deed(session, operation_id, author=author(), now=time_of_page())


def _lines(targets: Sequence[OperationTarget]) -> str:
    return "".join(
        csv_line(
            (
                target.key,
                target.state.value,
                target.label,
                target.reason,
                target.way or "",
                target.changed_at.isoformat(),
                str(target.wave) if target.wave else "",
                target.finding,
            )
        )
        for target in targets
    )
