"""The only place of ours that commits: one transaction for a request, an action or a unit of scheduled work."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from app.database import Database, ScopedSession
from app.security.tenant_scope import TenantScope, set_scope


@contextmanager
def transaction(session: Session) -> Iterator[Session]:
    """Commit the session at the end of the block, or roll it back when the block raises."""
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise


def let_go(session: Session) -> None:
    """End a transaction that has changed nothing: whoever waits for the database goes on."""
    session.rollback()


@contextmanager
def writing(database: Database, scope: TenantScope) -> Iterator[Session]:
    """Open a session with this scope for one transaction that may write."""
    with ScopedSession(database.writer, expire_on_commit=False) as session:
        set_scope(session, scope)
        with transaction(session):
            yield session


@contextmanager
def reading(database: Database, scope: TenantScope) -> Iterator[Session]:
    """Open a session with this scope that only reads; what it changes is not kept."""
    with ScopedSession(database.reader, expire_on_commit=False) as session:
        set_scope(session, scope)
        yield session
