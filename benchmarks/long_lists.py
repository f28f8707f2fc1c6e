"""Pages with long lists: all users of an installation, and an operation on all of its phones."""

import time
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median

from sqlalchemy import update

from app.cli.release import opened_database
from app.models import OperationTarget
from app.models.enums import Action, Subject, TargetState
from app.rules.actions import KINDS
from app.security.tenant_scope import ALL_TENANTS
from app.services.author import Author
from app.services.operations import starting
from app.services.operations.starting import Order
from app.services.operations.targets import Chosen, Wanted
from app.transaction import writing
from benchmarks import cpu
from benchmarks.servers import Server
from config import Settings

_LOADS = 20
_AUTHOR = Author("benchmark")
# Every third target has ended well, every seventh has failed, the others wait.
_STATES = ((3, TargetState.CONFIRMED, ""), (7, TargetState.FAILED, "It did not come back in time."))


@dataclass(frozen=True, slots=True)
class PageLoad:
    """What a page took: processor time of the server for each load in the mean, and time in the middle; seconds."""

    title: str
    cpu: float
    time: float
    size: int


def add_operation(settings: Settings) -> int:
    """Begin an operation on all phones, which nobody works off, and return its id."""
    with opened_database(settings) as database, writing(database, ALL_TENANTS) as session:
        order = Order(
            action=Action.RESTART,
            chosen=Chosen(Subject.DEVICES, matching=[Wanted()]),
            pace=KINDS[Action.RESTART].pace,
            patience=timedelta(minutes=90),
        )
        operation = starting.start(session, order, author=_AUTHOR, now=datetime.now(UTC))
        for every, state, reason in _STATES:
            some = (OperationTarget.operation_id == operation.id) & (OperationTarget.id % every == 0)
            session.execute(update(OperationTarget).where(some).values(state=state, reason=reason))
        return operation.id


def pages_of(operation_id: int) -> dict[str, str]:
    """Return the addresses of the pages by what they show; words are found once, everywhere, and nowhere."""
    operation = f"/operations/{operation_id}/"
    return {
        "Manage Users": "/users/",
        "Manage Users, its 300th page": "/users/?page=300",
        "Manage Users, words that one user has": "/users/?q=1234@example.com",
        "Manage Users, words that all users have": "/users/?q=example.com",
        "Manage Users, words that nobody has": "/users/?q=nobody+at+all",
        "Manage Users, a part of a MAC": "/users/?q=mac:0fff",
        "Manage Users, users with several phones": "/users/?devices=several",
        "Operations": "/operations/",
        "Operation": operation,
        "Operation, what it keeps fresh": f"{operation}figures",
        "Operation, those that failed": f"{operation}?state=failed",
        "Operation, words in 30,000 targets": f"{operation}?q=nobody+at+all",
        "Manage Multiple Users, the left pane": "/users/multiple/available",
        "Manage Multiple Devices, the left pane": "/devices/multiple/available",
    }


def measure(
    web: Server, session: str, pages: Mapping[str, str], *, loads: int = _LOADS
) -> Sequence[PageLoad]:
    """Load each page so many times, one after the other."""
    return [_measure(web, session, title, path, loads) for title, path in pages.items()]


def _measure(web: Server, session: str, title: str, path: str, loads: int) -> PageLoad:
    size = len(_get(web, session, path))
    taken: list[float] = []
    before = cpu.seconds_of(web.pid)
    for _ in range(loads):
        begun = time.perf_counter()
        _get(web, session, path)
        taken.append(time.perf_counter() - begun)
    return PageLoad(title, (cpu.seconds_of(web.pid) - before) / loads, median(taken), size)


def _get(web: Server, session: str, path: str) -> bytes:
    name, _, value = session.partition(": ")
    with urllib.request.urlopen(urllib.request.Request(web.url + path, headers={name: value})) as answer:
        body: bytes = answer.read()
        return body
