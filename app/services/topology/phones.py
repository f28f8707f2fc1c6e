"""The phones of one subnet or external address, so many at a time."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import DeviceStatus
from app.services.devices_status.conditions import conditions_of
from app.services.devices_status.phones import Phone, read_phones
from app.services.topology.places import Place

MOST_PHONES = 300


@dataclass(frozen=True, slots=True)
class Phones:
    """Some phones of a place in the order of their MACs; ``after`` leads to those behind them, '' at the end."""

    rows: Sequence[Phone]
    after: str


def phones_of(session: Session, place: Place, *, after: str = "") -> Phones:
    """Return the phones of a place that come behind this MAC."""
    wanted = (
        select(DeviceStatus.mac)
        .where(*conditions_of(place.filters), DeviceStatus.mac > after)
        .order_by(DeviceStatus.mac)
        .limit(MOST_PHONES + 1)
    )
    macs = session.scalars(wanted).all()
    shown = macs[:MOST_PHONES]
    return Phones(read_phones(session, shown), shown[-1] if len(macs) > MOST_PHONES else "")
