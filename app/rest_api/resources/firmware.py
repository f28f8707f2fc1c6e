"""Firmware: `/firmware`, what is known of each file that phones download, changed and deleted."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType
from sqlalchemy import Select, select
from sqlalchemy.orm import selectinload

from app.models import Firmware
from app.rest_api.calls import Answer, Call
from app.rest_api.keeping import get_row
from app.rest_api.listing import ItemPage, Listing, ListQuery, Order, RowId, Words
from app.rest_api.routes import Right, Route
from app.rules.api_tokens import Kind
from app.security.roles import FIRMWARE
from app.services import firmware
from app.services.firmware.library import LONGEST, MOST_GROUPS
from app.services.firmware.search import FirmwareFilter, matching

Description = Annotated[str, Meta(max_length=LONGEST["description"])]
Version = Annotated[str, Meta(max_length=LONGEST["version"])]
Groups = Annotated[
    list[Annotated[str, Meta(max_length=LONGEST["group"], pattern="^[^,]*$")]], Meta(max_length=MOST_GROUPS)
]


class FirmwareItem(Struct, kw_only=True):
    """A file under the name that phones ask for; `<model>.img` is the default of that model."""

    id: int
    name: str
    description: str
    version: str
    groups: list[str]
    size: int
    sha256: str
    uploaded_at: datetime


class FirmwareChanges(Struct, kw_only=True, forbid_unknown_fields=True):
    """What is to change of what is written about a file; the rest stays."""

    description: Description | UnsetType = UNSET
    version: Version | UnsetType = UNSET
    groups: Groups | UnsetType = UNSET


class FirmwareQuery(ListQuery, kw_only=True, forbid_unknown_fields=True, frozen=True):
    """Which firmware is listed, and in which order."""

    q: Annotated[Words, Meta(description="A part of the name, the description or the version.")] = ""
    group: Annotated[Words, Meta(description="The name of a group.")] = ""
    sort: Literal["name", "-name", "id", "-id"] = "name"


_BY_ID = Order(Firmware.id, lambda row: row.id, said_as=int)
_LISTING: Listing[Firmware] = Listing(
    {"name": Order(Firmware.name_key, lambda row: row.name_key), "id": _BY_ID}, _BY_ID
)


def list_them(call: Call[FirmwareQuery, Any]) -> Answer:
    """Lists the firmware that phones can be given."""
    wanted = matching(FirmwareFilter(words=call.query.q, group=call.query.group))
    return Answer(_LISTING.page(call, wanted, call.query.sort, show))


def read(call: Call[Any, Any]) -> Answer:
    """Shows what is known of a file."""
    return Answer(show(firmware_of(call, to_change=False)))


def change(call: Call[Any, FirmwareChanges]) -> Answer:
    """Changes what is written about a file."""
    found, said = firmware_of(call, to_change=True), call.body
    shown = show(found)
    call.check_may_change(shown)
    labels = firmware.labels_of(
        shown.description if isinstance(said.description, UnsetType) else said.description,
        shown.version if isinstance(said.version, UnsetType) else said.version,
        ", ".join(shown.groups if isinstance(said.groups, UnsetType) else said.groups),
    )
    firmware.change(call.session, found, labels, author=call.author, now=call.now)
    return Answer(show(found))


def delete(call: Call[Any, Any]) -> Answer:
    """Deletes a firmware that nothing names, and its bytes unless another has the same."""
    found = firmware_of(call, to_change=True)
    call.check_may_change(show(found))
    sha256 = found.sha256
    firmware.delete(call.session, found, author=call.author, now=call.now)
    return Answer(status=HTTPStatus.NO_CONTENT, forgets=sha256)


def show(found: Firmware) -> FirmwareItem:
    """Return a firmware as it is shown."""
    return FirmwareItem(
        id=found.id,
        name=found.name,
        description=found.description,
        version=found.version,
        groups=sorted(group.name for group in found.groups),
        size=found.size,
        sha256=found.sha256,
        uploaded_at=found.uploaded_at,
    )


def firmware_of(call: Call[Any, Any], *, to_change: bool) -> Firmware:
    """Return the firmware of the address, by its id or its name; or raise NotFoundError."""
    wanted: Select[Firmware] = select(Firmware).options(selectinload(Firmware.groups))
    place = call.place
    named = wanted.where(
        Firmware.name_key == place["name"].casefold()
        if "name" in place
        else Firmware.id == place["firmware_id"]
    )
    return get_row(call.session, named, "firmware", to_change=to_change)


def right(*deeds: str) -> Right:
    """Return what asks for deeds on the page of firmware."""
    return Right(kind=Kind.FIRMWARE, page=FIRMWARE, deeds=deeds)


_ONE: dict[str, Any] = {"firmware_id": RowId}

ROUTES = (
    Route(
        method="GET", path="/firmware", does=list_them, name="list_firmware", summary="List firmware",
        right=right("can_list"), query=FirmwareQuery, answers=ItemPage[FirmwareItem],
    ),
    Route(
        method="GET", path="/firmware/{firmware_id}", does=read, name="show_firmware",
        summary="Show a firmware", right=right("can_show"), place=_ONE, answers=FirmwareItem,
    ),
    Route(
        method="PATCH", path="/firmware/{firmware_id}", does=change, name="change_firmware",
        summary="Change what is written about a firmware", right=right("can_edit"), place=_ONE,
        body=FirmwareChanges, answers=FirmwareItem,
    ),
    Route(
        method="DELETE", path="/firmware/{firmware_id}", does=delete, name="delete_firmware",
        summary="Delete a firmware", right=right("can_delete"), place=_ONE, status=HTTPStatus.NO_CONTENT,
    ),
)  # fmt: skip
