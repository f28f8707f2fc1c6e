"""The nickname of a phone's user, given from the list of phones (manual 6.3, table 6-2)."""

from dataclasses import replace
from http import HTTPStatus

from flask import abort, flash, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from sqlalchemy import select

from app.errors import NotAllowedError, RingmasterError
from app.models import Device, PhoneUser
from app.rules.mac_addresses import find_mac
from app.security.roles import DEVICE, EDIT, USERS
from app.services import phone_user_changes
from app.services.phone_user_changes import MAX_NICKNAME
from app.transaction import transaction
from app.views.authors import author
from app.views.shell import may
from app.views.times import time_of_page
from app.views.way_back import way_back
from app.views.web_session import db


class NicknameView(BaseView):
    """Names the people of phones as their administrators know them."""

    class_permission_name = DEVICE
    route_base = "/devices"
    default_view = "nickname"

    @expose("/<mac>/nickname", methods=["GET", "POST"])
    @has_access
    @permission_name("edit")
    def nickname(self, mac: str) -> ResponseReturnValue:
        """Show the nickname of the phone's user, and change it."""
        if not may(EDIT, USERS):
            raise NotAllowedError("You do not have permission to modify this item.")
        user, refused = _user_of(mac), ""
        if request.method == "POST":
            refused = _change(user)
            if not refused:
                return redirect(way_back(f"/devices/{mac}/"))
        page = render_template(
            "ringmaster/nickname.html",
            title=f"Nickname of {user.display_name or user.name}",
            user=user,
            typed=request.form.get("nickname", user.nickname),
            most_characters=MAX_NICKNAME,
            refused=refused,
            back=way_back(f"/devices/{mac}/"),
        )
        return make_response(page, HTTPStatus.BAD_REQUEST if refused else HTTPStatus.OK)


def _user_of(mac: str) -> PhoneUser:
    wanted = (
        select(PhoneUser)
        .join(Device, Device.phone_user_id == PhoneUser.id)
        .where(Device.mac == (find_mac(mac) or ""))
    )
    user: PhoneUser | None = db.session().scalar(wanted)
    return user or abort(HTTPStatus.NOT_FOUND, f"No phone {mac} has a user that your account sees.")


def _change(user: PhoneUser) -> str:
    """Give the user the nickname of the form; return what is wrong with it, or nothing."""
    fields = phone_user_changes.fields_of(user)
    wanted = replace(fields, nickname=request.form.get("nickname", ""))
    try:
        with transaction(db.session()) as session:
            is_changed = phone_user_changes.change(session, user, wanted, author=author(), now=time_of_page())
            named = (
                f"{user.name} is called “{user.nickname}” now."
                if user.nickname
                else f"{user.name} has no nickname now."
            )
    except RingmasterError as error:
        return str(error)
    flash(named if is_changed else "Nothing was changed.", "success")
    return ""
