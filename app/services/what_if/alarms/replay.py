"""Both sides of a replay beside one another: the rules that are active, and the drafts of a simulation."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import ConflictError
from app.models import Destination, Simulation
from app.models.enums import RuleKind
from app.rules.alarm_rules.asked import find_rule
from app.services.alarm_rules.book import AlarmBook
from app.services.destinations.receivers import snmp_receiver_of
from app.services.notices.putting import Hearer
from app.services.rule_sets.active import ActiveRules, DraftedRules
from app.services.what_if import standing
from app.services.what_if.alarms import recorded
from app.services.what_if.alarms.changes import NOTHING, Tally, changes_between, keys_in
from app.services.what_if.alarms.findings import Finding
from app.services.what_if.alarms.messages import Listener
from app.services.what_if.alarms.recorded import Happening
from app.services.what_if.alarms.side import Side


class Replay:
    """What was recorded, played through both sides page by page; between two pages the session may be let go.

    ConflictError where the drafts, or what is active, are not what the simulation began with.
    """

    def __init__(self, session: Session, simulation: Simulation) -> None:
        drafts = standing.drafts_of(session, simulation.drafts)
        is_as_it_was = standing.active_checksums(session, simulation.kind) == simulation.active
        if len(drafts) < len(simulation.drafts) or not is_as_it_was:
            raise ConflictError("The rules changed while alarms were played. Simulate again.")
        self._simulation = simulation
        self._session = session
        self._tenant_ids: dict[str, int | None] = {}
        since = simulation.since or simulation.as_of
        listeners = _listeners(session)
        before = AlarmBook(session, now=since, rules=ActiveRules(session))
        after = before.beside(DraftedRules(session, drafts))
        self._books = (before, after)
        self._sides = tuple(Side(session, book, listeners, since) for book in self._books)
        self._tally = Tally()

    def pages(self) -> Iterator[Sequence[Happening]]:
        """Yield what was recorded, in its order."""
        return recorded.pages(self._session, self._simulation)

    def play(self, page: Sequence[Happening]) -> list[dict[str, Any]]:
        """Play a page, and return a row for each alarm that is over and of which the drafts make something else."""
        self._books[0].read_phones({happening.fixed["mac"] for happening in page})
        now = page[-1].at
        for side in self._sides:
            for happening in page:
                side.play(happening)
            side.forget(now)
        is_open = set().union(*(side.open_records() for side in self._sides))
        return self._compare(self._records() - is_open)

    def end(self) -> list[dict[str, Any]]:
        """Let happen what is due until the end, and return the rows of all alarms that are left."""
        for side in self._sides:
            side.go_to(self._simulation.as_of)
        return self._compare(self._records())

    def totals(self) -> dict[str, Any]:
        """Return what was counted so far."""
        before, after = self._sides
        return self._tally.as_json((before.messages, after.messages))

    def _records(self) -> set[str]:
        return set().union(*(side.findings.records() for side in self._sides))

    def _compare(self, records: set[str]) -> list[dict[str, Any]]:
        taken = ([side.findings.take(record) for side in self._sides] for record in sorted(records))
        rows = (self._row(*findings) for findings in taken)
        return [row for row in rows if row is not None]

    def _row(self, before: Finding | None, after: Finding | None) -> dict[str, Any] | None:
        said = [NOTHING if each is None else each.as_json() for each in (before, after)]
        changes = changes_between(*said)
        some = before or after
        if some is None:
            return None
        self._tally.note(
            before, after, changes, lambda side, kind, key: self._title(side, kind, key, some.tenant_id)
        )
        if not changes:
            return None
        return {
            "simulation_id": self._simulation.id,
            "number": self._tally.changed,
            "alarm_id": some.alarm_id,
            "at": some.at,
            "name": some.name,
            "source": some.source,
            "mac": some.mac,
            "tenant_id": some.tenant_id,
            "before": said[0],
            "after": said[1],
            "rules": f" {' '.join(sorted(keys_in(*said)))} ",
            "flags": int(changes),
        }

    def _title(self, side: int, kind: RuleKind, key: str, tenant_id: int | None) -> str:
        asked = self._books[side].asked_in(tenant_id)
        rule = find_rule(getattr(asked, kind.value), key)
        return rule.title if rule is not None else key


def _listeners(session: Session) -> Mapping[int, Listener]:
    """Return the destinations that are switched on."""
    wanted = session.scalars(select(Destination).where(Destination.is_enabled)).all()
    return {
        each.id: Listener(Hearer(each.name, each.tenant_id), each.kind, snmp_receiver_of(each))
        for each in wanted
    }
