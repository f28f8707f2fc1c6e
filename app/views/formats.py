"""How lists write the values of columns that are not plain text."""

from collections.abc import Iterable
from datetime import datetime

from markupsafe import Markup

from app.views.times import moment


def names(rows: Iterable[object]) -> str:
    """Write the names of related rows with commas between them."""
    return ", ".join(str(row) for row in rows)


def names_of_tenants(tenants: Iterable[object], most: int = 5) -> str:
    """Write the first few tenants of an account, and how many more there are."""
    all_names = sorted(str(tenant) for tenant in tenants)
    more = f" and {len(all_names) - most} more" if len(all_names) > most else ""
    return ", ".join(all_names[:most]) + more


def yes_or_no(value: object) -> Markup:
    """Write a truth value as a word with its shape."""
    icon, word = ("fa-check", "yes") if value else ("fa-minus", "no")
    return Markup('<i class="fa-solid {} muted" aria-hidden="true"></i> {}').format(icon, word)


def local_moment(at: datetime | None) -> Markup:
    """Write a time of Flask-AppBuilder's own tables, which are kept without zone in the machine's local time."""
    return moment(at.astimezone() if at else None)
