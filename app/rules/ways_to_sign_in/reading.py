"""The file as a whole."""

import tomllib
from dataclasses import dataclass

from app.errors import InvalidInputError
from app.rules.ways_to_sign_in.directory import DirectoryWay, read_directory
from app.rules.ways_to_sign_in.provider import ProviderWay, read_provider
from app.rules.ways_to_sign_in.tables import Table


@dataclass(frozen=True, slots=True)
class Ways:
    """The ways to sign in beside own passwords: at most one directory, any number of providers."""

    directory: DirectoryWay | None = None
    providers: tuple[ProviderWay, ...] = ()


NO_WAYS = Ways()


def read_ways(text: str) -> Ways:
    """Read the text of the file; InvalidInputError with the place and what is wrong there."""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidInputError(f"It is no TOML: {error}.") from error
    except RecursionError as error:
        raise InvalidInputError(
            "It is no TOML that can be read: brackets stand in one another too deep."
        ) from error
    table = Table(values, "[]")
    directory = read_directory(Table(values["ldap"], "[ldap]")) if table.has("ldap") else None
    table.raw("ldap", {})
    providers = tuple(read_provider(each) for each in _named(table))
    table.end()
    ids = [each.id for each in providers]
    if len(set(ids)) < len(ids):
        raise InvalidInputError("Two tables [[oidc]] have the same id; give each another one.")
    return Ways(directory, providers)


def _named(table: Table) -> list[Table]:
    value = table.raw("oidc", [])
    if not isinstance(value, list):
        raise InvalidInputError("Write each provider as a table of its own, [[oidc]].")
    return [Table(values, f"[[oidc]] number {number}") for number, values in enumerate(value, 1)]
