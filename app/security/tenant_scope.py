"""Tenant scope: one guard adds it to every ORM statement of a session and checks every write.

A session carries its scope in ``session.info``; without one it sees no tenant's rows. Core statements on mapped
classes are covered as well; ``text()`` and statements on bare tables are not, and must carry their scope themselves.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ForeignKey, Select, event, inspect, or_, select
from sqlalchemy.orm import (
    Mapped,
    ORMExecuteState,
    Session,
    UOWTransaction,
    mapped_column,
    with_loader_criteria,
)

from app.errors import NotAllowedError

_SCOPE = "tenant_scope"
_OTHER_TENANT = "Your account may not change what belongs to another tenant."


@dataclass(frozen=True)
class TenantScope:
    """The tenants whose rows may be seen and changed; ``None`` stands for all of them."""

    tenant_ids: frozenset[int] | None

    def includes(self, tenant_id: int | None) -> bool:
        """Whether a row of this tenant (``None``: shared by all) may be changed."""
        return self.tenant_ids is None or tenant_id in self.tenant_ids

    @property
    def is_everything(self) -> bool:
        """Whether nothing is hidden."""
        return self.tenant_ids is None


ALL_TENANTS = TenantScope(None)
NO_TENANT = TenantScope(frozenset())


def only_tenants(tenant_ids: Iterable[int]) -> TenantScope:
    """Return the scope of an account that names its tenants."""
    return TenantScope(frozenset(tenant_ids))


class TenantViolationError(NotAllowedError):
    """A row of a tenant outside the scope was to be written."""


class TenantScoped:
    """A row that belongs to one tenant."""

    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenant.id"), index=True, active_history=True)


class TenantOrNobody:
    """A row of one tenant, or, without one, of nobody yet: then only full scope sees and changes it."""

    tenant_id: Mapped[int | None] = mapped_column(ForeignKey("tenant.id"), index=True, active_history=True)


class TenantOrShared:
    """A row of one tenant, or, without one, of all: everybody reads it, and only full scope changes it."""

    tenant_id: Mapped[int | None] = mapped_column(ForeignKey("tenant.id"), index=True, active_history=True)


class ScopedByOwnId:
    """The tenant itself: the scope names its id."""

    id: Mapped[int] = mapped_column(primary_key=True)


_OF_A_TENANT = (TenantScoped, TenantOrNobody, TenantOrShared)


def set_scope(session: Session, scope: TenantScope) -> None:
    """Give the session its scope for all that follows."""
    session.info[_SCOPE] = scope


def scope_of(session: Session) -> TenantScope:
    """Return the session's scope; one that was given none sees nothing."""
    scope: TenantScope = session.info.get(_SCOPE, NO_TENANT)
    return scope


@contextmanager
def seeing_everything(session: Session) -> Iterator[None]:
    """Let what is done in the name of the system, because somebody did something in his scope, see all tenants."""
    scope = scope_of(session)
    set_scope(session, ALL_TENANTS)
    try:
        yield
    finally:
        set_scope(session, scope)


def guard(session_class: type[Session]) -> None:
    """Make every session of this class keep to its scope."""
    event.listen(session_class, "do_orm_execute", _add_criteria)
    event.listen(session_class, "do_orm_execute", _check_lists)
    event.listen(session_class, "before_flush", _check_writes)


def _add_criteria(state: ORMExecuteState) -> None:
    if state.is_column_load or not (state.is_select or state.is_update or state.is_delete):
        return
    scope = scope_of(state.session)
    if scope.tenant_ids is None or not state.is_orm_statement:
        return
    ids = sorted(scope.tenant_ids)
    state.statement = state.statement.options(
        with_loader_criteria(TenantScoped, lambda cls: cls.tenant_id.in_(ids), include_aliases=True),
        with_loader_criteria(TenantOrNobody, lambda cls: cls.tenant_id.in_(ids), include_aliases=True),
        with_loader_criteria(
            TenantOrShared,
            lambda cls: or_(cls.tenant_id.in_(ids), cls.tenant_id.is_(None)),
            include_aliases=True,
        ),
        with_loader_criteria(ScopedByOwnId, lambda cls: cls.id.in_(ids), include_aliases=True),
    )


def _check_lists(state: ORMExecuteState) -> None:
    """Look at the rows of an INSERT or UPDATE of many, which come to the database past criteria and unit of work."""
    scope = scope_of(state.session)
    if scope.is_everything or state.bind_mapper is None:
        return
    model = state.bind_mapper.class_
    rows: list[Any] = state.parameters if isinstance(state.parameters, list) else [state.parameters or {}]
    if state.is_insert and issubclass(model, _OF_A_TENANT):
        _check_tenants(scope, [row.get("tenant_id") for row in rows])
    elif state.is_update and issubclass(model, _OF_A_TENANT) and isinstance(state.parameters, list):
        seen: dict[int, int | None] = dict(
            state.session.execute(_tenants_by_id(model, [row["id"] for row in rows])).all()
        )
        if any(row["id"] not in seen for row in rows):
            raise TenantViolationError(_OTHER_TENANT)
        _check_tenants(scope, [*seen.values(), *(row["tenant_id"] for row in rows if "tenant_id" in row)])


def _tenants_by_id(model: Any, ids: list[int]) -> Select[Any]:
    return select(model.id, model.tenant_id).where(model.id.in_(ids))


def _check_tenants(scope: TenantScope, tenant_ids: Iterable[int | None]) -> None:
    if not all(map(scope.includes, tenant_ids)):
        raise TenantViolationError(_OTHER_TENANT)


def _check_writes(session: Session, _context: UOWTransaction, _instances: Any) -> None:
    scope = scope_of(session)
    if scope.is_everything:
        return
    changed = [row for row in session.dirty if session.is_modified(row)]
    for row in (*session.new, *changed, *session.deleted):
        _check_row(session, scope, row)


def _check_row(session: Session, scope: TenantScope, row: object) -> None:
    if isinstance(row, ScopedByOwnId):
        if row in session.new or not scope.includes(row.id):
            raise TenantViolationError("Your account may not change this tenant.")
    elif isinstance(row, _OF_A_TENANT):
        _check_tenants(scope, _tenants_before_and_after(row))


def _tenants_before_and_after(row: TenantScoped | TenantOrNobody | TenantOrShared) -> list[int | None]:
    """Return the tenant a row will have and, where it moves, the one it had."""
    attributes = inspect(row).attrs
    tenants = [row.tenant_id, *(attributes.tenant_id.history.deleted or ())]
    relation = attributes.get("tenant")
    if relation is not None and relation.history.has_changes():
        tenants = [*tenants[1:], getattr(relation.value, "id", None)]
    return tenants
