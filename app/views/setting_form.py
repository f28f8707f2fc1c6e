"""The forms of system settings: their fields, what was typed in them, and what is wrong with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from zoneinfo import available_timezones

from app.rendering.daylight import ChangeDate
from app.services.settings.catalogue import settings_in
from app.services.settings.definitions import Section, Setting
from app.services.settings.texts import Control

_PARTS_OF_A_DATE = tuple(part.name for part in fields(ChangeDate))


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form: the setting, the text in it, the text that is kept, and what will not do.

    A field that a search does not find is not shown, and sent along all the same.
    """

    setting: Setting
    text: str
    seen: str = ""
    problem: str = ""
    is_found: bool = True

    @property
    def date(self) -> Mapping[str, str]:
        """The parts of a date, as they were typed."""
        return {name: value for name, _, value in (part.partition("=") for part in self.text.split(" "))}


@dataclass(frozen=True, slots=True)
class FieldGroup:
    """The fields of one section; ``anchor`` is what an address names it by."""

    section: Section
    fields: Sequence[Field]

    @property
    def anchor(self) -> str:
        """The section's name as an address has it."""
        return self.section.name.lower().replace("_", "-")

    @property
    def is_found(self) -> bool:
        """Whether a search found any of its fields."""
        return any(field.is_found for field in self.fields)


def field_groups(
    sections: Sequence[Section],
    texts: Mapping[str, str],
    stored: Mapping[str, str],
    problems: Mapping[str, str],
    words: str = "",
) -> list[FieldGroup]:
    """Return the fields of some sections with these texts; ``words`` are what was searched for."""

    def field(setting: Setting) -> Field:
        name = setting.name
        return Field(setting, texts[name], stored[name], problems.get(name, ""), _has(setting, words))

    return [FieldGroup(section, [field(setting) for setting in settings_in(section)]) for section in sections]


def seen_texts(form: Mapping[str, str], sections: Sequence[Section]) -> dict[str, str]:
    """Return the texts that the form showed before somebody typed in it; it shows no secret."""
    names = (setting.name for setting in settings_in(*sections))
    return {name: form[f"{name}.seen"] for name in names if f"{name}.seen" in form}


def typed_texts(form: Mapping[str, str], sections: Sequence[Section]) -> dict[str, str]:
    """Return the texts that were typed over others; a secret that was left empty stays as it is."""
    seen = seen_texts(form, sections)
    return {
        setting.name: text
        for setting in settings_in(*sections)
        for text in [_text_of(form, setting)]
        if text is not None and text != seen.get(setting.name)
    }


@cache
def time_zone_names() -> tuple[str, ...]:
    """Return the names of all time zones in the order of the alphabet."""
    return tuple(sorted(available_timezones()))


def _text_of(form: Mapping[str, str], setting: Setting) -> str | None:
    """Return what a field says; None where the form has no such field, or leaves a secret as it is."""
    if setting.kind.control is Control.DATE:
        return _date_text(form, setting.name) if f"{setting.name}.month" in form else None
    if setting.is_secret and not form.get(setting.name) and f"{setting.name}.remove" not in form:
        return None
    return form.get(setting.name)


def _date_text(form: Mapping[str, str], name: str) -> str:
    parts = ((part, form.get(f"{name}.{part}", "")) for part in _PARTS_OF_A_DATE)
    return " ".join(f"{part}={''.join(value.split())}" for part, value in parts)


def _has(setting: Setting, words: str) -> bool:
    said = f"{setting.title} {setting.meaning} {setting.parameter} {setting.placeholder} {setting.section}".casefold()
    return all(word in said for word in words.casefold().split())
