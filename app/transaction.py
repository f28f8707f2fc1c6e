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


@contextmanager
def reading_one_moment(database: Database, scope: TenantScope) -> Iterator[Session]:
    """Open a session as ``reading`` does, in which all statements see the same state, whoever writes meanwhile."""
    with reading(database, scope) as session:
        see_one_moment(session)
        yield session


def see_one_moment(session: Session) -> None:
    """Let a session that has read nothing yet see one state in all its statements.

    On SQLite every transaction does; PostgreSQL would show each statement what was committed until then.
    """
    if session.get_bind().dialect.name != "sqlite":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
