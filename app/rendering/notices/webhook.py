"""A message as the body of a web hook, and the signature that shows whose it is."""

import hashlib
import hmac
from typing import Any

import msgspec

from app.models.enums import NoticeReason
from app.rendering.notices.message import Message
from app.rendering.notices.subjects import subject_of

SIGNATURE_HEADER = "X-Ringmaster-Signature"
DELIVERY_HEADER = "X-Ringmaster-Delivery"


def body_of(message: Message) -> bytes:
    """Return the JSON of a message, the same each time that it is sent.

    ``dedup_key`` is that of the group and ``status`` firing or resolved, which is how receivers of Alertmanager's and
    PagerDuty's kind keep one incident.
    """
    said: dict[str, Any] = {
        "version": "1",
        "delivery": message.key,
        "dedup_key": message.group_key,
        "status": _status(message),
        "reason": message.reason,
        "severity": message.severity,
        "summary": subject_of(message),
        "group": message.group_title,
        "at": message.at,
        "told_alarms": message.told,
        "active_alarms": message.active,
        "phones": message.phones,
        "not_listed": message.not_listed,
        "link": message.link,
        "alarms": [
            {
                **msgspec.to_builtins(alarm),
                "status": "firing" if alarm.is_active else "resolved",
            }
            for alarm in message.alarms
        ],
    }
    return msgspec.json.encode(said)


def signature_of(body: bytes, secret: str, *, at: int) -> str:
    """Return the value of the signature's header: when it was signed, and HMAC-SHA256 of that time, a dot and the body.

    A receiver that refuses old times cannot be sent what was overheard.
    """
    signed = hmac.new(secret.encode(), b"%d." % at + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={signed}"


def _status(message: Message) -> str:
    if message.reason is NoticeReason.TEST:
        return "test"
    return "resolved" if message.is_resolved else "firing"
