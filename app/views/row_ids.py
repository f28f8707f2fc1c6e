"""Ids of rows in addresses."""

from http import HTTPStatus

from flask import abort, request

from app.views.list_arguments import LARGEST_ID


def existing(row_id: int) -> int:
    """Return an id, or answer 404 for a number that is larger than any id."""
    return row_id if 0 < row_id <= LARGEST_ID else abort(HTTPStatus.NOT_FOUND)


def argument(name: str) -> int | None:
    """Return the id that an argument of the address names, or None where it is not given."""
    text = request.args.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 11):
        abort(HTTPStatus.NOT_FOUND)
    return existing(int(text))
