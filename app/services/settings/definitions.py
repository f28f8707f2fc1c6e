"""What a system setting is: its name, what it means, which kind it is of, and what phones call it."""

from dataclasses import dataclass
from enum import StrEnum

from app.rendering.placeholders import SYSTEM_DEFAULTS
from app.services.settings.texts import Check, Control, Kind

NO, YES = "no", "yes"


class Section(StrEnum):
    """The parts of the pages, in their order."""

    COMMUNICATION = "Communication"
    PHONES = "Phones"
    TIME = "Time and daylight saving"
    OUTBOUND_PROXY = "Outbound proxy"
    ADMINISTRATION = "Administration"
    SBC_PROXY = "SBC proxy"
    LDAP_SERVER = "Directory"
    LDAP_SEARCH = "Search"
    LDAP_TRUST = "Connection of the test"


@dataclass(frozen=True, slots=True)
class Setting:
    """One system setting.

    ``title`` is its name on the screen, ``meaning`` its help. Where it has a ``placeholder``, its text is the value
    of that placeholder in the system layer; ``parameter`` is what phones call it, empty where they are not told.
    """

    name: str
    title: str
    meaning: str
    default: str
    kind: Kind
    section: Section
    parameter: str = ""
    placeholder: str = ""

    @property
    def check(self) -> Check:
        """Return what gives the text as it is kept, or raises InvalidInputError."""
        return self.kind.check

    @property
    def is_secret(self) -> bool:
        """Whether its text is shown to nobody."""
        return self.kind.control is Control.HIDDEN


def of_placeholder(
    name: str, placeholder: str, parameter: str, title: str, meaning: str, kind: Kind, section: Section
) -> Setting:
    """Return the setting whose text is the value of a placeholder in the system layer."""
    default = SYSTEM_DEFAULTS[placeholder]
    return Setting(name, title, meaning, default, kind, section, parameter, placeholder)
