"""Form fields that several pages share."""

from wtforms import TextAreaField
from wtforms.validators import Length

MOST_CHARACTERS = 2_000


def description_field() -> TextAreaField:
    """Return the field of a free text that may stay empty."""
    return TextAreaField("Description", validators=[Length(max=MOST_CHARACTERS)])
