"""The names that rules may speak of at one moment, with the ids they are kept by."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

from app.errors import InvalidInputError
from app.rules.sentences import quoted
from app.rules.suggestions import did_you_mean
from app.rules.zero_touch.facts import NamedTemplate


@dataclass(frozen=True, slots=True)
class NamedSite:
    """A site of a tenant."""

    name: str
    tenant_id: int


@dataclass(frozen=True)
class Names:
    """Whatever the account that asks may see, by id; ``gone`` is said of a thing that is not among them."""

    tenants: Mapping[int, str] = field(default_factory=dict)
    sites: Mapping[int, NamedSite] = field(default_factory=dict)
    templates: Mapping[int, NamedTemplate] = field(default_factory=dict)
    firmware: Mapping[int, str] = field(default_factory=dict)
    destinations: Mapping[int, str] = field(default_factory=dict)
    models: tuple[str, ...] = ()
    gone: str = "that is no more"

    @cached_property
    def for_conditions(self) -> Mapping[str, tuple[str, ...]]:
        """The names to choose from in conditions, by what a choice is of."""
        sites = sorted({site.name for site in self.sites.values()})
        return MappingProxyType(
            {"model": self.models, "tenant": tuple(self.tenants.values()), "site": tuple(sites)}
        )


def id_of(named: Mapping[int, str], name: str, noun: str) -> int:
    """Return the id of a name, whatever its case; InvalidInputError with what was probably meant."""
    wanted = name.strip().casefold()
    found = next((key for key, each in named.items() if each.casefold() == wanted), None)
    if found is None:
        raise InvalidInputError(
            f"No {noun} is called {quoted(name)}; {did_you_mean(name, tuple(named.values()))}"
        )
    return found
