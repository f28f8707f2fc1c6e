"""What a phone is asked by a call of the server, and what may come of it."""

from dataclasses import dataclass, field
from enum import StrEnum

from app.models.enums import Action, Way

FACTORY_USER = "admin"
FACTORY_PASSWORD = "1234"  # noqa: S105 - what every phone has until its file says another (protocol 5)

CALLED = frozenset({Action.CHECK_STATUS, Action.RESTART, Action.UPDATE, Action.FIRMWARE})
"""What phones take on their web pages; anything else they are told in the answer to a report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneCall:
    """One phone to ask: at ``root``, scheme, host and port of its pages, and nowhere else."""

    mac: str
    root: str
    way: Way
    action: Action
    user_name: str
    password: str = field(repr=False)
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
