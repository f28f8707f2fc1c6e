"""An order as the services take it, made of what a body says: names looked up, figures as times."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import InvalidInputError
from app.models import ConfigTemplate
from app.models.enums import Action, Subject
from app.rest_api.references import find_firmware, find_site, find_tenant
from app.rest_api.resources.operation_order_bodies import NewOperation, Options, Waves
from app.rules.actions import KINDS
from app.rules.gates import Gate, parse_limit
from app.rules.mac_addresses import find_mac
from app.rules.pacing import Pace
from app.rules.sentences import quoted
from app.rules.waves import parse_steps
from app.services.devices_status.filters import Filters
from app.services.devices_status.selection import find_matching
from app.services.operations.starting import Order
from app.services.operations.targets import MOST_TARGETS, Chosen, Wanted
from app.services.operations.waves import RollOut

_OF_NO_COLUMN = ("template", "firmware", "tenant", "site", "people", "password", "lines")
_SAID_AS = {
    "template_id": "template", "firmware_id": "firmware", "tenant_id": "tenant", "site_id": "site",
    "secret": "password",
}  # fmt: skip


def order_of(session: Session, said: NewOperation) -> Order:
    """Return what is asked, names looked up in the scope of the caller; InvalidInputError names what is wrong."""
    kind = KINDS[said.action]
    pace = Pace(
        kind.pace.batch_size if said.batch_size is None else said.batch_size,
        kind.pace.delay if said.delay_seconds is None else _seconds(said.delay_seconds, "delay_seconds"),
    )
    return Order(
        action=said.action,
        chosen=_chosen(session, said),
        pace=pace,
        patience=kind.patience
        if said.patience_seconds is None
        else _seconds(said.patience_seconds, "patience_seconds"),
        begins_at=said.begins_at,
        deadline=None
        if said.deadline_seconds is None
        else _seconds(said.deadline_seconds, "deadline_seconds"),
        roll_out=None if said.waves is None else _roll_out(said.waves),
        options=_options(session, said.options),
        secret=_secret(said),
    )


def by_our_names(error: InvalidInputError) -> InvalidInputError:
    """Return what a service says of an order, at the fields of the body."""
    own = {*Options.__struct_fields__, *_SAID_AS}
    of_waves = {"waves": "waves.steps"} | {
        name: f"waves.{name}" for name in ("canaries", "limit", "severity")
    }
    return InvalidInputError(
        str(error),
        by_field={
            of_waves.get(field, f"options.{_SAID_AS.get(field, field)}" if field in own else field): said
            for field, said in error.by_field.items()
        },
    )


def _chosen(session: Session, said: NewOperation) -> Chosen:
    of_phones, of_users = bool(said.phones or said.matching_phones), bool(said.users or said.matching_users)
    if of_phones and of_users:
        raise InvalidInputError("An operation is for phones or for users: name one of them.", field="users")
    if of_users:
        users = said.matching_users
        matching = [] if users is None else [Wanted(users.q.strip(), users.tenant.strip())]
        return Chosen(Subject.USERS, [str(user_id) for user_id in dict.fromkeys(said.users)], matching)
    macs = _macs(said.phones, "phones")
    if said.matching_phones is not None:
        filters = Filters.from_query(msgspec.structs.asdict(said.matching_phones))
        macs += find_matching(session, filters, at_most=MOST_TARGETS + 1)
    return Chosen(Subject.DEVICES, list(dict.fromkeys(macs)))


def _macs(texts: Sequence[str], field: str) -> list[str]:
    macs = {text: find_mac(text) for text in texts}
    wrong = next((text for text, mac in macs.items() if mac is None), None)
    if wrong is not None:
        raise InvalidInputError(f"{quoted(wrong)} is no MAC address.", field=field)
    return [mac for mac in macs.values() if mac]


def _roll_out(said: Waves) -> RollOut:
    gate = Gate(
        watch=_seconds(said.watch_seconds, "waves.watch_seconds"),
        limit=parse_limit(said.limit),
        severity=said.severity,
        rolls_back=said.rolls_back,
    )
    return RollOut(parse_steps(said.steps), _macs(said.canaries, "waves.canaries"), gate)


def _options(session: Session, said: Options) -> dict[str, Any]:
    """Return what the services take: ids for names, and nothing that was not said."""
    given = {
        name: value
        for name, value in msgspec.structs.asdict(said).items()
        if name not in _OF_NO_COLUMN and value not in (None, False)
    }
    tenant = None if said.tenant is None else find_tenant(session, said.tenant)
    found: dict[str, int | None] = {
        "tenant_id": None if tenant is None else tenant.id,
        "site_id": None if tenant is None or said.site is None else find_site(session, tenant, said.site),
        "firmware_id": None if said.firmware is None else find_firmware(session, said.firmware),
        "template_id": None if said.template is None else _find_template(session, said.template),
    }
    people = {find_mac(one.mac) or one.mac: (one.user, one.display_name) for one in said.people}
    return given | {name: row for name, row in found.items() if row is not None} | {"people": people}


def _find_template(session: Session, name: str) -> int:
    wanted = select(ConfigTemplate.id).where(ConfigTemplate.name_key == ConfigTemplate.fold(name.strip()))
    found = session.scalar(wanted)
    if found is None:
        raise InvalidInputError(
            f"No template that this token sees is called {quoted(name)}.", field="template"
        )
    return found


def _secret(said: NewOperation) -> str | None:
    of: dict[Action, Callable[[], str | None]] = {
        Action.PASSWORDS: lambda: said.options.password,
        Action.USER_VALUES: lambda: said.options.lines or "",
    }
    return of[said.action]() if said.action in of else None


def _seconds(number: int, field: str) -> timedelta:
    try:
        return timedelta(seconds=number)
    except OverflowError:
        raise InvalidInputError("So many seconds are not offered.", field=field) from None
