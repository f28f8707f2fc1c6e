"""Who sends this request, as services note it."""

from flask import request
from flask_login import current_user

from app.services.author import Author


def author() -> Author:
    """Return the account that is signed in, and where its request came from."""
    return Author(current_user.username, request.remote_addr or "")
