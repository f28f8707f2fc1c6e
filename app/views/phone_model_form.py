"""The form of a phone model: what it is called, how its phones are told, and what their files are like."""

from wtforms import Field, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length

from app.models.enums import ValueFormat
from app.models.phone_model import MAX_CONTENT_TYPE, MAX_DESCRIPTION, MAX_PATTERN
from app.rules.phone_forms import LONGEST_BOOT_FILE, LONGEST_NAME, MOST_NAMES
from app.views.fields import text_or_empty

FORMAT_WORDS = {
    ValueFormat.AUDIOCODES: "AudioCodes: lines, over which configuration values of tenants, sites and users are laid",
    ValueFormat.TEXT: "Lines of another vendor: the text of the template with its values as they are",
    ValueFormat.XML: "XML: values are escaped, so that & and < in them arrive",
}
COLUMNS = ["file_names", "content_type", "value_format", "boot_file_names", "boot_file"]
"""The columns of a model that say what the files of its phones are like."""
LABELS = {
    "file_names": "Names of the phone's file",
    "content_type": "Type of content",
    "value_format": "Format of values",
    "boot_file_names": "Names of a boot file",
    "boot_file": "Boot file",
}
_LONGEST_NAMES = MOST_NAMES * (LONGEST_NAME + 2)


def form_fields() -> dict[str, Field]:
    """Return the fields that are not as their columns would make them."""
    return {
        "description": StringField(
            "Description", validators=[Length(max=MAX_DESCRIPTION)], filters=[text_or_empty]
        ),
        "user_agent_pattern": StringField(
            "User-Agent pattern",
            validators=[Length(max=MAX_PATTERN)],
            filters=[text_or_empty],
            description=(
                "Needed only where phones do not name the model in a way that is known. "
                "* stands for any characters, ? for one: Fanvil X4U *."
            ),
        ),
        "file_names": TextAreaField(
            LABELS["file_names"],
            validators=[Length(max=_LONGEST_NAMES)],
            filters=[text_or_empty],
            description=(
                "One on a line, the usual one first, with {mac} or {MAC} for the phone's MAC address in lower or upper "
                "case and {model} for the name of the model: cfg{mac}.xml. Empty: {mac}.cfg."
            ),
        ),
        "content_type": StringField(
            LABELS["content_type"],
            validators=[Length(max=MAX_CONTENT_TYPE)],
            filters=[text_or_empty],
            description="What phones are told that the file is: application/xml. Empty: text/plain; charset=utf-8.",
        ),
        "value_format": SelectField(
            LABELS["value_format"],
            choices=[SelectChoice(value_format.value, words) for value_format, words in FORMAT_WORDS.items()],
            default=ValueFormat.AUDIOCODES.value,
            description="How the values of placeholders stand in the file.",
        ),
        "boot_file_names": TextAreaField(
            LABELS["boot_file_names"],
            validators=[Length(max=_LONGEST_NAMES)],
            filters=[text_or_empty],
            description=(
                "Only for phones that first ask for a file which names their own one, as Polycom's do: {mac}.cfg. "
                "Written as above."
            ),
        ),
        "boot_file": TextAreaField(
            LABELS["boot_file"],
            validators=[Length(max=LONGEST_BOOT_FILE)],
            filters=[text_or_empty],
            render_kw={"rows": 6, "spellcheck": "false"},
            description="The text of that file, with {mac}, {MAC} and {model} in it.",
        ),
    }
