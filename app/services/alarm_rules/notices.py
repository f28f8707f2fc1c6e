"""What a rule has somebody told, as a notice: with what it is told together, and how long it may wait."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from app.rules.alarm_rules.messages import OUTAGES_SHOW_WITHIN
from app.rules.alarm_rules.outcomes import Route, RouteGroup
from app.rules.alarm_rules.telling import Telling
from app.services.alarm_rules.book import AlarmBook
from app.services.notices.putting import Group, Notice

_VALUES: Mapping[RouteGroup, Callable[[AlarmBook, Mapping[str, Any]], str]] = {
    RouteGroup.ALARM_TYPE: lambda _, alarm: str(alarm["name"]),
    RouteGroup.TENANT: lambda book, alarm: book.name_of_tenant(alarm["tenant_id"]),
    RouteGroup.SITE: lambda book, alarm: book.name_of_site(alarm["site_id"]),
    RouteGroup.MODEL: lambda _, alarm: str(alarm["model"]),
    RouteGroup.SEVERITY: lambda _, alarm: str(alarm["severity"]),
    RouteGroup.SOURCE: lambda _, alarm: str(alarm["source"]),
}


def notice_of(book: AlarmBook, alarm: Mapping[str, Any], telling: Telling, destination_id: int) -> Notice:
    """Return the notice for one destination."""
    outcome = telling.rule.outcome
    if isinstance(outcome, Route):
        values = [_VALUES[by](book, alarm) for by in outcome.group_by]
        # An alarm of a tenant is never told together with one of another, whatever a rule groups by.
        key = "\0".join((str(alarm["tenant_id"]), *values))
        group = Group(
            rule_key=telling.rule.key,
            key=key,
            title="/".join(filter(None, values)),
            wait=_wait(outcome.wait, alarm),
            interval=outcome.interval,
            repeat=outcome.repeat,
        )
    else:
        tenant = book.name_of_tenant(alarm["tenant_id"])
        key = f"{alarm['tenant_id']}\0{alarm['name']}"
        title = "/".join(filter(None, (tenant, str(alarm["name"]))))
        group = Group(
            rule_key=telling.rule.key,
            key=key,
            title=title,
            wait=OUTAGES_SHOW_WITHIN,
            interval=timedelta(),
            repeat=timedelta(),
        )
    return Notice(
        destination_id=destination_id,
        reason=telling.reason,
        alarm=alarm,
        group=group,
        step=telling.step,
        note=f"By {telling.rule.title}.",
        phones=book.phones_of(alarm),
    )


def _wait(wait: timedelta, alarm: Mapping[str, Any]) -> timedelta:
    return max(wait, OUTAGES_SHOW_WITHIN) if alarm["group_key"] and alarm["mac"] else wait
