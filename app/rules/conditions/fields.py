"""The fields that conditions ask about: everything that may be known of a phone, or of an alarm, when it is decided."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from app.models.enums import SourceKind, Stage
from app.rules.alarms.catalogue import ALARM_TYPES, EventType, ProbableCause
from app.rules.conditions.field_type import FieldType
from app.rules.conditions.operators import PRESENCE, Operator
from app.rules.conditions.types.address import IpAddress
from app.rules.conditions.types.choice import Choice
from app.rules.conditions.types.mac import MacAddress
from app.rules.conditions.types.ordered import Duration, Number, SeverityLevel
from app.rules.conditions.types.text import Text
from app.rules.conditions.types.version import FirmwareVersion
from app.rules.conditions.types.window import TimeWindow
from app.rules.conditions.types.yes_no import YesNo
from app.rules.user_agents import VENDORS

UC, GENERIC = "UC", "generic"

ALARM: Final = "alarm"
Occasion: TypeAlias = Stage | Literal["alarm"]
"""When conditions are asked: of a phone in a stage of Zero Touch, or of an alarm to which something happens."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field: ``name`` in conditions, ``title`` in sentences, ``source`` for who wants to know where it comes from.

    ``missing`` says why it may not be known, empty for what is known of every phone. ``known_from`` is the first
    occasion on which it may be asked for; what is gone by the time there are alarms ``is_of_alarms`` not.
    """

    name: str
    title: str
    type: FieldType
    source: str
    missing: str = ""
    known_from: Occasion = Stage.PLACEMENT
    is_of_alarms: bool = True

    @property
    def is_optional(self) -> bool:
        """Whether there are phones of which it is not known."""
        return bool(self.missing)

    @property
    def operators(self) -> tuple[Operator, ...]:
        """The operators of its type, and whether it is known where that is a question."""
        return (*self.type.operators, *PRESENCE) if self.is_optional else self.type.operators

    def is_known_on(self, occasion: Occasion) -> bool:
        """Whether it may be asked for then."""
        if occasion == ALARM:
            return self.is_of_alarms
        return _OCCASIONS.index(self.known_from) <= _OCCASIONS.index(occasion)

    def among(self, known: tuple[str, ...]) -> "Field":
        """Return the same field with the names there are to choose from."""
        return replace(self, type=self.type.among(known)) if isinstance(self.type, Choice) else self


_OCCASIONS: tuple[Occasion, ...] = (*Stage, ALARM)
_NO_MODEL = "the phone has named none that is known"
_NOT_REPORTED = "the phone has not reported it"
_NOT_IN_URL = "no URL has named one"
_OUTSIDE = "the address lies in no such subnet"
_UNDECIDED = "no stage before has decided it"
_TRAIN = Choice("release train", (UC, GENERIC), is_closed=True)
_TEXT = Text()
_VIA_PROXY = YesNo("the phone is behind a proxy", "the phone is not behind a proxy")
_ALARM_TYPE = Choice("alarm type", tuple(kind.title for kind in ALARM_TYPES))
_EVENT_TYPE = Choice("event type", tuple(each.words.partition("(")[0] for each in EventType), is_closed=True)
_CAUSE = Choice("cause", tuple(each.words.partition("(")[0] for each in ProbableCause), is_closed=True)
_SOURCE = Choice("kind of source", tuple(each.value for each in SourceKind), is_closed=True)
_NO_TYPE = "the alarm is none of the catalogue"

_ALL = (
    Field("vendor", "vendor", Choice("vendor", VENDORS), "User-Agent", _NO_MODEL),
    Field("model", "model", Choice("model"), "report, else User-Agent", _NO_MODEL),
    Field("hardware", "hardware", _TEXT, "User-Agent, like `Rev2-AC494`", "no User-Agent has named it"),
    Field("oem", "OEM", _TEXT, "User-Agent, like `Genesys`", "no User-Agent has named one"),
    Field("url_tenant", "tenant of the URL", Choice("tenant"), "address of a file", _NOT_IN_URL, is_of_alarms=False),
    Field("url_site", "site of the URL", Choice("site"), "address of a file", _NOT_IN_URL, is_of_alarms=False),
    Field("ip", "IP address", IpAddress(), "report, else the connection", "the phone has reported none"),
    Field("subnet_tenant", "tenant of the subnet", Choice("tenant"), "longest subnet", _OUTSIDE, is_of_alarms=False),
    Field("subnet_site", "site of the subnet", Choice("site"), "longest subnet", _OUTSIDE, is_of_alarms=False),
    Field("mac", "MAC address", MacAddress(), "name of the file, report or User-Agent"),
    Field("firmware", "firmware", FirmwareVersion(), "report, else User-Agent", "no version was understood"),
    Field("train", "release train", _TRAIN, "firmware version, else User-Agent"),
    Field("user_agent", "User-Agent", _TEXT, "request", "the phone has sent none"),
    Field("user", "user name", _TEXT, "report", "nobody has signed in"),
    Field("phone_number", "phone number", _TEXT, "report", _NOT_REPORTED),
    Field("location", "location", _TEXT, "report", _NOT_REPORTED),
    Field("sip_proxy", "SIP proxy", _TEXT, "report", _NOT_REPORTED),
    Field("vlan", "VLAN", _TEXT, "report", _NOT_REPORTED),
    Field("via_proxy", "behind a proxy", _VIA_PROXY, "connection"),
    Field("tenant", "tenant", Choice("tenant"), "decided by placement", _UNDECIDED, Stage.TEMPLATE),
    Field("site", "site", Choice("site"), "decided by placement", _UNDECIDED, Stage.TEMPLATE),
    Field("now", "time", TimeWindow(), "clock of the phones' time zone"),
    Field("alarm", "alarm", _ALARM_TYPE, "catalogue of alarm types", known_from=ALARM),
    Field("severity", "severity", SeverityLevel(), "alarm, as it is shown", known_from=ALARM),
    Field("event_type", "event type", _EVENT_TYPE, "catalogue of alarm types", _NO_TYPE, ALARM),
    Field("cause", "probable cause", _CAUSE, "catalogue of alarm types", _NO_TYPE, ALARM),
    Field("text", "description", _TEXT, "alarm, as it was said last", "the alarm says nothing", ALARM),
    Field("info", "info", _TEXT, "both infos of the alarm, with a blank between them", "it has none", ALARM),
    Field("source_kind", "source", _SOURCE, "alarm", known_from=ALARM),
    Field("age", "age", Duration(), "time since it was raised first", known_from=ALARM),
    Field("count", "count", Number(), "how often it was raised", known_from=ALARM),
    Field("acked", "acknowledged", YesNo("it is acknowledged", "it is not acknowledged"), "alarm", known_from=ALARM),
    Field("level", "level", Number(), "how many levels were told of it, 0 before it escalated", known_from=ALARM),
    Field("flapping", "flapping", YesNo("it is flapping", "it is not flapping"), "alarm", known_from=ALARM),
)  # fmt: skip

FIELDS: Mapping[str, Field] = MappingProxyType({field.name: field for field in _ALL})
"""All fields by name, in the order in which people choose from them."""
