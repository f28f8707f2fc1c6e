"""The actions of operations: what each is called, where it is done, how it is paced, and what confirms it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType

from app.models.enums import Action, Subject
from app.rules.pacing import Pace


class Proof(StrEnum):
    """What a phone does that confirms an action; nothing confirms a message."""

    NONE = "none"
    REPORTS = "reports"
    BOOTS = "boots"
    FETCHES_FILE = "fetches its file"
    REPORTS_VERSION = "reports the version"


class Restart(StrEnum):
    """How a phone restarts (manual 6.8): after the calls that are under way, or at once."""

    GRACEFUL = "graceful"
    FORCE = "force"


_SMALL_BATCH = Pace(5, timedelta(minutes=2))
_SMALL_STEPS = Pace(20, timedelta(seconds=2))
_AT_ONCE = Pace(100, timedelta(0))


@dataclass(frozen=True, slots=True)
class Kind:
    """What is the same for every operation with one action.

    ``is_local``: it is done to our own rows, in one transaction with its result. ``is_repeatable``: a phone that is
    asked twice is none the worse for it. ``patience`` is how long a phone has to confirm it. ``deletes``: it asks for
    a word before it begins. ``may_have_waves``: it can be rolled out in waves, and tries phones again that are not
    there.
    """

    title: str
    pace: Pace
    proof: Proof = Proof.NONE
    patience: timedelta = timedelta(minutes=90)
    is_local: bool = False
    is_repeatable: bool = False
    deletes: bool = False
    may_have_waves: bool = False


# What may be asked of many; the words of Action that are missing here are asked of one at a time.
KINDS: Mapping[Action, Kind] = MappingProxyType(
    {
        Action.CHECK_STATUS: Kind("Check Status", _AT_ONCE, Proof.REPORTS, is_repeatable=True),
        Action.RESTART: Kind("Restart", _SMALL_BATCH, Proof.BOOTS),
        Action.UPDATE: Kind(
            "Update Configuration",
            _SMALL_STEPS,
            Proof.FETCHES_FILE,
            is_repeatable=True,
            may_have_waves=True,
        ),
        Action.FIRMWARE: Kind("Change Firmware", _SMALL_BATCH, Proof.REPORTS_VERSION, may_have_waves=True),
        Action.MESSAGE: Kind("Send Message", _SMALL_STEPS, Proof.NONE),
        Action.GENERATE: Kind("Generate Configuration", _AT_ONCE, is_local=True),
        Action.TEMPLATE: Kind("Change Template", _AT_ONCE, is_local=True),
        Action.LANGUAGE: Kind("Change Language", _AT_ONCE, is_local=True),
        Action.VLAN_MODE: Kind("Change VLAN Discovery Mode", _AT_ONCE, is_local=True),
        Action.TENANT: Kind("Change Tenant", _AT_ONCE, is_local=True),
        Action.APPROVE: Kind("Approve", _SMALL_STEPS, Proof.BOOTS, patience=timedelta(days=1)),
        Action.DELETE_DEVICES: Kind("Delete Devices", _AT_ONCE, is_local=True, deletes=True),
        Action.DELETE_STATUS: Kind("Delete Device Status", _AT_ONCE, is_local=True, deletes=True),
        Action.USER_TENANT: Kind("Set Users Tenant", _AT_ONCE, is_local=True),
        Action.PASSWORDS: Kind("Reset Users Passwords", _AT_ONCE, is_local=True),
        Action.USER_VALUES: Kind("User Configuration", _AT_ONCE, is_local=True),
        Action.NO_USER_VALUES: Kind("Delete User Configuration", _AT_ONCE, is_local=True, deletes=True),
        Action.DELETE_USERS: Kind("Delete Users", _AT_ONCE, is_local=True, deletes=True),
    }
)

OF_USERS = frozenset(
    {Action.USER_TENANT, Action.PASSWORDS, Action.USER_VALUES, Action.NO_USER_VALUES, Action.DELETE_USERS}
)
"""What is done to users themselves; every other action is done to phones, those of the users that were chosen too."""


def target_of(action: Action) -> Subject:
    """Return what the targets of an action are."""
    return Subject.USERS if action in OF_USERS else Subject.DEVICES
