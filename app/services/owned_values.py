"""The values of owners in their two tables: found by their id and by their owner, and counted."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.errors import NotFoundError
from app.models import ConfigurationValue, Placeholder
from app.models.enums import Layer, ValueLevel
from app.services.value_owners import Owner, OwnerKind, get_owner

Row = TypeVar("Row", Placeholder, ConfigurationValue)


@dataclass(frozen=True, slots=True)
class OwnedValues(Generic[Row]):
    """A table of values: ``kind`` is the column that says what kind of owner a row has, and ``ids`` are those that name
    an owner of each kind."""

    model: type[Row]
    noun: str
    kind: InstrumentedAttribute[Any]
    kinds: type[Layer] | type[ValueLevel]
    ids: Mapping[OwnerKind, InstrumentedAttribute[Any]]

    def get(self, session: Session, kind: OwnerKind, row_id: int) -> Row:
        """Return a row of an owner of this kind, or raise NotFoundError where there is none that the account sees."""
        found = session.scalar(
            select(self.model).where(self.model.id == row_id, self.kind == self.kinds(kind))
        )
        if found is None:
            raise NotFoundError(f"There is no such {self.noun}, or none that your account may see.")
        return found

    def owner_of(self, session: Session, row: Row) -> Owner:
        """Return whose row it is; a placeholder of the system has no owner."""
        kind = OwnerKind(getattr(row, self.kind.key))
        return get_owner(session, kind, self.owner_id_of(row))

    def owner_id_of(self, row: Row) -> int:
        """Return the id of the owner of a row."""
        owner_id: int = getattr(row, self.ids[OwnerKind(getattr(row, self.kind.key))].key)
        return owner_id

    def of_owner(self, owner: Owner) -> Select[Row]:
        """Select the rows of one owner."""
        return select(self.model).where(*self.are_of(owner))

    def are_of(self, owner: Owner) -> tuple[ColumnElement[bool], ...]:
        """Return the conditions that the rows of one owner fulfil."""
        return self.kind == self.kinds(owner.kind), self.ids[owner.kind] == owner.id

    def columns_for(self, owner: Owner) -> dict[str, Any]:
        """Return the columns of a new row that say whose it is."""
        return {
            self.kind.key: self.kinds(owner.kind),
            "tenant_id": owner.tenant_id,
            self.ids[owner.kind].key: owner.id,
        }

    def count(self, session: Session, kind: OwnerKind, owner_ids: Collection[int]) -> dict[int, int]:
        """Return how many rows each of these owners has."""
        column = self.ids[kind]
        theirs = self.kind == self.kinds(kind), column.in_(owner_ids)
        counted = select(column, func.count()).where(*theirs).group_by(column)
        return dict(session.execute(counted).all()) if owner_ids else {}


PLACEHOLDERS = OwnedValues(
    Placeholder,
    "placeholder",
    Placeholder.layer,
    Layer,
    {
        OwnerKind.TEMPLATE: Placeholder.template_id,
        OwnerKind.TENANT: Placeholder.tenant_id,
        OwnerKind.SITE: Placeholder.site_id,
        OwnerKind.DEVICE: Placeholder.device_id,
    },
)
LINES = OwnedValues(
    ConfigurationValue,
    "line",
    ConfigurationValue.level,
    ValueLevel,
    {
        OwnerKind.TENANT: ConfigurationValue.tenant_id,
        OwnerKind.SITE: ConfigurationValue.site_id,
        OwnerKind.USER: ConfigurationValue.phone_user_id,
    },
)
"""Configuration values: ``parameter = value``."""
