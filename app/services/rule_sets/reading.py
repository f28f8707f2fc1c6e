"""Versions of lists of rules, looked up, and their rules as the engine has them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.errors import NotFoundError
from app.models import RuleRow, RuleSetVersion
from app.models.enums import RuleKind, RuleSetState
from app.rules.conditions.stored import tree_from_json
from app.rules.ordered.rule import Rule
from app.rules.rule_kinds import SPECS
from app.services.paging import Page, page_of


def find_version(
    session: Session, kind: RuleKind, tenant_id: int | None, state: RuleSetState
) -> RuleSetVersion | None:
    """Return the draft or the active version of a list, None where there is none."""
    return session.scalar(versions(kind, tenant_id).where(RuleSetVersion.state == state))


def find_by_id(session: Session, version_id: int) -> RuleSetVersion | None:
    """Return a version, None where it is no more, or the account does not see it."""
    return session.scalar(select(RuleSetVersion).where(RuleSetVersion.id == version_id))


def get_version(session: Session, version_id: int) -> RuleSetVersion:
    """Return a version, or raise NotFoundError."""
    version = find_by_id(session, version_id)
    if version is None:
        raise NotFoundError(f"There is no version {version_id} of rules, or none that your account may see.")
    return version


def history(session: Session, kind: RuleKind, tenant_id: int | None, *, number: int, size: int) -> Page:
    """Return a page of the versions of a list, the latest first."""
    return page_of(
        session, versions(kind, tenant_id).order_by(RuleSetVersion.number.desc()), number=number, size=size
    )


def highest_number(session: Session, kind: RuleKind, tenant_id: int | None) -> int:
    """Return the number of the latest version of a list, 0 where there is none."""
    highest = versions(kind, tenant_id).with_only_columns(func.max(RuleSetVersion.number))
    return session.scalar(highest) or 0


def rows_of(session: Session, version_id: int) -> Sequence[RuleRow]:
    """Return the rules of a version in their order, as they are kept."""
    return session.scalars(
        select(RuleRow).where(RuleRow.version_id == version_id).order_by(RuleRow.position)
    ).all()


def rules_of(session: Session, version_id: int) -> list[Rule[Any]]:
    """Return the rules of a version as the engine has them."""
    version = get_version(session, version_id)
    spec = SPECS[version.kind]
    return [
        Rule(
            key=row.key,
            position=row.position,
            name=row.name,
            conditions=tree_from_json(row.conditions),
            outcome=spec.outcome(row.outcome),
            is_enabled=row.is_enabled,
            valid_from=row.valid_from,
            valid_until=row.valid_until,
            is_tenants=version.tenant_id is not None,
        )
        for row in rows_of(session, version_id)
    ]


def versions(kind: RuleKind, tenant_id: int | None) -> Select[RuleSetVersion]:
    """Return the statement of the versions of a list."""
    of_kind = select(RuleSetVersion).where(RuleSetVersion.kind == kind)
    if tenant_id is None:
        return of_kind.where(RuleSetVersion.tenant_id.is_(None))
    return of_kind.where(RuleSetVersion.tenant_id == tenant_id)
