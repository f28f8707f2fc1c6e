"""How pages write times: relative to the moment of the page, the exact time (UTC) on hover."""

from datetime import UTC, datetime, timedelta

from flask import Flask, g
from markupsafe import Markup

_UNITS = (
    (timedelta(days=365), "year"),
    (timedelta(days=30), "month"),
    (timedelta(days=1), "day"),
    (timedelta(hours=1), "hour"),
    (timedelta(minutes=1), "minute"),
)
_JUST_NOW = timedelta(seconds=45)


def install(app: Flask) -> None:
    """Give templates the filters ``moment`` and ``time_ago``."""
    app.add_template_filter(moment)
    app.add_template_filter(live_moment)
    app.add_template_global(time_of_page)
    app.add_template_filter(lambda at: time_ago(at, time_of_page()), "time_ago")


def time_of_page() -> datetime:
    """Return the moment this page is made for: one for all of it."""
    found: datetime = g.setdefault("time_of_page", datetime.now(UTC))
    return found


def time_ago(at: datetime, now: datetime) -> str:
    """Say how long ago (or ahead) a time is: ``just now``, ``3 hours ago``, ``in 2 days``."""
    distance = abs(now - at)
    if distance < _JUST_NOW:
        return "just now"
    words = _in_words(distance)
    return f"in {words}" if at > now else f"{words} ago"


def exact(at: datetime) -> str:
    """Write a time in full, in UTC: ``2026-03-09 14:05:31 UTC``."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def moment(at: datetime | None, nothing: str = "never") -> Markup:
    """Return the <time> element of a time, or a muted word where there is none."""
    if at is None:
        return Markup('<span class="muted">{}</span>').format(nothing)
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        at.astimezone(UTC).isoformat(timespec="seconds"), exact(at), time_ago(at, time_of_page())
    )


def live_moment(at: datetime) -> Markup:
    """Return the <time> element of a time that static/ringmaster/live.js keeps relative; its bytes stay the same."""
    return Markup('<time datetime="{}" title="{}" data-live-time>{:%H:%M:%S} UTC</time>').format(
        at.astimezone(UTC).isoformat(timespec="seconds"), exact(at), at.astimezone(UTC)
    )


def _in_words(distance: timedelta) -> str:
    for length, word in _UNITS:
        number = round(distance / length)
        if distance >= length * 0.95 and number:
            return f"{number} {word}" if number == 1 else f"{number} {word}s"
    return "1 minute"
