"""Customers: tenants by the id that the newer protocol puts into its address (protocol 6)."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Tenant


def names_by_external_id(session: Session) -> dict[str, str]:
    """Return the name of each tenant that has an external id."""
    has_one = select(Tenant.external_id, Tenant.name).where(Tenant.external_id.is_not(None))
    return {external_id: name for external_id, name in session.execute(has_one) if external_id}
