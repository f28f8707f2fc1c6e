"""Events that other systems may be told of by web hook: what they are about, and what each is called.

They are what the two logs say (docs/decisions/0079): the history of phones, and the journal, whose actions begin with
what they are about.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType

from app.models.enums import Aspect


class Topic(StrEnum):
    """What an event is about; who subscribes chooses some."""

    PHONE_STATUS = "phone_status"
    PHONE_CHANGES = "phone_changes"
    DEVICES = "devices"
    USERS = "users"
    PLACES = "places"
    CONFIGURATION = "configuration"
    FILES = "files"
    TEMPLATES = "templates"
    FIRMWARE = "firmware"
    OPERATIONS = "operations"
    RULES = "rules"
    SYSTEM = "system"


TITLES: Mapping[Topic, str] = MappingProxyType(
    {
        Topic.PHONE_STATUS: "Phones: registered, disconnected and the like",
        Topic.PHONE_CHANGES: "Phones: other firmware, address, user, place",
        Topic.DEVICES: "Devices: added, approved, changed, moved, replaced, deleted",
        Topic.USERS: "Users: added, changed, imported, deleted",
        Topic.PLACES: "Tenants and sites",
        Topic.CONFIGURATION: "Placeholders and configuration lines",
        Topic.FILES: "Configuration files: generated, uploaded, edited, deleted",
        Topic.TEMPLATES: "Templates, and which one is taken for which model",
        Topic.FIRMWARE: "Firmware files and phone models",
        Topic.OPERATIONS: "Operations: started, finished, stopped, rolled back",
        Topic.RULES: "Rules: drafts and what was activated",
        Topic.SYSTEM: "Everything else: settings, licence, destinations, accounts",
    }
)
OF_PHONES = frozenset({Topic.PHONE_STATUS, Topic.PHONE_CHANGES})
"""The topics of the history of phones; the journal has the others."""

PHONE_STATUS_CHANGED, PHONE_CHANGED, TEST = "phone_status_changed", "phone_changed", "test"

_BEGINNINGS: Sequence[tuple[str, Topic]] = (
    ("device", Topic.DEVICES),
    ("status ", Topic.DEVICES),
    ("pin ", Topic.DEVICES),
    ("credentials ", Topic.DEVICES),
    ("user", Topic.USERS),
    ("import", Topic.USERS),
    ("tenant", Topic.PLACES),
    ("site", Topic.PLACES),
    ("configuration file", Topic.FILES),
    ("file", Topic.FILES),
    ("option file", Topic.FILES),
    ("configuration", Topic.CONFIGURATION),
    ("placeholder", Topic.CONFIGURATION),
    ("default of a placeholder", Topic.CONFIGURATION),
    ("template", Topic.TEMPLATES),
    ("firmware", Topic.FIRMWARE),
    ("phone model", Topic.FIRMWARE),
    ("operation", Topic.OPERATIONS),
    ("rules", Topic.RULES),
)
"""With what the actions of the journal begin, the longer ones before those that they begin with."""
_OPERATOR = "operator"


def topic_of_action(action: str) -> Topic:
    """Return what an entry of the journal with this action is about."""
    if action.startswith(_OPERATOR):
        return Topic.SYSTEM
    return next((topic for start, topic in _BEGINNINGS if action.startswith(start)), Topic.SYSTEM)


def type_of_action(action: str) -> str:
    """Return what programs know an entry of the journal by: ``configuration_file_uploaded``."""
    return "_".join(action.lower().replace("-", " ").split())


def topic_of_aspect(what: Aspect) -> Topic:
    """Return what a change of a phone is about."""
    return Topic.PHONE_STATUS if what is Aspect.STATUS else Topic.PHONE_CHANGES


def type_of_aspect(what: Aspect) -> str:
    """Return what programs know a change of a phone by."""
    return PHONE_STATUS_CHANGED if what is Aspect.STATUS else PHONE_CHANGED
