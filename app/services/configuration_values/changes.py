"""Configuration values laid over, changed and deleted, each with an entry in the journal without its secrets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.errors import ConflictError, InvalidInputError
from app.models import ConfigurationValue
from app.rendering.overlay_lines import OverlayLine, check_parameter, check_value, parse_lines
from app.rendering.secret_parameters import MASK, is_empty_value, is_secret_parameter
from app.services import journal
from app.services.author import Author
from app.services.owned_values import LINES
from app.services.value_owners import Owner

MOST_LINES = 2000
_MOST_NOTED = 50


class ReplacementError(ConflictError):
    """Some parameters have another value already: whoever lays lines over them says whether to replace it."""

    def __init__(self, owner: Owner, present: Mapping[str, str]) -> None:
        names = ", ".join(list(present)[:5]) + (" and more" if len(present) > 5 else "")
        super().__init__(f"The {owner.title} has another value for {names} already.")
        self.present = present


@dataclass(frozen=True, slots=True)
class LaidOver:
    """The parameters that were added, replaced, and those that were there with this value."""

    added: Sequence[str]
    replaced: Sequence[str]
    same: Sequence[str]


def read_pasted(text: str) -> tuple[OverlayLine, ...]:
    """Read many lines, all or none: InvalidInputError names the line that will not do."""
    lines = parse_lines(text.replace("\r\n", "\n"))
    if not lines:
        raise InvalidInputError("There is no line to add: write each as parameter = value.")
    if len(lines) > MOST_LINES:
        raise InvalidInputError(f"There are {len(lines)} lines; paste at most {MOST_LINES} at once.")
    first_at: dict[str, int] = {}
    for number, (parameter, value) in enumerate(lines, start=1):
        if parameter in first_at:
            raise InvalidInputError(f"{parameter} is there twice: keep one of the two lines.")
        first_at[parameter] = number
        _check_secret(parameter, value)
    return lines


def read_line(parameter: str, value: str) -> OverlayLine:
    """Return one line as it is kept, or raise InvalidInputError at its fields."""
    parameter, value, refused = parameter.strip(), value.strip(), {}
    try:
        check_parameter(parameter)
    except InvalidInputError as error:
        refused["parameter"] = str(error)
    try:
        check_value(value)
        _check_secret(parameter, value)
    except InvalidInputError as error:
        refused["value"] = str(error)
    if refused:
        raise InvalidInputError(by_field=refused)
    return parameter, value


def lay_over(
    session: Session,
    owner: Owner,
    lines: Sequence[OverlayLine],
    *,
    replaces: bool,
    author: Author,
    now: datetime,
    origin: str = "",
) -> LaidOver:
    """Add the lines to an owner's, all of them or none; ``origin`` tells the journal where they come from.

    Raises ReplacementError where a parameter has another value and ``replaces`` does not say that it may go.
    """
    ours = _read(session, owner)
    wanted = dict(lines)
    different = {name: ours[name] for name in wanted if name in ours and ours[name].value != wanted[name]}
    if different and not replaces:
        raise ReplacementError(owner, {name: row.value for name, row in different.items()})
    added = [name for name in wanted if name not in ours]
    session.add_all(
        ConfigurationValue(**LINES.columns_for(owner), parameter=name, value=wanted[name]) for name in added
    )
    for name, row in different.items():
        row.value = wanted[name]
    session.flush()
    laid = LaidOver(
        added, list(different), [name for name in wanted if name in ours and name not in different]
    )
    if added or different:
        written = [(name, wanted[name]) for name in (*added, *different)]
        _note(session, "laid over", written, owner, author, now, origin)
    return laid


def edit(
    session: Session, row: ConfigurationValue, *, parameter: str, value: str, author: Author, now: datetime
) -> None:
    """Change a line; another line of the owner with its new parameter is in the way."""
    owner = LINES.owner_of(session, row)
    parameter, value = read_line(parameter, value)
    if parameter != row.parameter and parameter in _read(session, owner):
        raise InvalidInputError(
            f"The {owner.title} has {parameter} already: change that line, or delete it first.",
            field="parameter",
        )
    row.parameter, row.value = parameter, value
    session.flush()
    _note(session, "changed", [(parameter, value)], owner, author, now)


def delete(session: Session, row: ConfigurationValue, *, author: Author, now: datetime) -> None:
    """Delete a line: it is left out of the files that are generated from now on."""
    _note(session, "deleted", [(row.parameter, row.value)], LINES.owner_of(session, row), author, now)
    session.delete(row)
    session.flush()


def _check_secret(parameter: str, value: str) -> None:
    if is_secret_parameter(parameter) and is_empty_value(value):
        raise InvalidInputError(
            f"{parameter} is a secret and has no value: an empty one is never written into a phone's file. "
            "Give a value, or leave the line out."
        )


def _read(session: Session, owner: Owner) -> dict[str, ConfigurationValue]:
    return {row.parameter: row for row in session.scalars(LINES.of_owner(owner))}


def _note(
    session: Session,
    deed: str,
    lines: Sequence[OverlayLine],
    owner: Owner,
    author: Author,
    now: datetime,
    origin: str = "",
) -> None:
    shown = {name: MASK if is_secret_parameter(name) else value for name, value in lines[:_MOST_NOTED]}
    what = lines[0][0] if len(lines) == 1 else f"{len(lines)} lines"
    journal.record(
        session,
        at=now,
        author=author,
        action=f"configuration {deed}",
        subject=owner.name,
        text=f"{author.name}: {what} {deed} for the {owner.title}{origin and f', {origin}'}.",
        tenant_id=owner.tenant_id,
        details={"lines": shown},
    )
