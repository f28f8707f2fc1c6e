"""Which list of rules a page is about: its kind, and whose it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from flask import abort, request
from sqlalchemy import select

from app.errors import InvalidInputError, NotAllowedError
from app.models import RuleSetVersion, Tenant
from app.models.enums import RuleKind, Stage
from app.rules.rule_kinds import SPECS
from app.rules.rule_kinds.spec import RuleKindSpec
from app.security.roles import EDIT, EDIT_SYSTEM, RULES
from app.services.rule_sets.seen import Owned, Seen
from app.views.list_arguments import LARGEST_ID
from app.views.shell import may
from app.views.web_session import db

ROOT = "/rules"
_STAGES = {stage.value: stage for stage in Stage}


@dataclass(frozen=True, slots=True)
class Place:
    """A list of rules: of a kind, and of a tenant or, without one, the system's."""

    kind: RuleKind
    tenant_id: int | None = None
    tenant: str = ""

    @property
    def spec(self) -> RuleKindSpec[Any]:
        """What the kind is."""
        return SPECS[self.kind]

    @property
    def owned(self) -> Owned:
        """The list as services name it."""
        return Owned(self.kind, self.tenant_id)

    @property
    def stage(self) -> Stage | None:
        """The stage of Zero Touch in which the rules are asked, None for rules of alarms."""
        return _STAGES.get(self.kind)

    @property
    def whose(self) -> str:
        """Whose rules they are, in front of "rules"."""
        return f"{self.tenant}'s own" if self.tenant else "the system's"

    @property
    def may_write(self) -> bool:
        """Whether the account may change them: the system's are for administrators."""
        return may(EDIT, RULES) and (self.tenant_id is not None or may(EDIT_SYSTEM, RULES))

    def address(self, tail: str = "", **arguments: str) -> str:
        """Return the address of a page about the list."""
        query = urlencode({name: text for name, text in {"tenant": self.tenant, **arguments}.items() if text})
        return f"{ROOT}/{self.kind}/{tail}{'?' if query else ''}{query}"

    def check_may_write(self) -> None:
        """Raise NotAllowedError where the account may only read."""
        if not self.may_write:
            raise NotAllowedError("You do not have permission to modify this item.")


def place_of(kind: str, *, to_write: bool = False) -> Place:
    """Return the list that an address is about, or answer 404; 403 where it is to be written by who may only read."""
    found = next((each for each in SPECS if each.value == kind), None) or abort(HTTPStatus.NOT_FOUND)
    name = request.args.get("tenant", "").strip()
    place = Place(found)
    if name and SPECS[found].is_for_tenants:
        tenant = db.session.scalar(select(Tenant).where(Tenant.name_key == name.casefold()))
        place = Place(found, tenant.id, tenant.name) if tenant else abort(HTTPStatus.NOT_FOUND)
    if to_write:
        place.check_may_write()
    return place


def seen_of(form: Mapping[str, str]) -> Seen:
    """Return the version that a form was made for."""
    return Seen(_number(form.get("version", "")), _number(form.get("revision", "")))


def seen(version: RuleSetVersion | None) -> Seen:
    """Return a version as a form names it."""
    return Seen(version.id, version.revision) if version else Seen(0, 0)


def tabs() -> Sequence[tuple[str, Sequence[RuleKindSpec[Any]]]]:
    """Return the kinds of rules in their groups."""
    groups = (
        ("Zero Touch", [spec for kind, spec in SPECS.items() if kind.value in _STAGES]),
        ("Alarms", [spec for kind, spec in SPECS.items() if kind.value not in _STAGES]),
    )
    return [(title, specs) for title, specs in groups if specs]


def _number(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > 10 or int(text) > LARGEST_ID:
        raise InvalidInputError(
            "The form does not say which version of the rules it was made for. Open the page again."
        )
    return int(text)
