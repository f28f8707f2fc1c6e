"""Moves of phones between tenants and sites, for their history."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database import table_of
from app.models import Site, Tenant
from app.models.enums import Aspect
from app.models.phone_history import MAX_VALUE
from app.services import report_rows
from app.services.phone_history.entries import Entry
from app.services.status_rows import StatusRow

BETWEEN = " / "
"""Stands between the names of tenant and site."""

_SITE, _TENANT = table_of(Site), table_of(Tenant)


def sites_of(rows: Iterable[StatusRow]) -> dict[str, int | None]:
    """Return where phones are, by MAC: to be asked before their rows are changed."""
    return {row["mac"]: row["site_id"] for row in rows}


def note_moves(
    session: Session, before: Mapping[str, int | None], rows: Iterable[StatusRow], *, now: datetime
) -> None:
    """Keep for each phone that is at another site than before where it came from, and where it went.

    The names are those of today, and whoever reads them is shown only those that he may see (reading.py).
    """
    moved = [row for row in rows if row["site_id"] != before.get(row["mac"])]
    if not moved:
        return
    names = _names(session, {row["site_id"] for row in moved} | {before.get(row["mac"]) for row in moved})
    entries = [
        Entry(
            row["mac"],
            row["tenant_id"],
            Aspect.PLACE.value,
            names.get(before.get(row["mac"]), ""),
            names.get(row["site_id"], ""),
        )
        for row in moved
    ]
    report_rows.keep(session, entries, now)


def _names(session: Session, site_ids: set[int | None]) -> dict[int | None, str]:
    """Return tenant and site by the site's id, whoever's they are: where a phone came from may be out of sight."""
    wanted = select(_SITE.c.id, _TENANT.c.name, _SITE.c.name).join(_TENANT, _SITE.c.tenant_id == _TENANT.c.id)
    found = session.connection().execute(wanted.where(_SITE.c.id.in_(site_ids - {None})))
    return {site_id: f"{tenant}{BETWEEN}{site}"[:MAX_VALUE] for site_id, tenant, site in found}
