"""The alarms of which drafts make something else: looked through, shown with names, and sent as a table."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from app.models import Destination, Simulation, SimulationAlarm
from app.models.enums import RuleKind
from app.rendering.csv_lines import csv_line
from app.security.tenant_scope import scope_of
from app.services.paging import Page, page_of
from app.services.what_if.alarms.changes import Change

FLAGS: Mapping[Change, str] = {
    Change.MORE: "More messages",
    Change.FEWER: "Fewer messages",
    Change.OTHERS: "Others are told",
    Change.SUPPRESSED: "Suppressed, or not",
    Change.OUTAGE: "Outage",
    Change.FLAPPING: "Flapping, or not",
    Change.ESCALATED: "Escalation",
    Change.PREVENTED: "Nobody told, or not",
    Change.RULE: "By another rule",
}
"""What is said of a changed alarm, in the order in which people choose from it."""

SUMS: Mapping[str, str] = {
    "told": "Alarms that somebody is told of",
    "suppressed": "Alarms that are suppressed",
    "outages": "Outages, told instead of their alarms",
    "correlated": "Alarms that are part of an outage",
    "flapping": "Alarms that are calmed because they flap",
    "escalated": "Alarms that escalate",
    "steps": "Steps of escalations",
    "prevented": "Alarms of which a rule lets nobody know",
}
"""What is summed up of each side, in the order of pages."""

ANOTHER_DESTINATION = "another destination"
_DID = {
    RuleKind.FLAP: "flapping",
    RuleKind.SUPPRESS: "suppressed",
    RuleKind.CORRELATE: "part of an outage",
}
_CHUNK = 1_000
_HEADER = (
    "Alarm", "Raised (UTC)", "Source", "MAC", "Changes", "Messages before", "Messages after", "Before", "After",
    "Rules before", "Rules after",
)  # fmt: skip


class RuleSum(NamedTuple):
    """How many alarms a rule does something to, on both sides."""

    key: str
    kind: RuleKind
    title: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Side:
    """What one side makes of an alarm: in words, how many messages tell of it, and by which rules."""

    words: Sequence[str]
    messages: int
    rules: Sequence[str]


@dataclass(frozen=True, slots=True)
class Shown:
    """A changed alarm as pages show it; ``alarm_id`` is None for an outage that only the simulation found."""

    alarm_id: int | None
    at: datetime
    name: str
    source: str
    mac: str
    flags: Sequence[str]
    before: Side
    after: Side


def search(
    session: Session,
    simulation: Simulation,
    *,
    flag: Change | None,
    rule: str,
    words: str,
    number: int,
    size: int,
) -> Page:
    """Return a page of the alarms that something changes for, narrowed as ``matching`` says."""
    wanted = matching(session, simulation, flag=flag, rule=rule, words=words)
    return page_of(session, wanted.order_by(SimulationAlarm.number), number=number, size=size)


def matching(
    session: Session, simulation: Simulation, *, flag: Change | None, rule: str, words: str
) -> Select[SimulationAlarm]:
    """Return the statement for changed alarms: of which something is said, that are a rule's, or with such a text."""
    wanted = _rows(session, simulation.id)
    if flag is not None:
        wanted = wanted.where(SimulationAlarm.flags.bitwise_and(int(flag)) != 0)
    if rule:
        wanted = wanted.where(SimulationAlarm.rules.contains(f" {rule} ", autoescape=True))
    if words:
        texts = (SimulationAlarm.name, SimulationAlarm.source, SimulationAlarm.mac)
        wanted = wanted.where(or_(*(text.icontains(words, autoescape=True) for text in texts)))
    return wanted


def destinations(session: Session) -> Mapping[str, str]:
    """Return the names of the destinations that the account sees, by their ids as text."""
    return {str(id_): name for id_, name in session.execute(select(Destination.id, Destination.name))}


def messages_in(totals: Mapping[str, Any], names: Mapping[str, str]) -> list[tuple[str, int, int]]:
    """Return the messages for each destination on both sides; those that the account does not see are one."""
    found: dict[str, list[int]] = {}
    for side, name in enumerate(("before", "after")):
        for destination_id, number in totals.get(name, {}).get("messages", {}).items():
            found.setdefault(names.get(destination_id, ANOTHER_DESTINATION), [0, 0])[side] += number
    return [(name, before, after) for name, (before, after) in sorted(found.items())]


def sums_in(totals: Mapping[str, Any]) -> list[tuple[str, int, int]]:
    """Return what is summed up of both sides, without what there is nothing of."""
    before, after = totals.get("before", {}), totals.get("after", {})
    sums = [(title, before.get(name, 0), after.get(name, 0)) for name, title in SUMS.items()]
    return [each for each in sums if each[1] or each[2]]


def rules_in(totals: Mapping[str, Any]) -> list[RuleSum]:
    """Return the rules that do something, those that differ most first."""
    found = [
        RuleSum(key, RuleKind(kind), title, before, after)
        for key, (kind, title, before, after) in totals.get("rules", {}).items()
    ]
    return sorted(found, key=lambda rule: (-abs(rule.after - rule.before), -rule.after, rule.title))


def shown(
    rows: Iterable[SimulationAlarm], names: Mapping[str, str], titles: Mapping[str, Sequence[Any]]
) -> list[Shown]:
    """Return alarms with the names of who is told, and of the rules."""
    return [
        Shown(
            alarm_id=row.alarm_id,
            at=row.at,
            name=row.name,
            source=row.source,
            mac=row.mac,
            flags=[title for flag, title in FLAGS.items() if row.flags & flag],
            before=_side(row, row.before, names, titles),
            after=_side(row, row.after, names, titles),
        )
        for row in rows
    ]


def header() -> str:
    """Return the first line of the table."""
    return csv_line(_HEADER)


def read_chunk(session: Session, simulation_id: int, after: int) -> Sequence[SimulationAlarm]:
    """Return the next alarms behind a number."""
    behind = _rows(session, simulation_id).where(SimulationAlarm.number > after)
    return session.scalars(behind.order_by(SimulationAlarm.number).limit(_CHUNK)).all()


def lines(
    rows: Iterable[SimulationAlarm], names: Mapping[str, str], titles: Mapping[str, Sequence[Any]]
) -> str:
    """Return the lines of the table."""
    return "".join(csv_line(_cells(each)) for each in shown(rows, names, titles))


def _cells(alarm: Shown) -> list[str]:
    sides = (alarm.before, alarm.after)
    return [
        alarm.name,
        alarm.at.isoformat(sep=" ", timespec="seconds").partition("+")[0],
        alarm.source,
        alarm.mac,
        ", ".join(alarm.flags),
        *(str(side.messages) for side in sides),
        *("; ".join(side.words) for side in sides),
        *(", ".join(side.rules) for side in sides),
    ]


def _rows(session: Session, simulation_id: int) -> Select[SimulationAlarm]:
    """Return the statement for the rows of a simulation that lie in the scope of the session."""
    rows = select(SimulationAlarm).where(SimulationAlarm.simulation_id == simulation_id)
    ids = scope_of(session).tenant_ids
    return rows if ids is None else rows.where(SimulationAlarm.tenant_id.in_(sorted(ids)))


def _side(
    row: SimulationAlarm,
    finding: Mapping[str, Any],
    names: Mapping[str, str],
    titles: Mapping[str, Sequence[Any]],
) -> Side:
    words = []
    is_outage = row.alarm_id is None
    if finding["phones"]:
        words.append(f"an outage of {_counted(finding['phones'], 'phone')}")
    done = (RuleKind.FLAP, RuleKind.SUPPRESS) if is_outage else tuple(_DID)
    words += [_DID[kind] for kind in done if finding["rules"].get(kind)]
    if finding["steps"]:
        words.append(f"escalates by {_counted(finding['steps'], 'step')}")
    for name, number in _told(finding, names):
        words.append(f"{name}: {_counted(number, 'message')}")
    if finding["prevented"]:
        words.append("a rule lets nobody know")
    elif not finding["told"] and not (is_outage and not finding["phones"]):
        words.append("nobody is told")
    if not words:
        words.append("no outage")
    keys = [key for kind in finding["rules"] for key in finding["rules"][kind]]
    return Side(
        words, sum(finding["told"].values()), [titles[key][1] if key in titles else key for key in keys]
    )


def _told(finding: Mapping[str, Any], names: Mapping[str, str]) -> list[tuple[str, int]]:
    told: dict[str, int] = {}
    for destination_id, number in finding["told"].items():
        name = names.get(destination_id, ANOTHER_DESTINATION)
        told[name] = told.get(name, 0) + number
    return sorted(told.items())


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
