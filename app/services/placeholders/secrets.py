"""Which placeholders are secret in this installation: their values are masked, and never written to the journal."""

from collections.abc import Callable, Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import ConfigTemplate
from app.rendering.secret_parameters import MASK
from app.rendering.secret_placeholders import is_secret_placeholder, secret_names_in

IsSecret = Callable[[str], bool]


def secret_test(session: Session) -> IsSecret:
    """Return what tells whether a placeholder is secret: by its name, or by what some template does with it."""
    contents: Iterable[str] = session.scalars(select(ConfigTemplate.content))
    in_templates: frozenset[str] = frozenset().union(*map(secret_names_in, contents))
    return lambda name: is_secret_placeholder(name) or name in in_templates


def shown(value: str, *, is_masked: bool) -> str:
    """Return the value as it is shown; an empty one hides nothing."""
    return MASK if is_masked and value else value
