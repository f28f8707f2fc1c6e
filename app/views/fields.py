"""Form fields that several pages share."""

from wtforms import TextAreaField
from wtforms.validators import Length

MOST_CHARACTERS = 2_000


def description_field() -> TextAreaField:
    """Return the field of a free text that may stay empty."""
    return TextAreaField("Description", validators=[Length(max=MOST_CHARACTERS)], filters=[text_or_empty])


def text_or_empty(text: str | None) -> str:
    """Make of a field that was not sent the empty text that its column holds."""
    return text or ""
