"""What is wrong with a template whose files are other vendors': XML that is none, and secrets that would be shown."""

from collections.abc import Iterator
from typing import NamedTuple
from xml.parsers import expat

from app.models.enums import ValueFormat
from app.rendering.one_line import line_feeds_only
from app.rendering.placeholders import MARKER, display_name, names_in
from app.rendering.secret_parameters import mask_secrets
from app.rendering.secret_placeholders import is_secret_placeholder
from app.rendering.template_file import TemplateFile

_TRIED = "s3cr3t-0f-n0b0dy"


class Fault(NamedTuple):
    """What is wrong, and the words of the template at which it is seen."""

    words: str
    sentence: str


def faults_of_format(template: TemplateFile, value_format: ValueFormat) -> Iterator[Fault]:
    """Yield what keeps a template from making files of this format."""
    if value_format is ValueFormat.AUDIOCODES:
        return
    shared, own = template.global_file.data, template.personal_file.data
    for data in (shared, own):
        yield from _shown_secrets(line_feeds_only(data))
    if value_format is ValueFormat.XML:
        for data in ([shared] if shared.strip() else []) + [own]:
            yield from _faults_of_markup(line_feeds_only(data).strip())


def _shown_secrets(data: str) -> Iterator[Fault]:
    """Yield each secret that nothing on its line tells, so that it would be shown to everybody who sees files."""
    for line in data.split("\n"):
        secret = next((name for name in names_in(line) if is_secret_placeholder(name)), None)
        if secret and _TRIED in mask_secrets(line.replace(display_name(secret), _TRIED)):
            yield Fault(
                line.strip(),
                f"{display_name(secret)} is a secret, and nothing on its line says so: it would be shown to who may "
                "look at files. Put a comment behind it on the same line, such as <!-- password -->, and no CDATA "
                "around it.",
            )


def _faults_of_markup(data: str) -> Iterator[Fault]:
    """Yield where a file is not well-formed, with all values and with none: lines of these are then left out."""
    wrong = fault_in_markup(MARKER.sub("x", data))
    if wrong:
        line, why = wrong
        words = data.split("\n")[line - 1].strip() if line <= data.count("\n") + 1 else ""
        yield Fault(words, f"The file is no well-formed XML in line {line} of its part: {why}.")
        return
    left = "\n".join(line for line in data.split("\n") if not MARKER.search(line))
    if fault_in_markup(left):
        first = next(line.strip() for line in data.split("\n") if MARKER.search(line))
        yield Fault(
            first,
            "A line whose placeholder has no value is left out of the file, and what is left is no well-formed XML: "
            "begin and end an element with placeholders on one line.",
        )


def fault_in_markup(text: str) -> tuple[int, str] | None:
    """Return line and reason where a text is not well-formed XML without a document type, else None."""
    parser = expat.ParserCreate("utf-8")

    def refuse(*_declared: object) -> None:
        raise _DoctypeError

    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(text.encode(errors="replace"), True)  # noqa: FBT003  # the stub names no argument
    except _DoctypeError:
        return parser.CurrentLineNumber, "it declares a document type, which phones need not read"
    except expat.ExpatError as error:
        return error.lineno, expat.ErrorString(error.code)
    return None


class _DoctypeError(Exception):
    """A document type was declared."""
