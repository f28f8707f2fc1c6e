"""The lines of one owner, as a person may see them, and what they override."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.models import ConfigurationValue
from app.models.enums import ValueLevel
from app.rendering.secret_parameters import MASK, is_secret_parameter
from app.services.owned_values import LINES
from app.services.paging import Page, page_of
from app.services.value_owners import Owner, OwnerKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line; ``of_tenant`` is the tenant's value that it overrides, None where the tenant has none."""

    id: int
    parameter: str
    value: str
    is_secret: bool
    of_tenant: str | None


def search(session: Session, owner: Owner, *, words: str, number: int, size: int, with_secrets: bool) -> Page:
    """Return a page of an owner's lines in the order in which they are written into files."""
    page = page_of(session, _lines_of(owner, words), number=number, size=size)
    names = [row.parameter for row in page.rows]
    of_tenant = {} if owner.kind is OwnerKind.TENANT else _values_of_tenant(session, owner, names)
    rows = [_line(row, of_tenant.get(row.parameter), with_secrets=with_secrets) for row in page.rows]
    return replace(page, rows=rows)


def values_of(session: Session, owner: Owner, names: Collection[str]) -> dict[str, str]:
    """Return the values that an owner has for some parameters."""
    rows = select(ConfigurationValue.parameter, ConfigurationValue.value).where(
        *LINES.are_of(owner), ConfigurationValue.parameter.in_(names)
    )
    return dict(session.execute(rows).all())


def shown(parameter: str, value: str, *, with_secrets: bool) -> str:
    """Return the value as a person may see it."""
    return MASK if value and is_secret_parameter(parameter) and not with_secrets else value


def _line(row: ConfigurationValue, of_tenant: str | None, *, with_secrets: bool) -> Line:
    return Line(
        id=row.id,
        parameter=row.parameter,
        value=shown(row.parameter, row.value, with_secrets=with_secrets),
        is_secret=is_secret_parameter(row.parameter),
        of_tenant=None if of_tenant is None else shown(row.parameter, of_tenant, with_secrets=with_secrets),
    )


def _lines_of(owner: Owner, words: str) -> Select[ConfigurationValue]:
    rows = LINES.of_owner(owner)
    if words:
        rows = rows.where(ConfigurationValue.parameter.icontains(words, autoescape=True))
    return rows.order_by(ConfigurationValue.id)


def _values_of_tenant(session: Session, owner: Owner, names: list[str]) -> Mapping[str, str]:
    rows = select(ConfigurationValue.parameter, ConfigurationValue.value).where(
        ConfigurationValue.level == ValueLevel.TENANT,
        ConfigurationValue.tenant_id == owner.tenant_id,
        ConfigurationValue.parameter.in_(names),
    )
    return dict(session.execute(rows).all()) if names else {}
