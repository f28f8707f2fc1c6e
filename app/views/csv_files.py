"""Lists sent as CSV, all of their pages."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from sqlalchemy.orm import Session

from app.database import Database
from app.rendering.csv_lines import BYTE_ORDER_MARK
from app.security.tenant_scope import TenantScope
from app.transaction import reading

Row = TypeVar("Row")


def in_chunks(
    opened: Database,
    scope: TenantScope,
    header: str,
    *,
    read: Callable[[Session, Row | None], Sequence[Row]],
    write: Callable[[Sequence[Row]], str],
) -> Iterator[str]:
    """Yield the file in chunks, each read in a transaction of its own: a slow reader holds none open.

    ``read`` returns the rows behind the last one, which is None at the beginning; ``write`` makes lines of them.
    """
    yield BYTE_ORDER_MARK + header
    last: Row | None = None
    while True:
        with reading(opened, scope) as session:
            rows = read(session, last)
        if not rows:
            return
        yield write(rows)
        last = rows[-1]
