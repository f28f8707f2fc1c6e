"""The forms of devices: added to a user, edited, and deleted (manual 6.7.3, 6.7.4, 6.7.6)."""

from collections.abc import Mapping
from http import HTTPStatus

from flask import Response, abort, flash, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access
from markupsafe import Markup

from app.errors import ConflictError, RingmasterError
from app.models import Device, PhoneUser, Tenant
from app.models.device import MAX_VLAN_ID, MAX_VLAN_PRIORITY
from app.rules.mac_addresses import find_mac
from app.security.roles import DEVICE
from app.services import device_changes, device_deletion, device_fields
from app.services.device_fields import DeviceFields
from app.services.devices_status.phones import find_phone
from app.transaction import transaction
from app.views.authors import author
from app.views.device_actions import restart_of
from app.views.form_values import VLAN_MODES, read_number, read_vlan_mode
from app.views.list_arguments import LARGEST_ID
from app.views.times import time_of_page
from app.views.users import LIST, deletion_page, get_user
from app.views.way_back import way_back
from app.views.web_session import db

NOT_YET = "The phone gets it with the next Generate."


class DeviceFormView(BaseView):
    """What people write about devices."""

    class_permission_name = DEVICE
    route_base = "/devices"

    @expose("/add/<int:user_id>", methods=["GET", "POST"])
    @has_access
    def add(self, user_id: int) -> ResponseReturnValue:
        """Show the form for another phone of a user, and add it with its file."""
        user = get_user(user_id)
        if request.method == "GET":
            mac = request.args.get("mac", "")
            return _form(user.tenant, {"mac": mac, "display_name": user.display_name or user.name}, user=user)
        try:
            with transaction(db.session()) as session:
                mac = request.form.get("mac", "")
                device = device_changes.add(
                    session, user, mac, _fields(), author=author(), now=time_of_page()
                )
                doubts = _doubts_of(device)
                restarts = restart_of(session, device.mac)
        except RingmasterError as error:
            user = get_user(user_id)
            return _form(user.tenant, request.form, error, user=user)
        flash(
            Markup("The phone {} was added, and its file is ready.{}").format(device.mac, restarts), "success"
        )
        for doubt in doubts:
            flash(doubt, "warning")
        return redirect(f"{LIST}show/{user_id}")

    @expose("/<mac>/edit", methods=["GET", "POST"])
    @has_access
    def edit(self, mac: str) -> ResponseReturnValue:
        """Show the form of a device, and save it; its file stays as it is until Generate."""
        device = get_device(mac)
        if request.method == "GET":
            return _form(device.tenant, _typed_of(device), device=device)
        try:
            with transaction(db.session()) as session:
                user_name = request.form.get("user_name", "")
                is_changed = device_changes.change(
                    session, device, _fields(), user_name, author=author(), now=time_of_page()
                )
                doubts = _doubts_of(device)
        except RingmasterError as error:
            device = get_device(mac)
            return _form(device.tenant, request.form, error, device=device)
        saved = f"The phone {device.mac} was saved. {NOT_YET}"
        flash(saved if is_changed else "Nothing was changed.", "success")
        for doubt in doubts:
            flash(doubt, "warning")
        return redirect(way_back(page_of(device)))

    @expose("/<mac>/delete", methods=["GET", "POST"])
    @has_access
    def delete(self, mac: str) -> ResponseReturnValue:
        """Say what goes with a device, and delete what was told."""
        device = get_device(mac)
        departing = device_deletion.departure_of_device(db.session(), device)
        own_page, back = f"/devices/{device.mac}/", way_back(page_of(device))
        if request.method == "GET":
            return deletion_page(device.mac, "phone", own_page, departing, back)
        if request.form.get("told") != departing.fingerprint:
            flash("Something has changed meanwhile: look again at what would go.", "warning")
            return deletion_page(device.mac, "phone", own_page, departing, back, HTTPStatus.CONFLICT)
        owner_page = page_of(device)
        name = device.mac
        with transaction(db.session()) as session:
            device_deletion.delete_device(session, device, author=author(), now=time_of_page())
        flash(f"The phone {name} was deleted.", "success")
        return redirect(_page_after(name, way_back(owner_page)))


def get_device(mac: str) -> Device:
    """Return the device of an address, which has its MAC in any notation, or answer 404."""
    return device_changes.get_device(db.session(), find_mac(mac) or abort(HTTPStatus.NOT_FOUND))


def page_of(device: Device) -> str:
    """Return the page that a device is shown on: its user's, else its own."""
    if device.phone_user_id is not None:
        return f"{LIST}show/{device.phone_user_id}"
    return f"/devices/{device.mac}/"


def _page_after(mac: str, wanted: str) -> str:
    """Return where a person goes when a phone is deleted: not to the page of that phone."""
    return LIST if wanted.startswith(f"/devices/{mac}/") else wanted


def _doubts_of(device: Device) -> list[str]:
    phone = find_phone(db.session(), device.mac)
    return device_changes.doubts_of(device, phone.model if phone else "")


def _fields() -> DeviceFields:
    form = request.form
    return DeviceFields(
        display_name=form.get("display_name", ""),
        serial_number=form.get("serial_number", ""),
        site_id=_choice(form, "site"),
        template_id=_choice(form, "template"),
        firmware_id=_choice(form, "firmware"),
        language=form.get("language", ""),
        vlan_mode=read_vlan_mode(form),
        vlan_id=read_number(form, "vlan_id", "VLAN id", MAX_VLAN_ID),
        vlan_priority=read_number(form, "vlan_priority", "VLAN priority", MAX_VLAN_PRIORITY),
    )


def _choice(form: Mapping[str, str], name: str) -> int | None:
    """Return the id that was chosen, None for nothing; one that there cannot be is 0."""
    text = form.get(name, "")
    if not text:
        return None
    return read_number(form, name, name, LARGEST_ID)


def _typed_of(device: Device) -> dict[str, str]:
    fields = device_fields.fields_of(device)
    return {
        "mac": device.mac,
        "user_name": device.phone_user.name if device.phone_user else "",
        "display_name": fields.display_name,
        "serial_number": fields.serial_number,
        "site": str(fields.site_id),
        "template": str(fields.template_id or ""),
        "firmware": str(fields.firmware_id or ""),
        "language": fields.language,
        "vlan_mode": fields.vlan_mode.value,
        "vlan_id": str(fields.vlan_id),
        "vlan_priority": str(fields.vlan_priority),
    }


def _form(
    tenant: Tenant,
    typed: Mapping[str, str],
    error: RingmasterError | None = None,
    *,
    user: PhoneUser | None = None,
    device: Device | None = None,
) -> Response:
    faults = _faults_of(error)
    page = render_template(
        "ringmaster/device_form.html",
        title=f"Edit {device.mac}" if device else f"Add a phone of {user}",
        tenant=tenant,
        user=user,
        device=device,
        typed=typed,
        faults=faults,
        refused=str(error) if error and not faults else "",
        choices=device_fields.read_choices(db.session(), tenant.id),
        vlan_modes=VLAN_MODES,
        back=way_back(page_of(device) if device else f"{LIST}show/{user.id if user else ''}"),
    )
    return make_response(page, _status_of(error))


def _faults_of(error: RingmasterError | None) -> Mapping[str, str]:
    return error.by_field if error is not None else {}


def _status_of(error: RingmasterError | None) -> HTTPStatus:
    if error is None:
        return HTTPStatus.OK
    return HTTPStatus.CONFLICT if isinstance(error, ConflictError) else HTTPStatus.BAD_REQUEST
