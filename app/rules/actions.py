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
    a word before it begins.
    """

    title: str
    done: str
    pace: Pace
    proof: Proof = Proof.NONE
    patience: timedelta = timedelta(minutes=90)
    is_local: bool = False
    is_repeatable: bool = False
    deletes: bool = False


KINDS: Mapping[Action, Kind] = MappingProxyType(
    {
        Action.CHECK_STATUS: Kind("Check Status", "answered", _AT_ONCE, Proof.REPORTS, is_repeatable=True),
        Action.RESTART: Kind("Restart", "restarted", _SMALL_BATCH, Proof.BOOTS),
        Action.UPDATE: Kind(
            "Update Configuration",
            "fetched its file",
            _SMALL_STEPS,
            Proof.FETCHES_FILE,
            is_repeatable=True,
        ),
        Action.FIRMWARE: Kind("Change Firmware", "runs the firmware", _SMALL_BATCH, Proof.REPORTS_VERSION),
        Action.MESSAGE: Kind("Send Message", "was sent the message", _SMALL_STEPS, Proof.NONE),
        Action.GENERATE: Kind("Generate Configuration", "has a new file", _AT_ONCE, is_local=True),
        Action.TEMPLATE: Kind("Change Template", "has the template", _AT_ONCE, is_local=True),
        Action.TENANT: Kind("Change Tenant", "is in the tenant", _AT_ONCE, is_local=True),
        Action.LANGUAGE: Kind("Change Language", "has the language", _AT_ONCE, is_local=True),
        Action.VLAN_MODE: Kind("Change VLAN Discovery Mode", "has the mode", _AT_ONCE, is_local=True),
        Action.APPROVE: Kind("Approve", "is a device", _SMALL_STEPS, is_local=True),
        Action.DELETE_DEVICES: Kind(
            "Delete Devices", "is deleted", _SMALL_STEPS, is_local=True, deletes=True
        ),
        Action.USER_TENANT: Kind("Set Users Tenant", "is in the tenant", _AT_ONCE, is_local=True),
        Action.PASSWORDS: Kind("Reset Users Passwords", "has a new password", _AT_ONCE, is_local=True),
        Action.DELETE_USERS: Kind("Delete Users", "is deleted", _SMALL_STEPS, is_local=True, deletes=True),
        Action.USER_VALUES: Kind("User Configuration", "has the values", _AT_ONCE, is_local=True),
        Action.NO_USER_VALUES: Kind(
            "Delete User Configuration", "has no values", _AT_ONCE, is_local=True, deletes=True
        ),
    }
)

OF_USERS = frozenset(
    {Action.USER_TENANT, Action.PASSWORDS, Action.DELETE_USERS, Action.USER_VALUES, Action.NO_USER_VALUES}
)
"""What is done to users themselves; every other action is done to phones, those of the users that were chosen too."""


def target_of(action: Action) -> Subject:
    """Return what the targets of an action are."""
    return Subject.USERS if action in OF_USERS else Subject.DEVICES
