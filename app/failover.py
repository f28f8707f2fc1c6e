"""A PostgreSQL database on several servers, of which one takes writes at a time: how it is found, and when it is left.

The address names all of them; a new connection goes to the one that takes writes, whichever that is by now
(docs/decisions/0071).
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Engine, event, make_url
from sqlalchemy.engine import URL, ExceptionContext
from sqlalchemy.exc import OperationalError

CONNECT_SECONDS = 5
_CONNECT_SECONDS_OF_SEVERAL = 3
"""Each server that is not there costs a new connection so long before the next one is asked."""
_READS_ONLY = "25006"  # read_only_sql_transaction
_TAKES_WRITES = "read-write"

# A machine that lost its power says nothing more: after so long without a sign of it a connection counts as lost.
_SIGNS_OF_LIFE = {
    "keepalives_idle": 5,
    "keepalives_interval": 3,
    "keepalives_count": 3,
    "tcp_user_timeout": 12_000,  # milliseconds
}


def connect_options(address: str) -> Mapping[str, Any]:
    """Return what a connection needs beside the address so that it finds the server that takes writes, and notices
    when that is gone. What the address says itself stands."""
    url = make_url(address)
    options: dict[str, Any] = dict(_SIGNS_OF_LIFE)
    options["connect_timeout"] = CONNECT_SECONDS
    if names_several(url):
        options["connect_timeout"] = _CONNECT_SECONDS_OF_SEVERAL
        options["target_session_attrs"] = _TAKES_WRITES
    return {name: value for name, value in options.items() if name not in url.query}


def names_several(url: URL) -> bool:
    """Whether an address names more than one server: ``host=a:5432&host=b:5432``, or ``host=a,b&port=5432,5432``."""
    hosts = url.query.get("host", ())
    return len(hosts) > 1 if isinstance(hosts, tuple) else "," in hosts


def leave_servers_that_take_no_writes(engine: Engine) -> None:
    """Let the pool drop all that is connected where a server says that it only reads: it was the one that writes.

    The error is told as the loss of a connection that it is, so whoever tries those again does so here as well.
    """
    event.listen(engine, "handle_error", _told_as_lost, retval=True)


def _told_as_lost(context: ExceptionContext) -> OperationalError | None:
    orig = context.original_exception
    if getattr(orig, "sqlstate", None) != _READS_ONLY:
        return None
    context.is_disconnect = True
    return OperationalError(context.statement, None, orig, hide_parameters=True, connection_invalidated=True)
