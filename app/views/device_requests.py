"""What is asked of several phones of Devices Status at once: the selected ones, or all that match (manual 6.3).

Each is an operation. How a form names the phones: ``mac`` as often as there are some, or ``matching``, the query of the
list of which all are meant.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from flask import abort, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name

from app.errors import InvalidInputError, NotAllowedError, RingmasterError
from app.models.enums import Action, Subject
from app.rules.actions import KINDS
from app.rules.pacing import Pace
from app.security.roles import DEVICES_STATUS, OPERATIONS
from app.services.devices_status.filters import ROW_NUMBERS
from app.services.devices_status.selection import find_matching
from app.services.operations import starting
from app.services.operations.rights import deed_of
from app.services.operations.starting import Order
from app.services.operations.targets import MOST_TARGETS, Chosen
from app.transaction import transaction
from app.views import operation_form
from app.views.authors import author
from app.views.devices_status_address import LIST, read_matching
from app.views.shell import may
from app.views.times import time_of_page
from app.views.way_back import way_back
from app.views.web_session import db

_NAMED = 5
_WORDS: Mapping[Action, tuple[str, str, str]] = {
    Action.CHECK_STATUS: (
        "Check Status",
        "fa-stethoscope",
        "The phones are asked how they are, or their next report is waited for.",
    ),
    Action.RESTART: ("Reset Phone", "fa-rotate-right", "The phones restart; calls may end."),
    Action.MESSAGE: ("Send Message", "fa-message", "The phones beep and show the text."),
    Action.GENERATE: (
        "Generate Configuration",
        "fa-file-circle-plus",
        "Their configuration files are made anew; the phones get them when they next ask.",
    ),
    Action.UPDATE: (
        "Update Configuration",
        "fa-file-arrow-down",
        "The phones fetch their configuration files.",
    ),
    Action.FIRMWARE: (
        "Update Firmware",
        "fa-microchip",
        "The phones load another firmware with configuration files that are made anew, and restart.",
    ),
    Action.TENANT: (
        "Change Tenant",
        "fa-building",
        "The phones go to another tenant, with all that is their own.",
    ),
    Action.DELETE_STATUS: (
        "Delete Device Status",
        "fa-eraser",
        "What the phones reported is forgotten, and their alarms end. Devices stay; a report brings a phone back.",
    ),
}
"""The actions of the list in the order of its menu: what each is called (manual, table 6-2), its icon, what it does."""


@dataclass(frozen=True, slots=True)
class Offer:
    """An action of the menu."""

    action: Action
    title: str
    icon: str


@dataclass(frozen=True, slots=True)
class _Phones:
    """The phones that are meant; ``matching`` is empty where they were selected one by one."""

    macs: Sequence[str]
    matching: str = ""

    @property
    def fields(self) -> Sequence[tuple[str, str]]:
        """How a form names them."""
        return [("matching", self.matching)] if self.matching else [("mac", mac) for mac in self.macs]


class DeviceRequestView(BaseView):
    """Asks something of selected phones."""

    class_permission_name = DEVICES_STATUS
    route_base = "/devices-status"
    default_view = "ask"

    @expose("/ask/<action>", methods=["GET", "POST"])
    @has_access
    @permission_name("list")
    def ask(self, action: str) -> ResponseReturnValue:
        """Show for how many phones something is asked, and begin it; which deed that needs depends on the action."""
        asked = next((known for known in _WORDS if known == action), None) or abort(HTTPStatus.NOT_FOUND)
        operation_form.check_may(asked)
        phones = _chosen()
        if request.method == "GET":
            return _form(asked, phones)
        try:
            order = _order(asked, phones)
            _check_number(asked, phones)
            with transaction(db.session()) as session:
                operation = starting.start(session, order, author=author(), now=time_of_page())
        except NotAllowedError:
            raise
        except RingmasterError as error:
            return _form(asked, phones, str(error))
        return redirect(f"/operations/{operation.id}/")


def offered() -> Sequence[Offer]:
    """Return the actions of the list that the one who is signed in may begin."""
    return [
        Offer(action, title, icon)
        for action, (title, icon, _) in _WORDS.items()
        if may(deed_of(action), OPERATIONS)
    ]


def _chosen() -> _Phones:
    matching = request.values.get("matching", "")
    if matching:
        filters = read_matching(matching)
        return _Phones(find_matching(db.session(), filters, at_most=MOST_TARGETS + 1), matching)
    return _Phones(operation_form.keys_of(request.values, Subject.DEVICES)[: max(ROW_NUMBERS)])


def _order(action: Action, phones: _Phones) -> Order:
    kind, form = KINDS[action], request.form
    batch, delay = form.get("batch", ""), form.get("delay", "")
    if not all(text.isascii() and text.isdecimal() and len(text) < 8 for text in (batch, delay)):
        raise InvalidInputError("Choose batch and delay from what the page offers.")
    return Order(
        action=action,
        chosen=Chosen(Subject.DEVICES, phones.macs),
        pace=Pace(int(batch), timedelta(seconds=int(delay))),
        patience=kind.patience,
        options=operation_form.read_options(form),
    )


def _check_number(action: Action, phones: _Phones) -> None:
    """Refuse what nobody has said yes to: more phones than the form told of, and a deletion without its number."""
    number = len(phones.macs)
    if str(number) != request.form.get("number", ""):
        raise InvalidInputError(
            f"Meanwhile {number:,} phones match. Look at what is asked of them once more."
        )
    if KINDS[action].deletes and number > 1 and request.form.get("typed", "").strip() != str(number):
        raise InvalidInputError(
            "Write the number of phones into the field, so that nothing is deleted by mistake."
        )


def _form(action: Action, phones: _Phones, refused: str = "") -> ResponseReturnValue:
    title, _, sentence = _WORDS[action]
    number, kind, session = len(phones.macs), KINDS[action], db.session()
    typed: Mapping[str, Any] = request.form if refused else {}
    usual = Order(
        action=action, chosen=Chosen(Subject.DEVICES, phones.macs), pace=kind.pace, patience=kind.patience
    )
    found = starting.read_targets(session, usual)
    page = render_template(
        "ringmaster/devices_status_ask.html",
        title=f"{title}: {'1 phone' if number == 1 else f'{number:,} phones'}",
        action=action,
        kind=kind,
        button=title,
        sentence=sentence,
        number=number,
        most=MOST_TARGETS,
        named=found[:_NAMED],
        left_out=number - len(found),
        fields_of_phones=phones.fields,
        typed=typed,
        batch=typed.get("batch", str(kind.pace.batch_size)),
        delay=typed.get("delay", str(int(kind.pace.delay.total_seconds()))),
        refused=refused,
        back=way_back(LIST),
        **operation_form.read_choices(session),
        **operation_form.paces(),
    )
    return make_response(page, HTTPStatus.BAD_REQUEST if refused else HTTPStatus.OK)
