"""What is said to begin an operation: one action on phones or users that are named, or on all that match a filter."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from app.models.enums import Action, Severity
from app.models.operation import MAX_REASON
from app.rest_api.listing import RowId, Words
from app.rest_api.places import Mac
from app.rules.gates import SEVERITIES, USUAL_WATCH, WATCHES
from app.rules.pacing import BATCH_SIZES, DELAYS
from app.rules.postponing import DEADLINES
from app.rules.waves import MOST_CANARIES, USUAL_STEPS
from app.services.operations.starting import PATIENCES

MOST_NAMED = 5_000
_TEXT = Meta(max_length=MAX_REASON)


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
