"""The page of one phone, and what can be asked of it: approve, restart, its configuration file."""

from collections.abc import Sequence
from http import HTTPStatus

from flask import Response, abort, flash, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name

from app.errors import InvalidInputError, NotFoundError, RingmasterError
from app.models import ConfigFile
from app.rendering.secret_parameters import mask_secrets
from app.rules.mac_addresses import find_mac
from app.security.roles import DEVICE, JOURNAL, SEE_SECRETS
from app.services import approval, config_files, device_replacement, devices
from app.services.devices_status.details import (
    Details,
    get_details,
    read_journal,
    read_placeholder_values,
    steps_by_stage,
)
from app.services.devices_status.filters import ROW_NUMBERS
from app.services.devices_status.phones import Phone, read_phones
from app.services.devices_status.places import read_tenant_choices
from app.transaction import transaction
from app.views.approval_form import read_approval
from app.views.authors import author
from app.views.form_values import VLAN_MODES
from app.views.shell import may, shows_secrets
from app.views.times import time_of_page
from app.views.way_back import way_back
from app.views.web_session import db

LIST = "/devices-status/"
MOST_SELECTED = max(ROW_NUMBERS)
_MOST_REASONS = 3


class DeviceView(BaseView):
    """One phone."""

    class_permission_name = DEVICE
    route_base = "/devices"
    default_view = "show"

    @expose("/<mac>/")
    @has_access
    def show(self, mac: str) -> ResponseReturnValue:
        """Show all that is known of the phone; any notation of its MAC leads to the one address."""
        normal = _normal(mac)
        if normal != mac:
            return redirect(f"/devices/{normal}/", HTTPStatus.MOVED_PERMANENTLY)
        try:
            details = get_details(db.session(), mac, now=time_of_page())
        except NotFoundError:
            successor = device_replacement.find_successor(db.session(), mac)
            if successor is None:
                raise
            flash(f"The phone {mac} was replaced by this one.", "info")
            return redirect(f"/devices/{successor}/")
        return render_template(
            "ringmaster/device.html",
            title=mac,
            details=details,
            phone=details.phone,
            device=details.device,
            decisions=[(decision, steps_by_stage(decision)) for decision in details.decisions],
            entries=read_journal(db.session(), details.macs) if may("can_list", JOURNAL) else None,
        )

    @expose("/<mac>/file/")
    @has_access
    @permission_name("show_file")
    def show_file(self, mac: str) -> str:
        """Show the phone's file and where its values come from, secrets masked unless they are asked for."""
        details, file = _get_file(_normal(mac))
        with_secrets = shows_secrets(DEVICE)
        text = config_files.text_of(file)
        values = details.device and read_placeholder_values(
            db.session(), details.device, with_secrets=with_secrets
        )
        return render_template(
            "ringmaster/device_file.html",
            title=file.name,
            details=details,
            file=file,
            text=text if with_secrets else mask_secrets(text),
            values=values or [],
            with_secrets=with_secrets,
            may_see_secrets=may(SEE_SECRETS, DEVICE),
        )

    @expose("/<mac>/file/download")
    @has_access
    @permission_name("see_secrets")
    def download_file(self, mac: str) -> Response:
        """Send the file as the phone gets it, to those who may see what is in it."""
        _, file = _get_file(_normal(mac))
        headers = {"Content-Disposition": f'attachment; filename="{file.name}"', "Cache-Control": "no-store"}
        return Response(config_files.content_of(file), mimetype="text/plain", headers=headers)

    @expose("/<mac>/restart", methods=["POST"])
    @has_access
    @permission_name("restart")
    def restart(self, mac: str) -> ResponseReturnValue:
        """Ask the phone to restart."""
        mac = _normal(mac)
        with transaction(db.session()) as session:
            devices.restart(session, mac, author=author(), now=time_of_page())
        flash(f"The phone {mac} restarts when it next reports.", "success")
        return redirect(way_back(f"/devices/{mac}/"))

    @expose("/<mac>/approve", methods=["GET", "POST"])
    @has_access
    @permission_name("approve")
    def approve(self, mac: str) -> ResponseReturnValue:
        """Show the form that approves the phone, and do what it says."""
        return _approve([_normal(mac)])

    @expose("/approve", methods=["GET", "POST"])
    @has_access
    @permission_name("approve")
    def approve_selected(self) -> ResponseReturnValue:
        """The same for phones that were selected in the list."""
        macs = (find_mac(text) for text in request.values.getlist("mac")[:MOST_SELECTED])
        return _approve(list(dict.fromkeys(mac for mac in macs if mac)))


def _normal(mac: str) -> str:
    return find_mac(mac) or abort(HTTPStatus.NOT_FOUND)


def _get_file(mac: str) -> tuple[Details, ConfigFile]:
    details = get_details(db.session(), mac, now=time_of_page())
    file = config_files.find(db.session(), details.file.name) if details.file else None
    return details, file or abort(HTTPStatus.NOT_FOUND, f"There is no file for the phone {mac} yet.")


def _approve(macs: Sequence[str]) -> ResponseReturnValue:
    phones = read_phones(db.session(), macs)
    waiting = [phone for phone in phones if phone.is_approvable]
    if len(macs) == 1 and not phones:
        abort(
            HTTPStatus.NOT_FOUND, f"No phone has the MAC address {macs[0]}, or your account does not see it."
        )
    if not waiting:
        flash("None of the phones that were chosen waits for approval.", "info")
        return redirect(way_back(LIST))
    if request.method == "GET":
        return _form(waiting)
    try:
        wish = read_approval(request.form)
    except InvalidInputError as error:
        return _form(waiting, str(error), HTTPStatus.BAD_REQUEST)
    return _approve_each(waiting, wish)


def _form(waiting: Sequence[Phone], refused: str = "", status: HTTPStatus = HTTPStatus.OK) -> Response:
    page = render_template(
        "ringmaster/device_approve.html",
        title="Approve phone" if len(waiting) == 1 else f"Approve {len(waiting)} phones",
        phones=waiting,
        names_user=len(waiting) == 1 and not waiting[0].is_skype_for_business,
        tenants=read_tenant_choices(db.session()),
        vlan_modes=VLAN_MODES,
        typed=request.form,
        refused=refused,
        back=way_back(LIST),
    )
    return make_response(page, status)


def _approve_each(waiting: Sequence[Phone], wish: approval.ApprovalRequest) -> ResponseReturnValue:
    """Approve each phone in a transaction of its own: one that cannot be does not hold up the others."""
    refusals: list[str] = []
    for phone in waiting:
        try:
            with transaction(db.session()) as session:
                approval.approve(session, phone.mac, wish, author=author(), now=time_of_page())
        except RingmasterError as error:
            refusals.append(str(error))
    if len(refusals) == len(waiting):
        return _form(waiting, refusals[0], HTTPStatus.CONFLICT)
    _tell(len(waiting) - len(refusals), refusals)
    return redirect(way_back(LIST))


def _tell(approved: int, refusals: Sequence[str]) -> None:
    phones = "1 phone was" if approved == 1 else f"{approved} phones were"
    flash(f"{phones} approved, and will restart with the next report.", "success")
    if refusals:
        reasons = " ".join(list(dict.fromkeys(refusals))[:_MOST_REASONS])
        flash(f"{len(refusals)} could not be approved. {reasons}", "warning")
