"""The tables and the words of the field; importing the package makes all of them known to the metadata."""

from app.models.alarm import Alarm, AlarmChange
from app.models.alarm_rules import EscalationStep, Outage
from app.models.api_token import ApiToken
from app.models.config_file import ConfigFile
from app.models.config_template import ConfigTemplate, TemplateDefault
from app.models.configuration_value import ConfigurationValue
from app.models.decision import Decision
from app.models.delivery import Delivery
from app.models.destination import Destination
from app.models.device import Device
from app.models.device_status import DeviceSeen, DeviceStatus
from app.models.event_place import EventPlace
from app.models.firmware import Firmware, FirmwareGroup
from app.models.hand_out import HandOut
from app.models.import_job import ImportDevice, ImportFile, ImportJob, ImportRow
from app.models.installed_license import InstalledLicense
from app.models.journal_entry import JournalEntry
from app.models.notice import GroupedNotice, NoticeGroup
from app.models.operation import Operation, OperationFile, OperationTarget, OperationWave
from app.models.operator import Operator
from app.models.operator_session import OperatorSession
from app.models.pending_action import PendingAction
from app.models.phone_history import FileFetch, PhoneChange
from app.models.phone_model import PhoneModel
from app.models.phone_search import PhoneSearch
from app.models.phone_user import PhoneUser
from app.models.placeholder import Placeholder
from app.models.process import ChoreRun, Heartbeat, Lease, SchemaFit
from app.models.replaced_phone import ReplacedPhone
from app.models.rule_set import DevicePin, RuleHits, RuleRow, RuleSetVersion
from app.models.saved_view import SavedView
from app.models.second_factor import RecoveryCode, SecondFactor
from app.models.setup_progress import SetupProgress
from app.models.simulation import Simulation, SimulationAlarm, SimulationRow
from app.models.snmp_identity import SnmpIdentity
from app.models.system_setting import SystemSetting
from app.models.template_version import TemplateVersion
from app.models.tenant import Site, Tenant
from app.models.tenant_key import TenantKey
from app.models.user_keys import UserKeysRow
from app.models.wrong_password import WrongPassword

__all__ = [
    "Alarm",
    "AlarmChange",
    "ApiToken",
    "ChoreRun",
    "ConfigFile",
    "ConfigTemplate",
    "ConfigurationValue",
    "Decision",
    "Delivery",
    "Destination",
    "Device",
    "DevicePin",
    "DeviceSeen",
    "DeviceStatus",
    "EscalationStep",
    "EventPlace",
    "FileFetch",
    "Firmware",
    "FirmwareGroup",
    "GroupedNotice",
    "HandOut",
    "Heartbeat",
    "ImportDevice",
    "ImportFile",
    "ImportJob",
    "ImportRow",
    "InstalledLicense",
    "JournalEntry",
    "Lease",
    "NoticeGroup",
    "Operation",
    "OperationFile",
    "OperationTarget",
    "OperationWave",
    "Operator",
    "OperatorSession",
    "Outage",
    "PendingAction",
    "PhoneChange",
    "PhoneModel",
    "PhoneSearch",
    "PhoneUser",
    "Placeholder",
    "RecoveryCode",
    "ReplacedPhone",
    "RuleHits",
    "RuleRow",
    "RuleSetVersion",
    "SavedView",
    "SchemaFit",
    "SecondFactor",
    "SetupProgress",
    "Simulation",
    "SimulationAlarm",
    "SimulationRow",
    "Site",
    "SnmpIdentity",
    "SystemSetting",
    "TemplateDefault",
    "TemplateVersion",
    "Tenant",
    "TenantKey",
    "UserKeysRow",
    "WrongPassword",
]
