"""How pages write times: relative to the moment of the page, the exact time on hover, in the zone of the settings."""

from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from flask import Flask, g
from markupsafe import Markup

from app.views.page_settings import setting_of_page

_UNITS = (
    (timedelta(days=365), "year"),
    (timedelta(days=30), "month"),
    (timedelta(days=1), "day"),
    (timedelta(hours=1), "hour"),
    (timedelta(minutes=1), "minute"),
)
_JUST_NOW = timedelta(seconds=45)
_DATE, _TO_THE_SECOND = len("2026-03-09 "), len("2026-03-09 14:05:31")


def install(app: Flask) -> None:
    """Give templates the filters ``moment``, ``live_moment``, ``time_ago`` and ``exact_time``."""
    app.add_template_filter(moment)
    app.add_template_filter(live_moment)
    app.add_template_global(time_of_page)
    app.add_template_filter(lambda at: time_ago(at, time_of_page()), "time_ago")
    app.add_template_filter(lambda at: exact(at, zone_of_page()), "exact_time")


def time_of_page() -> datetime:
    """Return the moment this page is made for: one for all of it."""
    found: datetime = g.setdefault("time_of_page", datetime.now(UTC))
    return found


def time_ago(at: datetime, now: datetime) -> str:
    """Say how long ago (or ahead) a time is: ``just now``, ``3 hours ago``, ``in 2 days``."""
    distance = abs(now - at)
    if distance < _JUST_NOW:
        return "just now"
    words = in_words(distance)
    return f"in {words}" if at > now else f"{words} ago"


def zone_of_page() -> tzinfo:
    """Return the time zone in which this page writes times (manual 9.1, Web UI time zone)."""
    if "zone_of_page" not in g:
        g.zone_of_page = ZoneInfo(setting_of_page("web_ui_time_zone"))
    zone: tzinfo = g.zone_of_page
    return zone


def exact(at: datetime, zone: tzinfo = UTC) -> str:
    """Write a time in full: ``2026-03-09 14:05:31 UTC``."""
    there = at.astimezone(zone)
    return f"{there.isoformat(' ', 'seconds')[:_TO_THE_SECOND]} {there.tzname()}"  # a third of the time of strftime


def moment(at: datetime | None, nothing: str = "never") -> Markup:
    """Return the <time> element of a time, or a muted word where there is none."""
    if at is None:
        return Markup('<span class="muted">{}</span>').format(nothing)
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        at.astimezone(UTC).isoformat(timespec="seconds"),
        exact(at, zone_of_page()),
        time_ago(at, time_of_page()),
    )


def live_moment(at: datetime) -> Markup:
    """Return the <time> element of a time that static/ringmaster/live.js keeps relative; its bytes stay the same."""
    return Markup(live_moment_written(at, exact(at, zone_of_page())))  # noqa: S704


def live_moment_written(at: datetime, title: str) -> str:
    """Return the same for who has written it in full: lists have hundreds of times, with nothing to escape in them."""
    moment_in_utc = at.astimezone(UTC).isoformat(timespec="seconds")
    return f'<time datetime="{moment_in_utc}" title="{title}" data-live-time>{title[_DATE:]}</time>'


def in_words(distance: timedelta) -> str:
    """Say how long a time is, roughly: ``5 minutes``, ``7 days``."""
    for length, word in _UNITS:
        number = round(distance / length)
        if distance >= length * 0.95 and number:
            return f"{number} {word}" if number == 1 else f"{number} {word}s"
    return "1 minute"
