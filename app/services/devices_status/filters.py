"""What may be asked of the list of phones, as the query string of its address says it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property

from app.errors import InvalidInputError
from app.rules.sentences import quoted
from app.services.devices_status.columns import COLUMNS_BY_NAME
from app.services.devices_status.words import Word, clean_text, normalise, split_words

ROW_NUMBERS = (10, 25, 50, 100, 200)
DEFAULT_ROWS = 50
DEFAULT_SORT = "status_changed"
APPROVED = "approved"
PENDING = "pending"
BLOCKED = "blocked"

TITLES = {
    "q": "Search",
    "user": "User",
    "number": "Phone number",
    "mac": "MAC address",
    "ip": "IP address",
    "model": "Model",
    "version": "Firmware",
    "status": "Status",
    "approval": "Approval",
    "several": "Users with several phones",
    "tenant": "Tenant",
    "site": "Site",
    "behind": "Not on the firmware they should have",
    "subnet": "Subnet",
    "external": "External address",
}
"""The filters that narrow the list, in the order in which they are shown."""


@dataclass(frozen=True, kw_only=True)
class Filters:
    """Which phones, in which order, how many on a page. Empty stands for not asked.

    ``q`` is the search box, ``tenant``, ``site``, ``model`` and ``version`` are whole names, ``user``, ``number``,
    ``mac`` and ``ip`` parts; ``ip`` may be a subnet; ``-`` stands for none of a thing that a phone may lack. All that
    is given has to hold. ``usual_rows`` is what its reader has on a page where an address says nothing.
    """

    q: str = ""
    user: str = ""
    number: str = ""
    mac: str = ""
    ip: str = ""
    model: str = ""
    version: str = ""
    status: str = ""
    approval: str = ""
    several: str = ""
    tenant: str = ""
    site: str = ""
    behind: str = ""
    subnet: str = ""
    external: str = ""
    rows: int = DEFAULT_ROWS
    sort: str = DEFAULT_SORT
    direction: str = "desc"
    usual_rows: int = DEFAULT_ROWS

    @classmethod
    def from_query(cls, query: Mapping[str, str], *, usual_rows: int = DEFAULT_ROWS) -> "Filters":
        """Read the query string of the list, or raise InvalidInputError with a sentence for the first wrong value.

        A page has ``usual_rows`` where the query says nothing.
        """
        texts = {name: normalise(name, query.get(name, "")) for name in TITLES}
        _check_choice("approval", texts["approval"], ("", APPROVED, PENDING, BLOCKED))
        _check_choice("several", texts["several"], ("", "yes"))
        _check_choice("behind", texts["behind"], ("", "yes"))
        sort = _choose("sort", query, tuple(COLUMNS_BY_NAME), DEFAULT_SORT)
        first_direction = "desc" if COLUMNS_BY_NAME[sort].is_time else "asc"
        filters = cls(
            **texts,
            rows=int(_choose("rows", query, tuple(map(str, ROW_NUMBERS)), str(usual_rows))),
            usual_rows=usual_rows,
            sort=sort,
            direction=_choose("direction", query, ("asc", "desc"), first_direction),
        )
        split_words(filters.q)
        return filters

    @cached_property
    def words(self) -> tuple[Word, ...]:
        """Return the words of the search box."""
        return split_words(self.q)

    @property
    def is_descending(self) -> bool:
        """Whether the order is from the last to the first."""
        return self.direction == "desc"

    @property
    def given(self) -> dict[str, str]:
        """Return the filters that narrow the list, by name, in the order in which they are shown."""
        return {name: getattr(self, name) for name in TITLES if getattr(self, name)}

    def as_query(self, **changes: str | int) -> dict[str, str]:
        """Return the query string that asks for this, after some changes; defaults are left out of it."""
        wanted = {
            field.name: str(changes.get(field.name, getattr(self, field.name))) for field in fields(self)
        }
        if wanted["rows"] == wanted.pop("usual_rows"):
            del wanted["rows"]
        if (wanted["sort"], wanted["direction"]) == (DEFAULT_SORT, "desc"):
            del wanted["sort"], wanted["direction"]
        return {name: text for name, text in wanted.items() if text}


def _choose(name: str, query: Mapping[str, str], choices: tuple[str, ...], default: str) -> str:
    text = clean_text(query.get(name, "")) or default
    _check_choice(name, text, choices)
    return text


def _check_choice(name: str, text: str, choices: tuple[str, ...]) -> None:
    if text not in choices:
        known = ", ".join(choice for choice in choices if choice)
        raise InvalidInputError(f"{quoted(text)} will not do for {name}; choose one of {known}.")
