"""Where somebody is in the network, as the address of the page says it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.errors import InvalidInputError
from app.rules.sentences import quoted
from app.services.devices_status.filters import Filters


class Level(StrEnum):
    """What the network is divided into, from the widest to the single phone."""

    TENANT = "tenant"
    SITE = "site"
    SUBNET = "subnet"
    EXTERNAL = "external"
    PHONE = "phone"


_STEPS = {
    "subnet": (Level.TENANT, Level.SITE, Level.SUBNET),
    "external": (Level.TENANT, Level.EXTERNAL),
}
BY = tuple(_STEPS)


@dataclass(frozen=True, slots=True)
class Place:
    """A part of the network: all of it, a tenant, a site of it, a subnet, or the phones of an external address.

    ``by`` says whether phones are put together by their subnets or by the addresses that their requests come from. The
    names are those that the filters of Devices Status have, which list the phones of the place.
    """

    by: str = "subnet"
    tenant: str = ""
    site: str = ""
    subnet: str = ""
    external: str = ""

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> "Place":
        """Read the query string of the page, or raise InvalidInputError with a sentence for the first wrong value."""
        by = query.get("by", "") or "subnet"
        if by not in BY:
            raise InvalidInputError(
                f"{quoted(by)} is nothing that phones are put together by; choose subnet or external."
            )
        names = {name: query.get(name, "") for name in ("tenant", "site", "subnet", "external")}
        given = Filters.from_query(names)
        return cls(by, given.tenant, given.site, given.subnet, given.external)

    @property
    def inside(self) -> Level:
        """What this place is divided into."""
        if self.subnet or self.external:
            return Level.PHONE
        return next((step for step in _STEPS[self.by] if not getattr(self, step.value)), Level.PHONE)

    @property
    def filters(self) -> Filters:
        """Return the filters of Devices Status that list the phones of this place."""
        return Filters(tenant=self.tenant, site=self.site, subnet=self.subnet, external=self.external)

    @property
    def names(self) -> dict[str, str]:
        """Return the names that make the place, the widest first, without those that are not given."""
        names = {"tenant": self.tenant, "site": self.site, "subnet": self.subnet, "external": self.external}
        return {name: text for name, text in names.items() if text}

    @property
    def query(self) -> dict[str, str]:
        """Return the query string of the page that shows this place."""
        return self.names | ({"by": self.by} if self.by != "subnet" else {})

    def within(self, level: Level, name: str) -> "Place":
        """Return a part of this place."""
        return Place(**{"by": self.by, **self.names, level.value: name})

    def switched(self, by: str) -> "Place":
        """Return what is around this place where phones are put together by something else: the tenant, or all."""
        return self if by == self.by else Place(by, tenant=self.tenant)

    @property
    def way(self) -> list[tuple[str, "Place"]]:
        """Return the places around this one, from all of the network to this, with their names."""
        steps, here = [("All phones", Place(self.by))], Place(self.by)
        for level, name in self.names.items():
            here = here.within(Level(level), name)
            steps.append((name, here))
        return steps
