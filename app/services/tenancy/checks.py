"""What holds for tenants and sites alike: their names and their subnets."""

from app.errors import ConflictError, InvalidInputError
from app.models import Site, Tenant
from app.rules.network_lists import read_networks
from app.rules.subnets import Network, lies_within, looks_like_a_mask, parse_subnet, why_no_phones

MAX_NAME = 100
MOST_ALLOWED_NETWORKS = 50
_NOT_IN_NAMES = set("/;\\")


def checked_name(name: str | None, kind: str) -> str:
    """Return the name without blanks around it, or raise InvalidInputError; it stands in the phones' addresses."""
    stripped = (name or "").strip()
    if not stripped:
        raise InvalidInputError(f"Give the {kind} a name.", field="name")
    if len(stripped) > MAX_NAME:
        raise InvalidInputError(
            f"The name of the {kind} is too long; {MAX_NAME} characters fit.", field="name"
        )
    if not stripped.isprintable() or _NOT_IN_NAMES & set(stripped) or stripped in {".", ".."}:
        raise InvalidInputError(
            f"The name of the {kind} stands in addresses that phones ask for; "
            "use letters, digits and blanks, and none of / ; \\.",
            field="name",
        )
    return stripped


def take_network(place: Tenant | Site) -> Network | None:
    """Return the subnet, which is put into its canonical form; an empty one is none."""
    if not (place.subnet or "").strip():
        place.subnet = None
        return None
    try:
        network = parse_subnet(place.subnet or "")
    except InvalidInputError as error:
        raise InvalidInputError(str(error), field="subnet") from None
    refusal = why_no_phones(network)
    if refusal:
        raise InvalidInputError(refusal, field="subnet")
    place.subnet = str(network)
    return network


def read_allowed_networks(text: str | None) -> list[str]:
    """Return networks from which phones are served, as they are kept; raises InvalidInputError."""
    return read_networks(text or "", field="allowed_networks", most=MOST_ALLOWED_NETWORKS)


def take_allowed_networks(tenant: Tenant) -> list[str]:
    """Return the networks from which the tenant's phones are served, which are put into their canonical form."""
    allowed = read_allowed_networks(tenant.allowed_networks)
    tenant.allowed_networks = ", ".join(allowed)
    return allowed


def check_lies_within(site: str, inner: Network, tenant: str, outer: Network) -> None:
    """Raise ConflictError where a site's subnet is not inside that of its tenant."""
    if not lies_within(inner, outer):
        raise ConflictError(
            f"The subnet {inner} of the site {site} does not lie within {outer}, "
            f"the subnet of its tenant {tenant}.",
            field="subnet",
        )


def doubts_of(network: Network | None) -> list[str]:
    """Return what is probably a slip in a subnet, as sentences."""
    if network is None or not looks_like_a_mask(network):
        return []
    return [f"The subnet {network} looks like a subnet mask; give the address of the network instead."]
