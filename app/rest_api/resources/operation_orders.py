"""What begins an operation: one action on phones or users that are named, or on all that match a filter."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import InvalidInputError
from app.models import ConfigTemplate
from app.models.enums import Action, Severity, Subject
from app.models.operation import MAX_REASON
from app.rest_api.listing import RowId, Words
from app.rest_api.places import Mac
from app.rest_api.references import find_firmware, find_site, find_tenant
from app.rules.actions import KINDS
from app.rules.gates import SEVERITIES, USUAL_WATCH, WATCHES, Gate, parse_limit
from app.rules.mac_addresses import find_mac
from app.rules.pacing import BATCH_SIZES, DELAYS, Pace
from app.rules.postponing import DEADLINES
from app.rules.sentences import quoted
from app.rules.waves import MOST_CANARIES, USUAL_STEPS, parse_steps
from app.services.devices_status.filters import Filters
from app.services.devices_status.selection import find_matching
from app.services.operations.starting import PATIENCES, Order
from app.services.operations.targets import MOST_TARGETS, Chosen, Wanted
from app.services.operations.waves import RollOut

MOST_NAMED = 5_000
_TEXT = Meta(max_length=MAX_REASON)
_OF_NO_COLUMN = ("template", "firmware", "tenant", "site", "people", "password", "lines")
_SAID_AS = {
    "template_id": "template", "firmware_id": "firmware", "tenant_id": "tenant", "site_id": "site",
    "secret": "password",
}  # fmt: skip


def _one_of(choices: Sequence[timedelta], what: str) -> Meta:
    seconds = [int(choice.total_seconds()) for choice in choices]
    return Meta(description=f"{what}: {', '.join(map(str, seconds))}.", extra_json_schema={"enum": seconds})


class PhonesFilter(Struct, kw_only=True, forbid_unknown_fields=True):
    """What the list Devices Status can be narrowed to; all that is given has to hold, and nothing is all phones.

    `tenant`, `site`, `model` and `version` are whole names, `user`, `number`, `mac` and `ip` parts (`ip` may be a
    subnet). `approval` is approved, pending or blocked; `several` and `behind` are yes.
    """

    q: Words = ""
    user: Words = ""
    number: Words = ""
    mac: Words = ""
    ip: Words = ""
    model: Words = ""
    version: Words = ""
    status: Words = ""
    approval: Words = ""
    several: Words = ""
    tenant: Words = ""
    site: Words = ""
    behind: Words = ""
    subnet: Words = ""
    external: Words = ""


class UsersFilter(Struct, kw_only=True, forbid_unknown_fields=True):
    """A part of the name or display name, and the name of a tenant; nothing is all users."""

    q: Words = ""
    tenant: Words = ""


class Signer(Struct, kw_only=True, forbid_unknown_fields=True):
    """Whose phone it is, of one that nobody has signed in to when it is approved."""

    mac: Mac
    user: Annotated[str, Meta(max_length=128)]
    display_name: Annotated[str, Meta(max_length=100)] = ""


class Options(Struct, kw_only=True, forbid_unknown_fields=True):
    """What an action has to be told. Each takes its own, the others are passed over:

    restart: `mode` (graceful or force) · message: `text`, `seconds` · firmware: `firmware` · template: `template` ·
    update: `generate`, `only_changed`, `decide`, `release`, `template` · language: `language` · vlan_mode: `vlan_mode`
    · tenant, user_tenant: `tenant` · approve: `tenant`, `site`, `vlan_mode`, `vlan_id`, `vlan_priority`, `people` ·
    passwords: `password`, without which each gets another · user_values: `lines`, or `from_user` to copy from.
    """

    mode: Annotated[str, _TEXT] | None = None
    text: Annotated[str, _TEXT] | None = None
    seconds: Annotated[int, Meta(ge=0, le=99_999)] | None = None
    language: Annotated[str, _TEXT] | None = None
    vlan_mode: Annotated[str, _TEXT] | None = None
    vlan_id: Annotated[int, Meta(ge=0, le=99_999)] | None = None
    vlan_priority: Annotated[int, Meta(ge=0, le=99_999)] | None = None
    from_user: Annotated[str, _TEXT] | None = None
    generate: bool = False
    only_changed: bool = False
    decide: bool = False
    release: bool = False
    template: Annotated[str, _TEXT] | None = None
    firmware: Annotated[str, _TEXT] | None = None
    tenant: Annotated[str, _TEXT] | None = None
    site: Annotated[str, _TEXT] | None = None
    people: Annotated[list[Signer], Meta(max_length=500)] = []
    password: Annotated[str, _TEXT] | None = None
    lines: Annotated[str, Meta(max_length=100_000)] | None = None


class Waves(Struct, kw_only=True, forbid_unknown_fields=True):
    """How a roll-out is divided, and what stops it: more unwell phones in a wave than `limit` (a count, or a share)."""

    steps: Annotated[str, Meta(max_length=200, description=f"As in {USUAL_STEPS}; or 10, 100, rest.")] = (
        USUAL_STEPS
    )
    canaries: Annotated[list[Mac], Meta(max_length=MOST_CANARIES)] = []
    watch_seconds: Annotated[int, _one_of(WATCHES, "How long each phone is watched")] = int(
        USUAL_WATCH.total_seconds()
    )
    limit: Annotated[str, Meta(max_length=10)] = "0"
    severity: Annotated[
        Severity | None,
        Meta(description=f"Alarms from this one on count ({', '.join(SEVERITIES)}); null: none do."),
    ] = None
    rolls_back: Annotated[bool, Meta(description="Roll back by itself what its gate stops.")] = False


class NewOperation(Struct, kw_only=True, forbid_unknown_fields=True):
    """An operation that is to begin, for phones or for users. What is not said of its pace is as usual for the action.

    `phones` are MAC addresses, `users` ids. What is done to phones is done to those of users who are chosen.
    """

    action: Action
    phones: Annotated[list[Mac], Meta(max_length=MOST_NAMED)] = []
    matching_phones: PhonesFilter | None = None
    users: Annotated[list[RowId], Meta(max_length=MOST_NAMED)] = []
    matching_users: UsersFilter | None = None
    options: Options = msgspec.field(default_factory=Options)
    batch_size: (
        Annotated[
            int,
            Meta(
                description=f"One of {', '.join(map(str, BATCH_SIZES))}.",
                extra_json_schema={"enum": list(BATCH_SIZES)},
            ),
        ]
        | None
    ) = None
    delay_seconds: Annotated[int, _one_of(DELAYS, "From batch to batch")] | None = None
    patience_seconds: Annotated[int, _one_of(PATIENCES, "How long a phone has to confirm")] | None = None
    deadline_seconds: (
        Annotated[int, _one_of(DEADLINES, "How long phones that are not there are tried")] | None
    ) = None
    begins_at: Annotated[datetime, Meta(tz=True, description="Null: at once.")] | None = None
    waves: Waves | None = None


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
