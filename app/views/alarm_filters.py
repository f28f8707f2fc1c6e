"""The filters of the alarm pages, as the query string of their addresses says them."""

from collections.abc import Mapping

from app.models.enums import Severity
from app.rules.alarms.catalogue import ALARM_TYPES
from app.services.alarm_search import AlarmFilter, OperatorState
from app.views.list_arguments import MOST_CHARACTERS_OF_WORDS, one_of, word_of

WITH_EVENTS = "alarms and events"
TYPE_TITLES = sorted(kind.title for kind in ALARM_TYPES)
TITLES = {
    "q": "Search",
    "severity": "Severity",
    "tenant": "Tenant",
    "type": "Type",
    "description": "Description",
    "info": "Info",
    "remote_host": "Remote host",
    "source": "Source",
    "state": "State",
    "kind": "Shows",
}
"""The filters by their arguments, in the order in which they are shown."""


def read_filter(arguments: Mapping[str, str], *, is_history: bool) -> AlarmFilter:
    """Return what is looked for, or raise InvalidInputError (400) for a value that none of the pages' links carries."""
    return AlarmFilter(
        words=_part(arguments, "q"),
        severity=word_of(arguments, "severity", Severity),
        tenant_name=_part(arguments, "tenant"),
        type_title=_part(arguments, "type"),
        description=_part(arguments, "description"),
        info=_part(arguments, "info"),
        remote_host=_part(arguments, "remote_host"),
        source=_part(arguments, "source"),
        state=word_of(arguments, "state", OperatorState),
        with_events=bool(one_of(arguments, "kind", (WITH_EVENTS,))),
        is_history=is_history,
    )


def query_of(wanted: AlarmFilter) -> dict[str, str]:
    """Return the arguments that ask for this; what is not asked for is left out."""
    values = {
        "q": wanted.words,
        "severity": wanted.severity or "",
        "tenant": wanted.tenant_name,
        "type": wanted.type_title,
        "description": wanted.description,
        "info": wanted.info,
        "remote_host": wanted.remote_host,
        "source": wanted.source,
        "state": wanted.state or "",
        "kind": WITH_EVENTS if wanted.with_events else "",
    }
    return {name: str(value) for name, value in values.items() if value}


def _part(arguments: Mapping[str, str], name: str) -> str:
    return arguments.get(name, "").strip()[:MOST_CHARACTERS_OF_WORDS]
