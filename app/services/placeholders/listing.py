"""Lists of placeholders: whose they are, their values as a person may see them, and what would be without them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from app.models import Placeholder
from app.models.enums import Layer
from app.rendering.placeholders import display_name
from app.security.tenant_scope import scope_of
from app.services.owned_values import PLACEHOLDERS
from app.services.paging import Page, page_of
from app.services.placeholders.beneath import Beneath, read_beneath
from app.services.placeholders.secrets import secret_test, shown
from app.services.value_owners import Owner, OwnerKind, matching, read_owners


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceholderFilter:
    """What is looked for in one layer: words in the name, the description or the owner; a tenant; one owner."""

    layer: Layer
    words: str = ""
    tenant_name: str = ""
    owner_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One placeholder: ``value`` as a person may see it, and what holds without it."""

    id: int
    name: str
    value: str
    is_secret: bool
    description: str
    owner: Owner
    beneath: Beneath
    may_change: bool

    @property
    def marker(self) -> str:
        """The placeholder as templates write it."""
        return display_name(self.name)


def search(
    session: Session, wanted: PlaceholderFilter, *, number: int, size: int, with_secrets: bool
) -> Page:
    """Return a page of rows in the order of their names."""
    page = page_of(session, _matching(wanted), number=number, size=size)
    return replace(page, rows=_rows(session, wanted.layer, page.rows, with_secrets=with_secrets))


def _matching(wanted: PlaceholderFilter) -> Select[Placeholder]:
    kind = OwnerKind(wanted.layer)
    column = PLACEHOLDERS.ids[kind]
    is_of_somebody_seen = column.in_(matching(kind, "", wanted.tenant_name))
    statement = select(Placeholder).where(Placeholder.layer == wanted.layer, is_of_somebody_seen)
    if wanted.owner_id is not None:
        statement = statement.where(column == wanted.owner_id)
    if wanted.words:
        bare = wanted.words.removeprefix("%ITCS_").removesuffix("%")
        texts = (Placeholder.name, Placeholder.description)
        statement = statement.where(
            or_(
                *(text.icontains(bare, autoescape=True) for text in texts),
                column.in_(matching(kind, wanted.words, "")),
            )
        )
    return statement.order_by(Placeholder.name, Placeholder.id)


def _rows(
    session: Session, layer: Layer, found: Sequence[Placeholder], *, with_secrets: bool
) -> Sequence[Row]:
    kind = OwnerKind(layer)
    owner_ids = {row.id: PLACEHOLDERS.owner_id_of(row) for row in found}
    owners = read_owners(session, kind, set(owner_ids.values()))
    beneath = read_beneath(session, layer, found)
    is_secret, scope = secret_test(session), scope_of(session)
    rows = []
    for row in found:
        is_masked = is_secret(row.name) and not with_secrets
        rows.append(
            Row(
                id=row.id,
                name=row.name,
                value=shown(row.value, is_masked=is_masked),
                is_secret=is_secret(row.name),
                description=row.description,
                owner=owners[owner_ids[row.id]],
                beneath=beneath[row.id].masked() if is_masked else beneath[row.id],
                may_change=scope.includes(row.tenant_id),
            )
        )
    return rows
