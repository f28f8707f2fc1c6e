"""System settings: what an administrator changes while the system runs (manual 9.1), over defaults."""

import difflib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from app.database import table_of
from app.errors import InvalidInputError, NotFoundError
from app.models import Placeholder, SystemSetting
from app.models.enums import Layer
from app.rendering.daylight import DateFormat, DaylightSaving
from app.rules.addresses import address_text
from app.services import journal
from app.services.author import Author
from app.services.settings.catalogue import CATALOGUE
from app.services.settings.changes import (
    SettingChange,
    check_together,
    check_unchanged,
    sentence_of,
)
from app.services.settings.definitions import YES, Setting
from app.services.settings.texts import change_date_of

# Read for every batch of reports: to build the statement, or to go through the mapper, takes longer than to run it.
_SETTINGS = table_of(SystemSetting)
_SBC_PROXY_HOST = select(_SETTINGS.c.value).where(_SETTINGS.c.name == "sbc_proxy_host")

# Pages read two each.
_OWN_SETTINGS = select(SystemSetting.name, SystemSetting.value).where(
    SystemSetting.name.in_(bindparam("names", expanding=True))
)

_READ_AS_SETTINGS = (
    "disconnected_timeout", "sbc_proxy_host", "sbc_proxy_port", "daylight_active",
    "daylight_date_format", "daylight_start", "daylight_end", "daylight_offset",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class SystemSettings:
    """What phones' files and their silence depend on beside the values of placeholders."""

    disconnected_timeout: timedelta
    sbc_proxy_host: str
    sbc_proxy_port: int
    daylight_saving: DaylightSaving


def read(session: Session) -> SystemSettings:
    """Return the settings that hold: those that were changed, and the defaults of the others."""
    texts = read_texts(session, _READ_AS_SETTINGS)
    return SystemSettings(
        disconnected_timeout=timedelta(minutes=int(texts["disconnected_timeout"])),
        sbc_proxy_host=texts["sbc_proxy_host"],
        sbc_proxy_port=int(texts["sbc_proxy_port"]),
        daylight_saving=DaylightSaving(
            is_active=texts["daylight_active"] == YES,
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


def web_ui_time_zone(session: Session) -> ZoneInfo:
    """Return the time zone in which the screens write times."""
    return ZoneInfo(read_text(session, "web_ui_time_zone"))


def time_zone_of_phones(session: Session) -> ZoneInfo:
    """Return the time zone of the phones: where none was set, that of the screens."""
    texts = read_texts(session, ("phone_time_zone", "web_ui_time_zone"))
    return ZoneInfo(texts["phone_time_zone"] or texts["web_ui_time_zone"])


def shared_templates_url(session: Session) -> str:
    """Return the address at which templates are shared (manual 4.3, step 9), empty where none is set."""
    return read_text(session, "shared_templates_url")


def permitted_suffixes(session: Session) -> tuple[str, ...]:
    """Return how names of files end that may be uploaded for phones: ``.cfg``, ``.img`` and so on, in lower case."""
    return tuple(read_text(session, "upload_suffixes").split())


def log_level_and_days(session: Session) -> tuple[str, int]:
    """Return from which level on System Logs have lines, and for how many days."""
    texts = read_texts(session, ("log_level", "log_days"))
    return texts["log_level"], int(texts["log_days"])


def read_text(session: Session, name: str) -> str:
    """Return the text of one setting."""
    return read_texts(session, (name,))[name]


def read_texts(session: Session, names: Collection[str] = CATALOGUE.keys()) -> dict[str, str]:
    """Return the texts of settings by name, as an administrator writes them; secrets are among them."""
    wanted = [CATALOGUE[name] for name in names]
    return {setting.name: setting.default for setting in wanted} | _stored(session, wanted)


def change(session: Session, name: str, text: str, *, author: Author, now: datetime) -> str:
    """Change a setting to what the text says, with an entry in the journal, and return the text that is kept.

    NotFoundError for an unknown name, InvalidInputError for a text that will not do.
    """
    changes = change_many(session, {name: text}, author=author, now=now)
    return changes[0].after if changes else read_text(session, name)


def change_many(
    session: Session,
    texts: Mapping[str, str],
    *,
    seen: Mapping[str, str] = MappingProxyType({}),
    author: Author,
    now: datetime,
) -> list[SettingChange]:
    """Change all settings that these texts say something new of, or none, and return what changed.

    ``seen`` are texts as they were when somebody began to change them: where one is another by now, nothing is
    changed. One entry in the journal names them all. NotFoundError for an unknown name, InvalidInputError with a
    sentence for each text that will not do.
    """
    for name in texts:
        _check_name(name)
    before = read_texts(session, CATALOGUE.keys())
    changes = _checked(texts, before)
    check_unchanged(changes, seen)
    check_together({**before, **{change.setting.name: change.after for change in changes}}, texts)
    for change in changes:
        _store(session, change.setting, change.after)
    if changes:
        _note(session, changes, author=author, now=now)
    return changes


def try_on(session: Session, texts: Mapping[str, str]) -> dict[str, str]:
    """Return all texts as they would be after ``change_many``, or raise what it raises; nothing is changed."""
    before = read_texts(session, CATALOGUE.keys())
    return {**before, **{change.setting.name: change.after for change in _checked(texts, before)}}


def _stored(session: Session, wanted: Iterable[Setting]) -> dict[str, str]:
    own = [setting.name for setting in wanted if not setting.placeholder]
    by_placeholder = {setting.placeholder: setting.name for setting in wanted if setting.placeholder}
    found: dict[str, str] = {}
    if own:
        found |= dict(session.execute(_OWN_SETTINGS, {"names": own}).all())
    if by_placeholder:
        values = select(Placeholder.name, Placeholder.value).where(
            Placeholder.layer == Layer.SYSTEM, Placeholder.name.in_(by_placeholder)
        )
        found |= {by_placeholder[name]: value for name, value in session.execute(values)}
    return found


def _checked(texts: Mapping[str, str], before: Mapping[str, str]) -> list[SettingChange]:
    """Return what changes; a text that is the one there is need not pass the check of today."""
    changes: list[SettingChange] = []
    problems: dict[str, str] = {}
    for name, text in texts.items():
        setting = CATALOGUE[name]
        written = text if setting.is_secret else text.strip()
        if written == before[name]:
            continue
        try:
            after = setting.check(written)
        except InvalidInputError as error:
            problems[name] = str(error)
            continue
        if after != before[name]:
            changes.append(SettingChange(setting, before[name], after))
    if problems:
        raise InvalidInputError(by_field=problems)
    return changes


def _store(session: Session, setting: Setting, text: str) -> None:
    if not setting.placeholder:
        session.merge(SystemSetting(name=setting.name, value=text))
        return
    is_it = (Placeholder.layer == Layer.SYSTEM, Placeholder.name == setting.placeholder)
    row = session.scalar(select(Placeholder).where(*is_it))
    if text == setting.default:
        session.execute(delete(Placeholder).where(*is_it))
    elif row is None:
        session.add(Placeholder(layer=Layer.SYSTEM, name=setting.placeholder, value=text))
    else:
        row.value = text


def _note(session: Session, changes: list[SettingChange], *, author: Author, now: datetime) -> None:
    journal.record(
        session,
        at=now,
        author=author,
        action="system setting changed",
        subject=", ".join(change.setting.name for change in changes),
        text=sentence_of(changes),
        details={
            change.setting.name: {"before": change.shown_before, "after": change.shown_after}
            for change in changes
        },
    )


def _check_name(name: str) -> None:
    if name in CATALOGUE:
        return
    close = difflib.get_close_matches(name, CATALOGUE, n=1)
    hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(CATALOGUE)}."
    raise NotFoundError(f"There is no system setting '{name[:60]}'; {hint}")
