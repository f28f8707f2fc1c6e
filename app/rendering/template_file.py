"""The XML file of a template: its model and description, and the two files it makes (protocol 10.1)."""

import re
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from xml.parsers import expat
from xml.sax.saxutils import escape

from lxml import etree

from app.errors import InvalidInputError
from app.rendering.one_line import line_feeds_only

MAX_BYTES = 1024 * 1024
MOST_PARTS = 1000
"""Elements, attributes and processing instructions; templates have some twenty."""

# The element is spelled so in every template there is.
ROOT = "ipphonetamplate"
_FILE_NAME = re.compile(r"[A-Za-z0-9_%-][A-Za-z0-9_%. -]{0,127}")
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

# An element of lxml, which comes without types.
_Element = Any


class TemplateFaultError(InvalidInputError):
    """A text that is no template, and where: ``line`` and ``column`` count from 1."""

    def __init__(self, sentence: str, line: int = 1, column: int = 1) -> None:
        super().__init__(sentence)
        self.line = line
        self.column = column


@dataclass(frozen=True, slots=True)
class FileConfig:
    """One file a template makes: its name, and its lines with placeholders in them."""

    name: str
    data: str


@dataclass(frozen=True, slots=True)
class TemplateFile:
    """A template: the ``type`` of its model (``audiocodes_430HD``), a description and its two files."""

    model_type: str
    description: str
    global_file: FileConfig
    personal_file: FileConfig


# What a template says does not change, and a fleet has some dozens.
@lru_cache(maxsize=128)
def parse_template(content: str) -> TemplateFile:
    """Read the XML text of a template.

    Raises TemplateFaultError, which names the place and says what to do, for anything that is not a template:
    more than 1 MiB, not well-formed, with a document type or far more elements than templates have, or with a part
    that is missing or there twice. An
    encoding named in the XML declaration is ignored, since ``content`` is decoded.
    """
    root = _parse(content)
    if root.tag != ROOT:
        raise TemplateFaultError(
            f"The template begins with the element <{root.tag[:60]}> (line {root.sourceline}): "
            f"it has to begin with <{ROOT}>. Take a phone template.",
            root.sourceline,
        )
    return TemplateFile(
        model_type=_required_text(root, "type"),
        description=_text(root, "description").strip(),
        global_file=_file_config(root, "global_file"),
        personal_file=_file_config(root, "file"),
    )


def write_template(template: TemplateFile) -> str:
    """Return the XML text of a template; parsing it gives the same template again, its line ends as LF.

    Raises InvalidInputError for text that XML cannot hold, such as control characters.
    """
    return "\n".join(
        (
            '<?xml version="1.0" encoding="UTF-8"?>',
            f"<{ROOT}>",
            f"  <type>{_escaped(template.model_type)}</type>",
            f"  <description>{_escaped(template.description)}</description>",
            *_file_config_lines("global_file", "global", template.global_file),
            *_file_config_lines("file", "user", template.personal_file),
            f"</{ROOT}>",
            "",
        )
    )


def _parse(content: str) -> _Element:
    encoded = _encoded(content)
    _check_before_parsing(encoded)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        encoding="utf-8",
    )
    try:
        root: _Element = etree.fromstring(encoded, parser)
    except etree.XMLSyntaxError as error:
        line, column = error.position
        # What follows in further lines of the message is content, which may be a secret.
        reason = error.msg.partition(", line ")[0].partition("\n")[0].rstrip(".")[:200]
        raise TemplateFaultError(
            f"The template is not well-formed XML at line {line}, column {column}: {reason}. Correct it there.",
            line,
            column,
        ) from error
    return root


def _check_before_parsing(encoded: bytes) -> None:
    """Refuse a document type, and more parts than any template has, before libxml2 sees the text.

    libxml2 keeps each name that it meets until its thread ends, so that texts full of names would fill the memory. What
    is not well-formed is left to it, which tells the place better.
    """
    parser, left = expat.ParserCreate("utf-8"), MOST_PARTS

    def take(parts: int) -> None:
        nonlocal left
        left -= parts
        if left < 0:
            raise TemplateFaultError(
                f"The template has more than {MOST_PARTS} elements and attributes (line {parser.CurrentLineNumber}), "
                "and templates have some twenty: take a phone template.",
                parser.CurrentLineNumber,
            )

    def refuse(*_declared: object) -> None:
        raise TemplateFaultError(
            "The template declares a document type (<!DOCTYPE …>), which may refer to other files: "
            "remove the declaration.",
            parser.CurrentLineNumber,
        )

    parser.ordered_attributes = True
    parser.StartElementHandler = lambda _name, attributes: take(1 + len(attributes) // 2)
    parser.ProcessingInstructionHandler = lambda _target, _data: take(1)
    parser.StartDoctypeDeclHandler = refuse
    with suppress(expat.ExpatError):
        parser.Parse(encoded, True)  # noqa: FBT003  # the stub names no argument


def _encoded(content: str) -> bytes:
    try:
        encoded = content.encode()
    except UnicodeEncodeError as error:
        line = content.count("\n", 0, error.start) + 1
        column = error.start - content.rfind("\n", 0, error.start)
        raise TemplateFaultError(
            f"The template holds a character that is not text at line {line}, column {column}: "
            "remove it, or save the file as UTF-8.",
            line,
            column,
        ) from error
    if len(encoded) > MAX_BYTES:
        raise TemplateFaultError(
            f"The template has {len(encoded)} bytes; a template has at most {MAX_BYTES}. Shorten it."
        )
    return encoded


def _file_config(root: _Element, kind: str) -> FileConfig:
    """Read the one ``file_config`` of this type."""
    found = [config for config in root.findall("file_config") if config.findtext("type", "").strip() == kind]
    config = _only(found, root, f"<file_config> of type {kind}")
    name = _required_text(config, "name")
    if not _FILE_NAME.fullmatch(name):
        raise TemplateFaultError(
            f"The template names a file {name[:128]!r} (line {config.sourceline}): use letters, digits, "
            "blanks and . _ - % only, at most 128, without a folder.",
            config.find("name").sourceline,
        )
    return FileConfig(name, _text(config, "data"))


def _required_text(parent: _Element, tag: str) -> str:
    text = _text(parent, tag).strip()
    if not text:
        line = parent.find(tag).sourceline
        raise TemplateFaultError(
            f"The element <{tag}> in line {line} of the template is empty: fill it in.", line
        )
    return text


def _text(parent: _Element, tag: str) -> str:
    """Return the text of the one child with this tag, which may hold no elements."""
    element = _only(parent.findall(tag), parent, f"<{tag}>")
    if len(element):
        raise TemplateFaultError(
            f"The element <{tag}> in line {element.sourceline} of the template holds other elements: "
            "put its text between <![CDATA[ and ]]>.",
            element.sourceline,
        )
    return element.text or ""


def _only(found: list[_Element], parent: _Element, what: str) -> _Element:
    if len(found) != 1:
        count = "no" if not found else "more than one"
        raise TemplateFaultError(
            f"The template has {count} {what} in <{parent.tag}> (line {parent.sourceline}): give exactly one.",
            parent.sourceline,
        )
    return found[0]


def _file_config_lines(kind: str, profile: str, config: FileConfig) -> tuple[str, ...]:
    return (
        "  <file_config>",
        f"    <type>{kind}</type>",
        f"    <profile>{profile}</profile>",
        "    <encrypt_mode>0</encrypt_mode>",
        f"    <name>{_escaped(config.name)}</name>",
        "    <destinationDir>%ITCS_destination%</destinationDir>",
        f"    <data>{_cdata(config.data)}</data>",
        "  </file_config>",
    )


def _escaped(text: str) -> str:
    return escape(_xml_text(text))


def _cdata(text: str) -> str:
    """Return the text as CDATA, in two sections where it holds the sign that ends one."""
    inner = _xml_text(text).replace("]]>", "]]]]><![CDATA[>")
    return f"<![CDATA[{inner}]]>"


def _xml_text(text: str) -> str:
    found = _NOT_XML.search(text)
    if found:
        raise InvalidInputError(
            f"The template holds the character {found.group()!r}, which XML cannot hold: remove it."
        )
    return line_feeds_only(text)
