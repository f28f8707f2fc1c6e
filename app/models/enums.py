"""The words of the field that take one of a few values; stored as their text."""

from enum import StrEnum


class Status(StrEnum):
    """What a phone last said of itself (protocol 2.4); ``disconnected`` follows from silence."""

    STARTED = "started"
    REGISTERED = "registered"
    UNREGISTERED = "unregistered"
    OFFLINE = "offline"
    DISCONNECTED = "disconnected"


class Aspect(StrEnum):
    """What of a phone changes, of which its history is kept; most are called as the column of its status row."""

    STATUS = "status"
    IP = "ip"
    SUBNET_MASK = "subnet_mask"
    EXTERNAL_IP = "external_ip"
    VLAN_ID = "vlan_id"
    SIP_PROXY = "sip_proxy"
    FIRMWARE = "firmware_version"
    MODEL = "model"
    USER = "user"
    PHONE_NUMBER = "phone_number"
    LOCATION = "location"
    USB_HEADSET = "usb_headset"
    BTOE_STATUS = "btoe_status"
    PLACE = "place"


class FetchedKind(StrEnum):
    """What kind of file a phone asked for."""

    PHONE = "phone"
    OPTION = "option"
    SHARED = "shared"
    FIRMWARE = "firmware"


class ToldBy(StrEnum):
    """How it is known which phone asked for a file: by the file's name, the User-Agent, or the address alone."""

    FILE = "file"
    USER_AGENT = "user_agent"
    ADDRESS = "address"


class Train(StrEnum):
    """The two families of firmware: Skype for Business (``UC_…`` versions) and generic SIP."""

    UC = "uc"
    GENERIC = "generic"


class ValueFormat(StrEnum):
    """How values stand in the files of a model's phones: in AudioCodes' lines, in lines of others, or in XML."""

    AUDIOCODES = "audiocodes"
    TEXT = "text"
    XML = "xml"


class Approval(StrEnum):
    """Whether a phone that reports may become a device by itself (manual, chapter 8)."""

    NOT_NEEDED = "not_needed"
    NEEDED = "needed"
    HELD = "held"


class Layer(StrEnum):
    """Where the value of a placeholder comes from; the first that has one wins, device first."""

    DEVICE = "device"
    SITE = "site"
    TENANT = "tenant"
    TEMPLATE = "template"
    SYSTEM = "system"


class ValueLevel(StrEnum):
    """Whom a configuration value is laid over for; a later one overrides an earlier one."""

    TENANT = "tenant"
    SITE = "site"
    USER = "user"


class FileKind(StrEnum):
    """What a configuration file is (manual 6.10)."""

    PHONE = "phone"
    GLOBAL = "global"
    DHCP_OPTION = "dhcp_option"
    COMPANY_DIRECTORY = "company_directory"
    UPLOADED = "uploaded"


class VlanMode(StrEnum):
    """How a phone finds its VLAN (manual 8.1, parameter ``network/lan/vlan/mode``)."""

    NONE = ""
    DISABLED = "Disable"
    MANUAL = "Manual"
    CDP = "CDP"
    LLDP = "LLDP"
    CDP_LLDP = "CDP_LLDP"


class Severity(StrEnum):
    """How bad an alarm is, worst first in every list (protocol 4.1)."""

    CRITICAL = "critical"
    MAJOR = "major"
    MINOR = "minor"
    WARNING = "warning"
    INFO = "info"
    CLEARED = "cleared"


class SourceKind(StrEnum):
    """What an alarm is about (rules 3.1); ``group`` is many phones together, of a site say."""

    PHONE = "phone"
    SERVER = "server"
    GROUP = "group"


class ClearedBy(StrEnum):
    """Who or what ended an alarm."""

    PHONE = "phone"
    ITSELF = "itself"
    STATE = "state"
    OPERATOR = "operator"
    DEVICE_REMOVED = "device_removed"


class AlarmDeed(StrEnum):
    """What happened to an alarm after it was raised: the lines of its timeline; a repeat that says the same is none."""

    REPEAT = "repeat"
    SEVERITY = "severity"
    CLEAR = "clear"
    REOPEN = "reopen"
    ACKNOWLEDGE = "acknowledge"
    UNACKNOWLEDGE = "unacknowledge"
    SHELVE = "shelve"
    UNSHELVE = "unshelve"
    COMMENT = "comment"
    MOVE = "move"
    FLAP = "flap"
    SETTLE = "settle"
    SUPPRESS = "suppress"
    UNSUPPRESS = "unsuppress"
    JOIN = "join"
    LEAVE = "leave"
    ESCALATE = "escalate"
    NOTIFY = "notify"
    PREVENT = "prevent"


class Cause(StrEnum):
    """Why a Zero Touch decision was taken."""

    FILE_REQUEST = "file_request"
    REPORT = "report"
    APPROVAL = "approval"
    ACTIVATION = "activation"
    MANUAL = "manual"


class Stage(StrEnum):
    """The three questions of Zero Touch, in the order in which they are asked."""

    PLACEMENT = "placement"
    TEMPLATE = "template"
    FIRMWARE = "firmware"


class RuleKind(StrEnum):
    """What the rules of a list decide: the three questions of Zero Touch, then what becomes of alarms (rules 1.3)."""

    PLACEMENT = "placement"
    TEMPLATE = "template"
    FIRMWARE = "firmware"
    SUPPRESS = "suppress"
    CORRELATE = "correlate"
    FLAP = "flap"
    ESCALATE = "escalate"
    ROUTE = "route"


class RuleSetState(StrEnum):
    """A version of a list is a draft, decides while it is active, and is kept when another took its place."""

    DRAFT = "draft"
    ACTIVE = "active"
    RETIRED = "retired"


class SimulationState(StrEnum):
    """How far a simulation is; one that waits or runs has a worker, or is to have one."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Origin(StrEnum):
    """How a device came to be known."""

    ZERO_TOUCH = "zero_touch"
    APPROVED = "approved"
    IMPORTED = "imported"
    ADDED = "added"


class ImportKind(StrEnum):
    """What a file that is imported holds (manual, chapter 3)."""

    USERS = "users"
    CONFIGURATION = "configuration"


class ImportState(StrEnum):
    """How far an import is; those in which something is to be done have a worker (docs/decisions/0037)."""

    UPLOADED = "uploaded"
    CHECKED = "checked"
    REFUSED = "refused"
    CONFIRMED = "confirmed"
    WRITTEN = "written"
    DONE = "done"
    UNDOING = "undoing"
    UNDONE = "undone"


class Verdict(StrEnum):
    """What the import of a row would do: ``exists`` is there with other values, which stay."""

    NEW = "new"
    UNCHANGED = "unchanged"
    EXISTS = "exists"
    ERROR = "error"


class Subject(StrEnum):
    """What the targets of an operation are."""

    DEVICES = "devices"
    USERS = "users"


class Action(StrEnum):
    """What an operation asks of each of its targets (manual 6.3, 6.8 and 6.9)."""

    CHECK_STATUS = "check_status"
    RESTART = "restart"
    UPDATE = "update"
    FIRMWARE = "firmware"
    MESSAGE = "message"
    GENERATE = "generate"
    TEMPLATE = "template"
    TENANT = "tenant"
    LANGUAGE = "language"
    VLAN_MODE = "vlan_mode"
    APPROVE = "approve"
    DELETE_DEVICES = "delete_devices"
    USER_TENANT = "user_tenant"
    PASSWORDS = "passwords"
    DELETE_USERS = "delete_users"
    USER_VALUES = "user_values"
    NO_USER_VALUES = "no_user_values"
    DELETE_STATUS = "delete_status"


class OperationState(StrEnum):
    """Whether an operation goes on: one that is to begin later runs, and begins nothing yet.

    A person has it ``paused``; a roll-out is ``halted`` by its gate.
    """

    RUNNING = "running"
    PAUSED = "paused"
    HALTED = "halted"
    FINISHED = "finished"


class WaveState(StrEnum):
    """How far a wave of a roll-out is.

    ``watched``: all its phones were asked, and its gate is open. ``passed_over``: a person went on in spite of it.
    """

    WAITING = "waiting"
    RUNNING = "running"
    WATCHED = "watched"
    PASSED = "passed"
    FAILED = "failed"
    PASSED_OVER = "passed_over"


class TargetState(StrEnum):
    """How far one target of an operation has come; which may follow which is in ``app/rules/target_states.py``."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    SENDING = "sending"
    QUEUED = "queued"
    POSTPONED = "postponed"
    SENT = "sent"
    CONFIRMED = "confirmed"
    FAILED = "failed"
    SKIPPED = "skipped"


class Way(StrEnum):
    """How a phone was asked, the best way first; ``here`` is what needs no phone."""

    DIRECT = "direct"
    SBC_PROXY = "sbc_proxy"
    KEEP_ALIVE = "keep_alive"
    HERE = "here"


class DestinationKind(StrEnum):
    """How messages about alarms reach somebody; ``events`` is a web hook for all else that happens."""

    MAIL = "mail"
    SNMP = "snmp"
    WEBHOOK = "webhook"
    SYSLOG = "syslog"
    EVENTS = "events"


class NoticeReason(StrEnum):
    """Why somebody is told of an alarm; ``repeat`` is the group's own: it is still so. ``event`` is of no alarm."""

    RAISE = "raise"
    CHANGE = "change"
    ESCALATE = "escalate"
    ACKNOWLEDGE = "acknowledge"
    CLEAR = "clear"
    CANCEL = "cancel"
    REPEAT = "repeat"
    TEST = "test"
    EVENT = "event"


class NoticeFate(StrEnum):
    """What became of a notice; one that waits goes with the next message of its group."""

    WAITING = "waiting"
    TOLD = "told"
    NEEDLESS = "needless"
    WITHDRAWN = "withdrawn"


class DeliveryState(StrEnum):
    """How far a message has come: ``failed`` is tried again, ``given_up`` is not, unless somebody says so."""

    WAITING = "waiting"
    FAILED = "failed"
    SENT = "sent"
    GIVEN_UP = "given_up"
