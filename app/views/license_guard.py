"""What is left of the screens once the licence has expired: the page on which a new one is installed (manual 7)."""

from http import HTTPStatus

from flask import Flask, current_app, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.license_watch import LicenseWatch
from app.models import Operator
from app.security.roles import ADMINISTRATOR
from app.views.request_guards import (
    OPEN_TO_THOSE_WHO_SET_UP,
    OPEN_TO_VISITORS,
    is_not_done_signing_in,
    is_of_a_program,
    wants_json,
)
from app.views.times import time_of_page

WATCH = "ringmaster_license"
ADDRESS = "/license/"
VIEW = "LicenseView"
ONLY_ADMINISTRATORS = (
    "Only an administrator can sign in, to install a new one; phones keep the files they have."
)


def install(app: Flask) -> None:
    """Look after the licence for every request to a screen."""
    begin(app)
    app.before_request(_hold_back)


def begin(app: Flask) -> None:
    """Know nothing yet of the licence in the application's database."""
    app.extensions[WATCH] = LicenseWatch(app.extensions["ringmaster_database"])


def watch() -> LicenseWatch:
    """Return what this process knows of the licence."""
    found: LicenseWatch = current_app.extensions[WATCH]
    return found


def expired() -> str:
    """Return the sentence that says since when the licence has expired, or an empty text."""
    return watch().expired(time_of_page())


def may_install(account: Operator) -> bool:
    """Whether an account may install a licence, and so is let in without one."""
    return any(role.name == ADMINISTRATOR for role in account.roles)


def _hold_back() -> ResponseReturnValue | None:
    """Lead administrators to the page of the licence, and tell others why they cannot go on."""
    if request.endpoint is None or is_of_a_program() or request.endpoint in OPEN_TO_VISITORS:
        return None
    if not current_user.is_authenticated:
        return None
    sentence = expired()
    if not sentence:
        return None
    if may_install(current_user):
        is_its_page = request.endpoint.partition(".")[0] == VIEW
        comes_first = request.endpoint in OPEN_TO_THOSE_WHO_SET_UP and is_not_done_signing_in()
        return None if is_its_page or comes_first else redirect(ADDRESS, HTTPStatus.SEE_OTHER)
    told = f"{sentence} Nobody can work here until an administrator has installed a new one."
    if wants_json():
        return jsonify(refused=told), HTTPStatus.FORBIDDEN
    return render_template("ringmaster/license_expired.html", sentence=told), HTTPStatus.FORBIDDEN
