"""What resources that are added, changed and deleted have in common: what exists is locked, what goes is told first."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta, Struct, UnsetType
from sqlalchemy import Select
from sqlalchemy.orm import Session

from app.errors import ConflictError, InvalidInputError, NotFoundError
from app.rest_api.problems import RefusedError
from app.services.usage import Departure, Fate, check_may_go

Row = TypeVar("Row")
Fields = TypeVar("Fields", bound=Struct)


class Deletion(Struct, forbid_unknown_fields=True, kw_only=True, frozen=True):
    """What a deletion is told: what its caller knows goes along."""

    told: Annotated[
        str,
        Meta(
            max_length=2_000,
            description="Where something goes along: the `told` of the answer 409 that names it.",
        ),
    ] = ""


def get_row(session: Session, wanted: Select[Row], what: str, *, to_change: bool) -> Row:
    """Return the one row of a statement, which nobody else changes meanwhile; or raise NotFoundError."""
    row = session.scalar(
        wanted.with_for_update(of=wanted.column_descriptions[0]["entity"]) if to_change else wanted
    )
    if row is None:
        raise NotFoundError(f"There is no such {what}, or none that this token sees.")
    return row


def with_changes(fields: Fields, changes: Struct) -> Fields:
    """Return fields in which those are replaced that a PATCH names."""
    return msgspec.structs.replace(fields, **dict(_given(changes)))


@contextmanager
def fields_called(names: Mapping[str, str]) -> Iterator[None]:
    """Let what a service refuses name fields as bodies do; those that are not in ``names`` are called the same."""
    try:
        yield
    except (InvalidInputError, ConflictError) as error:
        by_field = {names.get(field, field): said for field, said in error.by_field.items()}
        raise type(error)(str(error), by_field=by_field) from None


def check_was_told(departing: Departure, told: str) -> None:
    """Raise ConflictError where something stands against a deletion, and RefusedError 409 with what goes along, unless
    the caller says that he knows."""
    check_may_go(departing)
    if told == departing.fingerprint:
        return
    going: list[dict[str, Any]] = [
        {
            "kind": one.usage.kind.key,
            "count": one.usage.count,
            "first": [named.name for named in one.usage.first],
        }
        for one in departing.of(Fate.GOES)
    ]
    if going:
        raise RefusedError(
            HTTPStatus.CONFLICT,
            f"With it would go {departing.words_of_what_goes}. Where that is meant, send the same with ?told=…, as "
            "this answer says it.",
            more={"told": departing.fingerprint, "goes": going},
        )


def _given(changes: Struct) -> Iterable[tuple[str, Any]]:
    for name in changes.__struct_fields__:
        value = getattr(changes, name)
        if not isinstance(value, UnsetType):
            yield name, value
