"""Who asks, from where and when, as services note it in the journal."""

from flask import request
from flask_login import current_user

from app.services.journal import Who
from app.views.times import time_of_page


def who() -> Who:
    """Return the one who is signed in, the address of this request and the moment of its page."""
    return {"by": current_user.username, "address": request.remote_addr or "", "now": time_of_page()}
