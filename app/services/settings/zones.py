"""The settings of time that follow from a time zone: its GMT offset, and when daylight saving begins and ends."""

from collections.abc import Mapping
from datetime import timedelta
from zoneinfo import ZoneInfo, available_timezones

from app.rendering.zone_clock import ZoneClock, gmt_offset_text, zone_clock
from app.services.settings.catalogue import CATALOGUE
from app.services.settings.definitions import NO, YES
from app.services.settings.texts import change_date_text

ZONE = "phone_time_zone"
FOLLOWING = (
    "gmt_offset", "daylight_active", "daylight_date_format", "daylight_start", "daylight_end", "daylight_offset",
)  # fmt: skip


def texts_for_zone(zone_name: str, year: int) -> tuple[dict[str, str], str]:
    """Return the texts of the settings that follow from a zone, and a sentence on them.

    InvalidInputError where there is no zone of this name.
    """
    clock = zone_clock(ZoneInfo(CATALOGUE["web_ui_time_zone"].check(zone_name)), year)
    daylight = clock.daylight
    texts = {
        "gmt_offset": gmt_offset_text(clock.gmt_offset),
        "daylight_active": YES if daylight.is_active else NO,
    }
    if daylight.is_active:
        texts |= {
            "daylight_date_format": daylight.date_format.value,
            "daylight_start": change_date_text(daylight.start),
            "daylight_end": change_date_text(daylight.end),
            "daylight_offset": str(daylight.offset // timedelta(minutes=1)),
        }
    return texts, _sentence(zone_name, clock, year)


def with_zone(texts: Mapping[str, str], before: Mapping[str, str], year: int) -> tuple[dict[str, str], str]:
    """Return texts that were typed with what follows from the zone, when another was chosen and the rest was left.

    The sentence is empty where nothing followed.
    """
    zone_name = texts.get(ZONE, "").strip()
    is_new = bool(zone_name) and zone_name != before[ZONE]
    if not is_new or any(texts.get(name, before[name]).strip() != before[name] for name in FOLLOWING):
        return dict(texts), ""
    if not _is_zone(zone_name):
        return dict(texts), ""
    following, sentence = texts_for_zone(zone_name, year)
    return {**texts, **following}, sentence


def _is_zone(name: str) -> bool:
    return name in available_timezones()


def _sentence(zone_name: str, clock: ZoneClock, year: int) -> str:
    offset = gmt_offset_text(clock.gmt_offset)
    if not clock.daylight.is_active:
        return f"{zone_name} is {offset} all year; it has no daylight saving in {year}."
    if clock.holds_every_year:
        return f"{zone_name} is {offset} in winter; the rule of its daylight saving is the same every year."
    return (
        f"{zone_name} is {offset} in winter. Its daylight saving begins and ends on dates that move: those of {year} "
        "are filled in, and have to be chosen anew next year."
    )
