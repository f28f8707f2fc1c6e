"""What happened to an alarm, as sentences of its timeline."""

from datetime import datetime

from app.models import AlarmChange
from app.models.enums import AlarmDeed, ClearedBy, NoticeReason
from app.views.times import exact, zone_of_page

_SENTENCES = {
    AlarmDeed.REPEAT: "It was raised again.",
    AlarmDeed.SEVERITY: "Its severity went from {old} to {new}.",
    AlarmDeed.REOPEN: "It was raised again soon after it was cleared, as {new}.",
    AlarmDeed.MOVE: "It went with its phone from {old} to {new}.",
    AlarmDeed.COMMENT: "{who} wrote:",
    AlarmDeed.ACKNOWLEDGE: "{who} acknowledged it{until}.",
    AlarmDeed.SHELVE: "{who} shelved it{until}.",
    AlarmDeed.UNACKNOWLEDGE: "{who} took the acknowledgement back.",
    AlarmDeed.UNSHELVE: "{who} took it from the shelf.",
    AlarmDeed.FLAP: "It comes and goes: nobody is told until it has been quiet.",
    AlarmDeed.SETTLE: "It has been quiet for long enough.",
    AlarmDeed.SUPPRESS: "It is suppressed{until}: nobody is told.",
    AlarmDeed.UNSUPPRESS: "It is not suppressed any more.",
    AlarmDeed.JOIN: "It is part of an outage, which is told instead.",
    AlarmDeed.LEAVE: "The outage that it was part of is over, and it still stands.",
    AlarmDeed.ESCALATE: "It escalated.",
    AlarmDeed.NOTIFY: "{reason}: {new} is to be told.",
    AlarmDeed.PREVENT: "{reason}: nobody is told.",
}
_REASONS = {
    NoticeReason.RAISE: "It was raised",
    NoticeReason.CHANGE: "Its severity changed",
    NoticeReason.ESCALATE: "It escalated",
    NoticeReason.ACKNOWLEDGE: "It was acknowledged",
    NoticeReason.CLEAR: "It is over",
    NoticeReason.CANCEL: "It is over after it had escalated",
}
_BY_NOBODY = {
    AlarmDeed.UNACKNOWLEDGE: "The acknowledgement ran out.",
    AlarmDeed.UNSHELVE: "Its time on the shelf was over.",
}
_ENDED = {
    ClearedBy.PHONE: "The phone cleared it.",
    ClearedBy.ITSELF: "It ended by itself, as it was not raised again.",
    ClearedBy.STATE: "It ended, because what it told of was over.",
    ClearedBy.OPERATOR: "{who} deleted it.",
    ClearedBy.DEVICE_REMOVED: "It ended, because its device was removed.",
}
_TOLD = (AlarmDeed.NOTIFY, AlarmDeed.PREVENT)
_LASTS = (AlarmDeed.ACKNOWLEDGE, AlarmDeed.SHELVE, AlarmDeed.SUPPRESS)


def say(change: AlarmChange) -> str:
    """Return the sentence of a line."""
    if change.deed is AlarmDeed.CLEAR:
        sentence = _ENDED[ClearedBy(change.new)]
    elif change.deed is AlarmDeed.ESCALATE and change.old != change.new:
        sentence = "It escalated: its severity went from {old} to {new}."
    elif not change.actor and change.deed in _BY_NOBODY:
        sentence = _BY_NOBODY[change.deed]
    else:
        sentence = _SENTENCES[change.deed]
    until = _until(change.new) if change.deed in _LASTS else ""
    reason = _REASONS.get(NoticeReason(change.old), "") if change.deed in _TOLD else ""
    return sentence.format(who=change.actor, old=change.old, new=change.new, until=until, reason=reason)


def _until(text: str) -> str:
    return f" until {exact(datetime.fromisoformat(text), zone_of_page())}" if text else ""
