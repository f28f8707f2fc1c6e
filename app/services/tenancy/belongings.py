"""What belongs to a tenant or a site, and what would become of it: counted, and the first of it named."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session

from app.models import (
    ConfigFile,
    ConfigTemplate,
    ConfigurationValue,
    Destination,
    Device,
    DeviceStatus,
    Operator,
    PhoneModel,
    PhoneUser,
    Placeholder,
    RuleRow,
    RuleSetVersion,
    Site,
    TemplateDefault,
    Tenant,
    UserKeysRow,
)
from app.models.enums import RuleSetState, Status
from app.models.operator import operator_tenant
from app.models.tenant import AUTO_DETECTION
from app.services.usage import Consequence, Fate, Kind, Usage, look_up

DEVICES = Kind("devices", "device", "devices")
WAITING_PHONES = Kind("waiting-phones", "waiting phone", "waiting phones")
SILENT_PHONES = Kind(
    "silent-phones", "waiting phone that is disconnected", "waiting phones that are disconnected"
)
OTHERS_DEVICES = Kind("others-devices", "device of another tenant", "devices of other tenants")
OTHERS = Kind("tenants", "other tenant", "other tenants")
SITES = Kind("sites", "site", "sites")
PHONE_USERS = Kind("phone-users", "phone user", "phone users")
SYSTEM_USER = Kind("system-user", "system user", "system users")
TEMPLATES = Kind("templates", "template", "templates")
TEMPLATE_DEFAULTS = Kind("template-defaults", "Zero Touch default", "Zero Touch defaults")
PLACEHOLDERS = Kind("placeholders", "placeholder value", "placeholder values")
CONFIGURATION_VALUES = Kind("configuration-values", "configuration value", "configuration values")
USER_KEYS = Kind("user-keys", "user's speed dials", "users' speed dials")
CONFIGURATION_FILES = Kind("configuration-files", "configuration file", "configuration files")
DESTINATIONS = Kind("destinations", "destination of alarms", "destinations of alarms")
RULES = Kind("rules", "rule of its own", "rules of its own")
OPERATORS = Kind("operators", "operator's account", "operators' accounts")

_IS_SILENT = DeviceStatus.status == Status.DISCONNECTED
_IS_HEARD = DeviceStatus.status.is_distinct_from(Status.DISCONNECTED)


def consequences_of_tenant(session: Session, tenant: Tenant) -> Sequence[Consequence]:
    """Return what the deletion of a tenant means for all that belongs to it, also for what there is none of."""
    return [
        *_what_refuses(session, tenant),
        *(Consequence(Fate.GOES, usage) for usage in _what_goes(session, tenant)),
        *_what_stays(session, tenant),
    ]


def consequences_of_site(session: Session, site: Site) -> Sequence[Consequence]:
    """Return what the deletion of a site means for its phones and its values."""
    there = f"{AUTO_DETECTION} of {site.tenant.name}"
    return [
        Consequence(
            Fate.STAYS,
            _devices(session, Device.site_id == site.id),
            f"go to {there}; their files stay as they are until they are generated",
        ),
        Consequence(
            Fate.STAYS, _waiting(session, WAITING_PHONES, DeviceStatus.site_id == site.id), f"wait in {there}"
        ),
        Consequence(Fate.GOES, _placeholders(session, Placeholder.site_id == site.id)),
        Consequence(Fate.GOES, _values(session, ConfigurationValue.site_id == site.id)),
    ]


def _what_refuses(session: Session, tenant: Tenant) -> Sequence[Consequence]:
    """Return what would be left without its tenant: phones first of all."""
    templates = select(ConfigTemplate.id).where(ConfigTemplate.tenant_id == tenant.id)
    users = select(PhoneUser.id).where(PhoneUser.tenant_id == tenant.id)
    uses_ours = or_(Device.template_id.in_(templates), Device.phone_user_id.in_(users))
    defaults = select(TemplateDefault.tenant_id).where(TemplateDefault.template_id.in_(templates))
    others = select(Tenant.id, Tenant.name).where(Tenant.id != tenant.id, Tenant.id.in_(defaults))
    is_waiting_here = DeviceStatus.tenant_id == tenant.id
    return [
        Consequence(
            Fate.REFUSES,
            _devices(session, Device.tenant_id == tenant.id),
            "Move the devices to another tenant, or delete them.",
        ),
        Consequence(
            Fate.REFUSES,
            _waiting(session, WAITING_PHONES, is_waiting_here, _IS_HEARD),
            "Approve the waiting phones into another tenant, or point their DHCP option at another one.",
        ),
        Consequence(
            Fate.REFUSES,
            _devices(session, Device.tenant_id != tenant.id, uses_ours, kind=OTHERS_DEVICES),
            f"Give the devices of other tenants a template and a user that are not {tenant.name}'s.",
        ),
        Consequence(
            Fate.REFUSES,
            look_up(session, OTHERS, others.order_by(Tenant.name_key)),
            f"Give the other tenants a Zero Touch default that is not {tenant.name}'s.",
        ),
    ]


def _what_goes(session: Session, tenant: Tenant) -> Sequence[Usage]:
    sites = select(Site.id, Site.name).where(Site.tenant_id == tenant.id, ~Site.is_auto_detection)
    templates = select(ConfigTemplate.id, ConfigTemplate.name).where(ConfigTemplate.tenant_id == tenant.id)
    template_ids = templates.with_only_columns(ConfigTemplate.id)
    defaults = (
        select(TemplateDefault.template_id, PhoneModel.name)
        .join(PhoneModel, TemplateDefault.phone_model_id == PhoneModel.id)
        .where(TemplateDefault.tenant_id == tenant.id)
    )
    keys = (
        select(PhoneUser.id, PhoneUser.name)
        .join(UserKeysRow, UserKeysRow.phone_user_id == PhoneUser.id)
        .where(UserKeysRow.tenant_id == tenant.id)
    )
    files = select(ConfigFile.id, ConfigFile.name).where(ConfigFile.tenant_id == tenant.id)
    rules = (
        select(RuleRow.id, RuleRow.name)
        .join(RuleSetVersion, RuleRow.version_id == RuleSetVersion.id)
        .where(RuleRow.tenant_id == tenant.id, RuleSetVersion.state == RuleSetState.ACTIVE)
    )
    destinations = select(Destination.id, Destination.name).where(Destination.tenant_id == tenant.id)
    return [
        look_up(session, SITES, sites.order_by(Site.name_key)),
        look_up(session, PHONE_USERS, _users_of(tenant).where(~PhoneUser.is_system)),
        look_up(session, TEMPLATES, templates.order_by(ConfigTemplate.name_key)),
        look_up(session, TEMPLATE_DEFAULTS, defaults.order_by(PhoneModel.name)),
        _placeholders(
            session, or_(Placeholder.tenant_id == tenant.id, Placeholder.template_id.in_(template_ids))
        ),
        _values(session, ConfigurationValue.tenant_id == tenant.id),
        look_up(session, USER_KEYS, keys.order_by(PhoneUser.name_key)),
        look_up(session, CONFIGURATION_FILES, files.order_by(ConfigFile.name_key)),
        look_up(session, DESTINATIONS, destinations.order_by(Destination.name_key)),
        look_up(session, RULES, rules.order_by(RuleRow.name, RuleRow.id)),
    ]


def _what_stays(session: Session, tenant: Tenant) -> Sequence[Consequence]:
    operators = (
        select(Operator.id, Operator.username)
        .join(operator_tenant, operator_tenant.c.operator_id == Operator.id)
        .where(operator_tenant.c.tenant_id == tenant.id)
    )
    return [
        Consequence(
            Fate.STAYS,
            _waiting(session, SILENT_PHONES, DeviceStatus.tenant_id == tenant.id, _IS_SILENT),
            "are placed anew if they ever report again",
        ),
        Consequence(
            Fate.STAYS,
            look_up(session, SYSTEM_USER, _users_of(tenant).where(PhoneUser.is_system)),
            "goes to the default tenant",
        ),
        Consequence(
            Fate.STAYS,
            look_up(session, OPERATORS, operators.order_by(Operator.username)),
            "no longer name this tenant; an account that names no other sees no phones",
        ),
    ]


def _users_of(tenant: Tenant) -> Select[int, str]:
    named = select(PhoneUser.id, PhoneUser.name).where(PhoneUser.tenant_id == tenant.id)
    return named.order_by(PhoneUser.name_key)


def _devices(session: Session, *conditions: ColumnElement[bool], kind: Kind = DEVICES) -> Usage:
    return look_up(session, kind, select(Device.mac, Device.mac).where(*conditions).order_by(Device.mac))


def _waiting(session: Session, kind: Kind, *conditions: ColumnElement[bool]) -> Usage:
    phones = select(DeviceStatus.mac, DeviceStatus.mac).where(DeviceStatus.device_id.is_(None), *conditions)
    return look_up(session, kind, phones.order_by(DeviceStatus.mac))


def _placeholders(session: Session, condition: ColumnElement[bool]) -> Usage:
    named = select(Placeholder.id, Placeholder.name).where(condition)
    return look_up(session, PLACEHOLDERS, named.order_by(Placeholder.name, Placeholder.id))


def _values(session: Session, condition: ColumnElement[bool]) -> Usage:
    named = select(ConfigurationValue.id, ConfigurationValue.parameter).where(condition)
    return look_up(
        session, CONFIGURATION_VALUES, named.order_by(ConfigurationValue.parameter, ConfigurationValue.id)
    )
