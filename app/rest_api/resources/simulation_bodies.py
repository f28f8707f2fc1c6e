"""What is said and shown of a simulation: what is asked, how far it is, and what was counted."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Any

from msgspec import Meta, Struct, structs
from sqlalchemy.orm import Session

from app.models import Simulation
from app.models.enums import RuleKind, SimulationState, Stage
from app.rest_api.listing import Words
from app.rest_api.resources.rule_bodies import TenantName
from app.rules.zero_touch.changes import Wait
from app.services.rule_sets.names import read_names
from app.services.what_if import jobs, standing, tally
from app.services.what_if.alarms import rows as alarm_rows
from app.services.what_if.jobs import DAYS, MOST_DAYS

_MOST_DRAFTS = 100
_NO_MORE = "is no more"


class DraftNamed(Struct, kw_only=True, forbid_unknown_fields=True):
    """A draft, as `/rules/{kind}/draft?tenant=` names it."""

    kind: RuleKind
    tenant: TenantName = ""


class NewSimulation(Struct, kw_only=True, forbid_unknown_fields=True):
    """What is asked: what drafts would change, those that say what a phone gets or those for alarms, not both.
    `tenant` and `model` limit it to some phones, `as_of` asks as at another time than now, `days` is for alarms."""

    drafts: Annotated[list[DraftNamed], Meta(min_length=1, max_length=_MOST_DRAFTS)]
    as_of: Annotated[datetime, Meta(tz=True)] | None = None
    days: Annotated[int, Meta(ge=1, le=MOST_DAYS)] = DAYS
    tenant: Annotated[Words, Meta(description="The name of a tenant: of its phones or alarms alone.")] = ""
    model: Annotated[Words, Meta(description="The name of a model: of its phones alone.")] = ""


class DraftAsked(Struct, kw_only=True):
    """A draft as it was when it was asked about."""

    kind: RuleKind
    tenant: str
    version_id: int
    revision: int


class SimulationItem(Struct, kw_only=True):
    """A simulation. While `is_busy` a scheduler works on it: `done` of `total` phones, or of what was recorded of
    alarms. `changed` is for how many phones or alarms something changes, as far as it is; `since` is for alarms."""

    id: int
    kind: RuleKind
    state: SimulationState
    is_busy: bool
    done: int
    total: int
    changed: int
    error: str
    by: str
    drafts: list[DraftAsked]
    tenant: str
    model: str
    as_of: datetime
    since: datetime | None
    created_at: datetime
    finished_at: datetime | None


class RuleMoves(Struct, kw_only=True):
    """A rule that gains or loses phones."""

    key: str
    stage: Stage
    title: str
    gained: int
    lost: int


class WaitCount(Struct, kw_only=True):
    """How many phones would wait for something if they came new, by the active rules and by the drafts."""

    wait: Wait
    before: int
    after: int


class Gap(Struct, kw_only=True):
    """Phones for whose model their tenant has no default template; the factory's may serve them."""

    tenant: str
    model: str
    has_factory: bool
    phones: int


class PhoneCounts(Struct, kw_only=True):
    """What was counted of phones, those concerned most first."""

    rules: list[RuleMoves]
    waits: list[WaitCount]
    gaps: list[Gap]


class MessageCount(Struct, kw_only=True):
    """How many messages a destination would have got by the active rules and by the drafts."""

    destination: str
    before: int
    after: int


class RuleDeeds(Struct, kw_only=True):
    """A rule, and to how many alarms it does something as an active one and as one of a draft."""

    key: str
    kind: RuleKind
    title: str
    before: int
    after: int


class AlarmCounts(Struct, kw_only=True):
    """What was counted of alarms; `before` and `after` sum up what the active rules and the drafts make of them."""

    messages: list[MessageCount]
    rules: list[RuleDeeds]
    before: dict[str, int]
    after: dict[str, int]


class OneSimulation(SimulationItem, kw_only=True):
    """A simulation with what was counted, of phones or of alarms. `changes` has for how many of them what differs;
    `outdated` says what has changed since, and is empty while it holds."""

    outdated: str
    changes: dict[str, int]
    phones: PhoneCounts | None
    alarms: AlarmCounts | None


def show(session: Session, simulation: Simulation) -> OneSimulation:
    """Return a simulation with what was counted so far."""
    shown, totals = show_all(session)(simulation), simulation.totals
    is_of_alarms = standing.is_of_alarms(simulation)
    return OneSimulation(
        **structs.asdict(shown),
        outdated="" if shown.is_busy else standing.why_outdated(session, simulation),
        changes={name.lower(): number for name, number in totals.get("flags", {}).items()},
        phones=None if is_of_alarms else _of_phones(session, totals),
        alarms=_of_alarms(session, totals) if is_of_alarms else None,
    )


def show_all(session: Session) -> Callable[[Simulation], SimulationItem]:
    """Return what shows simulations as lists do; the names in them are read once."""
    tenants, models = read_names(session).tenants, dict(jobs.models_to_choose(session))

    def shown(simulation: Simulation) -> SimulationItem:
        return SimulationItem(
            id=simulation.id,
            kind=simulation.kind,
            state=simulation.state,
            is_busy=jobs.is_busy(simulation),
            done=min(simulation.done, simulation.total),
            total=simulation.total,
            changed=simulation.totals.get("changed", 0),
            error=simulation.error,
            by=simulation.by,
            drafts=[
                DraftAsked(
                    kind=RuleKind(draft["kind"]),
                    tenant=_name(tenants, draft["tenant_id"]),
                    version_id=draft["version_id"],
                    revision=draft["revision"],
                )
                for draft in simulation.drafts
            ],
            tenant=_name(tenants, simulation.only_tenant_id),
            model=_name(models, simulation.only_model_id),
            as_of=simulation.as_of,
            since=simulation.since,
            created_at=simulation.created_at,
            finished_at=simulation.finished_at,
        )

    return shown


def _name(names: Mapping[int, str], row_id: int | None) -> str:
    return "" if row_id is None else names.get(row_id, _NO_MORE)


def _of_phones(session: Session, totals: Mapping[str, Any]) -> PhoneCounts:
    tenants = read_names(session).tenants
    return PhoneCounts(
        rules=[
            RuleMoves(key=key, stage=stage, title=title, gained=gained, lost=lost)
            for key, stage, title, gained, lost in tally.rules_in(totals)
        ],
        waits=[
            WaitCount(wait=wait, before=before, after=after) for wait, before, after in tally.waits_in(totals)
        ],
        gaps=[
            Gap(tenant=tenants.get(tenant_id, ""), model=model, has_factory=has_factory, phones=phones)
            for tenant_id, model, has_factory, phones in tally.gaps_in(totals)
        ],
    )


def _of_alarms(session: Session, totals: Mapping[str, Any]) -> AlarmCounts:
    return AlarmCounts(
        messages=[
            MessageCount(destination=name, before=before, after=after)
            for name, before, after in alarm_rows.messages_in(totals, alarm_rows.destinations(session))
        ],
        rules=[RuleDeeds(**rule._asdict()) for rule in alarm_rows.rules_in(totals)],
        before=_sums(totals, "before"),
        after=_sums(totals, "after"),
    )


def _sums(totals: Mapping[str, Any], side: str) -> dict[str, int]:
    found = totals.get(side, {})
    return {name: found[name] for name in alarm_rows.SUMS if name in found}
