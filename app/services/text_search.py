"""Conditions that find what people type anywhere in a text, without regard to case."""

from sqlalchemy import ColumnElement, or_
from sqlalchemy.orm import InstrumentedAttribute

from app.models import PhoneUser
from app.models.phone_user import key_of


def contains(column: InstrumentedAttribute[str], text: str) -> ColumnElement[bool]:
    """Find the text anywhere, without regard to case; databases fold no letters beyond ASCII for certain."""
    spellings = {text} if text.isascii() else {text, text.lower(), text.upper(), text.title()}
    return or_(*(column.icontains(spelling, autoescape=True) for spelling in sorted(spellings)))


def names_user(text: str) -> ColumnElement[bool]:
    """Find phone users by a part of the name, of the display name or of the nickname."""
    return or_(
        PhoneUser.name_key.contains(key_of(text), autoescape=True),
        contains(PhoneUser.display_name, text),
        contains(PhoneUser.nickname, text),
    )
