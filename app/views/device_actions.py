"""What is asked of one phone: an operation with one target, and what became of the last one (manual 6.3)."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from flask import Response, abort, flash, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from markupsafe import Markup
from sqlalchemy.orm import Session

from app.errors import NotAllowedError, RingmasterError
from app.models import Operation
from app.models.enums import Action, Stage, Subject
from app.rules.actions import KINDS
from app.rules.mac_addresses import find_mac
from app.security.roles import DEVICE
from app.services import device_changes, pins
from app.services.operations import of_phone, starting, targets
from app.services.operations.starting import Order
from app.services.operations.targets import Candidate, Chosen
from app.transaction import transaction
from app.views import operation_form
from app.views.authors import author
from app.views.list_arguments import word_of
from app.views.times import time_of_page
from app.views.way_back import way_back
from app.views.web_session import db

_SENTENCES: Mapping[Action, str] = {
    Action.CHECK_STATUS: "The phone is asked how it is, or its next report is waited for.",
    Action.RESTART: "The phone restarts; a call may end.",
    Action.UPDATE: "The phone fetches its configuration file.",
    Action.GENERATE: "Its configuration file is made anew; the phone gets it when it next asks.",
    Action.MESSAGE: "The phone beeps and shows the text.",
    Action.FIRMWARE: "The phone loads another firmware, and restarts with it.",
    Action.TENANT: "The phone goes to another tenant, with all that is its own.",
}
"""The actions that are asked of one phone on pages of its own; the form of the device has the others."""


class DeviceActionView(BaseView):
    """Actions for one phone."""

    class_permission_name = DEVICE
    route_base = "/devices"

    @expose("/<mac>/ask/<action>", methods=["GET", "POST"])
    @has_access
    @permission_name("show")
    def ask(self, mac: str, action: str) -> ResponseReturnValue:
        """Show what the action has to be told, and begin it; which deed that needs depends on the action."""
        asked = next((known for known in _SENTENCES if known == action), None) or abort(HTTPStatus.NOT_FOUND)
        operation_form.check_may(asked)
        phone = _find_phone(mac)
        if request.method == "GET":
            return _form(phone, asked, {})
        try:
            with transaction(db.session()) as session:
                told = has_begun(
                    begin(session, [phone.key], asked, operation_form.read_options(request.form))
                )
        except NotAllowedError:
            raise
        except RingmasterError as error:
            return _form(phone, asked, request.form, str(error))
        flash(told, "success")
        return redirect(way_back(f"/devices/{phone.key}/"))

    @expose("/<mac>/release", methods=["POST"])
    @has_access
    @permission_name("edit")
    def release(self, mac: str) -> ResponseReturnValue:
        """Let rules decide again for a device in a stage in which an operator chose something for it."""
        stage = word_of(request.form, "stage", Stage) or abort(HTTPStatus.BAD_REQUEST)
        with transaction(db.session()) as session:
            device = device_changes.get_device(session, find_mac(mac) or "")
            pins.release(session, [device], (stage,), author=author(), now=time_of_page())
        flash(
            "Released: rules decide this again when they are asked, with Update Configuration for example.",
            "success",
        )
        return redirect(f"/devices/{device.mac}/")


def begin(
    session: Session, macs: Sequence[str], action: Action, options: Mapping[str, Any] | None = None
) -> Operation:
    """Ask something of these phones, at the usual pace."""
    kind = KINDS[action]
    order = Order(
        action=action,
        chosen=Chosen(Subject.DEVICES, macs),
        pace=kind.pace,
        patience=kind.patience,
        options=options or {},
    )
    return starting.start(session, order, author=author(), now=time_of_page())


def has_begun(operation: Operation) -> Markup:
    """Say that an operation has begun, with a link to its page."""
    begun = Markup('{} has begun: <a href="/operations/{}/">operation {}</a>.')
    return begun.format(KINDS[operation.action].title, operation.id, operation.id)


def restart_of(session: Session, mac: str) -> Markup:
    """Say that a phone which has just become a device is to restart, with a link to that; nothing where it is not."""
    latest = of_phone.find_latest(session, mac)
    if latest is None or latest.action is not Action.RESTART or not latest.goes_on:
        return Markup("")
    asked = Markup(' It is asked to restart: <a href="/operations/{}/">operation {}</a>.')
    return asked.format(latest.operation_id, latest.operation_id)


def _find_phone(mac: str) -> Candidate:
    """Return the phone of an address, a device or one that waits, or answer 404."""
    normal = find_mac(mac) or abort(HTTPStatus.NOT_FOUND)
    session = db.session()
    found = targets.resolve(session, Chosen(Subject.DEVICES, [normal]))
    found = found or targets.waiting_phones(session, [normal])
    return next(iter(found), None) or abort(
        HTTPStatus.NOT_FOUND, f"No phone has the MAC address {normal}, or your account does not see it."
    )


def _form(phone: Candidate, action: Action, typed: Mapping[str, Any], refused: str = "") -> Response:
    page = render_template(
        "ringmaster/device_ask.html",
        title=f"{KINDS[action].title}: {phone.key}",
        mac=phone.key,
        label=phone.label,
        note=phone.note,
        action=action,
        kind=KINDS[action],
        sentence=_SENTENCES[action],
        typed=typed,
        refused=refused,
        back=way_back(f"/devices/{phone.key}/"),
        **operation_form.read_choices(db.session()),
    )
    return make_response(page, HTTPStatus.BAD_REQUEST if refused else HTTPStatus.OK)
