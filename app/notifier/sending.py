"""One message to one receiver, whatever kind it is."""

from app.notifier import mail, syslog, webhook
from app.notifier.snmp import SnmpSender
from app.rendering.notices.events import EventMessage
from app.rendering.notices.message import Message
from app.rules.receivers import MailServer, Receiver, SnmpReceiver, WebHook


async def send(
    receiver: Receiver, message: Message | EventMessage, *, destination: str, snmp: SnmpSender
) -> str:
    """Send a message; return what the receiver answered, or raise NotDelivered. No transaction may be open."""
    if isinstance(message, EventMessage):
        assert isinstance(receiver, WebHook)  # no other kind is told of events
        return await webhook.send(receiver, message)
    match receiver:
        case MailServer():
            return await mail.send(receiver, message, destination)
        case SnmpReceiver():
            return await snmp.send(receiver, message)
        case WebHook():
            return await webhook.send(receiver, message)
        case _:
            return await syslog.send(receiver, message)
