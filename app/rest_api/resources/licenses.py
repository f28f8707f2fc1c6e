"""The licence: `/license`, shown and installed, also once the one before has expired."""

from datetime import date, datetime
from typing import Annotated, Any

from msgspec import Meta, Struct

from app.rest_api.calls import Answer, Call
from app.rest_api.routes import Right, Route
from app.rules.api_tokens import Kind
from app.rules.licenses import MOST_CHARACTERS
from app.security.issuer import has_issuer
from app.security.roles import EDIT, LICENSE
from app.services.licenses import installed, overview


class LicenseItem(Struct, kw_only=True):
    """How the installation stands. `problem` says why the licence that was installed last does not count; what it says
    is null where there is none. `is_needed` is false where nobody issues licences: then nothing is limited."""

    is_needed: bool
    is_expired: bool
    days_left: int | None
    devices_used: int
    id: str | None
    holder: str | None
    valid_from: date | None
    valid_until: date | None
    devices: int | None
    installed_at: datetime | None
    installed_by: str
    problem: str


class NewLicense(Struct, kw_only=True, forbid_unknown_fields=True):
    """The text of a licence, the whole file as it was issued."""

    text: Annotated[str, Meta(min_length=1, max_length=4 * MOST_CHARACTERS)]


def read(call: Call[Any, Any]) -> Answer:
    """Shows until when the licence counts, for how many devices, and how many there are."""
    return Answer(_show(call))


def install(call: Call[Any, NewLicense]) -> Answer:
    """Installs a licence in place of the one before; every process goes by it within seconds."""
    call.check_may_change(_show(call))
    installed.install(call.session, call.body.text, author=call.author, now=call.now)
    return Answer(_show(call))


def _show(call: Call[Any, Any]) -> LicenseItem:
    found = overview.read(call.session, now=call.now)
    last = found.installed
    said = last.license if last else None
    return LicenseItem(
        is_needed=has_issuer(),
        is_expired=found.standing.is_expired,
        days_left=found.standing.days_left,
        devices_used=found.standing.used,
        id=said.id if said else None,
        holder=said.holder if said else None,
        valid_from=said.valid_from if said else None,
        valid_until=said.valid_until if said else None,
        devices=said.devices if said else None,
        installed_at=last.installed_at if last else None,
        installed_by=last.installed_by if last else "",
        problem=last.problem if last else "",
    )


def _right(deed: str) -> Right:
    return Right(kind=Kind.LICENSE, page=LICENSE, deeds=(deed,))


ROUTES = (
    Route(
        method="GET", path="/license", does=read, name="show_license", summary="Show the licence",
        right=_right("can_list"), answers=LicenseItem, is_of_license=True,
    ),
    Route(
        method="PUT", path="/license", does=install, name="install_license", summary="Install a licence",
        right=_right(EDIT), body=NewLicense, answers=LicenseItem, is_of_license=True,
    ),
)  # fmt: skip
