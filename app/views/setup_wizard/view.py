"""The addresses of the Setup Wizard: the step that one is at, its form, and what the last step asks for by itself."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from types import MappingProxyType

from flask import Response, abort, flash, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from sqlalchemy.exc import IntegrityError
from werkzeug.datastructures import MultiDict

from app.errors import ConflictError, InvalidInputError, NotAllowedError
from app.security.roles import SETUP_WIZARD
from app.services.setup_wizard import arrivals, progress, steps
from app.services.setup_wizard.progress import Settled, Step
from app.services.setup_wizard.steps import Course, StepLine
from app.transaction import transaction
from app.views import given_reasons
from app.views.authors import author
from app.views.row_ids import argument, existing
from app.views.setup_wizard.answers import SystemTypePage, TenantPage, ZeroTouchPage
from app.views.setup_wizard.phones import DhcpOptionPage, FirstPhonePage
from app.views.setup_wizard.preparations import ConfigurationPage, FirmwarePage, TemplatesPage
from app.views.setup_wizard.step_page import SKIP, OpenQuestionError, Refused, Saved, StepPage, goes_back
from app.views.times import time_of_page
from app.views.web_session import db

PAGES: Mapping[Step, StepPage] = MappingProxyType(
    {
        Step.SYSTEM_TYPE: SystemTypePage(),
        Step.ZERO_TOUCH: ZeroTouchPage(),
        Step.TENANT: TenantPage(),
        Step.CONFIGURATION: ConfigurationPage(),
        Step.TEMPLATES: TemplatesPage(),
        Step.FIRMWARE: FirmwarePage(),
        Step.DHCP_OPTION: DhcpOptionPage(),
        Step.FIRST_PHONE: FirstPhonePage(),
    }
)
_NOT_TYPED = {"deed", "to", "csrf_token", given_reasons.FIELD}
_AT_THE_SAME_MOMENT = (
    "Somebody else did the same at this moment. Look at what there is now, and go on from there."
)


class SetupWizardView(BaseView):
    """The wizard of one tenant."""

    class_permission_name = SETUP_WIZARD
    route_base = "/setup-wizard"
    default_view = "list"

    @expose("/")
    @has_access
    def list(self) -> ResponseReturnValue:
        """Go on where the wizard was left, with the tenant that the address names or with the last one."""
        wanted = argument("tenant_id")
        session = db.session()
        tenant = progress.find_tenant(session, wanted) if wanted else progress.tenant_to_go_on_with(session)
        if tenant is None:
            return render_template("ringmaster/setup_wizard/no_tenant.html", title=SETUP_WIZARD)
        return redirect(_address(tenant.id, steps.read(session, tenant).next_step))

    @expose("/<int:tenant_id>/<step>/", methods=["GET"])
    @has_access
    @permission_name("list")
    def show(self, tenant_id: int, step: str) -> ResponseReturnValue:
        """Show a step."""
        return _page(_course(tenant_id), _step(step))

    @expose("/<int:tenant_id>/<step>/", methods=["POST"])
    @has_access
    @permission_name("edit")
    def save(self, tenant_id: int, step: str) -> ResponseReturnValue:
        """Do what the form of a step says, and go to the next one, or back."""
        course, at = _course(tenant_id), _step(step)
        if request.form.get("deed") == SKIP:
            return _skip(course, at)
        going = _going(at)
        if goes_back(request.form) and not set(request.form) - _NOT_TYPED:
            return redirect(_address(tenant_id, going))
        if not PAGES[at].may_save():
            raise NotAllowedError("You do not have permission to modify this item.")
        saved = _save(course, at)
        if isinstance(saved, Refused):
            return _page(_course(tenant_id), at, saved)
        if saved.done:
            flash(saved.done, "success")
        for doubt in saved.doubts:
            flash(doubt, "warning")
        return redirect(_address(saved.tenant_id or tenant_id, at if saved.stays else going))

    @expose("/<int:tenant_id>/arrivals", methods=["GET"])
    @has_access
    @permission_name("list")
    def arrivals(self, tenant_id: int) -> Response:
        """Return the mark of the phones that came: another one as soon as something is different."""
        tenant = progress.find_tenant(db.session(), existing(tenant_id))
        answered = progress.find(db.session(), tenant)
        return jsonify(version=arrivals.version_of(db.session(), answered) if answered else "")

    @expose("/<int:tenant_id>/phone", methods=["GET"])
    @has_access
    @permission_name("list")
    def phone(self, tenant_id: int) -> str:
        """Return the parts of the last step that show the phones that came, and how far the steps are."""
        course, at = _course(tenant_id), Step.FIRST_PHONE
        shown = PAGES[at].shown(course, MultiDict())
        if shown["arrivals"] is None:
            raise ConflictError(f"Nobody waits for the first phone of {course.tenant.name}.")
        return render_template(
            "ringmaster/setup_wizard/arrivals_and_steps.html",
            course=course,
            step=at,
            lines=_lines(course),
            **shown,
        )


def _course(tenant_id: int) -> Course:
    return steps.read(db.session(), progress.find_tenant(db.session(), existing(tenant_id)))


def _step(word: str) -> Step:
    return Step(word) if word in set(Step) else abort(HTTPStatus.NOT_FOUND)


def _going(at: Step) -> Step:
    """Return where the form leads: on, or back, or to the step of the list that was clicked while one typed."""
    clicked = request.form.get("to", "")
    if goes_back(request.form):
        return _step(clicked) if clicked else steps.before(at) or at
    return steps.after(at) or at


def _address(tenant_id: int, step: Step) -> str:
    address: str = url_for("SetupWizardView.show", tenant_id=tenant_id, step=step.value)
    return address


def _lines(course: Course) -> Sequence[tuple[StepLine, str]]:
    """Return the steps with their addresses."""
    return [(line, _address(course.tenant.id, line.step)) for line in course.lines]


def _skip(course: Course, step: Step) -> ResponseReturnValue:
    if step not in steps.SKIPPABLE:
        abort(HTTPStatus.BAD_REQUEST, "This step cannot be skipped: those after it depend on it.")
    with transaction(db.session()) as session:
        progress.settle(session, course.tenant, step, Settled.SKIPPED, author=author(), now=time_of_page())
    return redirect(_address(course.tenant.id, steps.after(step) or step))


def _save(course: Course, step: Step) -> Saved | Refused:
    """Save all of a form in one transaction, or say why nothing was saved."""
    try:
        with transaction(db.session()) as session:
            return PAGES[step].save(session, course, request.form)
    except OpenQuestionError as error:
        return Refused(question=error.question)
    except (InvalidInputError, ConflictError) as error:
        return Refused(error.by_field or {"": str(error)})
    except IntegrityError:
        return Refused({"": _AT_THE_SAME_MOMENT})


def _page(course: Course, step: Step, refused: Refused | None = None) -> Response:
    page = PAGES[step]
    back = steps.before(step)
    gives_up = refused is not None and goes_back(request.form)
    html = render_template(
        page.template,
        title=SETUP_WIZARD,
        course=course,
        step=step,
        number=list(Step).index(step) + 1,
        line=next(line for line in course.lines if line.step is step),
        lines=_lines(course),
        back=_address(course.tenant.id, back) if back else "",
        without_saving=_address(course.tenant.id, _going(step)) if gives_up else "",
        may_skip=step in steps.SKIPPABLE,
        may_save=page.may_save(),
        typed=request.form,
        problems=refused.problems if refused else {},
        question=refused.question if refused else None,
        **page.shown(course, request.form if refused else MultiDict()),
    )
    status = HTTPStatus.OK
    if refused:
        status = HTTPStatus.CONFLICT if refused.question else HTTPStatus.BAD_REQUEST
    return make_response(html, status)
