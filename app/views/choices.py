"""Drop-downs above a list."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.services import drop_downs
from app.views.web_session import db


@dataclass(frozen=True)
class Choice:
    """A drop-down: its argument in the address, the words for no choice, its values, and the chosen one."""

    name: str
    label: str
    values: Sequence[str]
    chosen: str = ""


def tenant_choice(chosen: str) -> Choice:
    """Return the drop-down of the tenants that the account sees."""
    return Choice("tenant", "Every tenant", drop_downs.tenant_names(db.session()), chosen)
