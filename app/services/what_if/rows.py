"""The changed phones of a simulation: looked through, shown with names, and sent as a table."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.models import Simulation, SimulationRow
from app.models.enums import Stage
from app.rendering.csv_lines import csv_line
from app.rules.rule_kinds.names import Names
from app.rules.zero_touch.changes import Change, Gets, Outcome, Wait
from app.security.tenant_scope import scope_of
from app.services.paging import Page, page_of

FLAGS: Mapping[Change, str] = {
    Change.TENANT: "Tenant or site",
    Change.TEMPLATE: "Template",
    Change.FIRMWARE: "Firmware",
    Change.DOWNGRADE: "Earlier firmware",
    Change.HELD: "New ones would wait",
    Change.RESTART: "Differs from what it has",
}
"""What is said of a changed phone, in the order in which people choose from it."""

WAITS: Mapping[Wait, str] = {
    Wait.APPROVAL: "waits for approval",
    Wait.TENANT: "is held, because there is no default tenant",
    Wait.TEMPLATE: "waits for a template",
}

BUILT_IN: Mapping[str, str] = {
    "placement.pinned": "Pinned",
    "template.pinned": "Pinned",
    "firmware.pinned": "Pinned",
}

_CHUNK = 1_000
_HEADER = (
    "MAC", "Changes", "Tenant before", "Tenant after", "Site before", "Site after", "Template before",
    "Template after", "Firmware before", "Firmware after", "Waits before", "Waits after",
    "Placement rule before", "Placement rule after", "Template rule before", "Template rule after",
    "Firmware rule before", "Firmware rule after",
)  # fmt: skip
_NO_MORE = "is no more"
_AS_IT_IS = "as it is"


@dataclass(frozen=True, slots=True)
class Side:
    """One side of what changed in a stage: what a phone gets, and by which rule."""

    gets: str
    rule: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A changed phone as pages show it: the stages in which something differs, before and after."""

    device_id: int
    mac: str
    flags: Sequence[str]
    stages: Sequence[tuple[Stage, Side, Side]]


@dataclass(frozen=True, slots=True)
class Given:
    """What a phone is given by one side, by the names of it, and by which rules.

    Without a template it keeps the one that it has, without a firmware what it runs; ``waits`` is of a new phone.
    """

    tenant: str
    site: str
    template: str | None
    firmware: str | None
    waits: Sequence[Wait]
    rules: Mapping[Stage, str]


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
    """Return a page of the phones that something changes for, narrowed as ``matching`` says."""
    wanted = matching(session, simulation, flag=flag, rule=rule, words=words)
    return page_of(session, wanted.order_by(SimulationRow.device_id), number=number, size=size)


def matching(
    session: Session, simulation: Simulation, *, flag: Change | None, rule: str, words: str
) -> Select[SimulationRow]:
    """Return the statement for changed phones: of which something is said, that are a rule's, or with such a MAC."""
    wanted = _rows(session, simulation.id)
    if flag is not None:
        wanted = wanted.where(SimulationRow.flags.bitwise_and(int(flag)) != 0)
    if rule:
        wanted = wanted.where(SimulationRow.rules.contains(f" {rule} ", autoescape=True))
    digits = "".join(letter for letter in words.lower() if letter not in ":-. ")
    if digits:
        wanted = wanted.where(SimulationRow.mac.contains(digits, autoescape=True))
    return wanted


def find(session: Session, simulation: Simulation, device_id: int) -> SimulationRow | None:
    """Return what was found for a phone, None where nothing changes for it."""
    return session.scalar(_rows(session, simulation.id).where(SimulationRow.device_id == device_id))


def changed_devices(session: Session, simulation: Simulation) -> list[str]:
    """Return the MACs of all phones that something changes for, in the order of their ids."""
    rows = _rows(session, simulation.id).with_only_columns(SimulationRow.mac)
    return list(session.scalars(rows.order_by(SimulationRow.device_id)))


def shown(rows: Iterable[SimulationRow], names: Names, titles: Mapping[str, Sequence[str]]) -> list[Shown]:
    """Return phones with the names of what they get, and of the rules."""
    return [_shown(row, names, titles) for row in rows]


def given(row: SimulationRow, names: Names, titles: Mapping[str, Sequence[str]]) -> tuple[Given, Given]:
    """Return what a changed phone is given now, and what it would be given."""
    before, after = (_given(Outcome.from_json(each), names, titles) for each in (row.before, row.after))
    return before, after


def header() -> str:
    """Return the first line of the table."""
    return csv_line(_HEADER)


def read_chunk(session: Session, simulation_id: int, after: int) -> Sequence[SimulationRow]:
    """Return the next phones behind an id."""
    behind = _rows(session, simulation_id).where(SimulationRow.device_id > after)
    return session.scalars(behind.order_by(SimulationRow.device_id).limit(_CHUNK)).all()


def lines(rows: Iterable[SimulationRow], names: Names, titles: Mapping[str, Sequence[str]]) -> str:
    """Return the lines of the table."""
    return "".join(csv_line(_cells(row, names, titles)) for row in rows)


def fields_of(gets: Gets, names: Names) -> dict[str, object]:
    """Return what a file is built from of what a phone gets, as ``FileOwner`` names it."""
    firmware = names.firmware.get(gets.firmware_id or 0)
    place = {"tenant_id": gets.tenant_id, "site_id": gets.site_id}
    return {**place, "template_id": gets.template_id, "firmware": firmware}


def flags_of(flags: int) -> list[str]:
    """Return what is said of a phone in words."""
    return [title for flag, title in FLAGS.items() if flags & flag]


def _rows(session: Session, simulation_id: int) -> Select[SimulationRow]:
    """Return the statement for the rows of a simulation that lie in the scope of the session."""
    rows = select(SimulationRow).where(SimulationRow.simulation_id == simulation_id)
    ids = scope_of(session).tenant_ids
    return rows if ids is None else rows.where(SimulationRow.tenant_id.in_(sorted(ids)))


def _shown(row: SimulationRow, names: Names, titles: Mapping[str, Sequence[str]]) -> Shown:
    before, after = Outcome.from_json(row.before), Outcome.from_json(row.after)
    stages = []
    for stage in Stage:
        sides = [
            Side(_gets(stage, each, names), _title(each.rules[stage], titles)) for each in (before, after)
        ]
        if sides[0].gets != sides[1].gets or before.rules[stage] != after.rules[stage]:
            stages.append((stage, sides[0], sides[1]))
    return Shown(row.device_id, row.mac, flags_of(row.flags), stages)


def _gets(stage: Stage, outcome: Outcome, names: Names) -> str:
    """Return what a phone gets in a stage, in a few words."""
    gets, waits = outcome.gets, set(outcome.waits)
    if stage is Stage.PLACEMENT:
        place = f"{_tenant(gets, names)} / {_site(gets, names)}"
        waiting = next((WAITS[wait] for wait in (Wait.TENANT, Wait.APPROVAL) if wait in waits), "")
        return f"stays in {place}; a new one {waiting}" if waiting else place
    if stage is Stage.TEMPLATE:
        return (
            "no template; keeps the one that it has" if gets.template_id is None else _template(gets, names)
        )
    return _firmware(gets, names)


def _tenant(gets: Gets, names: Names) -> str:
    return names.tenants.get(gets.tenant_id or 0, _NO_MORE)


def _site(gets: Gets, names: Names) -> str:
    site = names.sites.get(gets.site_id or 0)
    return site.name if site else _NO_MORE


def _template(gets: Gets, names: Names) -> str:
    template = names.templates.get(gets.template_id or 0)
    return template.name if template else _NO_MORE


def _firmware(gets: Gets, names: Names) -> str:
    return _AS_IT_IS if gets.firmware_id is None else names.firmware.get(gets.firmware_id, _NO_MORE)


def _title(key: str, titles: Mapping[str, Sequence[str]]) -> str:
    """Return what a rule is called; one that decided on both sides need not have been counted."""
    return titles[key][1] if key in titles else BUILT_IN.get(key, "the same rule")


def _given(outcome: Outcome, names: Names, titles: Mapping[str, Sequence[str]]) -> Given:
    gets = outcome.gets
    return Given(
        tenant=_tenant(gets, names),
        site=_site(gets, names),
        template=None if gets.template_id is None else _template(gets, names),
        firmware=None if gets.firmware_id is None else _firmware(gets, names),
        waits=outcome.waits,
        rules={stage: _title(outcome.rules[stage], titles) for stage in Stage},
    )


def _cells(row: SimulationRow, names: Names, titles: Mapping[str, Sequence[str]]) -> list[str]:
    sides = given(row, names, titles)
    cells = [row.mac, ", ".join(flags_of(row.flags))]
    cells += [side.tenant for side in sides]
    cells += [side.site for side in sides]
    cells += [side.template or "" for side in sides]
    cells += [side.firmware or _AS_IT_IS for side in sides]
    cells += [", ".join(side.waits) for side in sides]
    cells += [side.rules[stage] for stage in Stage for side in sides]
    return cells
