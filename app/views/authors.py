"""Who sends this request, as services note it."""

from flask import request
from flask_login import current_user

from app.models import Operator
from app.services.author import Author


def author() -> Author:
    """Return the account that is signed in, and where its request came from."""
    return author_of(current_user)


def author_of(account: Operator) -> Author:
    """Return an account that need not be signed in, and where this request came from."""
    return Author(account.username, request.remote_addr or "")
