"""What is wrong with the text of a template, and where: shown beside the editor before it is saved (manual 9.3)."""

import difflib
import re
from bisect import bisect_right
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import islice

from app.models.enums import ValueFormat
from app.rendering.format_check import faults_of_format
from app.rendering.placeholders import MARKER, MAX_NAME, display_name, is_private
from app.rendering.template_file import TemplateFaultError, TemplateFile, parse_template

MOST_DOUBTS = 50
_SHARED_BY_ALL = {"dhcpoption160.cfg"}
_is_of_a_phone = re.compile(r"[0-9a-f]{12}\.cfg", re.IGNORECASE).fullmatch


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that was found at a place of the text; line and column count from 1."""

    line: int
    column: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What a text is and what was found in it.

    A text with ``faults`` cannot be saved; ``template`` is then None. ``doubts`` are what a person may want: lines with
    a placeholder that has no value are left out of phones' files.
    """

    template: TemplateFile | None
    faults: tuple[Finding, ...] = ()
    doubts: tuple[Finding, ...] = ()


def check_text(
    text: str, known: Collection[str], value_format: ValueFormat = ValueFormat.AUDIOCODES
) -> Checked:
    """Check a template's text, which makes files of this format; ``known`` are the placeholders that there are."""
    try:
        template = parse_template(text)
    except TemplateFaultError as fault:
        return Checked(None, faults=(Finding(fault.line, fault.column, str(fault)),))
    fault_of_name = _fault_of_global_name(template.global_file.name)
    if fault_of_name:
        return Checked(None, faults=(_found_at(text, template.global_file.name, fault_of_name),))
    of_format = tuple(
        _found_at(text, fault.words, fault.sentence) for fault in faults_of_format(template, value_format)
    )
    if of_format:
        return Checked(None, faults=of_format)
    if value_format is not ValueFormat.AUDIOCODES:
        return Checked(template, doubts=tuple(islice(_unknown_in(text, known), MOST_DOUBTS)))
    doubts = (*_doubts_of_parts(text, template), *islice(_unknown_in(text, known), MOST_DOUBTS))
    return Checked(template, doubts=doubts)


def _fault_of_global_name(name: str) -> str:
    """Return why the global file may not be called so; empty where it may."""
    if "%" in name:
        return f"The global file is shared by all phones of the template: take the % out of its name {name}."
    if _is_of_a_phone(name) or name.casefold() in _SHARED_BY_ALL:
        return f"{name} is a file that the manager makes itself: give the global file another name."
    return ""


def _doubts_of_parts(text: str, template: TemplateFile) -> Iterator[Finding]:
    shared = template.global_file
    if shared.data.strip() and f"include {shared.name}" not in template.personal_file.data:
        yield _found_at(
            text,
            shared.name,
            f'The private part has no line "include {shared.name}", so no phone asks for the global part.',
        )


def _unknown_in(text: str, known: Collection[str]) -> Iterator[Finding]:
    """Yield each placeholder that has no value anywhere, in the order of the text."""
    line_starts = [0, *(found.end() for found in re.finditer("\n", text))]
    for marker in MARKER.finditer(text):
        name = marker[1].removesuffix("%")
        sentence = _fault_of_placeholder(name, known)
        if sentence:
            line = bisect_right(line_starts, marker.start())
            column = marker.start() - line_starts[line - 1] + 1
            yield Finding(line, column, f"Line {line}, column {column}: {sentence}")


def _fault_of_placeholder(name: str, known: Collection[str]) -> str:
    if not name:
        return "a placeholder is begun with %ITCS_ and not closed with a % behind its name."
    if len(name) > MAX_NAME:
        return f"the placeholder {display_name(name[:MAX_NAME])} is too long; a name has at most {MAX_NAME} characters."
    if name in known or is_private(name):
        return ""
    close = difflib.get_close_matches(name, known, n=1)
    hint = f" Did you mean {display_name(close[0])}?" if close else ""
    return f"there is no placeholder {display_name(name)}.{hint}"


def _found_at(text: str, words: str, sentence: str) -> Finding:
    """Return a finding at the first place of these words, or at the beginning where they are written otherwise."""
    at = max(text.find(words), 0)
    return Finding(text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at), sentence)
