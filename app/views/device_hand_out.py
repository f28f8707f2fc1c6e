"""Lets the file of a phone be handed out again, where its tenant hands files out once."""

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name

from app.errors import ConflictError
from app.security.roles import DEVICE
from app.services import hand_outs
from app.transaction import transaction
from app.views.authors import author
from app.views.device_forms import get_device, page_of
from app.views.times import time_of_page
from app.views.web_session import db


class DeviceHandOutView(BaseView):
    """Whoever has asked for a phone's file and was refused, and whoever asks next."""

    class_permission_name = DEVICE
    route_base = "/devices"

    @expose("/<mac>/hand-out", methods=["POST"])
    @has_access
    @permission_name("edit")
    def release(self, mac: str) -> ResponseReturnValue:
        """Let the file go to the address that was refused last, or to whoever asks first."""
        device, address = get_device(mac), request.form.get("address", "")
        try:
            with transaction(db.session()) as session:
                hand_outs.release(session, device, address, author=author(), now=time_of_page())
        except ConflictError as error:
            flash(str(error), "danger")
        else:
            flash(f"The file of {device.mac} goes to {address or 'whoever asks for it first'}.", "success")
        return redirect(f"{page_of(device)}#provisioning")
