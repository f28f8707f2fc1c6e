"""Conditions that find what people type anywhere in a text, without regard to case."""

from string import ascii_lowercase, ascii_uppercase
from typing import Any

from sqlalchemy import ColumnElement, String, literal_column, or_
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from app.models import PhoneSearch, PhoneUser
from app.models.phone_user import key_of

_FOLD = str.maketrans(ascii_uppercase, ascii_lowercase)
# Written out, so that PostgreSQL knows an index over both columns again.
_NEW_LINE = literal_column("'\n'", String)


class Folded(FunctionElement[str]):
    """A text without case: of ASCII letters alone, which is what all databases agree on."""

    name = "folded"
    type = String()
    inherit_cache = True


@compiles(Folded)
def _on_sqlite(element: Folded, compiler: SQLCompiler, **options: Any) -> str:
    return f"lower({compiler.process(element.clauses, **options)})"


@compiles(Folded, "postgresql")
def _on_postgresql(element: Folded, compiler: SQLCompiler, **options: Any) -> str:
    """Fold by bytes: by the rules of a language it takes most of the time that a search takes."""
    return f'lower(({compiler.process(element.clauses, **options)}) COLLATE "C")'


def contains(column: InstrumentedAttribute[str] | ColumnElement[str], text: str) -> ColumnElement[bool]:
    """Find the text anywhere, without regard to case; databases fold no letters beyond ASCII for certain."""
    # Folded here and not by the database, which would do it again for each row.
    return or_(*(Folded(column).contains(spelling, autoescape=True) for spelling in spellings(text)))


def spellings(text: str) -> list[str]:
    """Return how the text may be spelled in what is folded."""
    written = {text, text.lower(), text.upper(), text.title()}
    return sorted({spelling.translate(_FOLD) for spelling in written})


def either(one: InstrumentedAttribute[str], other: InstrumentedAttribute[str]) -> ColumnElement[str]:
    """Return two columns as one, to be looked through at once: what a person types on one line is not in between."""
    return one + _NEW_LINE + other


def names_user(text: str) -> ColumnElement[bool]:
    """Find phone users by a part of the name, of the display name or of the nickname."""
    return or_(
        PhoneUser.name_key.contains(key_of(text), autoescape=True),
        contains(either(PhoneUser.display_name, PhoneUser.nickname), text),
    )


def has_words(text: str, digits: str | None = None) -> ColumnElement[bool]:
    """Find phones by a part of anything that they reported and people look for, or of their MAC address (PostgreSQL).

    Every phone that has the text in one of these columns is found, and maybe some that have it across two of them.
    """
    parts = {*spellings(text), *([digits] if digits else [])}
    return or_(*(PhoneSearch.words.contains(part, autoescape=True) for part in sorted(parts)))
