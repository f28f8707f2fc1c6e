"""How a person wants the list: which columns in which order, and how many rows on a page; kept with the account."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from app.errors import InvalidInputError
from app.models import Operator
from app.rules.sentences import quoted
from app.services.devices_status.columns import COLUMNS, COLUMNS_BY_NAME, Column
from app.services.devices_status.filters import DEFAULT_ROWS, ROW_NUMBERS

USUAL_COLUMNS = tuple(column for column in COLUMNS if column.is_shown)


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns that are shown, in their order, and the rows of a page."""

    columns: tuple[Column, ...] = USUAL_COLUMNS
    rows: int = DEFAULT_ROWS

    @property
    def is_usual(self) -> bool:
        """Whether nobody chose columns."""
        return self.columns == USUAL_COLUMNS

    @property
    def names(self) -> str:
        """The columns as an address names them."""
        return ",".join(column.name for column in self.columns)

    @property
    def hidden(self) -> tuple[Column, ...]:
        """The columns that are not shown."""
        return tuple(column for column in COLUMNS if column not in self.columns)

    def with_columns(self, names: Sequence[str]) -> "Layout":
        """Return it with these columns, or raise InvalidInputError for a name that none has, and for no name."""
        return replace(self, columns=columns_named(names))


def kept_by(operator: Operator) -> Layout:
    """Return the layout that a person chose; columns that there are no more are left out."""
    kept: Mapping[str, Any] = operator.list_layout or {}
    names = [name for name in kept.get("columns") or () if name in COLUMNS_BY_NAME]
    columns = tuple(COLUMNS_BY_NAME[name] for name in names) or USUAL_COLUMNS
    rows = kept.get("rows")
    return Layout(columns, rows if rows in ROW_NUMBERS else DEFAULT_ROWS)


def keep(operator: Operator, layout: Layout) -> None:
    """Keep a layout with the account."""
    columns = None if layout.is_usual else [column.name for column in layout.columns]
    operator.list_layout = {"columns": columns, "rows": layout.rows}


def columns_named(names: Sequence[str]) -> tuple[Column, ...]:
    """Return the columns with these names, each once, in this order; InvalidInputError for none and for a wrong one."""
    wanted = list(dict.fromkeys(name.strip() for name in names[: 2 * len(COLUMNS)] if name.strip()))
    unknown = next((name for name in wanted if name not in COLUMNS_BY_NAME), None)
    if unknown is not None:
        raise InvalidInputError(
            f"{quoted(unknown[:40])} is no column; there are {', '.join(COLUMNS_BY_NAME)}."
        )
    if not wanted:
        raise InvalidInputError("Choose at least one column.")
    return tuple(COLUMNS_BY_NAME[name] for name in wanted)
