"""The catalogue of alarms: what phones and the manager raise, what it means and what to do (manual 6.4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, IntEnum, StrEnum, auto
from types import MappingProxyType

from app.models.enums import Severity, SourceKind

_TRAPS = "1.3.6.1.4.1.5003.9.20.3.2.0"
_MINUTE = timedelta(minutes=1)

EVENTS_LAST = timedelta(days=7)
"""How long an event stays among what is active after it came last: nothing ever clears one."""


class EventType(IntEnum):
    """What kind of trouble, in AudioCodes' numbers (manual 6.4)."""

    OTHER = 0
    COMMUNICATIONS = 1
    SECURITY_SERVICE_OR_MECHANISM_VIOLATION = 9

    @property
    def words(self) -> str:
        """The name and the number as the manual writes them."""
        return f"{_EVENT_TYPE_NAMES[self]}({self.value})"


class ProbableCause(IntEnum):
    """What probably caused it, in AudioCodes' numbers (manual 6.4)."""

    OTHER = 0
    COMMUNICATIONS_PROTOCOL_ERROR = 5
    CONFIGURATION_OR_CUSTOMIZATION_ERROR = 7
    KEY_EXPIRED = 68
    OUT_OF_SERVICE = 71
    UNAUTHORIZED_ACCESS_ATTEMPT = 73

    @property
    def words(self) -> str:
        """The name and the number as the manual writes them."""
        first, *others = self.name.lower().split("_")
        return f"{first}{''.join(map(str.capitalize, others))}({self.value})"


_EVENT_TYPE_NAMES = {
    EventType.OTHER: "other",
    EventType.COMMUNICATIONS: "communicationsAlarm",
    EventType.SECURITY_SERVICE_OR_MECHANISM_VIOLATION: "securityServiceOrMechanismViolation",
}


class Recovery(Enum):
    """What a phone reports of itself that ends an alarm without a word of it."""

    REGISTERED = auto()
    """It is registered."""
    SIGNED_IN = auto()
    """It has become registered with a user, or with another one."""
    HEARD = auto()
    """It reports again after it was silent for too long."""


class ClearKind(StrEnum):
    """How an alarm ends, unless somebody deletes it."""

    EXPLICIT = "the phone clears it"
    BY_ITSELF = "by itself, some time after it was raised last"
    BY_STATE = "when what it tells of is over"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmType:
    """One kind of alarm; ``number`` is None where none is published.

    ``name`` is the SNMP name, ``title`` what pages show, ``wire_names`` what phones send; what the manager raises
    itself has none. ``severity`` is the manual's; the one that a phone sends counts, also where it differs.
    ``ends_with`` is the recovery that ends it, ``clears_after`` the time without a raise that does. ``qualifier`` says
    what keeps two of a kind and source apart.
    """

    name: str
    title: str
    severity: Severity
    description: str
    corrective_action: str
    number: int | None = None
    wire_names: tuple[str, ...] = ()
    event_type: EventType = EventType.OTHER
    cause: ProbableCause = ProbableCause.OTHER
    source_kind: SourceKind = SourceKind.PHONE
    is_event: bool = False
    clears: ClearKind = ClearKind.EXPLICIT
    clears_after: timedelta | None = None
    ends_with: Recovery | None = None
    qualifier: str = ""

    @property
    def trap_oid(self) -> str | None:
        """The object identifier of its trap (manual 6.4), None without a number."""
        return None if self.number is None else f"{_TRAPS}.{self.number}"

    @property
    def is_own(self) -> bool:
        """Whether the manager raises it, and no phone does."""
        return not self.wire_names


_NETWORK_ADMINISTRATOR = "Contact your network administrator (IT manager) if the alarm persists."

REGISTRATION_FAILURE = AlarmType(
    number=39,
    name="IPPhoneRegisterFailure",
    title="IPPhone Register Failure",
    wire_names=("IPPHONE REGISTRATION FAILURE",),
    severity=Severity.CRITICAL,
    event_type=EventType.COMMUNICATIONS,
    cause=ProbableCause.COMMUNICATIONS_PROTOCOL_ERROR,
    ends_with=Recovery.REGISTERED,
    description="The phone could not register with the PBX by SIP.",
    corrective_action=(
        "The problem is typically not the phone but the server. The user or phone may not be defined there, may be "
        "defined wrongly, or may have been changed since, its name for example. Make sure that user name and password "
        "are the same in server and phone, and that the server is responsive."
    ),
)
SURVIVABLE_MODE_START = AlarmType(
    number=40,
    name="IPPhoneSurvivableModeStart",
    title="IPPhone Survivable Mode Start",
    wire_names=("IPPHONE SURVIVABLE MODE START",),
    severity=Severity.MAJOR,
    description="The phone entered survivable mode, with limited services.",
    corrective_action=(
        "The problem is typically not the phone but a server or the network. Make sure that all servers of the "
        "enterprise network are up: where one is down, services are limited."
    ),
)
LYNC_LOGIN_FAILURE = AlarmType(
    number=41,
    name="IPPhoneLyncLoginFailure",
    title="IPPhone Lync Login Failure",
    wire_names=("IPPHONE LYNC LOGIN FAILURE",),
    severity=Severity.CRITICAL,
    event_type=EventType.COMMUNICATIONS,
    cause=ProbableCause.COMMUNICATIONS_PROTOCOL_ERROR,
    ends_with=Recovery.SIGNED_IN,
    description=(
        "The phone could not connect to the Skype for Business server during sign-in. Its info says "
        "TlsConnectionFailure or NtpServerError where that is the reason."
    ),
    corrective_action=(
        "Typically the user is not registered, or registered wrongly, in the Skype for Business server. Make sure "
        "there that user name, password and PIN code are configured correctly and are valid. Try to reset them, or to "
        "define the user anew."
    ),
)
ENDPOINT_LICENSE = AlarmType(
    number=48,
    name="acEndpointLicenseAlarm",
    title="Endpoint License Alarm",
    severity=Severity.MAJOR,
    cause=ProbableCause.KEY_EXPIRED,
    source_kind=SourceKind.SERVER,
    clears=ClearKind.BY_STATE,
    qualifier="capacity or period",
    description=(
        "The number of managed phones, or the time, comes near to what the licence allows: major at 80 %, critical at "
        "100 %."
    ),
    corrective_action="Ask whoever issued the licence for more phones or a longer period.",
)
ENDPOINTS_BLOCKED = AlarmType(
    name="EndpointsBlocked",
    title="Endpoints Blocked",
    severity=Severity.MAJOR,
    source_kind=SourceKind.SERVER,
    clears=ClearKind.BY_STATE,
    description=(
        "Phones report that would be devices, and the licence, or the endpoint licences of a tenant, leave no room for "
        "them. Devices Status lists them."
    ),
    corrective_action=(
        "Install a larger licence, give the tenant more endpoint licences, or delete devices that are gone: the phones "
        "become devices by themselves."
    ),
)
SERVER_OVERLOADED = AlarmType(
    name="EndpointServerOverloaded",
    title="Endpoint Server Overloaded Alarm",
    severity=Severity.CRITICAL,
    source_kind=SourceKind.SERVER,
    clears=ClearKind.BY_ITSELF,
    clears_after=5 * _MINUTE,
    description="The server had to tell phones to come again later (503), because more reported than it could take.",
    corrective_action=(
        "Nothing is lost: phones come again by themselves. If the alarm stays, look whether the disk or the database "
        "is slow, and see the chapter on performance; a longer keep-alive period means fewer reports."
    ),
)
SPEAKER_DOWNLOAD_FAILURE = AlarmType(
    number=54,
    name="IPPhoneSpeakerFirmDownloadFailure",
    title="IPPhone Speaker Firmware Download Failure",
    wire_names=("IPPHONE SPEAKER FIRMWARE DOWNLOAD FAILURE",),
    severity=Severity.MINOR,
    event_type=EventType.COMMUNICATIONS,
    cause=ProbableCause.COMMUNICATIONS_PROTOCOL_ERROR,
    description="The phone could not download the firmware of its speaker from the server.",
    corrective_action=(
        "Make sure that the address of this manager is defined correctly. Contact your network administrator (IT "
        "manager)."
    ),
)
SPEAKER_UPGRADE_FAILURE = AlarmType(
    number=55,
    name="IPPhoneSpeakerFirmUpgradeFailure",
    title="IPPhone Speaker Firmware Upgrade Failure",
    wire_names=("IPPHONE SPEAKER FIRMWARE UPGRADE FAILURE",),
    severity=Severity.MINOR,
    event_type=EventType.COMMUNICATIONS,
    cause=ProbableCause.COMMUNICATIONS_PROTOCOL_ERROR,
    description="The phone has the new firmware of its speaker, and could not load it into the speaker.",
    corrective_action=(
        f"Make sure that the speaker is properly connected to the phone. Try again. {_NETWORK_ADMINISTRATOR}"
    ),
)
SPEAKER_CONNECTION_FAILURE = AlarmType(
    number=56,
    name="IPPhoneConferSpeakerConnectFailure",
    title="IPPhone Conference Speaker Connection Failure",
    wire_names=("IPPHONE CONFERENCE SPEAKER CONNECTION FAILURE",),
    severity=Severity.MAJOR,
    event_type=EventType.COMMUNICATIONS,
    cause=ProbableCause.COMMUNICATIONS_PROTOCOL_ERROR,
    description="The USB connection between the phone and its conference speaker failed.",
    corrective_action=f"Make sure that the USB cable is properly connected. {_NETWORK_ADMINISTRATOR}",
)
GENERAL_LOCAL_EVENT = AlarmType(
    number=57,
    name="IPPhoneGeneralLocalEvent",
    title="IPPhone General Local Event",
    wire_names=("IPPHONE GENERAL LOCAL EVENT",),
    severity=Severity.MAJOR,
    is_event=True,
    clears=ClearKind.BY_ITSELF,
    clears_after=EVENTS_LAST,
    qualifier="the code of four digits",
    description="The phone tells about its internal operation; its info is a code of four digits.",
    corrective_action="",
)
WEB_LOGIN_FAILURE = AlarmType(
    number=59,
    name="IPPhoneWebSuccessiveLoginFailure",
    title="IPPhone Web Successive Login Failure",
    wire_names=("IPPHONE WEB SUCCESSIVE LOGIN FAILED TRIALS",),
    severity=Severity.MAJOR,
    event_type=EventType.SECURITY_SERVICE_OR_MECHANISM_VIOLATION,
    cause=ProbableCause.UNAUTHORIZED_ACCESS_ATTEMPT,
    clears=ClearKind.BY_ITSELF,
    clears_after=_MINUTE,
    description="Five attempts in a row to log in to the phone's own web pages failed.",
    corrective_action=(
        "After the alarm is cleared, log in to the phone's web pages with the correct user name and password. If you "
        "have forgotten them, inform the network administrator."
    ),
)
REQUIRES_RESET = AlarmType(
    # Seen on the wire; neither its number nor its severity is published.
    name="IPPhoneRequiresReset",
    title="IPPhone Requires Reset",
    wire_names=("IPPHONE REQUIRES RESET",),
    severity=Severity.MINOR,
    description="The phone asks to be restarted, for example to take over changed settings.",
    corrective_action="Restart the phone, from its page or from Manage Multiple Devices.",
)
PHONE_DISCONNECTED = AlarmType(
    name="PhoneDisconnected",
    title="Phone Disconnected",
    severity=Severity.MAJOR,
    event_type=EventType.COMMUNICATIONS,
    cause=ProbableCause.OUT_OF_SERVICE,
    clears=ClearKind.BY_STATE,
    ends_with=Recovery.HEARD,
    description="Nothing was heard of the phone for longer than the Disconnected Timeout.",
    corrective_action=(
        "Make sure that the phone has power and a network, and that it can reach this manager. The alarm ends with the "
        "phone's next report."
    ),
)
HELD_TOO_LONG = AlarmType(
    name="PhoneHeldTooLong",
    title="Phone Held for Approval Too Long",
    severity=Severity.WARNING,
    clears=ClearKind.BY_STATE,
    description="The phone has reported for a day and still waits to be approved.",
    corrective_action=(
        "Approve the phone in Devices Status, or give it a place: a tenant in the URL of its DHCP option, or a subnet "
        "of a tenant or site that has its address."
    ),
)
NO_TEMPLATE = AlarmType(
    name="PhoneWithoutTemplate",
    title="Phone Without Template",
    severity=Severity.MINOR,
    cause=ProbableCause.CONFIGURATION_OR_CUSTOMIZATION_ERROR,
    clears=ClearKind.BY_STATE,
    description="No template fits the phone, so it has no configuration file.",
    corrective_action=(
        "Make a template for the phone's model, or set a default in Templates Mapping; the phone has it with its next "
        "report. Or choose a template on the page of the device."
    ),
)
DOWNLOAD_FAILURE = AlarmType(
    name="PhoneDownloadFailure",
    title="Phone Download Failure",
    severity=Severity.MINOR,
    event_type=EventType.COMMUNICATIONS,
    cause=ProbableCause.COMMUNICATIONS_PROTOCOL_ERROR,
    clears=ClearKind.BY_STATE,
    qualifier="configuration or firmware",
    description="The phone was told to load its configuration file or a firmware, and did not do so in time.",
    corrective_action=(
        "Look at the operation that told it, and whether the phone reaches the address from which it loads files. The "
        "alarm ends when the phone loads the file, or restarts with it."
    ),
)
DELIVERY_FAILING = AlarmType(
    name="AlarmDeliveryFailing",
    title="Alarm Delivery Failing",
    severity=Severity.MAJOR,
    event_type=EventType.COMMUNICATIONS,
    cause=ProbableCause.COMMUNICATIONS_PROTOCOL_ERROR,
    source_kind=SourceKind.SERVER,
    clears=ClearKind.BY_STATE,
    qualifier="the destination",
    description="Messages about alarms cannot be delivered to one of the destinations.",
    corrective_action="Test the destination, and look at what its server answers.",
)
SCHEDULER_LATE = AlarmType(
    name="SchedulerLate",
    title="Scheduler Late",
    severity=Severity.MAJOR,
    cause=ProbableCause.OUT_OF_SERVICE,
    source_kind=SourceKind.SERVER,
    clears=ClearKind.BY_STATE,
    description=(
        "No scheduler keeps the timetable: silent phones are not marked, operations do not go on, alarms do not clear "
        "by themselves."
    ),
    corrective_action="Make sure that the scheduler process runs, and look at its log.",
)
MAC_GUESSING = AlarmType(
    name="MacGuessing",
    title="MAC Guessing",
    severity=Severity.MAJOR,
    event_type=EventType.SECURITY_SERVICE_OR_MECHANISM_VIOLATION,
    cause=ProbableCause.UNAUTHORIZED_ACCESS_ATTEMPT,
    source_kind=SourceKind.SERVER,
    clears=ClearKind.BY_ITSELF,
    clears_after=15 * _MINUTE,
    qualifier="the address",
    description=(
        "The files of many phones that nobody has heard of were asked for from one address, as somebody does who tries "
        "MAC addresses to be given the passwords of phones."
    ),
    corrective_action=(
        "Nothing is given to that address meanwhile but the files of phones that were heard from there before. Find "
        "out whose address it is: behind it may be many new phones, which are served as soon as they have reported. "
        "Bar anybody else in the firewall, and let tenants serve their phones from their own networks alone."
    ),
)

CREDENTIALS_HELD_BACK = AlarmType(
    name="CredentialsHeldBack",
    title="Credentials Held Back",
    severity=Severity.MAJOR,
    event_type=EventType.SECURITY_SERVICE_OR_MECHANISM_VIOLATION,
    cause=ProbableCause.UNAUTHORIZED_ACCESS_ATTEMPT,
    clears=ClearKind.BY_STATE,
    description=(
        "The file of a phone, with the password of its line, was asked for by somebody who did not prove that he is "
        "the phone to which it was handed out before."
    ),
    corrective_action=(
        "The phone keeps the file that it has. Find out whose address it is. If the phone was carried there or reset, "
        "let the file be handed out again on the phone's page; if somebody else asked, change the password of the line."
    ),
)

ALARM_TYPES = (
    REGISTRATION_FAILURE,
    SURVIVABLE_MODE_START,
    LYNC_LOGIN_FAILURE,
    ENDPOINT_LICENSE,
    ENDPOINTS_BLOCKED,
    SERVER_OVERLOADED,
    SPEAKER_DOWNLOAD_FAILURE,
    SPEAKER_UPGRADE_FAILURE,
    SPEAKER_CONNECTION_FAILURE,
    GENERAL_LOCAL_EVENT,
    WEB_LOGIN_FAILURE,
    REQUIRES_RESET,
    PHONE_DISCONNECTED,
    HELD_TOO_LONG,
    NO_TEMPLATE,
    DOWNLOAD_FAILURE,
    DELIVERY_FAILING,
    SCHEDULER_LATE,
    MAC_GUESSING,
    CREDENTIALS_HELD_BACK,
)
"""What phones and the manager raise: the manual's (6.4, decisions 31), one more that was seen, and our own."""

ENDED_BY: Mapping[Recovery, tuple[AlarmType, ...]] = MappingProxyType(
    {recovery: tuple(kind for kind in ALARM_TYPES if kind.ends_with is recovery) for recovery in Recovery}
)
"""The alarms that each recovery ends (rules 3.2)."""

_BY_TITLE = {kind.title: kind for kind in ALARM_TYPES}


def type_titled(title: str) -> AlarmType | None:
    """Return the type that a listed alarm is of, by the name it is listed with, or None."""
    return _BY_TITLE.get(title)
