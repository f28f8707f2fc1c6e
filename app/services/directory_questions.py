"""How the LDAP settings ask the directory, as phones would, and show who was found (manual, chapter 10)."""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from app.errors import InvalidInputError
from app.rules.phone_book import (
    Person,
    Search,
    Security,
    Values,
    attributes_in,
    attributes_shown_by,
    name_filter,
    number_filter,
    person,
    read_server,
)
from app.services.settings.ldap import BY_ADDRESS

MOST_TYPED = 100
# Where a password goes: with one of these changed, the one that is kept is not sent.
_WAY_OF_PASSWORD = ("ldap_server", "ldap_port", "ldap_security", "ldap_certificates")


class SearchBy(StrEnum):
    """What was typed into the phone."""

    NAME = "name"
    NUMBER = "number"


def question(texts: Mapping[str, str], by: SearchBy, typed: str) -> Search:
    """Return the search that a phone with these settings does for what was typed into it.

    InvalidInputError where the settings or what was typed will not do.
    """
    if not texts["ldap_server"]:
        raise InvalidInputError("No LDAP server is set: give its address first.")
    if len(typed) > MOST_TYPED:
        raise InvalidInputError(f"Type at most {MOST_TYPED} characters.")
    security = None if texts["ldap_security"] == BY_ADDRESS else Security(texts["ldap_security"])
    shown = attributes_shown_by(texts["ldap_display_name"])
    listed = attributes_in(f"{texts['ldap_name_attributes']} {texts['ldap_number_attributes']}")
    return Search(
        server=read_server(texts["ldap_server"], int(texts["ldap_port"]), security),
        certificates=texts["ldap_certificates"],
        user=texts["ldap_user"],
        password=texts["ldap_password"],
        base=texts["ldap_base"],
        filter=_filter(texts, by, typed),
        attributes=list({name.casefold(): name for name in [*listed, *shown]}.values()),
        most_entries=int(texts["ldap_max_hits"]),
        seconds=int(texts["ldap_search_timeout"]),
    )


def people(texts: Mapping[str, str], entries: Iterable[Values]) -> list[Person]:
    """Return who was found as a phone with these settings lists them; those without any name at the end."""
    names = attributes_in(texts["ldap_name_attributes"])
    numbers = attributes_in(texts["ldap_number_attributes"])
    found = [person(entry, texts["ldap_display_name"], names, numbers) for entry in entries]
    if texts["ldap_sort_result"] != "1":
        return found
    return sorted(found, key=lambda one: (not one.name, one.name.casefold()))


def check_way_of_password(texts: Mapping[str, str], stored: Mapping[str, str], *, is_typed: bool) -> None:
    """Refuse to send the password that is kept another way than the one that was saved with it.

    Who may change settings could have it sent to a server of his own, and read what he may not see.
    """
    is_another_way = any(texts[name] != stored[name] for name in _WAY_OF_PASSWORD)
    if is_typed or not is_another_way or not texts["ldap_user"] or not stored["ldap_password"]:
        return
    raise InvalidInputError(
        "Type the password for this test: the one that is kept is sent only to the server that was saved with it."
    )


def _filter(texts: Mapping[str, str], by: SearchBy, typed: str) -> str:
    if by is SearchBy.NAME:
        return name_filter(texts["ldap_name_filter"], typed)
    return number_filter(
        texts["ldap_number_filter"],
        typed,
        country_code=texts["ldap_country_code"],
        area_code=texts["ldap_area_code"],
    )
