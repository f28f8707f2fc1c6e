"""Phones that wait are approved: one at once, several as an operation (manual, chapter 8)."""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import parse_qsl

from flask import Response, abort, flash, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from markupsafe import Markup

from app.errors import InvalidInputError, RingmasterError
from app.models.enums import Action, Subject
from app.rules.actions import KINDS
from app.rules.mac_addresses import find_mac
from app.security.roles import DEVICE
from app.services import approval
from app.services.devices_status.filters import ROW_NUMBERS, Filters
from app.services.devices_status.phones import Phone, read_phones
from app.services.devices_status.places import read_tenant_choices
from app.services.devices_status.waiting import find_waiting
from app.services.operations import starting
from app.services.operations.starting import Order
from app.services.operations.targets import MOST_TARGETS, Chosen
from app.transaction import transaction
from app.views.approval_form import read_approval, read_people
from app.views.authors import author
from app.views.device_actions import restart_of
from app.views.form_values import VLAN_MODES
from app.views.times import time_of_page
from app.views.way_back import way_back
from app.views.web_session import db

LIST = "/devices-status/"
MOST_SELECTED = max(ROW_NUMBERS)
_NAMED = 5


@dataclass(frozen=True, slots=True)
class _Waiting:
    """The phones that are to be approved; ``phones`` are those of them that the form lists.

    ``matching`` is the query of the list where all that match it are meant, and empty where they were selected.
    """

    macs: Sequence[str]
    phones: Sequence[Phone]
    matching: str = ""


class DeviceApprovalView(BaseView):
    """Phones become devices of the tenant that an operator chooses."""

    class_permission_name = DEVICE
    route_base = "/devices"

    @expose("/<mac>/approve", methods=["GET", "POST"])
    @has_access
    def approve(self, mac: str) -> ResponseReturnValue:
        """Show the form that approves the phone, and do what it says."""
        normal = find_mac(mac) or abort(HTTPStatus.NOT_FOUND)
        phones = read_phones(db.session(), [normal])
        if not phones:
            abort(
                HTTPStatus.NOT_FOUND, f"No phone has the MAC address {mac}, or your account does not see it."
            )
        return _approve(_waiting_among(phones))

    @expose("/approve", methods=["GET", "POST"])
    @has_access
    @permission_name("approve")
    def approve_selected(self) -> ResponseReturnValue:
        """The same for phones that were selected in the list, or for all that match what was looked for there."""
        matching = request.values.get("matching", "")
        if matching:
            return _approve(_waiting_that_match(matching))
        macs = (find_mac(text) for text in request.values.getlist("mac")[:MOST_SELECTED])
        return _approve(
            _waiting_among(read_phones(db.session(), [mac for mac in dict.fromkeys(macs) if mac]))
        )


def _waiting_among(phones: Sequence[Phone]) -> _Waiting:
    waiting = [phone for phone in phones if phone.is_approvable]
    return _Waiting([phone.mac for phone in waiting], waiting)


def _waiting_that_match(matching: str) -> _Waiting:
    filters = Filters.from_query(dict(parse_qsl(matching)))
    macs = find_waiting(db.session(), filters, at_most=MOST_TARGETS)
    return _Waiting(macs, read_phones(db.session(), macs[:_NAMED]), matching)


def _approve(waiting: _Waiting) -> ResponseReturnValue:
    if not waiting.macs:
        flash("None of the phones that were chosen waits for approval.", "info")
        return redirect(way_back(LIST))
    if request.method == "GET":
        return _form(waiting)
    try:
        wish = read_approval(request.form)
        if len(waiting.macs) == 1:
            return _approve_one(waiting.macs[0], wish)
        return _approve_several(waiting, wish)
    except InvalidInputError as error:
        return _form(waiting, str(error), HTTPStatus.BAD_REQUEST)
    except RingmasterError as error:
        return _form(waiting, str(error), HTTPStatus.CONFLICT)


def _approve_one(mac: str, wish: approval.ApprovalRequest) -> ResponseReturnValue:
    with transaction(db.session()) as session:
        approval.approve(session, mac, wish, author=author(), now=time_of_page())
        restarts = restart_of(session, mac)
    flash(Markup("The phone {} was approved, and its file is ready.{}").format(mac, restarts), "success")
    return redirect(way_back(LIST))


def _approve_several(waiting: _Waiting, wish: approval.ApprovalRequest) -> ResponseReturnValue:
    kind = KINDS[Action.APPROVE]
    order = Order(
        action=Action.APPROVE,
        chosen=Chosen(Subject.DEVICES, waiting.macs),
        pace=kind.pace,
        patience=kind.patience,
        options={
            "tenant_id": wish.tenant_id,
            "site_id": wish.site_id,
            "vlan_mode": wish.vlan_mode.value,
            "vlan_id": wish.vlan_id,
            "vlan_priority": wish.vlan_priority,
            "people": read_people(request.form, [phone.mac for phone in _nameless(waiting)]),
        },
    )
    with transaction(db.session()) as session:
        operation = starting.start(session, order, author=author(), now=time_of_page())
    return redirect(f"/operations/{operation.id}/")


def _nameless(waiting: _Waiting) -> Sequence[Phone]:
    """Return the phones whose user an operator names: those on which nobody signs in, where each is listed."""
    if len(waiting.phones) < len(waiting.macs):
        return ()
    return [phone for phone in waiting.phones if not phone.is_skype_for_business]


def _form(waiting: _Waiting, refused: str = "", status: HTTPStatus = HTTPStatus.OK) -> Response:
    number = len(waiting.macs)
    page = render_template(
        "ringmaster/device_approve.html",
        title="Approve phone" if number == 1 else f"Approve {number:,} phones",
        phones=waiting.phones,
        number=number,
        matching=waiting.matching if number > 1 else "",
        nameless={phone.mac for phone in _nameless(waiting)},
        tenants=read_tenant_choices(db.session()),
        vlan_modes=VLAN_MODES,
        typed=request.form,
        refused=refused,
        back=way_back(LIST),
    )
    return make_response(page, status)
