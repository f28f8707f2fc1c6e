"""The page of one phone, and its configuration file."""

from collections.abc import Sequence
from http import HTTPStatus

from flask import Response, abort, flash, redirect, render_template
from flask.typing import ResponseReturnValue
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name

from app.errors import NotFoundError
from app.models import ConfigFile
from app.rendering.secret_parameters import mask_secrets
from app.rules.mac_addresses import find_mac
from app.security.roles import DEVICE, JOURNAL, RULES, SEE_SECRETS, SHOW_FILE
from app.services import config_files, device_replacement
from app.services.devices_status.details import (
    Details,
    PlaceholderValue,
    get_details,
    read_journal,
    read_placeholder_values,
    steps_by_stage,
)
from app.views.device_parts import read_parts
from app.views.rules.outcomes import Got, decided_and_today
from app.views.shell import may, shows_secrets
from app.views.web_session import db


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
            details = get_details(db.session(), mac)
        except NotFoundError:
            successor = device_replacement.find_successor(db.session(), mac)
            if successor is None:
                raise
            flash(f"The phone {mac} was replaced by this one.", "info")
            return redirect(f"/devices/{successor}/")
        return render_template(
            "ringmaster/device.html",
            title=mac,
            decisions=[(decision, steps_by_stage(decision)) for decision in details.decisions],
            got=_then_and_today(details),
            entries=read_journal(db.session(), details.macs) if may("can_list", JOURNAL) else None,
            values=_values(details) if may(SHOW_FILE, DEVICE) else (),
            **read_parts(db.session(), details),
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


def _then_and_today(details: Details) -> Sequence[Got]:
    """Return what was decided for the phone and what it would get today, for those who may read rules."""
    latest = next(iter(details.decisions), None)
    if details.phone is None or latest is None or latest.mac != details.mac or not may("can_list", RULES):
        return ()
    return decided_and_today(db.session(), latest)


def _values(details: Details) -> Sequence[PlaceholderValue]:
    """Return what the placeholders of the device's template stand for, with secrets masked."""
    if details.device is None:
        return ()
    return read_placeholder_values(db.session(), details.device, with_secrets=False)


def _normal(mac: str) -> str:
    return find_mac(mac) or abort(HTTPStatus.NOT_FOUND)


def _get_file(mac: str) -> tuple[Details, ConfigFile]:
    details = get_details(db.session(), mac)
    file = config_files.find(db.session(), details.file.name) if details.file else None
    return details, file or abort(HTTPStatus.NOT_FOUND, f"There is no file for the phone {mac} yet.")
