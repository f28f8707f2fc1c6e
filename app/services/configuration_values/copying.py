"""All lines of one owner copied to another of the same kind: what is there with another value is kept or replaced."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import ConflictError, InvalidInputError
from app.models import ConfigurationValue
from app.rendering.overlay_lines import OverlayLine
from app.services.author import Author
from app.services.configuration_values import changes
from app.services.configuration_values.changes import LaidOver
from app.services.owned_values import LINES
from app.services.value_owners import Owner


@dataclass(frozen=True, slots=True)
class Different:
    """A parameter that both have, each with a value of its own."""

    parameter: str
    present: str
    copied: str


@dataclass(frozen=True, slots=True)
class Plan:
    """The lines that would be added, those that are there with another value, and those that are the same."""

    added: Sequence[OverlayLine]
    different: Sequence[Different]
    same: Sequence[OverlayLine]

    @property
    def fingerprint(self) -> str:
        """What a form that shows the plan sends back. Values are no part of it, since some are secrets."""
        names = [[name for name, _ in self.added], [line.parameter for line in self.different]]
        return sha256(repr(names).encode()).hexdigest()


class StalePlanError(ConflictError):
    """What copying would do has changed since somebody looked at it."""


def plan(session: Session, source: Owner, target: Owner) -> Plan:
    """Say what copying would do; InvalidInputError where it would copy something to itself."""
    if source.kind is not target.kind or source.id == target.id:
        raise InvalidInputError(f"Choose another {target.kind} to copy from.")
    theirs, ours = _read(session, source), _read(session, target)
    common = {name: value for name, value in theirs.items() if name in ours}
    return Plan(
        added=[(name, value) for name, value in theirs.items() if name not in ours],
        different=[
            Different(name, ours[name], value) for name, value in common.items() if ours[name] != value
        ],
        same=[(name, value) for name, value in common.items() if ours[name] == value],
    )


def copy(
    session: Session,
    source: Owner,
    target: Owner,
    *,
    told: str,
    replaces: bool,
    author: Author,
    now: datetime,
) -> LaidOver:
    """Copy all lines; those of the target with another value are replaced or kept.

    ``told`` is the fingerprint of the plan that somebody has seen; StalePlanError where it is another one by now.
    """
    planned = plan(session, source, target)
    if planned.fingerprint != told:
        raise StalePlanError(
            f"The lines of the {source.title} or of the {target.title} were changed meanwhile, so nothing was copied. "
            "Look at what would be copied now."
        )
    lines = [*planned.added]
    if replaces:
        lines += [(line.parameter, line.copied) for line in planned.different]
    return changes.lay_over(
        session,
        target,
        lines,
        replaces=replaces,
        author=author,
        now=now,
        origin=f"copied from the {source.title}",
    )


def _read(session: Session, owner: Owner) -> dict[str, str]:
    lines = select(ConfigurationValue.parameter, ConfigurationValue.value).where(*LINES.are_of(owner))
    return dict(session.execute(lines.order_by(ConfigurationValue.id)).all())
