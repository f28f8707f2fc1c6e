"""Conditions that find what people type anywhere in a text, without regard to case."""

from string import ascii_lowercase, ascii_uppercase

from sqlalchemy import ColumnElement, func, or_
from sqlalchemy.orm import InstrumentedAttribute

from app.models import PhoneUser
from app.models.phone_user import key_of

_FOLD = str.maketrans(ascii_uppercase, ascii_lowercase)


def contains(column: InstrumentedAttribute[str] | ColumnElement[str], text: str) -> ColumnElement[bool]:
    """Find the text anywhere, without regard to case; databases fold no letters beyond ASCII for certain."""
    spellings = {text, text.lower(), text.upper(), text.title()}
    folded = sorted({spelling.translate(_FOLD) for spelling in spellings})
    # Folded here and not by the database, which would do it again for each row.
    return or_(*(func.lower(column).contains(spelling, autoescape=True) for spelling in folded))


def either(one: InstrumentedAttribute[str], other: InstrumentedAttribute[str]) -> ColumnElement[str]:
    """Return two columns as one, to be looked through at once: what a person types on one line is not in between."""
    return one + "\n" + other


def names_user(text: str) -> ColumnElement[bool]:
    """Find phone users by a part of the name, of the display name or of the nickname."""
    return or_(
        PhoneUser.name_key.contains(key_of(text), autoescape=True),
        contains(either(PhoneUser.display_name, PhoneUser.nickname), text),
    )
