"""The addresses of Devices Status: what a person asks for of the list, and how he wants it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import parse_qsl, urlencode

from flask_login import current_user

from app.services.devices_status import layouts
from app.services.devices_status.columns import COLUMNS_BY_NAME, Column
from app.services.devices_status.filters import DEFAULT_SORT, Filters
from app.services.devices_status.layouts import Layout
from app.views.way_back import is_path_of_ours

LIST = "/devices-status/"
COLUMNS = "columns"
ALL_PHONES = f"{LIST}?view=all"
"""The list without filters also for who has a view that the bare address opens."""
_EVERYTHING = {"all": "yes"}


@dataclass(frozen=True)
class Wanted:
    """What an address asks for: filters with order and rows, columns, and a place in the list.

    ``own_columns`` are those that the address itself names, joined by commas; empty where it says nothing, and the
    reader's own count.
    """

    filters: Filters
    layout: Layout
    own_columns: str = ""
    at: str = ""

    def address(self, **changes: str | int) -> str:
        """Return the address after some changes; ``at`` is a place in the list, and otherwise its first page."""
        at = str(changes.pop("at", ""))
        return f"{LIST}?{urlencode(self._query(at, **changes) or {'view': 'all'})}"

    def sorting(self, column: Column) -> str:
        """Return the address of the list sorted by a column; by the one that it is sorted by, the other way round."""
        if column.name == self.filters.sort:
            direction = "asc" if self.filters.is_descending else "desc"
        else:
            direction = "desc" if column.is_time else "asc"
        return f"{LIST}?{self._narrowing}sort={column.name}&direction={direction}"

    @cached_property
    def _narrowing(self) -> str:
        """What an address says beside the order, with an ampersand behind it."""
        query = self._query("", sort=DEFAULT_SORT, direction="desc")
        return f"{urlencode(query)}&" if query else ""

    @property
    def here(self) -> str:
        """The address of this very page, for the way back from another one."""
        address = f"{LIST}?{urlencode(self._query(self.at) or {'view': 'all'})}"
        return address if is_path_of_ours(address) else LIST

    @property
    def fresh(self) -> str:
        """Where what changes of this page is asked for again."""
        return f"{LIST}rows?{urlencode(self._query(self.at))}"

    @property
    def count(self) -> str:
        """Where the page's script asks how many phones match."""
        return f"{LIST}count?{urlencode(self.filters.as_query())}"

    @property
    def sorted_by(self) -> str:
        """The column by which the list is sorted, as its head says it."""
        return COLUMNS_BY_NAME[self.filters.sort].label

    @property
    def matching(self) -> str:
        """What finds all phones that are listed, for a form to carry; never empty."""
        return urlencode(_EVERYTHING | self.filters.as_query())

    @property
    def whole(self) -> str:
        """The query for somebody else or another day: filters and order, columns and rows, whoever opens it."""
        said = {"rows": str(self.filters.rows), COLUMNS: self.layout.names}
        return urlencode(self.filters.as_query() | said, safe=",")

    def export_address(self, *, all_columns: bool) -> str:
        """Return where the list is sent as CSV."""
        columns = {} if all_columns else {COLUMNS: self.layout.names}
        return f"{LIST}export.csv?{urlencode(self.filters.as_query() | columns, safe=',')}"

    def _query(self, at: str, **changes: str | int) -> dict[str, str]:
        more = {COLUMNS: self.own_columns, "at": at}
        return self.filters.as_query(**changes) | {name: text for name, text in more.items() if text}


def read_wanted(query: Mapping[str, str]) -> Wanted:
    """Read the query string of the list for the one who is signed in, or raise InvalidInputError."""
    layout = layouts.kept_by(current_user)
    filters = Filters.from_query(query, usual_rows=layout.rows)
    own_columns = query.get(COLUMNS, "").strip()
    if own_columns:
        layout = layout.with_columns(own_columns.split(","))
        own_columns = layout.names
    return Wanted(filters, layout, own_columns, query.get("at", ""))


def read_matching(text: str) -> Filters:
    """Return the filters that a form carries as ``matching``."""
    return Filters.from_query(dict(parse_qsl(text)))
