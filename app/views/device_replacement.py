"""The page that replaces a phone: which MAC address takes over, what that means, and doing it."""

from http import HTTPStatus

from flask import Response, flash, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from markupsafe import Markup

from app.errors import ConflictError, InvalidInputError, NotFoundError, RingmasterError
from app.models import Device
from app.security.roles import DEVICE
from app.services import device_replacement
from app.transaction import transaction
from app.views.authors import author
from app.views.device_actions import restart_of
from app.views.device_forms import get_device, page_of
from app.views.form_values import read_number
from app.views.list_arguments import LARGEST_ID
from app.views.times import time_of_page
from app.views.web_session import db


class DeviceReplacementView(BaseView):
    """Another phone in place of one that is broken."""

    class_permission_name = DEVICE
    route_base = "/devices"

    @expose("/<mac>/replace", methods=["GET", "POST"])
    @has_access
    @permission_name("edit")
    def replace(self, mac: str) -> ResponseReturnValue:
        """Ask for the MAC address of the new phone, show what it would take over, and do what was shown."""
        device = get_device(mac)
        typed = request.values.get("new", "")
        if request.method == "GET":
            return _page(device, typed) if typed else _render(device, "")
        template = request.form.get("template", "")
        template_id = read_number(request.form, "template", "template", LARGEST_ID) if template else None
        old_mac = device.mac
        try:
            with transaction(db.session()) as session:
                replaced = device_replacement.replace(
                    session,
                    device.id,
                    typed,
                    template_id,
                    request.form.get("told", ""),
                    author=author(),
                    now=time_of_page(),
                )
                restarts = restart_of(session, replaced.mac)
        except ConflictError as error:
            return _refused(old_mac, typed, error)
        told = Markup("The phone {} was replaced by {}, whose file is ready.{}")
        flash(told.format(old_mac, replaced.mac, restarts), "success")
        return redirect(page_of(replaced))


def _refused(mac: str, typed: str, error: ConflictError) -> ResponseReturnValue:
    """Show the page again with what stands against it; where the phone itself is gone, what became of it."""
    try:
        return _page(get_device(mac), typed, refused=error)
    except NotFoundError:
        flash(str(error), "danger")
        return redirect(f"/devices/{mac}/")


def _page(device: Device, typed: str, refused: RingmasterError | None = None) -> Response:
    """Return the page with what would be taken over, or with what stands against it."""
    try:
        agreed = device_replacement.plan(db.session(), device, typed)
    except (InvalidInputError, ConflictError) as error:
        faults = {"new": str(error)}
        status = HTTPStatus.CONFLICT if isinstance(error, ConflictError) else HTTPStatus.BAD_REQUEST
        return _render(device, typed, faults=faults, status=status)
    templates = device_replacement.read_templates(db.session(), agreed) if agreed.other_model else ()
    status = HTTPStatus.CONFLICT if refused else HTTPStatus.OK
    return _render(
        device, typed, agreed=agreed, templates=templates, refused=str(refused or ""), status=status
    )


def _render(device: Device, typed: str, *, status: HTTPStatus = HTTPStatus.OK, **shown: object) -> Response:
    page = render_template(
        "ringmaster/device_replace.html",
        title=f"Replace {device.mac}",
        device=device,
        typed={"new": typed},
        back=page_of(device),
        **{"agreed": None, "faults": {}, "refused": "", "templates": (), **shown},
    )
    return make_response(page, status)
