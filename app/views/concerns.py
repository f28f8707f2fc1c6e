"""The bar that says what Generate would change: which changes a page asks about, and how an address carries them.

A page whose rows belong to one owner names what concerns that owner (``concerns=`` of its HTML). A deed leads to a page
whose address names the deed itself (``change=``), which any page then asks about instead.
"""

from collections.abc import Sequence
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import request

from app.services.affected import Change
from app.services.change_names import MOST_CHANGES, name_of

CHANGE = "change"
"""The argument of an address that names a change, as often as there are changes."""


def concerns_of(*changes: Change) -> list[str]:
    """Return the names of changes for a page."""
    return [name_of(change) for change in changes]


def asked_about(concerns: Sequence[str]) -> list[str]:
    """Return the names of the changes that the page's address asks about, else those that concern the page."""
    return request.args.getlist(CHANGE)[:MOST_CHANGES] or list(concerns)


def query_of(names: Sequence[str], **others: str) -> str:
    """Return the query of an address that names changes, with its question mark; empty where there is none."""
    pairs = [(CHANGE, name) for name in names] + [(name, text) for name, text in others.items() if text]
    return f"?{urlencode(pairs)}" if pairs else ""


def leading_to(address: str, changes: Sequence[Change]) -> str:
    """Return an address on this server so that its page asks about these changes, and about no earlier ones."""
    parts = urlsplit(address)
    kept = [(name, value) for name, value in parse_qsl(parts.query) if name != CHANGE]
    query = urlencode([*kept, *((CHANGE, name) for name in concerns_of(*changes))])
    return parts._replace(query=query).geturl()
