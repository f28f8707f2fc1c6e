"""How many users and devices an import adds to each tenant: counted while its rows are looked at.

To count them when they are written would keep others from writing for longer (docs/decisions/0037).
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.errors import ConflictError


@dataclass(frozen=True, slots=True)
class Additions:
    """Numbers by the ids of tenants; ``given`` are devices that are there and get a user."""

    users: Counter[int] = field(default_factory=Counter)
    devices: Counter[int] = field(default_factory=Counter)
    given: Counter[int] = field(default_factory=Counter)

    @property
    def all(self) -> tuple[Counter[int], Counter[int], Counter[int]]:
        """Users, devices that are added, and devices that get a user."""
        return self.users, self.devices, self.given

    @property
    def number_of_devices(self) -> int:
        """All devices, those that are added and those that get a user."""
        return self.devices.total() + self.given.total()

    @property
    def tenant_ids(self) -> list[int]:
        """The tenants that something is added to."""
        return sorted(self.users.keys() | self.devices.keys() | self.given.keys())

    def as_stored(self) -> dict[str, Any]:
        """Return what is kept with the counts of a job."""
        return {
            "users": self.users.total(),
            "devices": self.number_of_devices,
            "by_tenant": {
                str(tenant_id): [numbers[tenant_id] for numbers in self.all] for tenant_id in self.tenant_ids
            },
        }


def read_additions(counts: Mapping[str, Any]) -> Additions:
    """Return what the counts of a job hold; ConflictError where it was looked at before they were kept."""
    if "by_tenant" not in counts:
        raise ConflictError("The file was looked at by an earlier version.")
    found = Additions()
    for tenant_id, numbers in counts["by_tenant"].items():
        for counted, number in zip(found.all, numbers, strict=True):
            counted.update({int(tenant_id): number} if number else {})
    return found
