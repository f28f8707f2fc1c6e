"""Which placeholders hold a secret: by the catalogue, by their names, and by the lines of templates they stand on."""

from functools import lru_cache

from app.rendering.one_line import line_feeds_only
from app.rendering.placeholders import CATALOGUE, names_in
from app.rendering.secret_parameters import is_secret_parameter
from app.rendering.text import CACHED_TEMPLATES


def is_secret_placeholder(name: str) -> bool:
    """Tell whether a placeholder holds a secret, as far as its name says it."""
    known = CATALOGUE.get(name)
    return known.is_secret if known else is_secret_parameter(name)


@lru_cache(maxsize=CACHED_TEMPLATES)
def secret_names_in(template: str) -> frozenset[str]:
    """Return the placeholders that a template writes into a parameter that holds a secret, whatever they are called."""
    lines = (line.partition("=") for line in line_feeds_only(template).split("\n"))
    return frozenset(
        name for parameter, _, value in lines if is_secret_parameter(parameter) for name in names_in(value)
    )
