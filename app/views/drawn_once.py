"""Pieces of pages that the same few values always draw alike: drawn once and kept, and not again for each page.

Such a template (``app/templates/ringmaster/drawn_once``) reads nothing but its values: neither who asks, nor the
request, nor the token of a form. What somebody may do is one of the values, so that nobody gets what was drawn for
other rights.
"""

from collections.abc import Hashable
from functools import lru_cache

from flask import current_app
from markupsafe import Markup

_FOLDER = "ringmaster/drawn_once"
_MOST_KEPT = 256
"""Menus of a few kilobytes for the most part: one for each entry, set of roles, and way in which they are folded."""


@lru_cache(_MOST_KEPT)
def drawn_once(name: str, **values: Hashable) -> Markup:
    """Return what a template makes of these values."""
    template = current_app.jinja_env.get_template(f"{_FOLDER}/{name}.html")
    return Markup(template.render(values))  # noqa: S704  # templates escape what they are given
