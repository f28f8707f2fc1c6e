"""What a phone is asked by a call of the server, and what may come of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from app.models.enums import Action, Way

CALLED = frozenset({Action.CHECK_STATUS, Action.RESTART, Action.UPDATE, Action.FIRMWARE})
"""What phones take on their web pages; anything else they are told in the answer to a report."""


def asked_by(action: Action) -> Action:
    """Return what a phone is asked for an action: one that was approved fetches its file when it restarts."""
    return Action.RESTART if action is Action.APPROVE else action


class SignIn(NamedTuple):
    """A user name and a password that may open a phone's pages."""

    user_name: str
    password: str


FACTORY = SignIn("admin", "1234")
"""What every phone has until its file says another (protocol 5)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneCall:
    """One phone to ask: at ``root``, scheme, host and port of its pages, and nowhere else.

    ``sign_ins`` are tried in their order until one opens the pages.
    """

    mac: str
    root: str
    way: Way
    action: Action
    sign_ins: Sequence[SignIn] = field(repr=False)
    verifies_certificate: bool = False


class Answer(StrEnum):
    """What came of a call.

    ``done``: the phone has answered with what was asked for. ``asked``: it took the request. ``doubtful``: the request
    left, and whether it arrived is not known. ``not_asked``: it could not be asked, and was not. ``lost``: another
    worker has the phone, and nothing was asked.
    """

    DONE = "done"
    ASKED = "asked"
    DOUBTFUL = "doubtful"
    NOT_ASKED = "not_asked"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a call, and what stood in its way or what the phone said."""

    answer: Answer
    reason: str = ""
