"""Leases: of the processes that could do a duty, the one that holds its row does it, until when."""

from datetime import datetime, timedelta

from sqlalchemy import case, update
from sqlalchemy.orm import Session

from app.models import Lease

TIMETABLE = "timetable"


def add_missing(session: Session, name: str, *, now: datetime) -> None:
    """Make the lease's row, held by nobody, where there is none."""
    if session.get(Lease, name) is None:
        session.add(Lease(name=name, owner="", expires_at=now, epoch=0))


def take(session: Session, name: str, owner: str, *, lasts: timedelta, now: datetime) -> int | None:
    """Take or renew the lease and return its epoch, or None while another holds it.

    The epoch counts the takings, so that a holder who comes late can be told apart: it grows when the lease
    changes hands and stays when it is renewed. ``now`` must come from a clock that all who compete share.
    """
    taken = (
        update(Lease)
        .where(Lease.name == name, (Lease.owner == owner) | (Lease.expires_at <= now))
        .values(
            owner=owner,
            expires_at=now + lasts,
            epoch=case((Lease.owner == owner, Lease.epoch), else_=Lease.epoch + 1),
        )
        .returning(Lease.epoch)
        .execution_options(synchronize_session=False)
    )
    return session.scalar(taken)


def give_back(session: Session, name: str, owner: str, *, now: datetime) -> None:
    """End the lease at once, if this owner holds it, so that another need not wait for its end."""
    session.execute(
        update(Lease)
        .where(Lease.name == name, Lease.owner == owner)
        .values(owner="", expires_at=now)
        .execution_options(synchronize_session=False)
    )


def is_current(session: Session, name: str, epoch: int) -> bool:
    """Whether nobody else has taken the lease since this epoch began."""
    lease = session.get(Lease, name, populate_existing=True)
    return lease is not None and lease.epoch == epoch
