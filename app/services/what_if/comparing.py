"""The phones of a simulation, decided upon by the active rules and by the drafts, and what differs."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import ConflictError
from app.models import Device, Firmware, Simulation
from app.models.enums import Train
from app.rules.versions import Version, parse_version
from app.rules.zero_touch.changes import changes_between, rules_that_differ
from app.services.config_files.sources import Sources
from app.services.rule_sets.active import DraftedRules
from app.services.what_if import standing
from app.services.what_if.tally import Tally, gap_of
from app.services.zero_touch.anew import Phone, read_phones
from app.services.zero_touch.facts import Surroundings
from app.services.zero_touch.fleet import DecidesFleet, InBrief, Seen

CHUNK = 1_000
"""Phones that are looked at together: so many are in memory, and written with one statement."""

OUTDATED = "The rules changed while phones were looked at. Simulate again."


class Comparison:
    """What phones get by the active rules and by the drafts of a simulation.

    What all phones have in common is read once, when it is needed: between two chunks the session may be let go.
    ConflictError where the drafts, or what is active, are not what the simulation began with.
    """

    def __init__(self, session: Session, simulation: Simulation) -> None:
        drafts = standing.drafts_of(session, simulation.drafts)
        if (
            len(drafts) < len(simulation.drafts)
            or standing.active_checksums(session, simulation.kind) != simulation.active
        ):
            raise ConflictError(OUTDATED)
        self._session = session
        self._id, self._now = simulation.id, simulation.as_of
        self._which = standing.which_phones(simulation)
        sources = Sources(session)
        now, drafted = Surroundings(session, names_templates=True), DraftedRules(session, drafts)
        later = Surroundings(session, drafted, names_templates=True)
        self._before = DecidesFleet(now, sources, self._now)
        self._after = DecidesFleet(later, sources, self._now)
        versions = session.execute(select(Firmware.id, Firmware.version))
        self._versions = {firmware_id: _version(text) for firmware_id, text in versions}
        self.tally = Tally(simulation.totals)
        self._gaps: dict[tuple[str | None, Train, int | None], str] = {}

    def read(self, after: int) -> list[Phone]:
        """Return the next phones behind an id."""
        return read_phones(self._session, self._which & (Device.id > after), self._now, most=CHUNK)

    def compare(self, phones: Iterable[Phone]) -> list[dict[str, Any]]:
        """Count what becomes of phones, and return a row for each of which something changes."""
        rows = (self._compare(phone) for phone in phones)
        return [row for row in rows if row is not None]

    def _compare(self, phone: Phone) -> dict[str, Any] | None:
        seen = self._before.see(phone)
        before = self._before.decide(seen)
        after = self._after.decide(seen, like=before)
        old, new = before.outcome, after.outcome
        changes = changes_between(
            old,
            new,
            phone.has,
            running=_version(phone.row["firmware_version"]),
            loads=self._versions.get(new.gets.firmware_id or 0),
        )
        differing = rules_that_differ(old, new)
        self.tally.note(before, after, changes, differing)
        self._note_gap(seen, after)
        if not changes:
            return None
        keys = {key for _, *both in differing for key in both}
        return {
            "simulation_id": self._id,
            "device_id": phone.id,
            "mac": phone.mac,
            "tenant_id": phone.has.tenant_id,
            "before": old.as_json(),
            "after": new.as_json(),
            "rules": f" {' '.join(sorted(keys))} ",
            "flags": int(changes),
        }

    def _note_gap(self, seen: Seen, after: InBrief) -> None:
        key = (seen.facts.model, seen.facts.train, after.outcome.gets.tenant_id)
        if key not in self._gaps:
            self._gaps[key] = self._gap_of(*key)
        gap = self._gaps[key]
        if gap:
            self.tally.note_gap(gap)

    def _gap_of(self, model: str | None, train: Train, tenant_id: int | None) -> str:
        templates = self._after.surroundings.templates
        if model is None or tenant_id is None or templates.find_default(model, train, tenant_id):
            return ""
        return gap_of(tenant_id, model, has_factory=templates.find_factory(model, train) is not None)


@lru_cache(maxsize=4096)
def _version(text: str) -> Version | None:
    return parse_version(text)
