"""Values as they stand in files of other vendors: as they are, or escaped for XML."""

import re
from collections.abc import Mapping

from app.models.enums import ValueFormat
from app.rendering.personal_file import Overlays, Rendered, render_global_file, render_personal_file
from app.rendering.placeholders import names_in
from app.rendering.secret_placeholders import is_secret_placeholder
from app.rendering.text import fill

_SIGNS = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"})
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def escaped(value: str, value_format: ValueFormat) -> str:
    """Return a value as it is written into a file, so that the phone reads the value itself.

    What XML cannot hold at all is left out of it.
    """
    return _NOT_IN_XML.sub("", value).translate(_SIGNS) if value_format is ValueFormat.XML else value


def render_phone_file(
    value_format: ValueFormat, data: str, values: Mapping[str, str], overlays: Overlays
) -> Rendered:
    """Return the file of one phone; what is laid over it are lines that only AudioCodes' phones read."""
    if value_format is ValueFormat.AUDIOCODES:
        return render_personal_file(data, values, overlays)
    return _filled(value_format, data, values)


def render_shared_file(value_format: ValueFormat, data: str, values: Mapping[str, str]) -> Rendered:
    """Return the file that all phones of a template share."""
    if value_format is ValueFormat.AUDIOCODES:
        return render_global_file(data, values)
    return _filled(value_format, data, values)


def _filled(value_format: ValueFormat, data: str, values: Mapping[str, str]) -> Rendered:
    """Fill a text; a secret without a value goes with its line: an empty one would take away what phones have."""
    names = [name for name in names_in(data) if name in values]
    empty = tuple(name for name in names if not values[name] and is_secret_placeholder(name))
    filled = fill(data, {name: escaped(values[name], value_format) for name in names if name not in empty})
    unknown = tuple(name for name in filled.unknown if name not in empty)
    return Rendered(filled.text.strip("\ufeff \t\n") + "\n", unknown, empty)
