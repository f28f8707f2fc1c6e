"""The restart of a phone that has just become a device, or another one: it is to have its file at once."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.models import Operation
from app.models.enums import Action, Subject
from app.rules.actions import KINDS
from app.services import pending_actions
from app.services.author import Author
from app.services.operations import starting
from app.services.operations.starting import Order
from app.services.operations.targets import Chosen


def restart(session: Session, mac: str, *, author: Author, now: datetime) -> Operation:
    """Ask a phone to restart as soon as this is committed, in the way that there is to it.

    One that cannot be called is told with its next report, for as long as actions wait for phones.
    """
    order = Order(
        action=Action.RESTART,
        chosen=Chosen(Subject.DEVICES, [mac]),
        pace=KINDS[Action.RESTART].pace,
        patience=pending_actions.LIFETIME,
    )
    return starting.start(session, order, author=author, now=now)
