"""A message about events, as the body of a web hook."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

MARK = "events"
"""What the payload of such a message has, and one about alarms has not."""


class ToldEvent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One event: ``id`` is the same however often it is sent; a phone's has ``mac``, ``what`` and its two values.

    ``reason`` is what its actor gave as one; what is empty is not told.
    """

    id: str
    topic: str
    type: str
    at: datetime
    tenant: str | None = None
    tenant_id: int | None = None
    subject: str = ""
    actor: str = ""
    text: str = ""
    reason: str = ""
    mac: str = ""
    what: str = ""
    before: str | None = None
    after: str | None = None


class EventMessage(msgspec.Struct, frozen=True, kw_only=True):
    """Events that are told together, the oldest first; ``number`` counts the messages of a hook, 0 of a test."""

    key: str
    number: int
    at: datetime
    events: Sequence[ToldEvent]

    @property
    def subject(self) -> str:
        """What lists show of it."""
        first = self.events[0]
        what = (
            first.text
            or f"{first.mac}: {first.what.replace('_', ' ')} from {_shown(first.before)} to {_shown(first.after)}"
        )
        return what if len(self.events) == 1 else f"{len(self.events)} events; the first: {what}"


def _shown(value: str | None) -> str:
    return value or "nothing"


def body_of(message: EventMessage) -> bytes:
    """Return the JSON of a message, the same each time that it is sent."""
    return msgspec.json.encode(
        {
            "version": "1",
            "delivery": message.key,
            "number": message.number,
            "at": message.at,
            "events": message.events,
        }
    )


def to_payload(message: EventMessage) -> dict[str, Any]:
    """Return what is kept of a message."""
    payload: dict[str, Any] = msgspec.to_builtins(message)
    return payload


def from_payload(payload: dict[str, Any]) -> EventMessage:
    """Return the message that was kept."""
    return msgspec.convert(payload, EventMessage)
