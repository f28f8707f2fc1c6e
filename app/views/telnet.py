"""Telnet: debug commands for one phone, and what it answers (manual 6.3)."""

import asyncio
from collections.abc import Sequence
from http import HTTPStatus
from threading import BoundedSemaphore

from flask import Response, abort, current_app, make_response, render_template, request
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name

from app.errors import ConflictError, NotAllowedError, RingmasterError
from app.phone_client import telnet as phone
from app.rules.mac_addresses import find_mac
from app.rules.telnet import Conversation, read_commands
from app.security.roles import DEVICE
from app.services import telnet
from app.transaction import transaction
from app.views.authors import author
from app.views.times import time_of_page
from app.views.web_session import db
from config import Settings

MOST_AT_ONCE = 3
"""Conversations of one web server: each holds one of its threads for up to half a minute."""
_LINES = BoundedSemaphore(MOST_AT_ONCE)


class TelnetView(BaseView):
    """The command line of one phone."""

    class_permission_name = DEVICE
    route_base = "/devices"

    @expose("/<mac>/telnet/", methods=["GET", "POST"])
    @has_access
    @permission_name("telnet")
    def telnet(self, mac: str) -> Response:
        """Take commands, say them to the phone, and show what was said."""
        normal = find_mac(mac) or abort(HTTPStatus.NOT_FOUND)
        telnet.get_status(db.session(), normal)
        if request.method == "GET":
            return _page(normal)
        typed = request.form.get("commands", "")
        try:
            conversation = _converse(normal, read_commands(typed))
        except NotAllowedError:
            raise
        except RingmasterError as error:
            return _page(normal, typed, refused=str(error))
        return _page(normal, typed, conversation)


def _converse(mac: str, commands: Sequence[str]) -> Conversation:
    """Call the phone, with no transaction open meanwhile, and keep what was said in the journal."""
    configured: Settings = current_app.extensions["ringmaster_settings"]
    with transaction(db.session()) as session:
        call = telnet.prepare(
            session,
            mac,
            commands,
            port=configured.phone_telnet_port,
            may_be_here=configured.phones_on_this_machine,
        )
    if not _LINES.acquire(blocking=False):
        raise ConflictError(f"{MOST_AT_ONCE} people talk to phones just now. Try again in half a minute.")
    try:
        conversation = asyncio.run(phone.converse(call))
    finally:
        _LINES.release()
    with transaction(db.session()) as session:
        telnet.note(session, call, conversation, author=author(), now=time_of_page())
    return conversation


def _page(
    mac: str, typed: str = "", conversation: Conversation | None = None, *, refused: str = ""
) -> Response:
    page = render_template(
        "ringmaster/telnet.html",
        title=f"Telnet: {mac}",
        mac=mac,
        is_on=telnet.is_on(db.session()),
        typed=typed,
        conversation=conversation,
        refused=refused,
    )
    return make_response(page, HTTPStatus.BAD_REQUEST if refused else HTTPStatus.OK)
