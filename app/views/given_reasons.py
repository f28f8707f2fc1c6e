"""Why somebody does what a form sends: one field that any form may have, for all that the request writes.

The field is the macro ``reason`` of templates/ringmaster/ui.html; the dialog that asks before a deed has it as well
(static/ringmaster/shell.js). ``authors.author`` gives what it says to services.
"""

from flask import Flask, request

from app.models.journal_entry import MAX_GIVEN_REASON
from app.rules.given_reasons import checked_reason
from app.views.request_guards import carries_files, is_of_a_program

FIELD = "given_reason"


def install(app: Flask) -> None:
    """Refuse a reason that will not do before anything is done; forms that carry files are read later, and so is it."""
    app.before_request(_check)
    app.jinja_env.globals.update(given_reason=_typed, reason_field=FIELD, longest_reason=MAX_GIVEN_REASON)


def given_reason() -> str:
    """Return the reason that this request gives, empty where it gives none; InvalidInputError where it will not do."""
    return checked_reason(request.form.get(FIELD, ""))


def _check() -> None:
    if request.method == "POST" and not is_of_a_program() and not carries_files():
        given_reason()


def _typed() -> str:
    """Return what was typed into the form that is shown again."""
    return request.form.get(FIELD, "") if request.method == "POST" else ""
