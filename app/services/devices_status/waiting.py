"""The phones of the list that wait for approval, all that match at once."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from app.services.devices_status.filters import PENDING, Filters
from app.services.devices_status.selection import find_matching


def find_waiting(session: Session, filters: Filters, *, at_most: int) -> Sequence[str]:
    """Return the MAC addresses of those that match and become devices only when somebody approves them."""
    return find_matching(session, replace(filters, approval=PENDING), at_most=at_most)
