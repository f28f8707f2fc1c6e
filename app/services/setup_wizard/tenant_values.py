"""The values that most tenants need: the wizard's form of Tenant Configuration.

They are placeholders of the tenant. The time zone is configuration values: its dates of daylight saving have no
placeholders, and templates for Skype for Business have none for the offset either.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.errors import InvalidInputError
from app.models import ConfigurationValue, Placeholder, Tenant
from app.models.enums import Layer, Train, ValueLevel
from app.rendering.daylight import daylight_lines
from app.rendering.placeholders import CATALOGUE, SYSTEM_DEFAULTS
from app.rendering.zone_clock import gmt_offset_text, zone_clock
from app.rules.sentences import quoted
from app.services import value_owners
from app.services.author import Author
from app.services.config_files.sources import Sources
from app.services.configuration_values import changes as configuration_changes
from app.services.placeholders import changes as placeholder_changes
from app.services.placeholders.secrets import shown
from app.services.settings.texts import LANGUAGES, TIME_ZONE
from app.services.value_owners import Owner, OwnerKind

ZONE = "time_zone"
_OFFSET, _OFFSET_PLACEHOLDER = "system/ntp/gmt_offset", "TimeZoneLocation"
_PROXY, _PROXY_SWITCH = "Outbound_proxy", "Outbound_proxy_enable"
_NO_ADDRESS = SYSTEM_DEFAULTS[_PROXY]


@dataclass(frozen=True, slots=True)
class ValueField:
    """A value of the form: the placeholder it is kept as; ``words`` are those that can be chosen, if not any text."""

    name: str
    title: str
    meaning: str
    words: Sequence[str] = ()

    @property
    def is_secret(self) -> bool:
        """Whether its value is shown to nobody."""
        return CATALOGUE[self.name].is_secret


@dataclass(frozen=True, slots=True)
class FieldState:
    """A field with the tenant's own value ('' where it has none), and the one that holds without it."""

    field: ValueField
    own: str
    inherited: str
    is_set: bool


_FOR_ALL = (
    ValueField("Language", "Language", "Language of the phones' screens.", LANGUAGES),
    ValueField(
        "IPPhonePassword",
        "Administrator's password of the phones",
        "Who opens a phone's own pages signs in as admin with it. It is kept encrypted and shown to nobody.",
    ),
)
_FOR_SIP = (
    ValueField("Primary_NTP", "Time server (NTP)", "Name or address from which phones take the time."),
    ValueField("Proxy_address", "Registrar", "Name or address of the SIP server with which phones register."),
    ValueField("Proxy_port", "Port of the registrar", "5060 at most systems."),
    ValueField("Proxy_gateway", "SIP domain", "Where it differs from the registrar's name."),
    ValueField(
        _PROXY, "Outbound proxy", "Where calls go through a proxy or an SBC on their way to the registrar."
    ),
    ValueField("Outbound_proxy_port", "Port of the outbound proxy", "5060 at most systems."),
    ValueField("MwiVmNumber", "Voice mail number", "What the key for voice mail calls."),
)
_SWITCHED_ON = "1"


def fields_for(train: Train) -> Sequence[ValueField]:
    """Return the values that phones of this system need; those of Skype for Business find their server themselves."""
    return _FOR_ALL if train is Train.UC else (*_FOR_ALL, *_FOR_SIP)


def read(session: Session, tenant: Tenant, train: Train) -> list[FieldState]:
    """Return the fields as they are; of a secret only whether it is set."""
    own, inherited = _own(session, tenant), Sources(session).values_of(Layer.SYSTEM, None)
    states = []
    for field in fields_for(train):
        value, beneath = own.get(field.name, ""), inherited.get(field.name, "")
        states.append(
            FieldState(
                field,
                own="" if field.is_secret else value,
                inherited=shown(beneath, is_masked=field.is_secret),
                is_set=field.name in own,
            )
        )
    return states


def offset_of(session: Session, tenant: Tenant) -> tuple[str, bool]:
    """Return the GMT offset of the tenant's phones, and whether it is the tenant's own."""
    line = select(ConfigurationValue.value).where(
        ConfigurationValue.level == ValueLevel.TENANT,
        ConfigurationValue.tenant_id == tenant.id,
        ConfigurationValue.parameter == _OFFSET,
    )
    own = session.scalar(line) or _own(session, tenant).get(_OFFSET_PLACEHOLDER)
    return (
        (own, True) if own else (Sources(session).values_of(Layer.SYSTEM, None)[_OFFSET_PLACEHOLDER], False)
    )


def count(session: Session, tenant: Tenant) -> int:
    """Return how many values the tenant has of its own, wherever they were set."""
    placeholders = select(func.count()).where(
        Placeholder.layer == Layer.TENANT, Placeholder.tenant_id == tenant.id
    )
    lines = select(func.count()).where(
        ConfigurationValue.level == ValueLevel.TENANT, ConfigurationValue.tenant_id == tenant.id
    )
    return (session.scalar(placeholders) or 0) + (session.scalar(lines) or 0)


def save(
    session: Session,
    tenant: Tenant,
    typed: Mapping[str, str],
    *,
    replaces_time: bool,
    author: Author,
    now: datetime,
) -> None:
    """Keep what was typed, all or nothing: a text is the tenant's value, an empty one takes the tenant's away.

    A secret that was left empty stays. InvalidInputError says for each field why it will not do, ReplacementError
    that the tenant has another offset or other dates of daylight saving, which nobody has said may go.
    """
    owner = value_owners.get_owner(session, OwnerKind.TENANT, tenant.id)
    rows = {row.name: row for row in session.scalars(_rows_of(tenant))}
    wanted, refused = _wanted(typed, rows)
    zone = typed.get(ZONE, "").strip()
    if zone:
        try:
            _lay_zone_over(session, owner, zone, replaces=replaces_time, author=author, now=now)
        except InvalidInputError as error:
            refused[ZONE] = str(error)
    for name, text in wanted.items():
        try:
            _keep(session, owner, rows.get(name), name, text, author, now)
        except InvalidInputError as error:
            refused[name] = str(error)
    if refused:
        raise InvalidInputError(by_field=refused)


def _wanted(
    typed: Mapping[str, str], rows: Mapping[str, Placeholder]
) -> tuple[dict[str, str], dict[str, str]]:
    """Return the texts that were typed over others, and a sentence for each that somebody else changed meanwhile.

    ``<name>.seen`` is what the form showed before somebody typed in it.
    """
    wanted: dict[str, str] = {}
    changed: dict[str, str] = {}
    for field in (*_FOR_ALL, *_FOR_SIP):
        text, seen = typed.get(field.name), typed.get(f"{field.name}.seen", "")
        if text is None or text == seen:
            continue
        present = rows[field.name].value if field.name in rows else ""
        if not field.is_secret and present not in {seen, text}:
            changed[field.name] = (
                f"Somebody else has set this to {quoted(present)} meanwhile. Save again to replace it."
            )
        wanted[field.name] = text if field.is_secret else text.strip()
    if _PROXY in wanted:
        is_used = wanted[_PROXY] not in {"", _NO_ADDRESS}
        wanted[_PROXY_SWITCH] = _SWITCHED_ON if is_used else ""
    return wanted, changed


def _keep(
    session: Session,
    owner: Owner,
    row: Placeholder | None,
    name: str,
    text: str,
    author: Author,
    now: datetime,
) -> None:
    if not text:
        if row is not None:
            placeholder_changes.delete(session, row, author=author, now=now)
    elif row is None:
        about = CATALOGUE[name].description
        placeholder_changes.add(
            session, owner, name=name, value=text, description=about, author=author, now=now
        )
    elif row.value != text:
        about = row.description
        placeholder_changes.edit(
            session, row, name=name, value=text, description=about, author=author, now=now
        )


def _lay_zone_over(
    session: Session, owner: Owner, zone: str, *, replaces: bool, author: Author, now: datetime
) -> None:
    """Lay a zone's offset and its dates of daylight saving over the tenant's files."""
    clock = zone_clock(ZoneInfo(TIME_ZONE.check(zone)), now.year)
    lines = [(_OFFSET, gmt_offset_text(clock.gmt_offset)), *daylight_lines(clock.daylight)]
    configuration_changes.lay_over(session, owner, lines, replaces=replaces, author=author, now=now)


def _own(session: Session, tenant: Tenant) -> dict[str, str]:
    return {row.name: row.value for row in session.scalars(_rows_of(tenant))}


def _rows_of(tenant: Tenant) -> Select[Placeholder]:
    return select(Placeholder).where(Placeholder.layer == Layer.TENANT, Placeholder.tenant_id == tenant.id)
