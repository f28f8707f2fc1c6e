"""Who sends this request and why, as services note it."""

from dataclasses import replace

from flask import request
from flask_login import current_user

from app.models import Operator
from app.rules.given_reasons import reason_in
from app.services.author import Author
from app.views.given_reasons import given_reason


def author() -> Author:
    """Return the account that is signed in, where its request came from, and why."""
    return author_of(current_user)


def author_noting(note: str) -> Author:
    """Return the same for a form that asks for a note: that is why, where it can be a reason."""
    asker = author()
    return replace(asker, reason=asker.reason or reason_in(note))


def author_of(account: Operator) -> Author:
    """Return an account that need not be signed in, where this request came from, and why."""
    return Author(account.username, request.remote_addr or "", given_reason())
