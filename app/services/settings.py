"""System settings: what an administrator changes while the system runs (manual 9.1), over defaults."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from app.errors import NotFoundError
from app.models import SystemSetting
from app.rendering.daylight import DateFormat, DaylightSaving
from app.rules.addresses import address_text
from app.services import journal
from app.services.setting_texts import (
    LANGUAGES,
    Check,
    change_date,
    change_date_of,
    choice,
    host_or_nothing,
    time_zone,
    web_address_or_nothing,
    whole_number,
)

_NO, _YES = "no", "yes"
_SUMMER = "month=3 day=26 week=1 day_of_week=SUNDAY hour=2 minute=0"
_WINTER = "month=9 day=14 week=1 day_of_week=SUNDAY hour=2 minute=0"


@dataclass(frozen=True, slots=True)
class Setting:
    """One system setting; ``check`` returns the text as it is kept, or raises InvalidInputError."""

    name: str
    meaning: str
    default: str
    check: Check


CATALOGUE: Mapping[str, Setting] = MappingProxyType(
    {
        setting.name: setting
        for setting in (
            Setting(
                "disconnected_timeout",
                "Minutes of silence after which a phone counts as disconnected",
                "120",
                whole_number(1, 10080),
            ),
            Setting(
                "keep_alive_period", "Minutes between two reports of a phone", "60", whole_number(0, 300)
            ),
            Setting("web_ui_time_zone", "Time zone in which the screens show times", "UTC", time_zone),
            Setting("language", "Language of the phones' screens", "English", choice(LANGUAGES)),
            Setting(
                "sbc_proxy_host", "Name or address of the SBC HTTP proxy; empty: none", "", host_or_nothing
            ),
            Setting("sbc_proxy_port", "Port of the SBC HTTP proxy", "80", whole_number(1, 65535)),
            Setting("shared_templates_url", "Where shared templates are", "", web_address_or_nothing),
            Setting("daylight_active", "Whether phones keep daylight saving time", _YES, choice((_NO, _YES))),
            Setting(
                "daylight_date_format",
                "How the two dates are read: FIXED (month, day) or DayOfWeek (month, week, day_of_week)",
                DateFormat.FIXED,
                choice(DateFormat),
            ),
            Setting("daylight_start", "When daylight saving time begins", _SUMMER, change_date),
            Setting("daylight_end", "When daylight saving time ends", _WINTER, change_date),
            Setting("daylight_offset", "Minutes the clock is put ahead", "60", whole_number(0, 180)),
        )
    }
)


# Read for every batch of reports: to build the statement, or to go through the mapper, takes longer than to run it.
_SETTINGS: Table = SystemSetting.__table__  # type: ignore[assignment]  # declared as FromClause, and a Table here
_SBC_PROXY_HOST = select(_SETTINGS.c.value).where(_SETTINGS.c.name == "sbc_proxy_host")


@dataclass(frozen=True, kw_only=True, slots=True)
class SystemSettings:
    """All system settings; ``keep_alive_period`` is in minutes, as phones are told it."""

    disconnected_timeout: timedelta
    keep_alive_period: int
    web_ui_time_zone: ZoneInfo
    language: str
    sbc_proxy_host: str
    sbc_proxy_port: int
    daylight_saving: DaylightSaving


def read(session: Session) -> SystemSettings:
    """Return the settings that hold: those that were changed, and the defaults of the others."""
    texts = read_texts(session)
    return SystemSettings(
        disconnected_timeout=timedelta(minutes=int(texts["disconnected_timeout"])),
        keep_alive_period=int(texts["keep_alive_period"]),
        web_ui_time_zone=ZoneInfo(texts["web_ui_time_zone"]),
        language=texts["language"],
        sbc_proxy_host=texts["sbc_proxy_host"],
        sbc_proxy_port=int(texts["sbc_proxy_port"]),
        daylight_saving=DaylightSaving(
            is_active=texts["daylight_active"] == _YES,
            date_format=DateFormat(texts["daylight_date_format"]),
            start=change_date_of(texts["daylight_start"]),
            end=change_date_of(texts["daylight_end"]),
            offset=timedelta(minutes=int(texts["daylight_offset"])),
        ),
    )


def sbc_proxy_address(session: Session) -> str:
    """Return the SBC proxy's address in the form of a peer's; a proxy set by its name is recognised by no address."""
    host = session.connection().execute(_SBC_PROXY_HOST).scalar()
    return address_text((host or "").strip("[]"))


def read_texts(session: Session) -> dict[str, str]:
    """Return the text of every setting, as an administrator writes it."""
    changed = select(SystemSetting.name, SystemSetting.value).where(SystemSetting.name.in_(CATALOGUE))
    defaults = {name: setting.default for name, setting in CATALOGUE.items()}
    return defaults | dict(session.execute(changed).all())


def change(session: Session, name: str, text: str, *, by: str, now: datetime, address: str = "") -> str:
    """Change a setting to what the text says, with an entry in the journal, and return the text that is kept.

    NotFoundError for an unknown name, InvalidInputError for a text that will not do.
    """
    setting = _get_setting(name)
    before, after = read_texts(session)[name], setting.check(text.strip())
    if after == before:
        return after
    session.merge(SystemSetting(name=name, value=after))
    journal.record(
        session,
        at=now,
        actor=by,
        action="system setting changed",
        subject=name,
        text=f"The system setting {name} was changed from '{before}' to '{after}'.",
        address=address,
        details={"before": before, "after": after},
    )
    return after


def shared_templates_url(session: Session) -> str:
    """Return the address at which templates are shared (manual 4.3, step 9), empty where none is set."""
    return read_texts(session)["shared_templates_url"]


def _get_setting(name: str) -> Setting:
    if name in CATALOGUE:
        return CATALOGUE[name]
    close = difflib.get_close_matches(name, CATALOGUE, n=1)
    hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(CATALOGUE)}."
    raise NotFoundError(f"There is no system setting '{name[:60]}'; {hint}")
