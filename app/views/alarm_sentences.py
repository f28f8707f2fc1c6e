"""What happened to an alarm, as sentences of its timeline."""

from datetime import datetime

from app.models import AlarmChange
from app.models.enums import AlarmDeed, ClearedBy
from app.views.times import exact, zone_of_page

_SENTENCES = {
    AlarmDeed.SEVERITY: "Its severity went from {old} to {new}.",
    AlarmDeed.REOPEN: "It was raised again soon after it was cleared, as {new}.",
    AlarmDeed.MOVE: "It went with its phone from {old} to {new}.",
    AlarmDeed.COMMENT: "{who} wrote:",
    AlarmDeed.ACKNOWLEDGE: "{who} acknowledged it{until}.",
    AlarmDeed.SHELVE: "{who} shelved it{until}.",
    AlarmDeed.UNACKNOWLEDGE: "{who} took the acknowledgement back.",
    AlarmDeed.UNSHELVE: "{who} took it from the shelf.",
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
_LASTS = (AlarmDeed.ACKNOWLEDGE, AlarmDeed.SHELVE)


def say(change: AlarmChange) -> str:
    """Return the sentence of a line."""
    if change.deed is AlarmDeed.CLEAR:
        sentence = _ENDED[ClearedBy(change.new)]
    elif not change.actor and change.deed in _BY_NOBODY:
        sentence = _BY_NOBODY[change.deed]
    else:
        sentence = _SENTENCES[change.deed]
    until = _until(change.new) if change.deed in _LASTS else ""
    return sentence.format(who=change.actor, old=change.old, new=change.new, until=until)


def _until(text: str) -> str:
    return f" until {exact(datetime.fromisoformat(text), zone_of_page())}" if text else ""
