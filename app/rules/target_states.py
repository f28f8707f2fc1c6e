"""The states of one target of an operation: what each says, and which may follow which."""

from collections.abc import Mapping
from types import MappingProxyType

from app.models.enums import TargetState

_S = TargetState

SENTENCES: Mapping[TargetState, str] = MappingProxyType(
    {
        _S.WAITING: "Its turn has not come yet.",
        _S.CLAIMED: "Its turn has come; nothing was asked of it yet.",
        _S.SENDING: "It is being asked.",
        _S.QUEUED: "It is asked in the answer to its next report.",
        _S.POSTPONED: "It was not there when its turn came, and is tried again.",
        _S.SENT: "It was asked, and has not confirmed it.",
        _S.CONFIRMED: "It has confirmed it, or it is done here.",
        _S.FAILED: "It could not be asked, refused, or did not confirm in time.",
        _S.SKIPPED: "There was nothing to do, or nothing to do it to.",
    }
)

FOLLOWS: Mapping[TargetState, frozenset[TargetState]] = MappingProxyType(
    {
        _S.WAITING: frozenset({_S.CLAIMED, _S.POSTPONED}),
        _S.CLAIMED: frozenset(
            {_S.WAITING, _S.SENDING, _S.QUEUED, _S.POSTPONED, _S.CONFIRMED, _S.FAILED, _S.SKIPPED}
        ),
        _S.SENDING: frozenset({_S.SENT, _S.CONFIRMED, _S.FAILED, _S.QUEUED, _S.POSTPONED}),
        _S.QUEUED: frozenset({_S.WAITING, _S.POSTPONED, _S.SENT, _S.CONFIRMED, _S.FAILED}),
        _S.POSTPONED: frozenset({_S.WAITING, _S.FAILED}),
        _S.SENT: frozenset({_S.CONFIRMED, _S.FAILED}),
        _S.CONFIRMED: frozenset(),
        _S.FAILED: frozenset({_S.WAITING}),
        _S.SKIPPED: frozenset(),
    }
)
"""What may follow. Whatever may have reached a phone leads back to WAITING only where a person asks for it.

SENDING is followed by QUEUED or POSTPONED only where it is known that the request did not leave.
"""

IN_FLIGHT = (_S.CLAIMED, _S.SENDING)
"""What counts against the batch: a worker has it."""
ENDED = (_S.CONFIRMED, _S.FAILED, _S.SKIPPED)


def sources_of(state: TargetState) -> list[TargetState]:
    """Return the states that may lead to this one."""
    return [source for source, following in FOLLOWS.items() if state in following]
