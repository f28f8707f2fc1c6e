"""Who may sign in, in which role and to which tenants, by the groups that a directory or a provider says."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.rules.ways_to_sign_in.tables import Table
from app.security.roles import ADMINISTRATOR, ROLES

ALL = "all"
NO_GROUP = "You are known, but none of your groups may sign in here. Ask who administers Ringmaster for one."


@dataclass(frozen=True, slots=True)
class AccessRow:
    """A row of the table: who is in ``group`` has this role, for all tenants or those that are named."""

    group: str
    role: str
    sees_all_tenants: bool
    tenants: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Access:
    """What somebody may: a role, and the names of the tenants, in the order of the table."""

    role: str
    sees_all_tenants: bool
    tenants: tuple[str, ...]


def access_of(groups: Iterable[str], rows: Sequence[AccessRow]) -> Access | None:
    """Return what these groups give: the first row that fits gives the role, further rows of that role their tenants.

    Rows of other roles count for nothing, so that nobody has the role of one group with the tenants of another. None
    where no row fits. Upper and lower case are the same, as in directories.
    """
    mine = {group.strip().casefold() for group in groups}
    fitting = [row for row in rows if row.group.casefold() in mine]
    if not fitting:
        return None
    role = fitting[0].role
    same = [row for row in fitting if row.role == role]
    tenants = dict.fromkeys(name for row in same for name in row.tenants)
    return Access(role, any(row.sees_all_tenants for row in same), tuple(tenants))


def read_rows(table: Table) -> tuple[AccessRow, ...]:
    """Read the tables ``access``, of which there has to be one at least."""
    rows = tuple(map(_read_row, table.tables("access")))
    if not rows:
        raise table.wrong("access", "without a table that names a group nobody may sign in")
    return rows


def _read_row(table: Table) -> AccessRow:
    group, role = table.text("group"), table.text("role")
    if role not in ROLES:
        raise table.wrong("role", f"give one of {', '.join(ROLES)}")
    # It is never understood from silence that somebody sees every tenant.
    given = table.raw("tenants", ALL if role == ADMINISTRATOR else None)
    if role == ADMINISTRATOR and given != ALL:
        raise table.wrong("tenants", f'an {ADMINISTRATOR} sees all of them, which is "{ALL}"')
    tenants = () if given == ALL else table.texts("tenants")
    table.end()
    return AccessRow(group.strip(), role, given == ALL, tenants)
