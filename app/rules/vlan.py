"""How a phone finds its VLAN, as people set it (manual 8.1)."""

from app.errors import InvalidInputError
from app.models.device import MAX_VLAN_ID, MAX_VLAN_PRIORITY


def check_vlan(vlan_id: int, vlan_priority: int) -> None:
    """Raise InvalidInputError for numbers that no VLAN has."""
    if not 0 <= vlan_id <= MAX_VLAN_ID:
        raise InvalidInputError(f"The VLAN id is {vlan_id}; give a number from 0 to {MAX_VLAN_ID}.")
    if not 0 <= vlan_priority <= MAX_VLAN_PRIORITY:
        raise InvalidInputError(
            f"The VLAN priority is {vlan_priority}; give a number from 0 to {MAX_VLAN_PRIORITY}."
        )
