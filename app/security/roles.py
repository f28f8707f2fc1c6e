"""Roles as data: which role may do what on which page (product, "Who uses it").

A permission is a page (Flask-AppBuilder's "view menu") and a deed on it. What only the system level may do is
refused to an account that names its tenants, whatever its role.
"""

import re
from collections.abc import Iterable

ADMINISTRATOR = "Administrator"
OPERATOR = "Operator"
HELPDESK = "Helpdesk"
MONITOR = "Monitor"

DASHBOARD = "Dashboard"
TOPOLOGY = "Network Topology"
DEVICES_STATUS = "Devices Status"
DEVICE = "Device"
USERS = "Manage Users"
ALARMS = "Alarms"
TENANTS = "Tenants"
SITES = "Sites"
PHONE_MODELS = "Phone Models"
TEMPLATES = "Templates"
TEMPLATES_MAPPING = "Templates Mapping"
RULES = "Rules"
WHAT_IF = "What-if"
TEMPLATE_PLACEHOLDERS = "Template Placeholders"
DEVICES_PLACEHOLDERS = "Devices Placeholders"
DEFAULT_PLACEHOLDERS = "Default Placeholders Values"
TENANT_CONFIGURATION = "Tenant Configuration"
SITE_CONFIGURATION = "Site Configuration"
USER_CONFIGURATION = "User Configuration"
SYSTEM_SETTINGS = "System Settings"
LDAP_TEST = "LDAP Test"
CHANGED_FILES = "Changed Files"
CONFIGURATION_FILES = "Phone Configuration Files"
FIRMWARE = "Phone Firmware Files"
IMPORT_EXPORT = "Import / Export"
OPERATIONS = "Operations"
MULTIPLE_DEVICES = "Manage Multiple Devices"
MULTIPLE_USERS = "Manage Multiple Users"
JOURNAL = "Activity Log"
WEB_ADMIN_LOG = "Web Admin Log"
SUPPORT_BUNDLE = "Support Bundle"
SETUP_WIZARD = "Setup Wizard"
OPERATORS = "Operators"
ROLES_PAGE = "Roles"
LICENSE = "License"
API_TOKENS = "API Tokens"
DESTINATIONS = "Destinations"
DELIVERY_LOG = "Delivery Log"

LOOK = ("can_list", "can_show")
CHANGE = ("can_add", "can_edit", "can_delete")
EXPORT = "can_export"
ACKNOWLEDGE = "can_acknowledge"
SHELVE = "can_shelve"
DELETE = "can_delete"
APPROVE = "can_approve"
RESTART = "can_restart"
SHOW_FILE = "can_show_file"
SEE_SECRETS = "can_see_secrets"
EDIT = "can_edit"
GENERATE = "can_generate"
DOWNLOAD = "can_download"
IMPORT = "can_import"
EXPORT_CONFIGURATION = "can_export_configuration"
IMPORT_CONFIGURATION = "can_import_configuration"
CHECK_STATUS = "can_check_status"
MESSAGE = "can_message"
CHANGE_MANY = "can_change"
TELNET = "can_telnet"
TEST = "can_test"
RETRY = "can_retry"
EDIT_SYSTEM = "can_edit_system"

_VALUES_PAGES = (
    TEMPLATE_PLACEHOLDERS,
    DEVICES_PLACEHOLDERS,
    TENANT_CONFIGURATION,
    SITE_CONFIGURATION,
    USER_CONFIGURATION,
)

DEEDS: dict[str, tuple[str, ...]] = {
    DASHBOARD: ("can_list",),
    TOPOLOGY: ("can_list",),
    DEVICES_STATUS: ("can_list", EXPORT),
    DEVICE: ("can_show", EXPORT, APPROVE, SHOW_FILE, SEE_SECRETS, TELNET, *CHANGE),
    USERS: (*LOOK, *CHANGE, GENERATE, SEE_SECRETS),
    ALARMS: (*LOOK, EXPORT, ACKNOWLEDGE, SHELVE, DELETE),
    SETUP_WIZARD: ("can_list", EDIT),
    TEMPLATES: (*LOOK, *CHANGE, SEE_SECRETS),
    TEMPLATES_MAPPING: ("can_list", EDIT),
    RULES: ("can_list", EDIT, EDIT_SYSTEM),
    WHAT_IF: ("can_list", "can_add", EXPORT),
    **dict.fromkeys(_VALUES_PAGES, ("can_list", *CHANGE, SEE_SECRETS)),
    DEFAULT_PLACEHOLDERS: ("can_list", "can_edit", SEE_SECRETS),
    PHONE_MODELS: (*LOOK, *CHANGE),
    CHANGED_FILES: ("can_list", SHOW_FILE, GENERATE, SEE_SECRETS),
    CONFIGURATION_FILES: (*LOOK, SEE_SECRETS, *CHANGE),
    FIRMWARE: (*LOOK, DOWNLOAD, *CHANGE),
    IMPORT_EXPORT: ("can_list", EXPORT, IMPORT, SEE_SECRETS, EXPORT_CONFIGURATION, IMPORT_CONFIGURATION),
    OPERATIONS: (*LOOK, EXPORT, CHECK_STATUS, RESTART, MESSAGE, CHANGE_MANY),
    MULTIPLE_DEVICES: ("can_list",),
    MULTIPLE_USERS: ("can_list",),
    TENANTS: (*LOOK, *CHANGE),
    SITES: (*LOOK, *CHANGE),
    OPERATORS: (*LOOK, *CHANGE),
    ROLES_PAGE: ("can_list",),
    LICENSE: ("can_list", EDIT),
    API_TOKENS: ("can_list", DELETE),
    SYSTEM_SETTINGS: ("can_list", EDIT, GENERATE),
    LDAP_TEST: ("can_list",),
    JOURNAL: ("can_list",),
    WEB_ADMIN_LOG: ("can_list",),
    SUPPORT_BUNDLE: (DOWNLOAD,),
    DESTINATIONS: ("can_list", *CHANGE, TEST),
    DELIVERY_LOG: (*LOOK, RETRY),
}
"""Every page, and what can be done on it."""

_EVERYBODY_LOOKS = (
    DASHBOARD,
    TOPOLOGY,
    DEVICES_STATUS,
    DEVICE,
    USERS,
    ALARMS,
    TENANTS,
    SITES,
    PHONE_MODELS,
    TEMPLATES,
    TEMPLATES_MAPPING,
    RULES,
    WHAT_IF,
    *_VALUES_PAGES,
    DEFAULT_PLACEHOLDERS,
    CHANGED_FILES,
    OPERATIONS,
    MULTIPLE_DEVICES,
)

_SYSTEM_LEVEL_ONLY = frozenset(
    {
        *((page, deed) for page in (TENANTS, SITES, PHONE_MODELS, OPERATORS) for deed in CHANGE),
        *(
            (page, deed)
            for page in (JOURNAL, WEB_ADMIN_LOG, OPERATORS, ROLES_PAGE, API_TOKENS)
            for deed in LOOK
        ),
        (API_TOKENS, DELETE),
        (DEFAULT_PLACEHOLDERS, "can_edit"),
        (SUPPORT_BUNDLE, DOWNLOAD),
        (RULES, EDIT_SYSTEM),
        *((SYSTEM_SETTINGS, deed) for deed in DEEDS[SYSTEM_SETTINGS]),
        *((FIRMWARE, deed) for deed in DEEDS[FIRMWARE]),
        *((LICENSE, deed) for deed in DEEDS[LICENSE]),
        *((IMPORT_EXPORT, deed) for deed in (EXPORT_CONFIGURATION, IMPORT_CONFIGURATION)),
    }
)


def _exactly(names: Iterable[str]) -> str:
    return f"^({'|'.join(re.escape(name) for name in names)})$"


def _entry(pages: Iterable[str], deeds: Iterable[str]) -> list[str]:
    return [_exactly(pages), _exactly(deeds)]


_LOOK_AROUND = [_entry(_EVERYBODY_LOOKS, LOOK)]

ROLES: dict[str, list[list[str]]] = {
    ADMINISTRATOR: [["^.*$", "^.*$"]],
    OPERATOR: [
        *_LOOK_AROUND,
        _entry((DEVICES_STATUS, DEVICE, ALARMS), (EXPORT,)),
        _entry((ALARMS,), (ACKNOWLEDGE, SHELVE, DELETE)),
        _entry((DEVICE,), (APPROVE, SHOW_FILE, SEE_SECRETS, TELNET, *CHANGE)),
        _entry((USERS,), (*CHANGE, GENERATE, SEE_SECRETS)),
        _entry((SETUP_WIZARD,), DEEDS[SETUP_WIZARD]),
        _entry((TEMPLATES,), (*CHANGE, SEE_SECRETS)),
        _entry((CHANGED_FILES,), DEEDS[CHANGED_FILES]),
        _entry((OPERATIONS,), DEEDS[OPERATIONS]),
        _entry((MULTIPLE_USERS,), LOOK),
        _entry((TEMPLATES_MAPPING, RULES), (EDIT,)),
        _entry((WHAT_IF,), DEEDS[WHAT_IF]),
        _entry(_VALUES_PAGES, (*CHANGE, SEE_SECRETS)),
        _entry((DEFAULT_PLACEHOLDERS,), ("can_edit", SEE_SECRETS)),
        _entry((SITES, PHONE_MODELS), CHANGE),
        _entry((SYSTEM_SETTINGS,), DEEDS[SYSTEM_SETTINGS]),
        _entry((LDAP_TEST,), LOOK),
        _entry((FIRMWARE,), DEEDS[FIRMWARE]),
        _entry((CONFIGURATION_FILES,), DEEDS[CONFIGURATION_FILES]),
        _entry((IMPORT_EXPORT,), DEEDS[IMPORT_EXPORT]),
        _entry((JOURNAL, WEB_ADMIN_LOG, LICENSE), LOOK),
        _entry((DESTINATIONS,), DEEDS[DESTINATIONS]),
        _entry((DELIVERY_LOG,), DEEDS[DELIVERY_LOG]),
    ],
    HELPDESK: [
        *_LOOK_AROUND,
        _entry((ALARMS,), (ACKNOWLEDGE,)),
        _entry((OPERATIONS,), (CHECK_STATUS, RESTART, MESSAGE)),
        _entry((MULTIPLE_USERS,), LOOK),
    ],
    MONITOR: [
        *_LOOK_AROUND,
        _entry((DEVICES_STATUS, DEVICE, ALARMS, WHAT_IF), (EXPORT,)),
        _entry((OPERATIONS,), (EXPORT, CHECK_STATUS)),
        _entry((DEVICE, CHANGED_FILES), (SHOW_FILE,)),
        _entry((LDAP_TEST,), LOOK),
        _entry((FIRMWARE, CONFIGURATION_FILES, LICENSE, DESTINATIONS, DELIVERY_LOG), LOOK),
        _entry((IMPORT_EXPORT,), ("can_list", EXPORT)),
    ],
}


def needs_system_level(page: str, deed: str) -> bool:
    """Whether this is refused to accounts that name their tenants."""
    return (page, deed) in _SYSTEM_LEVEL_ONLY


def permits(role: str, page: str, deed: str) -> bool:
    """Whether a role allows a deed on a page."""
    return any(re.match(pages, page) and re.match(deeds, deed) for pages, deeds in ROLES[role])


def overview() -> list[tuple[str, str, list[str], bool]]:
    """Return for every deed of every page: the page, the deed, the roles that allow it, and whether it needs
    the system level."""
    return [
        (page, deed, [role for role in ROLES if permits(role, page, deed)], needs_system_level(page, deed))
        for page, deeds in DEEDS.items()
        for deed in deeds
    ]
