"""The people at the phones: made-up names, numbers and places, the same for the same phone every time."""

from dataclasses import dataclass

_FIRST = (
    "Ada", "Bruno", "Chiara", "Dmitri", "Emeka", "Farah", "Greta", "Hiro", "Inès", "Jakub",
    "Keiko", "Leila", "Mateo", "Nadia", "Owen", "Priya", "Quentin", "Rosa", "Sven", "Tariq",
    "Uma", "Viktor", "Wanda", "Ximena", "Yael", "Zoë",
)  # fmt: skip
_LAST = (
    "Abebe", "Bianchi", "Castro", "Dahl", "Eriksen", "Fischer", "Gruber", "Haddad", "Ivanova", "Jensen",
    "Kowalski", "Lindqvist", "Moreau", "Novák", "O'Brien", "Popescu", "Quiroga", "Rossi", "Schäfer", "Tanaka",
    "Ueda", "Vargas", "Weiß",
)  # fmt: skip
_PLAIN = str.maketrans({"è": "e", "ë": "e", "á": "a", "ä": "a", "ß": "ss", "'": None})
_FLOORS = 12
_DESKS = 60


@dataclass(frozen=True, slots=True)
class User:
    """One person, with what a phone reports once they have signed in on it."""

    id: str
    display_name: str
    phone_number: str
    location: str
    sip_proxy: str


def user(number: int, domain: str) -> User:
    """The person with this number; two numbers never give the same id within a domain."""
    first = _FIRST[number % len(_FIRST)]
    last = _LAST[number // len(_FIRST) % len(_LAST)]
    return User(
        id=f"{first}.{last}{number}@{domain}".translate(_PLAIN).lower(),
        display_name=f"{first} {last}",
        phone_number=f"+1555{number:07d}",
        location=f"Floor {number % _FLOORS + 1}, desk {number % _DESKS + 1}",
        sip_proxy=f"sip.{domain}",
    )
