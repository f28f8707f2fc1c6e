"""Jobs of the scheduler that somebody asked for: who may look at what they found."""

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.models import ImportJob, Simulation
from app.security.tenant_scope import scope_of


def seen_by(session: Session, job: type[ImportJob] | type[Simulation], by: str) -> ColumnElement[bool]:
    """Say which jobs of a kind an account sees: all of them where it sees every tenant, else its own.

    Of its own those whose tenants are all in sight: an account that has lost one, or a token for one alone, does not
    look at what was once found out for more.
    """
    scope = scope_of(session)
    if scope.is_everything:
        return job.id.is_not(None)
    own = select(job.id, job.tenant_ids).where(job.by == by)
    return job.id.in_(
        job_id
        for job_id, tenant_ids in session.execute(own)
        if tenant_ids is not None and all(map(scope.includes, tenant_ids))
    )
