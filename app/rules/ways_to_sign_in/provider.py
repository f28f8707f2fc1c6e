"""How people sign in through an OpenID Connect provider: who it is, which claims count, and what groups give."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from app.rules.ways_to_sign_in.access import AccessRow, read_rows
from app.rules.ways_to_sign_in.tables import Table

_MARK = "oidc:"
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""How id_tokens may be signed: with a provider's own key, never with the client's secret, and never not at all."""
_USUAL = ("RS256", "PS256", "ES256", "EdDSA")
_id = re.compile(r"[a-z0-9-]{1,32}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderWay:
    """A provider, as the file describes it; ``id`` stands in addresses, ``name`` on its button.

    ``second_factor_amr`` and ``second_factor_acr`` are the values of those claims that say that the provider has asked
    for a second factor (RFC 8176).
    """

    id: str
    name: str
    issuer: str
    ca_file: str
    client_id: str
    client_secret_file: str
    scopes: tuple[str, ...]
    username: str
    groups: str
    algorithms: tuple[str, ...]
    second_factor_amr: tuple[str, ...]
    second_factor_acr: tuple[str, ...]
    signs_out: bool
    seconds: int
    access: tuple[AccessRow, ...]
    client_secret: str = field(default="", repr=False)
    certificates: str = ""

    @property
    def mark(self) -> str:
        """How accounts of this way are marked."""
        return f"{_MARK}{self.id}"

    def groups_in(self, claims: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the groups that the claims say; ``realm_access.roles`` looks into an object."""
        return _texts(_claim(claims, self.groups))

    def lacks(self, claims: Mapping[str, Any]) -> bool:
        """Whether the claims leave the username or the groups unsaid; no groups at all are said as well."""
        return self.username not in claims or _claim(claims, self.groups) is None

    def has_second_factor(self, claims: Mapping[str, Any]) -> bool:
        """Whether the provider says that it has asked for a second factor."""
        ways, level = _texts(claims.get("amr")), claims.get("acr")
        return not set(ways).isdisjoint(self.second_factor_amr) or level in self.second_factor_acr


def is_of_provider(mark: str) -> bool:
    """Whether an account with this mark signs in through a provider."""
    return mark.startswith(_MARK)


def read_provider(table: Table) -> ProviderWay:
    """Read a table ``[[oidc]]``; InvalidInputError with what is wrong with it."""
    way = ProviderWay(
        id=table.text("id"),
        name=table.text("name"),
        issuer=table.text("issuer").rstrip("/"),
        ca_file=table.text("ca_file", ""),
        client_id=table.text("client_id"),
        client_secret_file=table.text("client_secret_file", ""),
        scopes=table.texts("scopes", ("openid", "profile", "email")),
        username=table.text("username", "preferred_username"),
        groups=table.text("groups", "groups"),
        algorithms=table.texts("algorithms", _USUAL),
        second_factor_amr=table.texts("second_factor_amr", ("mfa",)),
        second_factor_acr=table.texts("second_factor_acr", ()),
        signs_out=table.flag("signs_out", default=True),
        seconds=table.number("timeout_seconds", 5, 1, 10),
        access=read_rows(table),
    )
    table.end()
    _check(table, way)
    return way


def _check(table: Table, way: ProviderWay) -> None:
    if not _id.fullmatch(way.id):
        raise table.wrong("id", "it stands in addresses: give small letters, digits and hyphens")
    try:
        parts = urlsplit(way.issuer)
    except ValueError:  # brackets with no IPv6 address between them
        parts = urlsplit("")
    is_here = parts.scheme == "http" and parts.hostname in {"127.0.0.1", "::1", "localhost"}
    if not parts.hostname or (parts.scheme != "https" and not is_here) or parts.query or parts.fragment:
        raise table.wrong("issuer", "give the address of the provider, which begins with https://")
    if "openid" not in way.scopes:
        raise table.wrong("scopes", "openid has to be among them")
    wrong = [name for name in way.algorithms if name not in ALGORITHMS]
    if wrong or not way.algorithms:
        raise table.wrong("algorithms", f"there are {', '.join(ALGORITHMS)}")


def _claim(claims: Mapping[str, Any], path: str) -> Any:
    if path in claims:  # names of claims may be addresses, with dots in them
        return claims[path]
    found: Any = claims
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _texts(value: Any) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    return tuple(one for one in values if isinstance(one, str))
