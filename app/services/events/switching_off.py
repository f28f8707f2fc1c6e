"""A web hook for events that could not be reached for as long as its messages are tried is switched off."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Destination
from app.models.enums import Severity
from app.rules.alarms.catalogue import DELIVERY_FAILING
from app.services import journal
from app.services.alarms.own import OwnAlarm, raise_own
from app.services.author import Author
from app.services.events.reading import IS_HOOK

COURIER = Author("the courier")


def find_hopeless(session: Session, *, now: datetime) -> Sequence[int]:
    """Return the hooks that have failed for so long; only reads."""
    failing = select(Destination).where(
        IS_HOOK, Destination.is_enabled, Destination.failing_since.is_not(None)
    )
    return [hook.id for hook in session.scalars(failing) if _is_hopeless(hook, now)]


def switch_off(session: Session, ids: Collection[int], *, now: datetime) -> int:
    """Switch these off, if they still fail; the alarm of each is critical from now on, until somebody uses it again."""
    wanted = select(Destination).where(Destination.id.in_(ids), IS_HOOK, Destination.is_enabled)
    locked = wanted.order_by(Destination.id).with_for_update(key_share=True)
    hooks = session.scalars(locked.execution_options(populate_existing=True)).all()
    hopeless = [hook for hook in hooks if _is_hopeless(hook, now)]
    for hook in hopeless:
        hook.is_enabled = False
        journal.record(
            session,
            at=now,
            author=COURIER,
            action="destination switched off",
            subject=hook.name,
            text=f"{hook.name} was switched off: nothing could be delivered for {hook.give_up_after_hours} hours.",
            tenant_id=hook.tenant_id,
        )
    raise_own(session, [_hopeless(hook) for hook in hopeless], now=now)
    session.flush()
    return len(hopeless)


def _is_hopeless(hook: Destination, now: datetime) -> bool:
    since = hook.failing_since
    return since is not None and since < now - timedelta(hours=hook.give_up_after_hours)


def _hopeless(hook: Destination) -> OwnAlarm:
    text = (
        f"{hook.name} was switched off: for {hook.give_up_after_hours} hours nothing could be delivered. Events that "
        f"happen meanwhile are not told later. The last that was said: {hook.last_error}"
    )
    return OwnAlarm(kind=DELIVERY_FAILING, qualifier=hook.name, text=text, severity=Severity.CRITICAL)
